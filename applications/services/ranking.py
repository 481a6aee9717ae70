"""Ranking a call's applications and sharing out its frame, until the ranking is locked (``ranking_lock``)."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from applications.enums import Proposal
from applications.frames import frame_now
from applications.models import Application, Ranking, RankingRow
from applications.queries.assessing import my_recusals
from applications.ranking import amount_if_granted, fits, points_of, ranked_rows, scored_order
from applications.rules import may_handle
from calls.models import Call
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_kr

ONLY_OFFICERS: Final = "Bara en handläggare kan rangordna ansökningar."
CHANGED: Final = (
    "Någon annan har ändrat rangordningen. Nu visas den senaste. Gör om din ändring om den behövs."
)
LOCKED: Final = "Rangordningen är låst och kan inte ändras."
STALE: Final = "Ansökningar har kommit till eller fallit bort. Uppdatera listan först."
WHY_THERE: Final = "Skriv varför ansökan ska stå på en annan plats än poängen ger."


@transaction.atomic
def start_ranking(*, call_id: int, actor: User) -> Ranking:
    """All that wait for a decision, by the mean of the assessments; those without are last.

    Raises Refusal when there are none, when it is begun, and for who has jäv in one of them."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    applications = waiting_in(call)
    _require_may_rank(actor, applications)
    if Ranking.objects.filter(call=call).exists():
        raise Conflict("Rangordningen är redan påbörjad.")
    if not applications:
        raise Refusal("Här finns inga ansökningar som väntar på beslut.")
    ranking = Ranking.objects.create(call=call, started_by=actor)
    _add(ranking, applications, first=1)
    note_step(actor, ranking, "ranking_started", f"Rangordning påbörjad med {len(applications)} ansökningar")
    return ranking


@transaction.atomic
def update_ranking(*, ranking_id: int, actor: User, expected_version: int) -> Ranking:
    """Take in what has come since, last, and drop what has been withdrawn or replaced."""
    ranking = load_open(ranking_id, actor, expected_version)
    waiting = waiting_in(ranking.call)
    rows = _rows(ranking)
    ids = {one.pk for one in waiting}
    gone = [row for row in rows if row.application_id not in ids]
    there = {row.application_id for row in rows}
    new = [one for one in waiting if one.pk not in there]
    _require_may_rank(actor, new)
    RankingRow.objects.filter(pk__in=[row.pk for row in gone]).delete()
    kept = [row for row in rows if row.application_id in ids]
    _number(kept)
    _add(ranking, new, first=len(kept) + 1)
    count_change(ranking)
    note_step(actor, ranking, "ranking_updated", f"Rangordning: {len(new)} kom till, {len(gone)} föll bort")
    return ranking


@transaction.atomic
def change_row(
    *,
    ranking_id: int,
    row_id: int,
    actor: User,
    expected_version: int,
    position: int | None = None,
    proposal: Proposal | None = None,
    amount: int | None = None,
    reason: str | None = None,
    conditions: str | None = None,
) -> RankingRow:
    """Another place, proposal, amount (kronor) or special conditions; what is None stays. An amount proposes
    a grant, a grant without an amount gets what was applied for, and only a grant has conditions.

    Raises Refusal for a place outside the list, for one that the points do not give without ``reason``, and
    for more than what was applied for."""
    ranking = load_open(ranking_id, actor, expected_version)
    rows = _rows(ranking)
    row = next((one for one in rows if one.pk == row_id), None)
    if row is None:
        raise Conflict(CHANGED)
    before = _described(row)
    if position is not None or reason is not None:
        _place(ranking, rows, row, row.position if position is None else position, reason)
    if proposal is not None or amount is not None or conditions is not None:
        _allot(row, proposal, amount, conditions)
    if _described(row) != before:
        count_change(ranking)
        text = f"{row.application.case} i rangordningen: {_described(row)}"
        note_step(actor, ranking, "ranking_row_changed", text, row=row.pk)
    return row


@transaction.atomic
def move_line(*, ranking_id: int, actor: User, expected_version: int, count: int | None = None) -> int:
    """Propose a grant for the first ``count``, or for as many as the frame is enough for; those below
    that had been proposed one become reserves. Raises Refusal when the frame is not enough."""
    ranking = load_open(ranking_id, actor, expected_version)
    rows = _rows(ranking)
    left = frame_now(ranking.call).left
    most = fits(rows, left)
    wanted = most if count is None else count
    if not 0 <= wanted <= len(rows):
        raise Refusal(f"Ange ett tal mellan 0 och {len(rows)}.", field="count")
    if wanted > most:
        needed = sum(amount_if_granted(row) for row in rows[:wanted])
        raise Refusal(
            f"De {wanted} första behöver {format_kr(needed)}, men {format_kr(left)} är kvar av ramen. "
            f"Ramen räcker till de {most} första.",
            field="count",
        )
    for number, row in enumerate(rows):
        if number < wanted and row.proposal != Proposal.GRANT:
            _allot(row, Proposal.GRANT, None)
        elif number >= wanted and row.proposal == Proposal.GRANT:
            _allot(row, Proposal.RESERVE, None)
    count_change(ranking)
    note_step(actor, ranking, "ranking_line_moved", f"Strecket i rangordningen: de {wanted} första föreslås")
    return wanted


