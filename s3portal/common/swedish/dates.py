"""Dates, times and periods: how they are written. Periods are inclusive at both ends."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from s3portal.common.errors import Refusal
from s3portal.common.swedish.signs import EN_DASH

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")

END_BEFORE_START = "Slutdatumet ligger före startdatumet."


@dataclass(frozen=True, order=True)
class Period:
    """From the first day to the last, both included. Raises Refusal when the end is before the start."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise Refusal(END_BEFORE_START)

    def __str__(self) -> str:
        return format_period(self.start, self.end)


def format_day(day: date) -> str:
    """As in "13 december 2013": for running text."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_isodate(day: date) -> str:
    """As in "2013-12-13": for tables and facts."""
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def format_month(day: date) -> str:
    """As in "april 2022"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def format_weekday(day: date) -> str:
    """As in "måndag"."""
    return WEEKDAYS[day.weekday()]


def format_period(start: date, end: date) -> str:
    """As in "2024-03-01 – 2024-11-30": the one way the portal prints a period, however it was typed."""
    return f"{format_isodate(start)} {EN_DASH} {format_isodate(end)}"


def in_stockholm(moment: datetime) -> datetime:
    """The same moment on Swedish clocks. A naive datetime is a programming error: ValueError."""
    if moment.utcoffset() is None:
        raise ValueError("naive datetime")
    return moment.astimezone(STOCKHOLM)


def format_time(moment: datetime) -> str:
    """As in "14.32", on Swedish clocks."""
    return f"{in_stockholm(moment):%H.%M}"


def format_timespan(start: datetime, end: datetime) -> str:
    """As in "09.30–12.30", on Swedish clocks."""
    return f"{format_time(start)}{EN_DASH}{format_time(end)}"


def format_datetime(moment: datetime) -> str:
    """As in "29 november 2021 kl. 23.59", on Swedish clocks."""
    return f"{format_day(in_stockholm(moment).date())} kl. {format_time(moment)}"
