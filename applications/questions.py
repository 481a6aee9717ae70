"""The call's own questions and their answers: how each kind is read, stored and written.

An answer is stored as one text whatever its kind; this is the one place that knows how.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from calls.enums import QuestionKind
from calls.models import CallQuestion
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_amount, format_kr, parse_date, parse_kronor
from s3portal.common.swedish.money import MAX_KRONOR
from s3portal.common.text import normalize_text

YES, NO = "ja", "nej"
YES_NO = ((YES, "Ja"), (NO, "Nej"))
#: Characters of a text whose question sets no limit of its own.
SHORT_TEXT, LONG_TEXT = 300, 10_000
NUMBER_UNREADABLE = "Skriv ett tal med siffror, till exempel 12 eller 12,5."
_NUMBER = re.compile(r"([-\u2212]?)([0-9]{1,12}|[0-9]{1,3}(?:[ \u00a0][0-9]{3}){1,3})(?:,([0-9]{1,6}))?")


def parse_number(text: str) -> Decimal:
    """As people write it: "12", "1 200", "−3,5". Raises Refusal for all else."""
    match = _NUMBER.fullmatch(normalize_text(text).strip())
    if match is None:
        raise Refusal(NUMBER_UNREADABLE)
    whole = re.sub(r"\s", "", match[2])
    return Decimal(f"{'-' if match[1] else ''}{whole}.{match[3] or 0}").normalize() + 0


def format_number(number: Decimal) -> str:
    """As in "1 200" or "−3,5"."""
    whole, _, decimals = f"{abs(number):f}".partition(".")
    sign = "\u2212" if number < 0 else ""
    return f"{sign}{format_amount(int(whole))}{f',{decimals}' if decimals.strip('0') else ''}"


def longest(question: CallQuestion) -> int:
    """How many characters a text may have."""
    default = SHORT_TEXT if question.kind == QuestionKind.SHORT else LONG_TEXT
    return question.max_length or default


def answer_text(question: CallQuestion, value: str) -> str:
    """The stored answer as a person writes it; empty when there is none."""
    if not value or misfit(question, value):
        return value
    if question.kind == QuestionKind.AMOUNT:
        return format_kr(int(value))
    if question.kind == QuestionKind.NUMBER:
        return format_number(Decimal(value))
    if question.kind == QuestionKind.YES_NO:
        return dict(YES_NO)[value]
    return value


def misfit(question: CallQuestion, value: str) -> str:
    """What to put right in a stored answer that its question no longer takes, since an officer has changed
    the question; empty when it fits."""
    if not value:
        return ""
    if QuestionKind(question.kind).is_text:
        too_long = len(value) > longest(question)
        return f"Korta svaret till högst {format_amount(longest(question))} tecken." if too_long else ""
    if question.kind == QuestionKind.CHOICE:
        return "" if value in question.choices else "Välj ett av svaren som finns nu."
    if question.kind == QuestionKind.YES_NO:
        return "" if value in (YES, NO) else "Svara ja eller nej."
    try:
        _read_as(question.kind, value)
    except Refusal as refusal:
        return refusal.message
    return ""


def _read_as(kind: str, value: str) -> None:
    if kind == QuestionKind.AMOUNT:
        if not (value.isascii() and value.isdecimal()) or int(value) > MAX_KRONOR:
            parse_kronor(value)
            raise Refusal("Ange ett belopp i hela kronor.")
    elif kind == QuestionKind.NUMBER:
        parse_number(value.replace(".", ","))
    elif kind == QuestionKind.DATE:
        parse_date(value)


def asked(questions: Iterable[CallQuestion], answers: Mapping[int, str]) -> list[CallQuestion]:
    """The questions that are put, given the answers so far (by the question's id), in order.

    A question hangs on an earlier one, so one walk is enough."""
    put: dict[int, CallQuestion] = {}
    for question in questions:
        parent = question.shown_if_id
        if parent is None or (parent in put and answers.get(parent) == question.shown_if_answer):
            put[question.pk] = question
    return list(put.values())


def condition_text(question: CallQuestion, questions: Iterable[CallQuestion]) -> str:
    """When a question is put, as in "Svara om ni svarade ”Ja” på ”Har ni sökt annat stöd?”."; else empty."""
    parent = next((one for one in questions if one.pk == question.shown_if_id), None)
    if parent is None:
        return ""
    return f"Svara om ni svarade ”{answer_text(parent, question.shown_if_answer)}” på ”{parent.label}”."
