"""A meeting as a calendar file (RFC 5545)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vUri

from calls.models import Meeting
from s3portal.common.swedish import in_stockholm
from s3portal.common.text import markdown_to_plain

FULL_ROOM = "Fullsatt i lokalen. Nu endast öppen för deltagande via länk."


def meeting_ics(meeting: Meeting, *, url: str) -> bytes:
    """The meeting on Swedish clocks, with every way to take part in its description.

    The UID is the same every time, so fetching the file again changes the entry and adds none.
    """
    event = Event()
    event.add("uid", f"mote-{meeting.pk}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", in_stockholm(meeting.starts_at))
    event.add("dtend", in_stockholm(meeting.ends_at))
    event.add("summary", meeting.title)
    if meeting.place:
        event.add("location", meeting.place)
    event.add("description", _description(meeting, url=url))
    event.add("url", vUri(url))
    calendar = Calendar()
    calendar.add("prodid", "-//S3-portalen//Möten//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _description(meeting: Meeting, *, url: str) -> str:
    ways = [
        f"Anslut: {meeting.link}" if meeting.link else "",
        f"Ring in: {meeting.dial_in_number}" if meeting.dial_in_number else "",
        f"Telefonkonferens-ID: {meeting.conference_id}" if meeting.conference_id else "",
        f"Videokonferensenhet: {meeting.video_address}" if meeting.video_address else "",
        f"Videokonferens-ID: {meeting.video_id}" if meeting.video_id else "",
    ]
    parts = [
        FULL_ROOM if meeting.room_full else "",
        markdown_to_plain(meeting.text),
        markdown_to_plain(meeting.programme),
        "\n".join(filter(None, ways)),
        url,
    ]
    return "\n\n".join(filter(None, parts))
