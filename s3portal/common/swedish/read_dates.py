"""Dates and periods: how they are read, both in a form field and in running text.

Every form seen in the region's documents is read: "20220401-20240630", "2024-03-01 – 2024-11-30",
"april 2022 till juni 2024", "från den första mars till den sista november 2024", "1 mars–30 november 2024".
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import overload

from s3portal.common.errors import Refusal
from s3portal.common.swedish.dates import MONTHS, WEEKDAYS, Period

FIRST_YEAR, LAST_YEAR = 1900, 2199

DATE_MISSING = "Ange ett datum, till exempel 2024-03-01."
DATE_UNREADABLE = "Skriv datumet som 2024-03-01 eller 1 mars 2024."
DATE_WITHOUT_YEAR = "Ange också året, till exempel 1 mars 2024."
DATE_NOT_IN_CALENDAR = "Datumet finns inte i kalendern."
YEAR_OUT_OF_RANGE = f"Ange ett år mellan {FIRST_YEAR} och {LAST_YEAR}."
PERIOD_MISSING = "Ange en period, till exempel 2024-03-01 – 2024-11-30."
PERIOD_UNREADABLE = "Skriv perioden med start och slut, till exempel 2024-03-01 – 2024-11-30."
PERIOD_WITHOUT_YEAR = "Ange vilket år perioden slutar, till exempel 1 mars – 30 november 2024."
START_WITHOUT_YEAR = "Ange också vilket år perioden börjar."

_ORDINAL_WORDS = (
    "första", "andra", "tredje", "fjärde", "femte", "sjätte", "sjunde", "åttonde", "nionde",
    "tionde", "elfte", "tolfte", "trettonde", "fjortonde", "femtonde", "sextonde", "sjuttonde",
    "artonde", "nittonde", "tjugonde", "tjugoförsta", "tjugoandra", "tjugotredje", "tjugofjärde",
    "tjugofemte", "tjugosjätte", "tjugosjunde", "tjugoåttonde", "tjugonionde", "trettionde",
    "trettioförsta",
)  # fmt: skip
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS, start=1)}
_MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, start=1)}
_MONTH_NUMBERS |= {name[:3]: number for name, number in _MONTH_NUMBERS.items()} | {"sept": 9}
_LAST_DAY = "sista"


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH = rf"(?:{_one_of(_MONTH_NUMBERS)})(?![^\W\d_])"
_DAY = rf"(?:[0-9]{{1,2}}(?::[ae])?|{_one_of([*_ORDINALS, _LAST_DAY])})"
# A date that may lack its year, its day, or (only before a dash or "till") its month.
_DATE = re.compile(
    rf"""
    (?<![0-9])(?P<iso_year>[0-9]{{4}})-(?P<iso_month>[0-9]{{2}})
        (?:-(?P<iso_day>[0-9]{{2}})|(?!-[0-9]{{1,2}}(?![0-9])))(?![0-9])
    | (?<![0-9])(?P<compact>[0-9]{{8}})(?![0-9])
    | (?<![\w/])(?P<slash_day>[0-9]{{1,2}})/(?P<slash_month>[0-9]{{1,2}})
        (?:[ -](?P<slash_year>[0-9]{{4}}))?(?![\w/])
    | (?<!\w)(?:(?:{"|".join(WEEKDAYS)})(?:en)?\s+)?(?:den\s+)?(?:(?P<day>{_DAY})\s+)?
        (?P<month>{_MONTH})\.?(?:,?\s+(?P<year>[0-9]{{4}}))?(?!\w)
    | (?<![\w.,/:-])(?:den\s+)?(?P<bare_day>{_DAY})
        (?=(?:\s*[-–]\s*|\s+till\s+)(?:den\s+)?{_DAY}\s+{_MONTH})
    """,
    re.VERBOSE,
)
_SEPARATOR = re.compile(r"\s*[-–—−]\s*|\s+(?:fram\s+)?(?:till|till\s+och\s+med|t\.?\s?o\.?\s?m\.?)\s+")
# Pairs that only an opening word before the first date makes into a period.
_OPENED = (
    (re.compile(r"(?<!\w)mellan\s+$"), re.compile(r"\s+och\s+")),
    (re.compile(r"(?<!\w)tidigast\s+$"), re.compile(r"\s+och\s+(?:\w+\s+){0,3}senast\s+")),
)
_OPENING_WINDOW = 20
_LEAD = re.compile(
    r"\s*(?:under\s+)?(?:(?:projekt)?(?:perioden|tiden):?\s+)?"
    r"(?:från(?:\s+och\s+med)?\s+|fr\.?\s?o\.?\s?m\.?\s+|mellan\s+)?"
)


@dataclass(frozen=True)
class _Written:
    """A date as written: what is not written is None. Day 0 stands for "sista"."""

    year: int | None
    month: int | None
    day: int | None


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def _written(match: re.Match[str]) -> _Written:
    part = match.groupdict()
    if part["iso_year"]:
        day = int(part["iso_day"]) if part["iso_day"] else None
        return _Written(int(part["iso_year"]), int(part["iso_month"]), _real(day))
    if compact := part["compact"]:
        return _Written(int(compact[:4]), int(compact[4:6]), _real(int(compact[6:])))
    if part["slash_day"]:
        year = part["slash_year"]
        return _Written(int(year) if year else None, int(part["slash_month"]), _real(int(part["slash_day"])))
    if part["bare_day"]:
        return _Written(None, None, _day_number(part["bare_day"]))
    return _Written(
        int(part["year"]) if part["year"] else None,
        _MONTH_NUMBERS[part["month"]],
        _day_number(part["day"]) if part["day"] else None,
    )


def _day_number(word: str) -> int:
    if word == _LAST_DAY:
        return 0
    return _ORDINALS.get(word) or _real(int(word.partition(":")[0]))


@overload
def _real(day: int) -> int: ...
@overload
def _real(day: None) -> None: ...
def _real(day: int | None) -> int | None:
    """A written 0 is no day of any month, and must not be taken for "sista"."""
    return 32 if day == 0 else day


def _resolve(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refusal(YEAR_OUT_OF_RANGE)
    if not 1 <= month <= 12:
        raise Refusal(DATE_NOT_IN_CALENDAR)
    days = monthrange(year, month)[1]
    if day > days:
        raise Refusal(DATE_NOT_IN_CALENDAR)
    return date(year, month, day or days)


def parse_date(text: str) -> date:
    """Read one day: "2024-03-01", "20240301", "1 mars 2024", "den första mars 2024", "1/3 2024".

    Raises Refusal with a Swedish sentence for all else.
    """
    normal = _normal(text).strip()
    if not normal:
        raise Refusal(DATE_MISSING)
    match = _DATE.fullmatch(normal)
    if match is None:
        raise Refusal(DATE_UNREADABLE)
    written = _written(match)
    if written.month is None or written.day is None:
        raise Refusal(DATE_UNREADABLE)
    if written.year is None:
        raise Refusal(DATE_WITHOUT_YEAR)
    return _resolve(written.year, written.month, written.day)


def _period(first: _Written, last: _Written) -> Period:
    """The start borrows month and year from the end where it has none; a month means all its days."""
    if last.year is None or last.month is None:
        raise Refusal(PERIOD_WITHOUT_YEAR)
    end = _resolve(last.year, last.month, 0 if last.day is None else last.day)
    start = _resolve(
        last.year if first.year is None else first.year,
        last.month if first.month is None else first.month,
        1 if first.day is None else first.day,
    )
    if start > end and first.year is None and first.month is not None:
        # "november till mars 2025" may be meant across the turn of the year; we do not guess.
        raise Refusal(START_WITHOUT_YEAR)
    return Period(start, end)


def _joined(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether the two dates are the ends of one period: "–", "till", "mellan … och …"."""
    between = text[first.end() : last.start()]
    if _SEPARATOR.fullmatch(between):
        return True
    before = text[max(0, first.start() - _OPENING_WINDOW) : first.start()]
    return any(opening.search(before) and closing.fullmatch(between) for opening, closing in _OPENED)


