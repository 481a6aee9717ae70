"""Meetings in lists: which ones, and how they stand together."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from calls.models import Meeting, MeetingQuerySet

#: More coming ones than these stand on a page of their own.
MOST_COMING = 40
#: What no list shows.
LONG = ("text", "programme", "series__text")
LONG_OF_CALL = ("call__text", "call__search", "call__internal_notes", "call__who_may_apply")


def public_meetings() -> MeetingQuerySet:
    """Meetings that anyone may see, cancelled ones too: drafts and those about a call that is not published
    yet are left out."""
    return Meeting.objects.public().select_related("series", "area", "call").defer(*LONG_OF_CALL)


@dataclass(frozen=True)
class MeetingFilter:
    """What a visitor looks for. ``when`` is "kommande", "tidigare" or empty for both."""

    area: str = ""
    kind: str = ""
    when: str = ""

    def __bool__(self) -> bool:
        return bool(self.area or self.kind or self.when)

    def narrow(self, meetings: MeetingQuerySet) -> MeetingQuerySet:
        if self.area:
            meetings = meetings.filter(area__slug=self.area)
        if self.kind:
            meetings = meetings.filter(kind=self.kind)
        return meetings


@dataclass(frozen=True)
class MeetingGroup:
    """Meetings that stand together in a list: one invitation with its slots, or one meeting by itself."""

    title: str
    meetings: list[Meeting]


def by_series(meetings: list[Meeting]) -> list[MeetingGroup]:
    """Neighbours of one series as a group, in the order they came; within a group earliest first."""
    groups: list[MeetingGroup] = []
    last: int | None = None
    for meeting in meetings:
        if meeting.series is None or meeting.series_id != last:
            groups.append(MeetingGroup(meeting.series.title if meeting.series else "", []))
        groups[-1].meetings.append(meeting)
        last = meeting.series_id
    for group in groups:
        group.meetings.sort(key=lambda meeting: (meeting.starts_at, meeting.pk))
    return groups


@dataclass(frozen=True)
class MeetingLists:
    """``coming`` holds the first ``MOST_COMING``, and ``more_coming`` tells of others; ``paged`` are the past
    ones, or the coming when they are what is asked for."""

    paged: MeetingQuerySet
    paged_are_coming: bool = False
    coming: list[Meeting] = field(default_factory=list)
    more_coming: bool = False


def meeting_lists(wanted: MeetingFilter, *, now: datetime | None = None) -> MeetingLists:
    """The meetings that answer to ``wanted``: the nearest of the coming first, the latest of the past."""
    moment = now or timezone.now()
    meetings = wanted.narrow(public_meetings().defer(*LONG, *LONG_OF_CALL))
    coming, past = meetings.coming(now=moment), meetings.past(now=moment)
    if wanted.when == "kommande":
        return MeetingLists(paged=coming, paged_are_coming=True)
    if wanted.when == "tidigare":
        return MeetingLists(paged=past)
    first = list(coming[: MOST_COMING + 1])
    return MeetingLists(paged=past, coming=first[:MOST_COMING], more_coming=len(first) > MOST_COMING)
