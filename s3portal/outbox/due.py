"""When a reminder is due: pure reckoning with moments, calendar days and Swedish clocks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol

from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM, in_stockholm

_OFFSET = re.compile(r"(\d{1,4}) ?([dhmt]|dagar|dag|dygn|timmar|timme|minuter|minut|min)", re.IGNORECASE)
_MINUTES: Final = {"h": 60, "t": 60, "timme": 60, "timmar": 60, "m": 1, "min": 1, "minut": 1, "minuter": 1}
#: Further off than this nobody is reminded of anything.
MOST_DAYS: Final = 400
#: Changes of the clocks, days that are begun and quiet hours move a due moment by less than this.
SLACK: Final = timedelta(days=2)


class Hours(Protocol):
    """The hours of ``MailSettings``: times on Swedish clocks."""

    quiet_from: time
    quiet_to: time
    send_at: time


@dataclass(frozen=True)
class Offset:
    """How far from a moment: whole calendar days ("14d") or an exact time ("3h", "15m"). One is None."""

    days: int | None = None
    minutes: int | None = None

    def __str__(self) -> str:
        if self.minutes is None:
            return f"{self.days}d"
        return f"{self.minutes // 60}h" if self.minutes and self.minutes % 60 == 0 else f"{self.minutes}m"

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.days or 0, minutes=self.minutes or 0)

    @property
    def words(self) -> str:
        """As in "14 dagar", "1 timme"."""
        if self.minutes is None:
            return "1 dag" if self.days == 1 else f"{self.days} dagar"
        if self.minutes and self.minutes % 60 == 0:
            return "1 timme" if self.minutes == 60 else f"{self.minutes // 60} timmar"
        return "1 minut" if self.minutes == 1 else f"{self.minutes} minuter"


def parse_offset(text: str) -> Offset:
    """From "14d", "3h" or "15m", or in words: "14 dagar". Raises Refusal."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        raise Refusal(
            f"”{text.strip()[:20]}” går inte att läsa. Skriv som 14 dagar, 3 timmar eller 15 minuter."
        )
    number, unit = int(match[1]), match[2].lower()
    offset = Offset(minutes=number * _MINUTES[unit]) if unit in _MINUTES else Offset(days=number)
    if offset.length > timedelta(days=MOST_DAYS):
        raise Refusal(f"Ange högst {MOST_DAYS} dagar.")
    return offset


def due_moment(at: datetime, offset: Offset, *, after: bool, send_at: time) -> datetime:
    """The moment in UTC, ``offset`` before ``at`` or after it. Days are calendar days, at ``send_at``.

    An hour that the clocks skip is taken an hour later, one that comes twice the first time. Never before
    ``at`` when ``after``."""
    way = 1 if after else -1
    if offset.days is None:
        # Exact times are counted in UTC: an hour is an hour also when the clocks change.
        return at.astimezone(UTC) + way * offset.length
    due = _on_clock(in_stockholm(at).date() + way * timedelta(days=offset.days), send_at)
    return max(due, at.astimezone(UTC)) if after else due


def _on_clock(day: date, clock: time, fold: int = 0) -> datetime:
    return datetime.combine(day, clock, tzinfo=STOCKHOLM).replace(fold=fold).astimezone(UTC)


def is_quiet(moment: datetime, hours: Hours) -> bool:
    """Whether it lies in the quiet hours, the last moment not counted. The same time twice: never quiet."""
    return is_quiet_clock(in_stockholm(moment).time(), hours)


def is_quiet_clock(clock: time, hours: Hours) -> bool:
    if hours.quiet_from <= hours.quiet_to:
        return hours.quiet_from <= clock < hours.quiet_to
    return clock >= hours.quiet_from or clock < hours.quiet_to


def after_quiet(moment: datetime, hours: Hours) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in. In UTC."""
    moment = moment.astimezone(UTC)
    if not is_quiet(moment, hours):
        return moment
    day = in_stockholm(moment).date()
    # Two days on: the end of the quiet hours may be in the hour that the clocks skip.
    ends = [end for days in range(3) for end in _ends_on(day + timedelta(days=days), hours.quiet_to)]
    return min(end for end in ends if end > moment and not is_quiet(end, hours))


def _ends_on(day: date, clock: time) -> list[datetime]:
    """When the clock shows the time: twice when an hour comes twice. In an hour that is skipped it never
    does; what ends then ends as the clocks are put forward, which is at a whole hour."""
    ends = [_on_clock(day, clock, fold) for fold in (0, 1)]
    if in_stockholm(ends[0]).time() != clock:
        return [ends[0].replace(minute=0, second=0, microsecond=0)]
    return ends


def latest_due(
    at: datetime,
    offsets: Iterable[Offset],
    *,
    now: datetime,
    hours: Hours,
    grace: timedelta,
    after: bool,
    urgent: bool,
) -> tuple[Offset, datetime] | None:
    """Which of the reminders of what is ``at`` to send now, and the hour that it should have gone.

    Of several that are due only the latest: who hears of tomorrow need not hear of next week as well. None
    when it is due more than ``grace`` ago, or when what it reminds of has begun. What is ``urgent`` is so by
    hours and minutes: one that is counted in days and comes late, since nobody asked in time, waits for the
    morning like any other.
    """
    if not after and now >= at:
        return None
    due = ((due_moment(at, offset, after=after, send_at=hours.send_at), offset) for offset in offsets)
    passed = [
        (moment, hour, offset)
        for moment, offset in due
        if (hour := moment if urgent and offset.days is None else after_quiet(moment, hours)) <= now
    ]
    if not passed:
        return None
    _moment, hour, offset = max(passed, key=lambda one: one[:2])
    if is_quiet(now, hours) and not (urgent and offset.days is None):
        return None
    return (offset, hour) if hour > now - grace else None
