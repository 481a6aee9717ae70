"""What is shown to those who register for meetings."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from calls.models import Meeting, MeetingQuerySet, MeetingSeries, Participation, Registration
from calls.queries.meetings import public_meetings


@dataclass(frozen=True)
class Slot:
    """One meeting of somebody's registration: where they stand, and what they may do."""

    meeting: Meeting
    participation: Participation | None
    may_change: bool
    position: int | None = None
    offered: bool = False

    @property
    def takes_part(self) -> bool:
        return self.participation is not None and self.participation.cancelled_at is None


def meetings_of(event: Meeting | MeetingSeries) -> MeetingQuerySet:
    """The public meetings that a registration to ``event`` may concern, earliest first."""
    meetings = public_meetings().order_by("starts_at", "pk")
    if isinstance(event, Meeting):
        return meetings.filter(pk=event.pk)
    return meetings.filter(series=event)


def public_series() -> "QuerySet[MeetingSeries]":
    """Series with at least one meeting that anyone may see."""
    return MeetingSeries.objects.filter(pk__in=public_meetings().values("series")).order_by("pk")


def registration_by_token(token: UUID) -> Registration | None:
    """The registration that a mail's link leads to, with what its page shows."""
    participations = Participation.objects.select_related("meeting__series").order_by(
        "meeting__starts_at", "meeting_id"
    )
    return (
        Registration.objects.select_related("series", "meeting__series")
        .prefetch_related(Prefetch("participations", queryset=participations))
        .filter(token=token)
        .first()
    )


def slots_of(registration: Registration, *, now: datetime) -> list[Slot]:
    """The meetings the person takes part in, and those they could still join."""
    have = {each.meeting_id: each for each in registration.participations.all()}
    meetings = {meeting.pk: meeting for meeting in meetings_of(registration.event)}
    meetings |= {pk: each.meeting for pk, each in have.items() if each.cancelled_at is None}
    slots = [_slot(meeting, have.get(pk), now=now) for pk, meeting in meetings.items()]
    shown = [slot for slot in slots if slot.takes_part or slot.may_change]
    return sorted(shown, key=lambda slot: (slot.meeting.starts_at, slot.meeting.pk))


def _slot(meeting: Meeting, participation: Participation | None, *, now: datetime) -> Slot:
    if participation is None or participation.cancelled_at is not None:
        return Slot(meeting, participation, may_change=meeting.takes_registrations(now=now))
    return Slot(
        meeting,
        participation,
        may_change=meeting.takes_changes(now=now),
        position=participation.queue_position(),
        offered=participation.has_offer(now=now) and meeting.takes_changes(now=now),
    )
