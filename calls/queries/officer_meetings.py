"""Meetings and those who have registered, as officers see them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calls.enums import MeetingStatus, Place, RegistrationRule
from calls.models import (
    Meeting,
    MeetingQuerySet,
    MeetingSeries,
    Participation,
    ParticipationQuerySet,
    Registration,
)
from s3portal.common.swedish import format_datetime


class Tab(models.TextChoices):
    """Ways to cut the list of meetings."""

    COMING = "kommande", _("Kommande")
    DRAFTS = "utkast", _("Utkast")
    PAST = "tidigare", _("Tidigare")
    CANCELLED = "installda", _("Inställda")


class Audience(models.TextChoices):
    """Whom an officer lists or writes to."""

    ALL = "alla", _("Alla anmälda")
    ROOM = "lokalen", _("I lokalen")
    LINK = "lank", _("Via länk")
    WAITING = "vantar", _("Väntar på plats i lokalen")


class Sort(models.TextChoices):
    NAME = "namn", _("Namn")
    ORGANISATION = "organisation", _("Organisation")
    PLACE = "deltar", _("Deltar")
    CREATED = "anmald", _("Anmäld")


_ACTIVE = Q(participations__cancelled_at__isnull=True)
_WAITS = Q(wants_room_since__isnull=False)
_COUNTS: dict[str, Any] = {
    "in_room": Count("participations", filter=_ACTIVE & Q(participations__place=Place.ROOM)),
    "by_link": Count("participations", filter=_ACTIVE & Q(participations__place=Place.LINK)),
    "waiting": Count("participations", filter=_ACTIVE & Q(participations__wants_room_since__isnull=False)),
}


def meetings_in(tab: str, *, now: datetime | None = None) -> MeetingQuerySet:
    """The meetings of one tab: the coming and the drafts soonest first, the others latest first."""
    moment = now or timezone.now()
    if tab == Tab.DRAFTS:
        return Meeting.objects.filter(status=MeetingStatus.DRAFT).order_by("starts_at", "pk")
    if tab == Tab.CANCELLED:
        return Meeting.objects.filter(status=MeetingStatus.CANCELLED).order_by("-starts_at", "-pk")
    published = Meeting.objects.held_or_coming()
    return published.past(now=moment) if tab == Tab.PAST else published.coming(now=moment)


def meeting_rows(tab: str, *, text: str = "", kind: str = "", area: int | None = None) -> MeetingQuerySet:
    """The tab's meetings with ``in_room``, ``by_link`` and ``waiting`` counted. Those who wait may be
    counted among those by link too."""
    rows = meetings_in(tab)
    if text:
        rows = rows.filter(
            Q(title__icontains=text) | Q(place__icontains=text) | Q(series__title__icontains=text)
        )
    if kind:
        rows = rows.filter(kind=kind)
    if area:
        rows = rows.filter(area=area)
    return rows.select_related("series", "area").annotate(**_COUNTS)


def tab_counts(*, now: datetime | None = None) -> dict[str, int]:
    """How many coming meetings and drafts there are; the others are history."""
    counts: dict[str, int] = Meeting.objects.aggregate(
        kommande=Count("pk", filter=Q(status=MeetingStatus.PUBLISHED, ends_at__gte=now or timezone.now())),
        utkast=Count("pk", filter=Q(status=MeetingStatus.DRAFT)),
    )
    return counts


def all_series() -> models.QuerySet[MeetingSeries]:
    """Series with how many meetings they have, the newest first."""
    return MeetingSeries.objects.annotate(
        slots=Count("meetings"), drafts=Count("meetings", filter=Q(meetings__status=MeetingStatus.DRAFT))
    ).order_by("-pk")


def slots_of(series: MeetingSeries) -> MeetingQuerySet:
    return (
        Meeting.objects.filter(series=series)
        .select_related("area", "call", "series")
        .annotate(**_COUNTS)
        .order_by("starts_at", "pk")
    )


# --- Who has registered -----------------------------------------------------------------------------------
def participants_for(audience: str, *, meeting: Meeting) -> ParticipationQuerySet:
    """Those who have not cancelled, as an officer names them."""
    active = Participation.objects.filter(meeting=meeting).active()
    if audience == Audience.ROOM:
        active = active.filter(place=Place.ROOM)
    elif audience == Audience.LINK:
        active = active.filter(place=Place.LINK)
    elif audience == Audience.WAITING:
        active = active.filter(_WAITS)
    return active.select_related("registration")


def participant_rows(
    *, meeting: Meeting, audience: str = Audience.ALL, text: str = "", sort: str = Sort.NAME
) -> ParticipationQuerySet:
    """The list as it is shown: searched by name, organisation and address."""
    rows = participants_for(audience, meeting=meeting)
    if text:
        rows = rows.filter(
            Q(registration__name__icontains=text)
            | Q(registration__organisation__icontains=text)
            | Q(registration__email__icontains=text)
        )
    order = {
        Sort.ORGANISATION: ["registration__organisation", "registration__name"],
        Sort.PLACE: ["place", "wants_room_since", "registration__name"],
        Sort.CREATED: ["registration__created_at"],
    }
    return rows.order_by(*order.get(Sort(sort), ["registration__name"]), "pk")


@dataclass(frozen=True)
class Numbers:
    """How many take part and how. ``waiting`` also counts those who take part by link meanwhile;
    ``offered`` are those among them who are asked just now."""

    all: int
    in_room: int
    by_link: int
    waiting: int
    offered: int
    attended: int


def numbers_of(meeting: Meeting) -> Numbers:
    active = Participation.objects.filter(meeting=meeting).active()
    return Numbers(
        **active.aggregate(
            all=Count("pk"),
            in_room=Count("pk", filter=Q(place=Place.ROOM)),
            by_link=Count("pk", filter=Q(place=Place.LINK)),
            waiting=Count("pk", filter=_WAITS),
            offered=Count("pk", filter=Q(offered_until__isnull=False)),
            attended=Count("pk", filter=Q(attended=True)),
        )
    )


@dataclass(frozen=True)
class MealSums:
    """For the caterer: how many eat, and what they have wished, without names."""

    eating: int
    wishes: list[tuple[str, int]]


def meal_sums(meeting: Meeting) -> MealSums:
    """Those in the room; the same wish written with other capitals is the same wish, the most common
    first."""
    in_room = participants_for(Audience.ROOM, meeting=meeting).values_list(
        "registration__meal_wishes", flat=True
    )
    wishes: Counter[str] = Counter()
    words: dict[str, str] = {}
    for wish in in_room:
        key = " ".join(wish.casefold().split()).rstrip(".")
        if key:
            wishes[key] += 1
            words.setdefault(key, wish.strip())
    ordered = sorted(wishes.items(), key=lambda item: (-item[1], item[0]))
    return MealSums(eating=len(in_room), wishes=[(words[key], count) for key, count in ordered])


def registration_counted(meeting: Meeting) -> bool:
    """Whether the portal keeps the list of this meeting, or has kept it."""
    return meeting.registration in (RegistrationRule.OPEN, RegistrationRule.CLOSED)


def where_words(participation: Participation) -> str:
    """Where somebody takes part, and what they wait for."""
    if participation.place == Place.ROOM or participation.wants_room_since is None:
        return str(participation.get_place_display())
    if participation.offered_until is not None:
        wait = f"erbjuden plats till {format_datetime(participation.offered_until)}"
    else:
        wait = "i kö till lokalen"
    return f"via länk, {wait}".capitalize() if participation.place == Place.LINK else wait.capitalize()


def registration_in_series(meeting: Meeting, *, email: str) -> Registration | None:
    """The address' registration for other meetings of the same series, when it is not to this one."""
    if meeting.series_id is None:
        return None
    found = Registration.objects.filter(series=meeting.series_id, email__iexact=email).first()
    if found is None:
        return None
    active = set(found.participations.active().values_list("meeting_id", flat=True))
    return found if active and meeting.pk not in active else None


def wanted_places(registration: Registration) -> dict[int, Place]:
    """What they have asked for, by meeting: who waits for the room has asked for the room."""
    return {
        each.meeting_id: Place.LINK
        if each.place == Place.LINK and each.wants_room_since is None
        else Place.ROOM
        for each in registration.participations.active()
    }
