"""What people type in the staff's search box: numbers, amounts, days and words, in any order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from s3portal.common.errors import Refusal
from s3portal.common.search import MOST_WORDS
from s3portal.common.swedish import (
    Period,
    find_amounts,
    parse_date,
    parse_kronor,
    parse_org_number,
    parse_period,
)
from s3portal.common.swedish.money import MAX_KRONOR
from s3portal.common.text import normalize_text
from s3portal.diary.numbers import DiaryNumber, read_number

T = TypeVar("T")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_YEARS: Final = re.compile(rf"({_YEAR.pattern})(?:\s*[-–—]\s*|\s+till\s+)({_YEAR.pattern})")
_DOUBLE_DASH: Final = re.compile(r"\s*(?:--+|\.\.+)\s*")
_ISO_MONTH: Final = re.compile(rf"{_YEAR.pattern}-(?:0[1-9]|1[0-2])")
_ORG_LEAD: Final = re.compile(r"org(?:anisations)?[.\s-]*(?:nr|nummer)[.:]*\s*", re.IGNORECASE)
_ORG: Final = re.compile(r"(?:16)?[0-9]{6}\s?[-–]?\s?[0-9]{4}")
_CLAUSE: Final = re.compile(
    r"(?:delegations)?(?:punkt(?:en)?|pkt\.?|p\.)\s*(?P<number>[0-9]{1,3}(?:\.[0-9]{1,3}){0,4}[a-zåäö]?)\.?",
    re.IGNORECASE,
)
# Within other words a number must have its prefix and slashes, or any two numbers would be one.
_NUMBER_AMONG_WORDS: Final = re.compile(
    r"[A-ZÅÄÖ]{2,10}\s?/\s?[0-9]{1,9}\s?/\s?(?:[0-9]{4}|[0-9]{2})", re.IGNORECASE
)
_YEAR_FIRST: Final = re.compile(
    r"(?:([A-ZÅÄÖ]{2,10})[\s/-]*)?((?:19|20)[0-9]{2})\s*[/:]\s*([0-9]{1,9})", re.IGNORECASE
)
_UNIT: Final = (
    r"(?:kr\.?|kronor|krona|sek|:-|tkr|mkr|mnkr|msek|tusen\s+kr(?:onor)?|miljon(?:er)?\s+kr(?:onor)?)"
)
_FIGURE: Final = r"[0-9][0-9\s.,]*"
_WITH_UNIT: Final = re.compile(
    rf"(?P<lead>minst|högst|mellan|från|exakt)?\s*{_FIGURE}(?:(?:[-–]|\soch\s|\still\s)\s*{_FIGURE})?\s*{_UNIT}",
    re.IGNORECASE,
)
_BARE_AMOUNT: Final = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3})+|[0-9]{5,12}")


@dataclass(frozen=True)
class Amounts:
    """Whole kronor, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class Typed:
    """What a text was taken for. All that is there must be answered to; ``words`` is what is left: text.

    ``number_as_words``: the whole text when it was taken for a number, since "Strategi 2021-2027" has the
    form of one; either is answered to. ``year`` is a lone year among the words, "vindkraft 2022": it may be a
    word of a title or the time."""

    number: DiaryNumber | None = None
    number_as_words: str = ""
    org_number: str = ""
    clause: str = ""
    amounts: Amounts | None = None
    period: Period | None = None
    words: str = ""
    year: int | None = None

    @property
    def words_without_year(self) -> str:
        return " ".join(word for word in self.words.split() if word != str(self.year))


def read_typed(text: str) -> Typed:
    """Never raises. What stands "within quotes" is text and nothing else, and so is what is very long."""
    text = " ".join(normalize_text(text).split())
    words = text.split()
    if '"' in text or len(words) > MOST_WORDS:
        return Typed(words=text)
    whole = _as_a_whole(text)
    return whole if whole is not None else _in_parts(words)


