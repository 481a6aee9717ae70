"""A meeting that is not held (ställs in): its list goes to the next one."""

from django.db import transaction
from django.utils import timezone

from decisions.models import BoardNotice, Committee, CommitteeMeeting, DecisionReport, MeetingAnnex
from decisions.models.committee import CommitteeMeetingQuerySet
from decisions.rules import may_arrange_meetings
from decisions.services.lists import is_confirmed, lock_meeting
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.services import cancel_queued


@transaction.atomic
def call_off_meeting(*, meeting_id: int, reason: str, actor: User) -> int:
    """Note that a meeting is not held, or was not. Returns how many decisions went to the next list.

    They go to the nämnd's next meeting whose list is not confirmed, with what the members have read; without
    one they are on no list, and go to the next by themselves when it is entered. What the chair decided alone
    goes to the very next meeting or to none: it waits until that list is opened (KL 6:40). A confirmed list
    is opened; its annex stays in the diary. Raises Refusal without a reason, and when there are minutes or a
    notice of them; Conflict when it is called off already."""
    if not may_arrange_meetings(actor):
        raise Refusal("Bara en registrator eller en administratör kan ställa in sammanträden.")
    # The nämnd first: two meetings that are called off at once hand over to each other otherwise.
    committee_id = CommitteeMeeting.objects.values_list("committee_id", flat=True).get(pk=meeting_id)
    Committee.objects.select_for_update(of=("self",)).get(pk=committee_id)
    meeting = lock_meeting(meeting_id)
    if meeting.is_called_off:
        raise Conflict("Sammanträdet är redan inställt.")
    if meeting.approved_on is not None or meeting.report_paragraph:
        raise Refusal("Sammanträdet har ett protokoll och har alltså hållits.")
    if BoardNotice.objects.filter(meeting=meeting).exists():
        raise Refusal("Sammanträdet har ett anslag och har alltså hållits.")
    if not reason.strip():
        raise Refusal("Ange varför sammanträdet ställs in.", field="reason")
    _open_list(meeting, reason.strip(), actor)
    moved = _move_list(meeting, actor)
    meeting.cancelled_at, meeting.cancelled_by = timezone.now(), actor
    meeting.cancel_reason = reason.strip()
    meeting.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    cancel_queued(obj=meeting, actor=actor)
    record_event(
        actor=actor,
        action="meeting_called_off",
        obj=meeting,
        text=f"Sammanträdet ställdes in: {meeting.cancel_reason}",
        data={"moved": moved},
    )
    return moved


def _open_list(meeting: CommitteeMeeting, reason: str, actor: User) -> None:
    for annex in MeetingAnnex.objects.holding().filter(meeting=meeting):
        annex.reopened_at, annex.reopened_by = timezone.now(), actor
        annex.reopen_reason = f"Sammanträdet ställdes in: {reason}"
        annex.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])


def _move_list(meeting: CommitteeMeeting, actor: User) -> int:
    reports = list(
        DecisionReport.objects.filter(meeting=meeting).select_related("decision__clause").order_by("pk")
    )
    next_open, nearest = _next_open(meeting), _coming_but(meeting).first()
    moved = 0
    for report in reports:
        decided, clause = report.decision.decided_on, report.decision.clause
        to = next_open
        if clause is not None and clause.urgent and next_open != nearest:
            to = None
        if to is not None and decided is not None and decided <= to.day:
            report.meeting = to
            report.save(update_fields=["meeting"])
            text = f"Flyttades från det inställda {meeting} till {to}"
            moved += 1
        else:
            report.delete()
            text = f"Borttaget från det inställda {meeting}, väntar på nästa lista"
        record_event(
            actor=actor,
            action="decision_report_moved",
            obj=report.decision,
            text=text,
            data={"from": meeting.pk, "to": None if to is None else to.pk},
        )
    return moved


def _next_open(meeting: CommitteeMeeting) -> CommitteeMeeting | None:
    for found in _coming_but(meeting).values_list("pk", flat=True)[:20]:
        other = lock_meeting(found)
        if not is_confirmed(other):
            return other
    return None


def _coming_but(meeting: CommitteeMeeting) -> CommitteeMeetingQuerySet:
    return CommitteeMeeting.objects.coming().filter(committee=meeting.committee).exclude(pk=meeting.pk)
