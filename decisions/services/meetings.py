"""The nämnd's meetings: when and where, and what the minutes say of the reported decisions."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from decisions.models import BoardNotice, Committee, CommitteeMeeting, DecisionReport
from decisions.rules import may_arrange_meetings
from decisions.services.lists import lock_meeting, require_list_closed
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_isodate
from s3portal.outbox.services import cancel_queued


@transaction.atomic
def create_meeting(
    *,
    committee: Committee,
    starts_at: datetime,
    place: str,
    actor: User,
    agenda_closes_on: date | None = None,
) -> CommitteeMeeting:
    """Enter a meeting. One that has been held may be entered too, for what was decided elsewhere long ago.

    ``agenda_closes_on`` (inclusive) is the last day to put a decision on its list."""
    _require_arranger(actor)
    Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    _require_free(committee, starts_at)
    _require_before(agenda_closes_on, starts_at)
    meeting = CommitteeMeeting.objects.create(
        committee=committee, starts_at=starts_at, place=place, agenda_closes_on=agenda_closes_on
    )
    record_event(actor=actor, action="meeting_created", obj=meeting, text=f"Sammanträde inlagt: {meeting}")
    return meeting


@transaction.atomic
def change_meeting(
    *,
    meeting_id: int,
    starts_at: datetime,
    place: str,
    actor: User,
    agenda_closes_on: date | None = None,
) -> CommitteeMeeting:
    """Move a coming meeting, or say where it is and when its agenda closes (inclusive; None: not said).

    Raises Refusal when it would be moved from or to the past, or to a day before a decision on its list was
    made. Reminders of the old day that wait to be sent are stopped."""
    _require_arranger(actor)
    meeting = lock_meeting(meeting_id)
    _require_held(meeting)
    if starts_at != meeting.starts_at:
        _require_movable(meeting, starts_at)
    _require_before(agenda_closes_on, starts_at)
    if (starts_at, agenda_closes_on) != (meeting.starts_at, meeting.agenda_closes_on):
        cancel_queued(obj=meeting, kinds=["decision_unreported"], actor=actor)
    meeting.starts_at, meeting.place, meeting.agenda_closes_on = starts_at, place, agenda_closes_on
    meeting.save(update_fields=["starts_at", "place", "agenda_closes_on"])
    record_event(actor=actor, action="meeting_changed", obj=meeting, text=f"Sammanträde ändrat: {meeting}")
    return meeting


@transaction.atomic
def record_minutes(
    *, meeting_id: int, report_paragraph: str, approved_on: date | None, actor: User
) -> CommitteeMeeting:
    """Note the § under which the decisions were reported and the day the minutes were approved (justerade).

    Raises Refusal before the meeting has begun, for a day before the meeting or still to come, and for
    another day or § than has been announced."""
    _require_arranger(actor)
    meeting = lock_meeting(meeting_id)
    _require_held(meeting)
    if not meeting.has_begun:
        raise Refusal("Sammanträdet har inte varit än. Vänta med protokollet.")
    if approved_on is not None:
        if approved_on > timezone.localdate():
            raise Refusal(
                "Ange en dag som har varit. Protokollet kan inte justeras i framtiden.", field="approved_on"
            )
        if approved_on < meeting.day:
            raise Refusal("Ange sammanträdets dag eller en senare dag.", field="approved_on")
    if approved_on is not None or report_paragraph:
        require_list_closed(meeting)
    _require_same_as_posted(meeting, report_paragraph, approved_on)
    meeting.report_paragraph, meeting.approved_on = report_paragraph, approved_on
    meeting.save(update_fields=["report_paragraph", "approved_on"])
    day = "inte angiven" if approved_on is None else format_isodate(approved_on)
    record_event(
        actor=actor,
        action="meeting_minutes",
        obj=meeting,
        text=f"Paragraf {report_paragraph or 'inte angiven'}, justerat {day}",
        data={"paragraph": report_paragraph, "approved_on": None if approved_on is None else day},
    )
    return meeting


def _require_arranger(actor: User) -> None:
    if not may_arrange_meetings(actor):
        raise Refusal("Bara en registrator eller en administratör kan ändra i sammanträdena.")


def _require_held(meeting: CommitteeMeeting) -> None:
    if meeting.is_called_off:
        raise Refusal("Sammanträdet är inställt och kan inte ändras.")


def _require_same_as_posted(meeting: CommitteeMeeting, paragraph: str, approved_on: date | None) -> None:
    """The notice that counts has told everyone the day and the §, and its proof will say so: they cannot
    become others afterwards. A notice that told no § says nothing against one."""
    posted = BoardNotice.objects.filter(meeting=meeting, early=False).first()
    if posted is None:
        return
    if approved_on != posted.approved_on:
        raise Refusal(
            "Dagen står i anslaget och kan inte ändras. Är den fel tar du först ned anslaget.",
            field="approved_on",
        )
    if posted.paragraph and paragraph != posted.paragraph:
        raise Refusal(
            f"I anslaget står {posted.paragraph}, och det kan inte ändras. Är paragrafen fel tar du först "
            "ned anslaget.",
            field="report_paragraph",
        )


def _require_before(agenda_closes_on: date | None, starts_at: datetime) -> None:
    if agenda_closes_on is not None and agenda_closes_on > timezone.localdate(starts_at):
        raise Refusal("Ange sammanträdets dag eller en tidigare dag.", field="agenda_closes_on")


def _require_movable(meeting: CommitteeMeeting, starts_at: datetime) -> None:
    if meeting.has_begun:
        raise Refusal("Sammanträdet har börjat och kan inte flyttas.", field="day")
    if starts_at <= timezone.now():
        raise Refusal("Välj en tid som inte har varit.", field="day")
    last = DecisionReport.objects.filter(meeting=meeting).aggregate(day=Max("decision__decided_on"))["day"]
    if last is not None and timezone.localdate(starts_at) < last:
        raise Refusal(
            f"På listan finns ett beslut från {format_isodate(last)}. Välj den dagen eller en senare.",
            field="day",
        )
    if timezone.localdate(starts_at) != meeting.day and meeting.annexes.holding().exists():
        raise Refusal("Listan är fastställd för den dagen. Öppna den igen först.", field="day")
    _require_free(meeting.committee, starts_at)


def _require_free(committee: Committee, starts_at: datetime) -> None:
    if CommitteeMeeting.objects.standing().filter(committee=committee, starts_at=starts_at).exists():
        raise Refusal("Nämnden har redan ett sammanträde vid den tiden.", field="day")
