"""A call from its opening to its evaluation, in the order in which things happen."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.text import capfirst

from calls.enums import CallStatus, DecisionTiming, MilestoneKind
from calls.models import Call, Meeting, Milestone
from s3portal.common.swedish import STOCKHOLM, format_datetime, format_day, format_month

State = Literal["klar", "nu", ""]
#: What follows when the call has closed: done when the region says so, not when the planned day has passed.
LATER = {MilestoneKind.DECISION: 2, MilestoneKind.PAYMENT: 3, MilestoneKind.EVALUATION: 4}
END = datetime.max.replace(tzinfo=STOCKHOLM) - timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One step of a timeline, as ``components/timeline.html`` wants it."""

    label: str
    text: str
    state: State


@dataclass(frozen=True, order=True)
class _Point:
    """``at`` places it, ``rank`` goes between those of the same moment; it has passed after ``until``."""

    at: datetime
    rank: int
    label: str = field(compare=False)
    text: str = field(compare=False)
    until: datetime | None = field(compare=False)
    by_clock: bool = field(compare=False, default=True)

    def is_done(self, moment: datetime, *, concluded: bool) -> bool:
        passed = self.until is not None and moment > self.until
        if self.by_clock:
            return passed or concluded
        return concluded and (passed or self.until is None)


def call_timeline(call: Call, *, meetings: list[Meeting], now: datetime | None = None) -> list[Step]:
    """What is to be done and when; the first step that is not done is now.

    Granskning, decision, payment and evaluation are done when the call is concluded (and their day, if
    they have one, has passed). ``meetings`` are the call's that are published and not cancelled."""
    moment = now or timezone.now()
    points = [
        _Point(call.opens_at, 0, "Utlysningen öppnar", format_datetime(call.opens_at), call.opens_at),
        _Point(call.closes_at, 0, "Sista ansökningsdag", format_datetime(call.closes_at), call.closes_at),
    ]
    points += [_Point(m.starts_at, 0, m.get_kind_display(), m.when, m.ends_at) for m in meetings]
    milestones = list(call.milestones.all())
    points += [_of_milestone(milestone) for milestone in milestones if milestone.kind not in LATER]
    points += _later(call, [milestone for milestone in milestones if milestone.kind in LATER])
    points.sort()
    concluded = call.status == CallStatus.CONCLUDED
    done = [point.is_done(moment, concluded=concluded) for point in points]
    current = done.index(False) if False in done else None
    return [
        Step(point.label, point.text, "klar" if done[number] else "nu" if number == current else "")
        for number, point in enumerate(points)
    ]


def _later(call: Call, milestones: list[Milestone]) -> list[_Point]:
    """What follows on the last day. What has no date of its own comes after what it must wait for."""
    told = {milestone.kind for milestone in milestones}
    points = [_Point(call.closes_at, 1, "Granskning", _assessed(call), None, by_clock=False)]
    if call.decision_timing != DecisionTiming.UNSET or MilestoneKind.DECISION not in told:
        at, until = call.closes_at, None
        if call.decision_on:
            whole_month = call.decision_timing == DecisionTiming.MONTH
            start, until = span(call.decision_on, whole_month=whole_month)
            at = max(start, call.closes_at)
        points.append(_Point(at, 2, "Beslut", capfirst(call.decision_planned), until, by_clock=False))
    for milestone in milestones:
        point = _of_milestone(milestone)
        if milestone.day is None:
            point = _after(points, LATER[MilestoneKind(milestone.kind)], point)
        points.append(point)
    evaluation = "Underlag för förlängning" if call.extension_possible else "Vad stödet har lett till"
    for kind, label, text in (
        (MilestoneKind.PAYMENT, "Utbetalning", f"Under {call.grant_period}" if call.grant_period else ""),
        (MilestoneKind.EVALUATION, "Utvärdering", evaluation),
    ):
        if kind not in told:
            points.append(_after(points, LATER[kind], _Point(END, 0, label, text, None, by_clock=False)))
    return points


def _after(points: list[_Point], rank: int, point: _Point) -> _Point:
    """``point`` right after the last of those that come before ``rank``."""
    latest = max(other.at for other in points if other.rank <= rank)
    return _Point(latest, rank, point.label, point.text, point.until, by_clock=point.by_clock)


def _of_milestone(milestone: Milestone) -> _Point:
    at, until = milestone_span(milestone) or (END, None)
    when = " – ".join(filter(None, (milestone_when(milestone), milestone.text)))
    kind = MilestoneKind(milestone.kind)
    return _Point(at, LATER.get(kind, 0), milestone.title, when, until, by_clock=kind not in LATER)


def _assessed(call: Call) -> str:
    return "Handläggare bedömer mot kriterierna" if call.criteria.all() else "Handläggare bedömer ansökan"


def milestone_when(milestone: Milestone) -> str:
    """As in "3 mars 2021 kl. 12.00", "3 mars 2021" or "mars 2021"; empty when only its text says when."""
    if milestone.day is None:
        return ""
    if milestone.clock:
        return format_datetime(datetime.combine(milestone.day, milestone.clock, STOCKHOLM))
    return format_month(milestone.day) if milestone.whole_month else format_day(milestone.day)


def milestone_span(milestone: Milestone) -> tuple[datetime, datetime] | None:
    """From its first to its last moment, on Swedish clocks; None when it has no date."""
    if milestone.day is None:
        return None
    if milestone.clock:
        moment = datetime.combine(milestone.day, milestone.clock, STOCKHOLM)
        return moment, moment
    return span(milestone.day, whole_month=milestone.whole_month)


def span(day: date, *, whole_month: bool) -> tuple[datetime, datetime]:
    """The first and last moment of the day, or of the month that begins with it."""
    last = day_after(day, whole_month=whole_month) - timedelta(days=1)
    return datetime.combine(day, time.min, STOCKHOLM), datetime.combine(last, time.max, STOCKHOLM)


def day_after(day: date, *, whole_month: bool) -> date:
    """The first day that is not part of it."""
    if not whole_month:
        return day + timedelta(days=1)
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
