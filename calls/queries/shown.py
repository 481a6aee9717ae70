"""What is shown of calls, areas and meetings. Everything here is public unless its name says otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.text import capfirst

from calls.enums import CallPhase, CallStatus, MeetingKind
from calls.models import Call, CallQuerySet, Meeting, MeetingQuerySet, StrengthArea
from s3portal.common.swedish import format_datetime, format_kr, format_percent


# --- Calls ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CallLists:
    """Published calls by phase: the one that closes first leads the open, the newest leads the closed."""

    open: list[Call]
    coming: list[Call]
    closed: CallQuerySet


def public_calls(*, text: str = "", now: datetime | None = None) -> CallLists:
    """The published calls, or those whose Swedish text answers to ``text``."""
    moment = now or timezone.now()
    calls = Call.objects.public().prefetch_related("areas")
    if text:
        calls = calls.search(text)
    return CallLists(
        open=list(calls.in_phase(CallPhase.OPEN, now=moment).order_by("closes_at", "pk")),
        coming=list(calls.in_phase(CallPhase.COMING, now=moment).order_by("opens_at", "pk")),
        closed=calls.in_phase(CallPhase.CLOSED, now=moment).order_by("-closes_at", "-pk"),
    )


def public_call_pages() -> CallQuerySet:
    """Published calls with all that a call's page shows."""
    meetings = Meeting.objects.order_by("starts_at", "pk")
    return (
        Call.objects.public()
        .select_related("legal_basis")
        .prefetch_related("areas", "contacts", "criteria", Prefetch("meetings", queryset=meetings))
    )


def all_calls() -> CallQuerySet:
    """Every call, drafts too: for the region's own people."""
    return Call.objects.select_related("legal_basis").order_by("-closes_at", "-pk")


@dataclass(frozen=True)
class Fact:
    """One line of a panel of facts, as ``components/facts.html`` wants it."""

    label: str
    value: str
    note: str = ""
    figure: bool = False


def call_facts(call: Call, *, now: datetime | None = None) -> list[Fact]:
    """What an applicant asks first."""
    facts = [Fact("Ram", format_kr(call.frame), figure=True)]
    if call.phase(now=now) == CallPhase.COMING:
        facts.append(Fact("Öppnar", format_datetime(call.opens_at)))
    facts += [
        Fact("Sista ansökningsdag", format_datetime(call.closes_at)),
        Fact("Stödnivå", f"Högst {format_percent(call.max_aid_percent)} av kostnaderna"),
    ]
    if call.overhead_percent:
        facts.append(
            Fact(
                "Indirekta kostnader",
                f"Schablon {format_percent(call.overhead_percent)} av personalkostnaden",
            )
        )
    facts += [
        Fact(label, text)
        for label, text in (
            ("Stödperiod", call.grant_period),
            ("Vem kan söka", call.who_may_apply),
            ("Planerat beslut", capfirst(call.decision_planned)),
            ("Rättslig grund", call.legal_basis.name),
        )
        if text
    ]
    return facts


State = Literal["klar", "nu", ""]


@dataclass(frozen=True)
class Step:
    """One step of a timeline, as ``components/timeline.html`` wants it."""

    label: str
    text: str
    state: State


def call_timeline(call: Call, *, now: datetime | None = None) -> list[Step]:
    """From opening to evaluation. What has a date is done when it has passed; the first that has not is now.

    The steps after the last day have no dates of their own: they are done when the call is concluded.
    """
    moment = now or timezone.now()
    dated = [(call.opens_at, "Utlysningen öppnar", format_datetime(call.opens_at))]
    dated += [
        (meeting.ends_at, meeting.get_kind_display(), meeting.when)
        for meeting in call.meetings.all()
        if meeting.kind == MeetingKind.INFORMATION
    ]
    dated.append((call.closes_at, "Sista ansökningsdag", format_datetime(call.closes_at)))
    dated.sort(key=lambda step: step[0])
    extension = "Underlag för förlängning" if call.extension_possible else "Vad stödet har lett till"
    later = [
        (
            "Granskning",
            "Handläggare bedömer mot kriterierna" if call.criteria.all() else "Handläggare bedömer ansökan",
        ),
        ("Beslut", capfirst(call.decision_planned)),
        ("Utbetalning", call.grant_period),
        ("Utvärdering", extension),
    ]
    concluded = call.status == CallStatus.CONCLUDED
    done = [moment > at or concluded for at, _label, _text in dated] + [concluded] * len(later)
    words = [(label, text) for _at, label, text in dated] + later
    current = done.index(False) if False in done else None
    return [
        Step(label, text, "klar" if done[number] else "nu" if number == current else "")
        for number, (label, text) in enumerate(words)
    ]


# --- Areas ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AreaPage:
    calls: list[Call]
    coming: list[Meeting]
    past: list[Meeting]


def area_page(area: StrengthArea, *, most: int = 10) -> AreaPage:
    """The newest published calls for the area, and the meetings about it."""
    meetings = public_meetings().filter(area=area)
    return AreaPage(
        calls=list(area.calls.public().prefetch_related("areas").order_by("-closes_at", "-pk")[:most]),
        coming=list(meetings.coming()[:most]),
        past=list(meetings.past()[:most]),
    )


# --- Meetings ---------------------------------------------------------------------------------------------
def public_meetings() -> MeetingQuerySet:
    """Meetings that anyone may see: those about a call that is not published yet are left out."""
    return Meeting.objects.public().select_related("series", "area", "call")


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


def meeting_facts(meeting: Meeting) -> list[Fact]:
    facts = [Fact("Tid", meeting.when_html)]
    if meeting.place:
        facts.append(Fact("Plats", meeting.place))
    if meeting.area:
        facts.append(Fact("Styrkeområde", meeting.area.name))
    if meeting.ends_at >= timezone.now():
        facts.append(Fact("Anmälan", meeting.registration_words))
    return facts