def _as_a_whole(text: str) -> Typed | None:
    """The text when it is one thing, which in part could be taken for another."""
    if org_number := _org_number(text):
        return Typed(org_number=org_number)
    if period := _period(text):
        return Typed(period=period)
    number = read_number(text) or _year_first(text)
    if number is not None:
        return Typed(number=number, number_as_words=text)
    if amounts := _bare_amount(text):
        return Typed(amounts=amounts)
    if _YEAR.fullmatch(text):
        return Typed(period=_years(int(text), int(text)))
    return None


def _in_parts(words: list[str]) -> Typed:
    number, words = _take(words, _number_among_words)
    clause, words = _take(words, _clause)
    amounts, words = _take(words, _amount)
    org_number, words = _take(words, _org_number)
    period, words = _take(words, _period)
    rest = " ".join(words)
    # A year is the time when nothing else is left beside it: "punkt 4.2 2022".
    if period is None and _YEAR.fullmatch(rest):
        period, rest = _years(int(rest), int(rest)), ""
    return Typed(
        number=number,
        org_number=org_number or "",
        clause=clause or "",
        amounts=amounts,
        period=period,
        words=rest,
        year=_lone_year(words) if period is None else None,
    )


def _take(words: list[str], read: Callable[[str], T | None]) -> tuple[T | None, list[str]]:
    """The longest run of words that can be read so, the first of several, and the words without it."""
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            value = read(" ".join(words[start : start + length]))
            if value is not None:
                return value, words[:start] + words[start + length :]
    return None, words


def _lone_year(words: Sequence[str]) -> int | None:
    years = [word for word in words if _YEAR.fullmatch(word)]
    return int(years[0]) if len(years) == 1 and len(words) > 1 else None


# --- One thing at a time ----------------------------------------------------------------------------------
def _number_among_words(text: str) -> DiaryNumber | None:
    return read_number(text) if _NUMBER_AMONG_WORDS.fullmatch(text) else None


def _year_first(text: str) -> DiaryNumber | None:
    """2021/664 and RUN 2021/664, as some diaries write it."""
    match = _YEAR_FIRST.fullmatch(text)
    return DiaryNumber((match[1] or "").upper(), int(match[3]), int(match[2])) if match else None


def _org_number(text: str) -> str | None:
    digits = _ORG_LEAD.sub("", text, count=1)
    if not _ORG.fullmatch(digits):
        return None
    try:
        return str(parse_org_number(digits))
    except Refusal:
        return None


def _clause(text: str) -> str | None:
    match = _CLAUSE.fullmatch(text)
    return match["number"].lower() if match else None


def _amount(text: str) -> Amounts | None:
    match = _WITH_UNIT.fullmatch(text)
    # In a text "sek" is seconds; beside a number in a search box it is kronor.
    found = find_amounts(re.sub(r"\s?sek$", " kr", text, flags=re.IGNORECASE)) if match else []
    if match is None or not 1 <= len(found) <= 2 or not 0 <= min(found) <= max(found) <= MAX_KRONOR:
        return None
    lead = (match["lead"] or "").lower()
    if lead == "minst":
        return Amounts(min(found), MAX_KRONOR)
    return Amounts(0 if lead == "högst" else min(found), max(found))


def _bare_amount(text: str) -> Amounts | None:
    """A number without kronor is an amount when nothing else stands there and it is no year."""
    if not _BARE_AMOUNT.fullmatch(text):
        return None
    try:
        kronor = parse_kronor(text)
    except Refusal:
        return None
    return Amounts(kronor, kronor)


def _period(text: str) -> Period | None:
    """A day, a month, a span of days, months or years. Never a year alone."""
    text = _DOUBLE_DASH.sub(" – ", text)
    if years := _YEARS.fullmatch(text.lower()):
        return _years(int(years[1]), int(years[2]))
    if not any(sign.isdigit() for sign in text) or (read_number(text) and not _ISO_MONTH.fullmatch(text)):
        return None
    # "mars 2022" becomes its days when it is both ends.
    for attempt in (_day, parse_period, lambda one: parse_period(f"{one} till {one}")):
        try:
            return attempt(text)
        except Refusal:
            continue
    return None


def _day(text: str) -> Period:
    day = parse_date(text)
    return Period(day, day)


def _years(first: int, last: int) -> Period | None:
    return Period(date(first, 1, 1), date(last, 12, 31)) if first <= last else None