def parse_period(text: str) -> Period:
    """Read a period in any of the forms the region's documents use. Both ends are included.

    "april 2022 till juni 2024" runs from the first of April to the last of June. Raises Refusal.
    """
    normal = _normal(text).strip()
    if not normal:
        raise Refusal(PERIOD_MISSING)
    dates = list(_DATE.finditer(normal))
    if len(dates) != 2:
        raise Refusal(PERIOD_UNREADABLE)
    first, last = dates
    whole = _LEAD.fullmatch(normal[: first.start()]) and normal[last.end() :].strip(" .") == ""
    if not whole or not _joined(normal, first, last):
        raise Refusal(PERIOD_UNREADABLE)
    return _period(_written(first), _written(last))


def find_periods(text: str) -> list[Period]:
    """Every period in running text, in reading order and with repeats.

    Years alone ("2023–2026", a mandate period) are not periods, nor is a pair of dates that no calendar
    holds or that ends before it starts. Never raises.
    """
    normal = _normal(text)
    dates = list(_DATE.finditer(normal))
    periods: list[Period] = []
    position = 0
    while position + 1 < len(dates):
        first, last = dates[position : position + 2]
        position += 1
        if not _joined(normal, first, last):
            continue
        try:
            periods.append(_period(_written(first), _written(last)))
        except Refusal:
            continue
        position += 1
    return periods
