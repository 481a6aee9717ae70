"""The order of a call's rows: 1, 2, 3 without gaps, changed one step at a time."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.text import capfirst

from calls.models import CallDocument, CallQuestion, Criterion, RequestedAttachment
from calls.services.contents.opening import GONE, count_change, open_contents
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

Ordered = CallQuestion | Criterion | RequestedAttachment | CallDocument


class Step(StrEnum):
    UP = "upp"
    DOWN = "ner"


class Place(NamedTuple):
    """Where a row stands, counted from 1."""

    number: int
    of: int


#: What applicants are asked or judged by; documents may be moved at any time.
_ASKED: Final = (CallQuestion, Criterion, RequestedAttachment)


@transaction.atomic
def move_row(*, actor: User, model: type[Ordered], call_id: int, row_id: int, step: Step) -> Place:
    """Move a row one step; at the edge it stays. The new order is not told to the public: nothing hangs on
    it. Raises Refusal when a question would come before the one it hangs on.
    """
    call = open_contents(call_id=call_id, actor=actor, asked=issubclass(model, _ASKED))
    rows: list[Ordered] = list(model._default_manager.filter(call=call).order_by("order"))
    here = next((index for index, row in enumerate(rows) if row.pk == row_id), None)
    if here is None:
        raise Conflict(GONE)
    there = here + (-1 if step is Step.UP else 1)
    if not 0 <= there < len(rows):
        return Place(here + 1, len(rows))
    row = rows.pop(here)
    rows.insert(there, row)
    require_conditions_first([one for one in rows if isinstance(one, CallQuestion)])
    number_rows(rows)
    count_change(call)
    record_event(
        actor=actor,
        action=f"{model._meta.model_name}_moved",
        obj=call,
        text=capfirst(f"{row._meta.verbose_name}: nu nummer {there + 1} av {len(rows)}: {row}"),
        data={"row": f"{model._meta.model_name}:{row.pk}:place"},
    )
    return Place(there + 1, len(rows))


def number_rows(rows: Sequence[Ordered]) -> None:
    """Give the rows the order they stand in, from 1. The database looks at the whole at the end."""
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])


def next_order(rows: Sequence[Ordered]) -> int:
    return rows[-1].order + 1 if rows else 1


def require_conditions_first(questions: Sequence[CallQuestion]) -> None:
    """Raises Refusal if a question in this order would come before the one it hangs on."""
    put: set[int] = set()
    for question in questions:
        if question.shown_if_id is not None and question.shown_if_id not in put:
            parent = next(one for one in questions if one.pk == question.shown_if_id)
            raise Refusal(
                f"Frågan ”{question.label}” ställs beroende på svaret på ”{parent.label}” och måste komma "
                "efter den. Ändra villkoret om ordningen ska bli en annan."
            )
        put.add(question.pk)
