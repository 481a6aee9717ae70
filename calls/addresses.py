"""Whole addresses, with the portal's own name: for feeds, calendars and what people send each other."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from calls.models import Call, Meeting, StrengthArea


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def call_address(call: Call) -> str:
    return absolute(reverse("calls:call_detail", args=[call.slug]))


def area_address(area: StrengthArea) -> str:
    return absolute(reverse("calls:area_detail", args=[area.slug]))


def meeting_address(meeting: Meeting) -> str:
    return absolute(reverse("calls:meeting_detail", args=[meeting.pk]))


def host() -> str:
    """The portal's name in identifiers that must never change."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"
