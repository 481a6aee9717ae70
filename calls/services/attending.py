"""Those who have registered, as officers handle them: who came, and writing to them."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from calls.meeting_transitions import MeetingAction, require
from calls.models import Meeting, Participation
from calls.queries.officer_meetings import Audience, participants_for
from calls.rules import require_meeting_arranger
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.text import markdown_to_plain, render_markdown
from s3portal.outbox.services import Mail, enqueue_many


@transaction.atomic
def mark_attendance(*, meeting_id: int, came: Mapping[int, bool], actor: User) -> int:
    """Note who came, by the participations' keys; others are left as they are. How many were changed.

    Two officers at two doors each send only what they have ticked or unticked, so neither undoes the other's.
    Raises Refusal before the day of the meeting."""
    require_meeting_arranger(actor)
    meeting = _meeting_of_the_day(meeting_id)
    changed = 0
    for answer in (True, False):
        keys = [key for key, value in came.items() if value is answer]
        rows = Participation.objects.filter(meeting=meeting, pk__in=keys).active()
        changed += rows.exclude(attended=answer, attended__isnull=False).update(attended=answer)
    if changed:
        _note(meeting, actor, f"Närvaro ändrad för {changed}")
    return changed


@transaction.atomic
def mark_all_attended(*, meeting_id: int, actor: User) -> int:
    """Everybody who has not cancelled came. How many that changes."""
    require_meeting_arranger(actor)
    meeting = _meeting_of_the_day(meeting_id)
    rows = Participation.objects.filter(meeting=meeting).active()
    changed = rows.exclude(attended=True, attended__isnull=False).update(attended=True)
    if changed:
        _note(meeting, actor, f"Närvaro för alla: {changed} ändrade")
    return changed


def _meeting_of_the_day(meeting_id: int) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    require(meeting.status, MeetingAction.ATTEND)
    if timezone.localdate(meeting.starts_at) > timezone.localdate():
        raise Refusal("Pricka av närvaro samma dag som mötet hålls, eller senare.")
    return meeting


def _note(meeting: Meeting, actor: User, text: str) -> None:
    record_event(actor=actor, action="attendance_marked", obj=meeting, text=text)


@transaction.atomic
def write_to_participants(
    *, meeting_id: int, audience: Audience, subject: str, text: str, once: str, actor: User
) -> int:
    """A mail to each of those who have registered and whom ``audience`` names. ``text`` is restricted
    Markdown.

    ``once`` names this message: sending it again sends nothing to those who already have it. Gives the
    number of recipients. Raises Refusal when there is nobody."""
    require_meeting_arranger(actor)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting_id)
    require(meeting.status, MeetingAction.WRITE)
    recipients = list(participants_for(audience, meeting=meeting).order_by("pk"))
    if not recipients:
        raise Refusal("Det finns ingen att skriva till i det urvalet.")
    context = {
        "meeting": meeting,
        "subject": subject,
        "plain": markdown_to_plain(text),
        "html": render_markdown(text),
    }
    written = enqueue_many(
        Mail(
            kind="meeting_message",
            key=f"meeting_message:{meeting.pk}:{once}:{participation.pk}",
            to_email=participation.registration.email,
            context=context,
            obj=meeting,
        )
        for participation in recipients
    )
    if not written:
        return len(recipients)
    record_event(
        actor=actor,
        action="meeting_written_to",
        obj=meeting,
        text=f"”{subject}” till {len(recipients)} anmälda ({audience.label})",
        data={"subject": subject, "audience": audience.value, "recipients": len(recipients), "once": once},
    )
    return len(recipients)


def note_export(*, meeting: Meeting, form: str, actor: User) -> None:
    """That somebody took the list out of the portal: wishes about food may tell of health or belief."""
    record_event(
        actor=actor, action="participants_exported", obj=meeting, text=f"Deltagarlistan hämtad som {form}"
    )
