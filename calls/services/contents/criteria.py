"""What applications are judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from calls.consistency import weights_agree
from calls.enums import CallStatus
from calls.models import Call, Criterion
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
from s3portal.common.swedish import format_percent


@dataclass(frozen=True)
class CriterionContent:
    """``weight`` in percent, 1 to 100; scores run from 1 to ``max_score``, which is 2 to 10."""

    title: str
    text: str
    weight: int | None = None
    max_score: int = 5


def weights_problem(weights: Sequence[int | None]) -> str:
    """What is not right with the weights of a call's criteria; empty when all have one and they make 100,
    or none has one."""
    if weights_agree(weights):
        return ""
    given = [weight for weight in weights if weight is not None]
    missing = len(weights) - len(given)
    if missing:
        return f"{missing} av {len(weights)} kriterier saknar vikt. Ange en vikt för alla eller för inget."
    return f"Vikterna är {format_percent(sum(given))}, de ska bli {format_percent(100)}."


@transaction.atomic
def save_criterion(
    *,
    actor: User,
    call_id: int,
    data: CriterionContent,
    row_id: int | None = None,
    seen: str = "",
) -> Criterion:
    """Add a criterion last, or change one. A draft's weights may make anything; a published call's must be
    whole after each change. Raises Refusal, and Conflict when somebody else was first."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.criteria.all())
    if row_id is None:
        criterion = Criterion(call=call, order=next_order(rows))
        rows.append(criterion)
    else:
        criterion = _pick(rows, row_id)
        require_unchanged(call=call, row=criterion, seen=seen, actor=actor)
    require_finished(call, title=data.title, text=data.text)
    if data.weight is not None and not 1 <= data.weight <= 100:
        raise Refusal("Ange en vikt från 1 till 100 procent.", field="weight")
    if not 2 <= data.max_score <= 10:
        raise Refusal("Ange en högsta poäng från 2 till 10.", field="max_score")
    before = (criterion.title, criterion.weight)
    for name in ("title", "text", "weight", "max_score"):
        setattr(criterion, name, getattr(data, name))
    _require_whole_when_published(call, rows)
    criterion.save()
    text = _added(criterion) if row_id is None else _changed(criterion, *before)
    action = "criterion_added" if row_id is None else "criterion_changed"
    tell(actor=actor, call=call, row=criterion, action=action, field="criteria", text=text)
    return criterion


def _added(criterion: Criterion) -> str:
    weight = "" if criterion.weight is None else f" med vikten {format_percent(criterion.weight)}"
    return f"Kriteriet {quoted(criterion.title)} är tillagt{weight}."


def _changed(criterion: Criterion, title: str, weight: int | None) -> str:
    if criterion.title != title:
        return f"Kriteriet {quoted(title)} heter nu {quoted(criterion.title)}."
    if criterion.weight != weight:
        return _reweighted(criterion, weight)
    return f"Kriteriet {quoted(title)} är ändrat."


def _reweighted(criterion: Criterion, old: int | None) -> str:
    words = ["ingen vikt" if weight is None else format_percent(weight) for weight in (old, criterion.weight)]
    return f"Vikten för kriteriet {quoted(criterion.title)} är ändrad från {words[0]} till {words[1]}."


@transaction.atomic
def set_weights(
    *,
    actor: User,
    call_id: int,
    weights: Mapping[int, int | None],
    seen: Mapping[int, int | None],
) -> int:
    """Set the weights of all a call's criteria at once; gives how many were changed. ``weights`` and
    ``seen``, which is what the actor's page showed, are by the criteria's ids.

    Raises Conflict when the criteria or weights are no longer those that were seen."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.criteria.all())
    if {row.pk: row.weight for row in rows} != dict(seen) or set(seen) != set(weights):
        raise Conflict("Någon annan har ändrat kriterierna eller vikterna efter att du öppnade sidan.")
    if not all(weight is None or 1 <= weight <= 100 for weight in weights.values()):
        raise Refusal("Ange vikter från 1 till 100 procent.")
    changed = [(row, row.weight) for row in rows if row.weight != weights[row.pk]]
    for row, _old in changed:
        row.weight = weights[row.pk]
    _require_whole_when_published(call, rows)
    for row, old in changed:
        row.save(update_fields=["weight"])
        text = _reweighted(row, old)
        tell(actor=actor, call=call, row=row, action="criterion_changed", field="criteria", text=text)
    return len(changed)


@transaction.atomic
def delete_criterion(*, actor: User, call_id: int, row_id: int) -> None:
    """Raises Refusal when a published call's weights would not be whole without it."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.criteria.all())
    criterion = _pick(rows, row_id)
    rows.remove(criterion)
    _require_whole_when_published(call, rows)
    tell(
        actor=actor,
        call=call,
        row=criterion,
        action="criterion_deleted",
        field="criteria",
        text=f"Kriteriet {quoted(criterion.title)} är borttaget.",
    )
    criterion.delete()
    number_rows(rows)


def _pick(rows: Sequence[Criterion], row_id: int) -> Criterion:
    criterion = next((row for row in rows if row.pk == row_id), None)
    if criterion is None:
        raise Conflict(GONE)
    return criterion


def _require_whole_when_published(call: Call, rows: Sequence[Criterion]) -> None:
    # The first application may come at any moment, and then the weights stand as they are.
    problem = weights_problem([row.weight for row in rows]) if call.status == CallStatus.PUBLISHED else ""
    if problem:
        raise Refusal(
            f"{problem} Utlysningen är publicerad, så vikterna måste stämma hela tiden. Ta bort alla vikter "
            "under Vikter, ändra kriterierna och sätt sedan vikterna igen tillsammans.",
            field="weight",
        )
