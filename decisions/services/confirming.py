"""Confirming a meeting's list: it is frozen, and its annex is made and registered in the diary."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.documents import JSON_TYPE
from applications.snapshot import canonical_json
from decisions.annex import annex_content
from decisions.copy_refusals import refusals_to_report
from decisions.models import CommitteeMeeting, MeetingAnnex
from decisions.report_list import lines_of, list_mark
from decisions.rules import may_report
from decisions.services.lists import is_confirmed, lock_meeting, require_no_minutes
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_isodate
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import open_case, register_record, store_record_file


@transaction.atomic
def confirm_list(*, meeting_id: int, seen: str, actor: User) -> MeetingAnnex:
    """Freeze the list as it is; its PDF is made soon after. ``seen``: ``list_mark`` of what the actor saw.

    A list that was confirmed before the meeting may be so again after it, when something was struck. Else
    raises Refusal once the meeting has begun, for one that was called off and for an empty list; Conflict
    when it is confirmed already or has changed since."""
    _require_registrar(actor)
    meeting = lock_meeting(meeting_id)
    if meeting.is_called_off:
        raise Refusal("Sammanträdet är inställt. Dess lista har flyttats.")
    if is_confirmed(meeting):
        raise Conflict("Listan är redan fastställd.")
    require_no_minutes(meeting)
    if meeting.has_begun and not meeting.annexes.exists():
        raise Refusal("Sammanträdet har börjat. Listan kan inte fastställas längre.")
    lines, refusals = lines_of(meeting), refusals_to_report(meeting)
    if not (lines or refusals):
        if meeting.has_begun:
            raise Refusal("Alla beslut är strukna, så det finns inget att fastställa.")
        raise Refusal("Listan är tom. Anmäl minst ett beslut innan du fastställer den.")
    if seen != list_mark(meeting):
        raise Conflict("Listan har ändrats sedan du öppnade sidan. Läs den igen och fastställ den sedan.")
    now, number = timezone.now(), meeting.annexes.count() + 1
    record = register_record(
        actor=actor,
        case=_case_of(meeting, actor),
        direction=Direction.DRAWN_UP,
        title=f"Anmälda delegationsbeslut, bilaga {number} till sammanträdet {format_isodate(meeting.day)}",
        dated_at=now,
    )
    content = annex_content(meeting, lines, refusals, number=number, by=actor, at=now, record=record)
    store_record_file(
        record=record,
        filename=f"anmalda-beslut-{format_isodate(meeting.day)}-{number}.json",
        content_type=JSON_TYPE,
        content=canonical_json(content),
    )
    annex = _create(meeting, number, content, actor, now, record_id=record.pk)
    record_event(
        actor=actor,
        action="report_list_confirmed",
        obj=meeting,
        text=f"Listan fastställd med {len(lines)} beslut, {record}",
        data={
            "annex": annex.pk,
            "decisions": [line.decision_id for line in lines],
            "refusals": [refused.request_id for refused in refusals],
        },
    )
    return annex


@transaction.atomic
def reopen_list(*, meeting_id: int, reason: str, actor: User) -> None:
    """Let the list change again. The annex that was made stays in the diary; the next replaces it.

    Raises Refusal without a reason and when the minutes are noted, Conflict when it is not confirmed."""
    _require_registrar(actor)
    meeting = lock_meeting(meeting_id)
    annex = MeetingAnnex.objects.holding().filter(meeting=meeting).first()
    if annex is None:
        raise Conflict("Listan är inte fastställd.")
    require_no_minutes(meeting)
    if not reason.strip():
        raise Refusal("Ange varför listan öppnas igen.", field="reason")
    annex.reopened_at, annex.reopened_by, annex.reopen_reason = timezone.now(), actor, reason.strip()
    annex.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
    record_event(
        actor=actor,
        action="report_list_reopened",
        obj=meeting,
        text=f"Listan öppnad igen: {annex.reopen_reason}",
        data={"annex": annex.pk},
    )


def _create(
    meeting: CommitteeMeeting,
    number: int,
    content: dict[str, object],
    actor: User,
    now: datetime,
    *,
    record_id: int,
) -> MeetingAnnex:
    annex: MeetingAnnex = MeetingAnnex.objects.create(
        meeting=meeting,
        number=number,
        confirmed_by=actor,
        confirmed_at=now,
        content=content,
        record_id=record_id,
    )
    from decisions.tasks import render_meeting_annex  # the task imports what this module imports

    transaction.on_commit(lambda: render_meeting_annex.delay(annex.pk), robust=True)
    return annex


def _case_of(meeting: CommitteeMeeting, actor: User) -> Case:
    """One case for the meeting's annexes, opened with the first."""
    earlier = MeetingAnnex.objects.filter(meeting=meeting).select_related("record__case").first()
    if earlier is not None:
        return earlier.record.case
    title = f"Anmälan av delegationsbeslut, {meeting.committee.name} {format_isodate(meeting.day)}"
    return open_case(actor=actor, prefix=settings.DIARY_PREFIX, title=title, officer=None)


def _require_registrar(actor: User) -> None:
    if not may_report(actor):
        raise Refusal("Bara en registrator fastställer listan.")
