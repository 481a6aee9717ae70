"""Meetings as calendar files (RFC 5545), and as invitations that a calendar takes in by itself (RFC 5546)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText, vUri

from calls.enums import MeetingStatus
from calls.models import Meeting
from s3portal.common.files import InlineFile
from s3portal.common.swedish import in_stockholm
from s3portal.common.text import markdown_to_plain

PRODUCT: Final = "-//S3-portalen//Möten//SV"


class Method(StrEnum):
    """What the file asks the calendar for."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def meeting_event(meeting: Meeting, *, url: str, with_link: bool) -> Event:
    """The meeting on Swedish clocks. ``url``: its page. ``with_link``: with the ways to take part from afar,
    which are the public's only where the officer has said so.

    The UID is the same every time and SEQUENCE grows with each change of time or place, so reading the file
    again changes the entry and adds none.
    """
    event = Event()
    event.add("uid", f"mote-{meeting.pk}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", timezone.now())
    event.add("sequence", meeting.sequence)
    event.add("dtstart", in_stockholm(meeting.starts_at))
    event.add("dtend", in_stockholm(meeting.ends_at))
    event.add("summary", meeting.title)
    event.add("status", _status(meeting))
    if meeting.place:
        event.add("location", meeting.place)
    event.add("description", _description(meeting, url=url, with_link=with_link))
    event.add("url", vUri(url))
    return event


def _status(meeting: Meeting) -> str:
    if meeting.status == MeetingStatus.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if meeting.save_the_date else "CONFIRMED"


def calendar_of(events: Iterable[Event], *, method: Method = Method.PUBLISH) -> Calendar:
    """A file with these events and the time zone they are told in."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar


def meeting_ics(meeting: Meeting, *, url: str) -> bytes:
    """What anybody may fetch from the meeting's page."""
    event = meeting_event(meeting, url=url, with_link=meeting.link_public)
    content: bytes = calendar_of([event]).to_ical()
    return content


class Invitations:
    """The invitations (or their cancellation) of one meeting, one for each person.

    One meeting a file: calendars that take an invitation in by itself read only its first event. What is the
    same for everybody is made once."""

    def __init__(self, meeting: Meeting, *, method: Method) -> None:
        self.meeting, self.method = meeting, method
        self._calendars: dict[bool, Calendar] = {}

    def file_for(self, *, name: str, email: str, with_link: bool) -> InlineFile:
        calendar = self._calendar(with_link)
        (event,) = calendar.walk("VEVENT")
        event.pop("attendee", None)
        event.add("attendee", _attendee(name, email))
        return InlineFile(
            filename=f"mote-{self.meeting.pk}.ics",
            content_type=f"text/calendar; method={self.method.value}; charset=utf-8",
            content=calendar.to_ical(),
        )

    def _calendar(self, with_link: bool) -> Calendar:
        if with_link not in self._calendars:
            url = settings.BASE_URL + reverse("calls:meeting_detail", args=[self.meeting.pk])
            event = meeting_event(self.meeting, url=url, with_link=with_link)
            if self.method is Method.CANCEL:
                event["status"] = vText("CANCELLED")
            organizer = vCalAddress(f"mailto:{settings.REGION['contact_email']}")
            organizer.params["CN"] = vText(_safe(settings.REGION["name"]))
            event.add("organizer", organizer)
            self._calendars[with_link] = calendar_of([event], method=self.method)
        return self._calendars[with_link]


def _attendee(name: str, email: str) -> vCalAddress:
    """Who has registered has said yes already, so the calendar need not ask."""
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params["CN"] = vText(_safe(name))
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _safe(name: str) -> str:
    """A parameter's value may hold neither quotes nor line ends (RFC 5545, 3.2)."""
    return " ".join(name.replace('"', "'").split())


def _description(meeting: Meeting, *, url: str, with_link: bool) -> str:
    ways = [
        f"Anslut: {meeting.link}" if meeting.link else "",
        f"Ring in: {meeting.dial_in_number}" if meeting.dial_in_number else "",
        f"Telefonkonferens-ID: {meeting.conference_id}" if meeting.conference_id else "",
        f"Videokonferensenhet: {meeting.video_address}" if meeting.video_address else "",
        f"Videokonferens-ID: {meeting.video_id}" if meeting.video_id else "",
    ]
    cancelled = meeting.status == MeetingStatus.CANCELLED
    parts = [
        f"Mötet är inställt. {meeting.cancel_reason}".strip() if cancelled else meeting.full_words,
        markdown_to_plain(meeting.text),
        markdown_to_plain(meeting.programme),
        f"Mat och fika: {meeting.meals}" if meeting.meals else "",
        "\n".join(filter(None, ways)) if with_link and not cancelled else "",
        url,
    ]
    return "\n\n".join(filter(None, parts))
