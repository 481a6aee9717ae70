"""The questions of a call's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from calls.enums import QuestionKind
from calls.models import CallQuestion
from calls.services.contents.opening import (
    GONE,
    open_contents,
    quoted,
    require_finished,
    require_unchanged,
    tell,
)
from calls.services.contents.ordering import next_order, number_rows
from s3portal.accounts.models import User
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_amount

#: No text can be asked for that is longer; the whole application is to be read by people.
MOST_CHARACTERS: Final = 20_000
MOST_CHOICES: Final = 50


@dataclass(frozen=True)
class QuestionData:
    """What a question holds. ``max_length`` counts characters. ``shown_if`` is an earlier question's id and
    ``shown_if_answer`` one of its possible answers."""

    label: str
    kind: QuestionKind
    help_text: str = ""
    required: bool = True
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    shown_if: int | None = None
    shown_if_answer: str = ""


@transaction.atomic
def save_question(
    *, actor: User, call_id: int, data: QuestionData, row_id: int | None = None, seen: str = ""
) -> CallQuestion:
    """Add a question last, or change one. ``seen``: the fingerprint of what the actor's page showed.

    Raises Refusal when the parts do not go together or others hang on what is taken away, and Conflict when
    somebody else has changed it or taken it away."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.questions.all())
    if row_id is None:
        question = CallQuestion(call=call, order=next_order(rows))
        earlier = rows
    else:
        question = _pick(rows, row_id)
        require_unchanged(call=call, row=question, seen=seen, actor=actor)
        earlier = rows[: rows.index(question)]
    old = question.label
    require_finished(call, label=data.label, help_text=data.help_text, choices="\n".join(data.choices))
    _require_kind_goes_with(data)
    _require_condition(data, earlier)
    for name in ("label", "kind", "help_text", "required", "max_length", "shown_if_answer"):
        setattr(question, name, getattr(data, name))
    question.choices = list(data.choices)
    question.shown_if_id = data.shown_if
    _require_answers_of_followers(question, rows)
    question.save()
    if row_id is None:
        action, text = "question_added", f"Frågan {quoted(question.label)} är tillagd."
    elif question.label != old:
        action, text = "question_changed", f"Frågan {quoted(old)} lyder nu {quoted(question.label)}."
    else:
        action, text = "question_changed", f"Frågan {quoted(old)} är ändrad."
    tell(actor=actor, call=call, row=question, action=action, field="questions", text=text)
    return question


@transaction.atomic
def delete_question(*, actor: User, call_id: int, row_id: int) -> None:
    """Take a question away, with the answers in drafts. Raises Refusal while other questions hang on it."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.questions.all())
    question = _pick(rows, row_id)
    follower = next((row for row in rows if row.shown_if_id == question.pk), None)
    if follower is not None:
        raise Refusal(
            f"Frågan ”{follower.label}” ställs beroende på svaret på den här frågan. Ändra villkoret eller "
            "ta bort den frågan först."
        )
    tell(
        actor=actor,
        call=call,
        row=question,
        action="question_deleted",
        field="questions",
        text=f"Frågan {quoted(question.label)} är borttagen.",
    )
    question.delete()
    number_rows([row for row in rows if row is not question])


def _pick(rows: Sequence[CallQuestion], row_id: int) -> CallQuestion:
    question = next((row for row in rows if row.pk == row_id), None)
    if question is None:
        raise Conflict(GONE)
    return question


def _require_kind_goes_with(data: QuestionData) -> None:
    if data.kind == QuestionKind.CHOICE:
        _require_choices(data.choices)
    elif data.choices:
        raise Refusal("Bara frågor av slaget Val ur en lista har val. Ta bort dem.", field="choices")
    if data.max_length is None:
        return
    if not QuestionKind(data.kind).is_text:
        raise Refusal("Bara textfrågor har ett högsta antal tecken. Lämna fältet tomt.", field="max_length")
    if not 1 <= data.max_length <= MOST_CHARACTERS:
        raise Refusal(f"Ange ett tal från 1 till {format_amount(MOST_CHARACTERS)}.", field="max_length")


def _require_choices(choices: Sequence[str]) -> None:
    if len(choices) < 2:
        raise Refusal("Skriv minst två val, ett på varje rad.", field="choices")
    if len(choices) > MOST_CHOICES:
        raise Refusal(f"Skriv högst {MOST_CHOICES} val.", field="choices")
    seen: set[str] = set()
    for choice in choices:
        if choice.casefold() in seen:
            raise Refusal(f"Valet ”{choice}” står två gånger.", field="choices")
        if len(choice) > 150:
            raise Refusal(f"Valet som börjar ”{choice[:40]}…” är längre än 150 tecken.", field="choices")
        seen.add(choice.casefold())


def _require_condition(data: QuestionData, earlier: Sequence[CallQuestion]) -> None:
    if data.shown_if is None:
        if data.shown_if_answer:
            raise Refusal("Välj vilken fråga svaret hör till.", field="condition")
        return
    parent = next((row for row in earlier if row.pk == data.shown_if), None)
    if parent is None:
        raise Refusal("Villkoret måste gälla en fråga som kommer tidigare.", field="condition")
    if data.shown_if_answer not in parent.possible_answers:
        raise Refusal(f"Frågan ”{parent.label}” har inte längre det svaret. Välj igen.", field="condition")


def _require_answers_of_followers(question: CallQuestion, rows: Sequence[CallQuestion]) -> None:
    for row in rows:
        if (
            question.pk
            and row.shown_if_id == question.pk
            and row.shown_if_answer not in question.possible_answers
        ):
            raise Refusal(
                f"Frågan ”{row.label}” ställs vid svaret ”{row.shown_if_answer}”, som då försvinner. Ändra "
                "den frågans villkor först.",
                field="choices" if question.kind == QuestionKind.CHOICE else "kind",
            )
