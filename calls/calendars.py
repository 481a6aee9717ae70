"""Calendars to subscribe to (RFC 5545): a call's dates, an area's, and all meetings.

An entry keeps its UID, so that a calendar that is fetched again changes it and adds none. Times are on
Swedish clocks; days and months are all-day entries. What has a moment only, as a deadline, takes no time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from icalendar import Calendar, Event, vUri

from calls.addresses import call_address, host, meeting_address
from calls.enums import DecisionTiming, MilestoneKind
from calls.ics import meeting_event
from calls.models import Call, Meeting, Milestone, StrengthArea
from calls.queries.filters import LONG
from calls.queries.meetings import public_meetings
from calls.queries.timeline import day_after
from s3portal.common.swedish import STOCKHOLM, in_stockholm

#: How far back the calendars of an area and of all meetings go.
DAYS_BACK = 365
REFRESH = timedelta(hours=6)


def call_calendar(call: Call) -> bytes:
    """All dates of a call of ``public_call_pages``: opening, closing, milestones, decision and meetings."""
    return _calendar(call.title, [*_call_events(call), *_meeting_events(call.meetings.all())])


def area_calendar(area: StrengthArea, *, now: datetime | None = None) -> bytes:
    """The area's meetings, those about its calls too, and its calls' openings, deadlines, sub-deadlines."""
    since = (now or timezone.now()) - timedelta(days=DAYS_BACK)
    calls = area.calls.public().filter(closes_at__gte=since).defer(*LONG)
    calls = calls.prefetch_related("milestones", "changes").order_by("closes_at", "pk")
    tied = Call.areas.through.objects.filter(strengtharea=area).values("call_id")
    meetings = public_meetings().filter(Q(area=area) | Q(call__in=tied), ends_at__gte=since)
    events = [event for call in calls for event in _deadline_events(call)]
    return _calendar(area.name, [*events, *_meeting_events(meetings.order_by("starts_at", "pk"))])


def meetings_calendar(*, now: datetime | None = None) -> bytes:
    """Every meeting that anyone may see, from a year back."""
    since = (now or timezone.now()) - timedelta(days=DAYS_BACK)
    meetings = public_meetings().filter(ends_at__gte=since).order_by("starts_at", "pk")
    return _calendar("Möten", _meeting_events(meetings))


def _calendar(name: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//S3-portalen//Kalender//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # RFC 7986, and the older names by which Outlook and Apple's Calendar know the same.
    title = f"{name} – {settings.REGION['name']}"
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _meeting_events(meetings: Iterable[Meeting]) -> Iterator[Event]:
    for meeting in meetings:
        yield meeting_event(meeting, url=meeting_address(meeting), with_link=meeting.link_public)


@dataclass(frozen=True)
class _Entry:
    """One date. A ``datetime`` is a moment; a ``date`` a whole day, or days until ``until`` (exclusive)."""

    uid: str
    summary: str
    start: datetime | date
    until: date | None = None
    note: str = ""


def _call_events(call: Call) -> Iterator[Event]:
    entries = [*_ends(call), *_decision(call), *map(_milestone, call.milestones.all())]
    return _events(call, entries)


def _deadline_events(call: Call) -> Iterator[Event]:
    deadlines = [m for m in call.milestones.all() if m.kind == MilestoneKind.SUB_DEADLINE]
    return _events(call, [*_ends(call), *map(_milestone, deadlines)])


def _ends(call: Call) -> list[_Entry]:
    return [
        _Entry(f"utlysning-{call.pk}-oppnar", "Utlysningen öppnar", in_stockholm(call.opens_at)),
        _Entry(f"utlysning-{call.pk}-stanger", "Sista ansökningsdag", in_stockholm(call.closes_at)),
    ]


def _decision(call: Call) -> list[_Entry]:
    if call.decision_on is None:
        return []
    until = day_after(call.decision_on, whole_month=call.decision_timing == DecisionTiming.MONTH)
    return [_Entry(f"utlysning-{call.pk}-beslut", "Planerat beslut", call.decision_on, until)]


def _milestone(milestone: Milestone) -> _Entry | None:
    uid = f"hallpunkt-{milestone.pk}"
    if milestone.day is None:
        return None
    if milestone.clock:
        start = datetime.combine(milestone.day, milestone.clock, STOCKHOLM)
        return _Entry(uid, milestone.title, start, note=milestone.text)
    until = day_after(milestone.day, whole_month=milestone.whole_month)
    return _Entry(uid, milestone.title, milestone.day, until, milestone.text)


def _events(call: Call, entries: Iterable[_Entry | None]) -> Iterator[Event]:
    address, now = call_address(call), timezone.now()
    # Grows with every save and every change that the public is told of; a milestone has no number of its own.
    sequence = call.revision - 1 + len(call.changes.all())
    for entry in filter(None, entries):
        event = Event()
        event.add("uid", f"{entry.uid}@{host()}")
        event.add("dtstamp", now)
        event.add("sequence", sequence)
        event.add("dtstart", entry.start)
        if entry.until:
            event.add("dtend", entry.until)
        event.add("summary", f"{entry.summary}: {call.title}")
        event.add("description", "\n\n".join(filter(None, (entry.note, address))))
        event.add("url", vUri(address))
        # Nobody is busy because a call closes.
        event.add("transp", "TRANSPARENT")
        yield event
