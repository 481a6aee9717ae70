"""Calls and meetings in the words of schema.org, for search engines (JSON-LD)."""

import json
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from calls.addresses import call_address
from calls.enums import Attendance, MeetingStatus
from calls.models import Call, Meeting
from s3portal.common.swedish import in_stockholm
from s3portal.common.text import markdown_to_plain

# What could end the script element or begin another inside a string, as JSON escapes.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
CONTEXT = "https://schema.org"


def json_ld(data: dict[str, Any]) -> SafeString:
    """A script element that holds data and runs nothing, whatever the texts in it say."""
    content = json.dumps({"@context": CONTEXT} | data, ensure_ascii=False).translate(_ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(content),  # noqa: S308 - escaped above
    )


def call_structured(call: Call) -> SafeString:
    """A call as a grant with what it holds, who gives it and when one applies."""
    amount: dict[str, Any] = {"@type": "MonetaryAmount", "currency": "SEK"}
    amount["maxValue"] = call.max_amount if call.max_amount is not None else call.frame
    if call.min_amount is not None:
        amount["minValue"] = call.min_amount
    address = call_address(call)
    return json_ld(
        {
            "@type": "MonetaryGrant",
            "@id": address,
            "url": address,
            "name": call.title,
            "description": call.summary,
            "inLanguage": "sv",
            "amount": amount,
            "funder": _region(),
            "about": [{"@type": "Thing", "name": area.name} for area in call.areas.all()],
            "potentialAction": {
                "@type": "ApplyAction",
                "target": address,
                "startTime": in_stockholm(call.opens_at).isoformat(),
                "endTime": in_stockholm(call.closes_at).isoformat(),
            },
        }
    )


def meeting_structured(meeting: Meeting, *, url: str) -> SafeString:
    """A meeting as an event. ``url`` is its page's whole address; the link to join is told only when it is
    public."""
    cancelled = meeting.status == MeetingStatus.CANCELLED
    return json_ld(
        {
            "@type": "Event",
            "@id": url,
            "url": url,
            "name": meeting.title,
            "description": markdown_to_plain(meeting.text) or meeting.get_kind_display(),
            "inLanguage": "sv",
            "startDate": in_stockholm(meeting.starts_at).isoformat(),
            "endDate": in_stockholm(meeting.ends_at).isoformat(),
            "eventStatus": f"{CONTEXT}/{'EventCancelled' if cancelled else 'EventScheduled'}",
            "eventAttendanceMode": f"{CONTEXT}/{_MODES[Attendance(meeting.attendance)]}",
            "location": _locations(meeting, url=url),
            "organizer": _region(),
            "isAccessibleForFree": True,
        }
    )


_MODES = {
    Attendance.ROOM: "OfflineEventAttendanceMode",
    Attendance.LINK: "OnlineEventAttendanceMode",
    Attendance.BOTH: "MixedEventAttendanceMode",
}


def _locations(meeting: Meeting, *, url: str) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    if meeting.attendance != Attendance.LINK:
        place = meeting.place or settings.REGION["place"]
        places.append({"@type": "Place", "name": place, "address": place})
    if meeting.attendance != Attendance.ROOM:
        link = meeting.link if meeting.link and meeting.link_public else url
        places.append({"@type": "VirtualLocation", "url": link})
    return places


def _region() -> dict[str, str]:
    return {"@type": "GovernmentOrganization", "name": settings.REGION["name"], "url": settings.BASE_URL}
