"""Locking a ranking, which freezes all it rests on, and unlocking it again with a reason."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications.documents import JSON_TYPE
from applications.enums import ApplicationStatus, RankingStatus
from applications.frames import frame_now
from applications.models import Application, Ranking, RankingLock
from applications.ranking import Allocation, RankedRow, ranked_rows, unexplained
from applications.ranking.frozen import freeze
from applications.services.ranking import (
    STALE,
    count_change,
    load_and_lock,
    load_open,
    note_step,
    waiting_in,
)
from applications.snapshot import canonical_json
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_kr
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import open_case, register_record, store_record_file


@transaction.atomic
def lock_ranking(*, ranking_id: int, actor: User, expected_version: int) -> Ranking:
    """It stands from now on, as the basis of the decisions: all it rests on is frozen and registered in the
    ranking's own case (docs/adr/0012), and the appendix is made after commit.

    Raises Refusal when more is proposed than is left of the frame or than is applied for, when a place has no
    reason, when a supplement is waited for, and when applications have come or gone."""
    ranking = load_open(ranking_id, actor, expected_version)
    # Decisions lock the application first: none is signed while this is added up.
    list(
        Application.objects.filter(ranking_rows__ranking=ranking)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    rows = ranked_rows(ranking)
    if {one.application.pk for one in rows} != {one.pk for one in waiting_in(ranking.call)}:
        raise Refusal(STALE)
    _require_reasons(rows)
    _require_no_supplement(rows)
    _require_within_applied(rows)
    total, left = sum(one.row.proposed_amount for one in rows), frame_now(ranking.call).left
    if total > left:
        raise Refusal(
            f"Föreslaget är {format_kr(total)}, men {format_kr(left)} är kvar av ramen. Minska först."
        )
    now = timezone.now()
    lock = _freeze(ranking, rows, Allocation(ranking.call.frame, left, total), actor, now)
    ranking.status, ranking.locked_by, ranking.locked_at = RankingStatus.LOCKED, actor, now
    ranking.locked_left, ranking.locked_total = left, total
    count_change(ranking, "case", "status", "locked_by", "locked_at", "locked_left", "locked_total")
    note_step(
        actor,
        ranking,
        "ranking_locked",
        f"Rangordning låst: {format_kr(total)} av {format_kr(left)}",
        record=lock.record_id,
    )
    return ranking


@transaction.atomic
def unlock_ranking(*, ranking_id: int, actor: User, expected_version: int, reason: str) -> Ranking:
    """Work on it again; what was locked is kept with its appendix. Raises Refusal without a reason, and when
    a decision rests on it."""
    ranking = load_and_lock(ranking_id, actor, expected_version)
    if ranking.is_open:
        raise Refusal("Rangordningen är inte låst.")
    if not reason.strip():
        raise Refusal("Skriv varför rangordningen låses upp.", field="reason")
    applications = Application.objects.filter(ranking_rows__ranking=ranking).order_by("pk")
    if any(one.status in ApplicationStatus.decided() for one in applications.select_for_update(of=("self",))):
        raise Refusal("Beslut är redan undertecknade med rangordningen som underlag. Den står fast.")
    ranking.locks.holding().update(
        unlocked_by=actor, unlocked_at=timezone.now(), unlock_reason=reason.strip()
    )
    ranking.status, ranking.unlock_reason = RankingStatus.OPEN, reason.strip()
    ranking.locked_by = ranking.locked_at = ranking.locked_left = ranking.locked_total = None
    count_change(ranking, "status", "unlock_reason", "locked_by", "locked_at", "locked_left", "locked_total")
    note_step(actor, ranking, "ranking_unlocked", f"Rangordning upplåst: {reason.strip()}")
    return ranking


# --- Parts ------------------------------------------------------------------------------------------------
def _require_reasons(rows: Sequence[RankedRow]) -> None:
    found = unexplained(rows)
    if found is not None:
        raise Refusal(f"{found.application.case} står inte där poängen ger. Skriv skäl för platsen först.")


def _require_no_supplement(rows: Sequence[RankedRow]) -> None:
    """What is applied for may change with the answer."""
    for one in rows:
        if one.application.status == ApplicationStatus.SUPPLEMENT:
            case = one.application.case
            raise Refusal(f"{case} kompletteras. Lås när svaret har kommit, eller avsluta begäran först.")


def _require_within_applied(rows: Sequence[RankedRow]) -> None:
    """A supplement may have lowered what is applied for since the amount was proposed."""
    for one in rows:
        applied = one.application.applied_amount or 0
        if one.row.proposed_amount > applied:
            proposed = format_kr(one.row.proposed_amount)
            raise Refusal(
                f"{one.application.case}: föreslaget är {proposed}, men det sökta är {format_kr(applied)}. "
                "Ändra beloppet först."
            )


def _freeze(
    ranking: Ranking, rows: Sequence[RankedRow], allocation: Allocation, actor: User, now: datetime
) -> RankingLock:
    number = ranking.locks.count() + 1
    ranking.case = ranking.case or _open_case(ranking, actor, now)
    record = register_record(
        actor=actor,
        case=ranking.case,
        direction=Direction.DRAWN_UP,
        title=f"Rangordning och fördelning, låsning {number}",
        dated_at=now,
    )
    content = freeze(ranking, rows, allocation=allocation, number=number, by=actor, at=now, record=record)
    store_record_file(
        record=record,
        filename=f"rangordning-{ranking.case.slug}-{number}.json",
        content_type=JSON_TYPE,
        content=canonical_json(content),
    )
    lock = RankingLock.objects.create(
        ranking=ranking,
        number=number,
        locked_by=actor,
        locked_at=now,
        frame=allocation.frame,
        frame_left=allocation.left,
        total=allocation.total,
        content=content,
        record=record,
    )
    _make_appendix_after_commit(lock.pk)
    return lock


def _open_case(ranking: Ranking, actor: User, now: datetime) -> Case:
    return open_case(
        actor=actor,
        prefix=ranking.call.diary_prefix,
        title=f"Rangordning och fördelning: {ranking.call.title}"[:300],
        officer=actor,
        opened_on=timezone.localdate(now),
    )


def _make_appendix_after_commit(lock_id: int) -> None:
    from applications.tasks import render_ranking_appendix  # the task imports what this module imports

    transaction.on_commit(lambda: render_ranking_appendix.delay(lock_id), robust=True)