# --- Parts ------------------------------------------------------------------------------------------------
def require_may_rank(actor: User, application_ids: Sequence[int]) -> None:
    """Raises Refusal for who is no officer, or has jäv in one of those that are ranked together (KL 7:4)."""
    if not may_handle(actor):
        raise Refusal(ONLY_OFFICERS)
    barred = my_recusals(actor, application_ids)
    if barred:
        cases = Application.objects.filter(pk__in=barred).select_related("case").order_by("pk")
        names = ", ".join(str(one.case) for one in cases)
        raise Refusal(f"Du har anmält jäv i {names} och deltar inte i rangordningen.")


def _require_may_rank(actor: User, applications: Sequence[Application]) -> None:
    require_may_rank(actor, [one.pk for one in applications])


def waiting_in(call: Call) -> list[Application]:
    return list(Application.objects.open().filter(call=call).order_by("pk"))


def load_and_lock(ranking_id: int, actor: User, expected_version: int) -> Ranking:
    """The ranking with its row locked, when this person may and has seen the latest."""
    ranking = Ranking.objects.select_related("call").select_for_update(of=("self",)).get(pk=ranking_id)
    require_may_rank(actor, list(ranking.rows.values_list("application_id", flat=True)))
    if ranking.version != expected_version:
        raise Conflict(CHANGED)
    return ranking


def load_open(ranking_id: int, actor: User, expected_version: int) -> Ranking:
    ranking = load_and_lock(ranking_id, actor, expected_version)
    if not ranking.is_open:
        raise Refusal(LOCKED)
    return ranking


def _rows(ranking: Ranking) -> list[RankingRow]:
    return list(ranking.rows.select_related("application__case").order_by("position"))


def _add(ranking: Ranking, applications: Sequence[Application], *, first: int) -> None:
    points = points_of(ranking.call, [one.pk for one in applications])
    RankingRow.objects.bulk_create(
        RankingRow(ranking=ranking, application=one, position=position)
        for position, one in enumerate(scored_order(applications, points), start=first)
    )


def _place(
    ranking: Ranking, rows: list[RankingRow], row: RankingRow, position: int, reason: str | None
) -> None:
    if not 1 <= position <= len(rows):
        raise Refusal(f"Ange en plats mellan 1 och {len(rows)}.", field="position")
    moved = position != row.position
    if moved:
        rows.remove(row)
        rows.insert(position - 1, row)
        _number(rows)
    given = row.reason if reason is None else reason.strip()
    departs = next(one.departs for one in ranked_rows(ranking) if one.row.pk == row.pk)
    if moved and departs and not given:
        raise Refusal(WHY_THERE, field="reason")
    kept = given if departs else ""
    if kept != row.reason:
        row.reason = kept
        row.save(update_fields=["reason"])


def _number(rows: Sequence[RankingRow]) -> None:
    """From 1 in the order they stand. The database looks at the whole at the end."""
    changed = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            changed.append(row)
    RankingRow.objects.bulk_update(changed, ["position"])


def _allot(
    row: RankingRow, proposal: Proposal | None, amount: int | None, conditions: str | None = None
) -> None:
    applied = row.application.applied_amount or 0
    if amount is not None and not 0 <= amount <= applied:
        raise Refusal(f"Ange ett belopp mellan 0 och {format_kr(applied)}, som är sökt.", field="amount")
    if proposal is None:
        proposal = Proposal.GRANT if amount else Proposal(row.proposal)
        proposal = Proposal.RESERVE if amount == 0 and proposal == Proposal.GRANT else proposal
    if proposal == Proposal.GRANT:
        wanted = amount_if_granted(row) if amount is None else amount
        if wanted == 0:
            raise Refusal("Ange ett belopp för att föreslå bifall.", field="amount")
    else:
        if amount:
            raise Refusal("Ta bort beloppet, eller föreslå bifall.", field="amount")
        wanted = 0
    wished = row.conditions if conditions is None else conditions.strip()
    row.proposal, row.proposed_amount = proposal, wanted
    row.conditions = wished if proposal == Proposal.GRANT else ""
    row.save(update_fields=["proposal", "proposed_amount", "conditions"])


def _described(row: RankingRow) -> str:
    amount = f" {format_kr(row.proposed_amount)}" if row.proposed_amount else ""
    reason = f". Skäl: {row.reason}" if row.reason else ""
    conditions = f". Särskilda villkor: {row.conditions}" if row.conditions else ""
    return f"plats {row.position}, {Proposal(row.proposal).label.lower()}{amount}{reason}{conditions}"


def count_change(ranking: Ranking, *also: str) -> None:
    ranking.version += 1
    ranking.save(update_fields=["version", *also])


def note_ranking_taken(*, actor: User, ranking: Ranking, form: str) -> None:
    """Log who took the ranking as a file; ``form`` is Excel or csv."""
    note_step(actor, ranking, "ranking_exported", f"Rangordningen hämtad som {form}")


def note_step(actor: User, ranking: Ranking, action: str, text: str, **data: int) -> None:
    record_event(
        actor=actor, action=action, obj=ranking.call, text=text, data={"ranking": ranking.pk, **data}
    )
