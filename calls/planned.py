"""When the decision on a call is planned: a day, a month, or running."""

import re
from dataclasses import dataclass
from datetime import date

from calls.enums import DecisionTiming
from s3portal.common.errors import Refusal
from s3portal.common.swedish import parse_date
from s3portal.common.swedish.dates import MONTHS

_MONTH = re.compile(rf"({'|'.join(MONTHS)})\s+([0-9]{{4}})", re.IGNORECASE)
_ISO_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class PlannedDecision:
    """``on`` is the day, or the first of the month; None when running or not set."""

    timing: DecisionTiming = DecisionTiming.UNSET
    on: date | None = None


def parse_planned_decision(text: str) -> PlannedDecision:
    """As people write it: "2021-12-15", "15 december 2021", "december 2021", "2021-12", "löpande", or
    nothing."""
    text = text.strip()
    if not text:
        return PlannedDecision()
    if text.casefold() == "löpande":
        return PlannedDecision(DecisionTiming.RUNNING)
    if match := _MONTH.fullmatch(text):
        month = MONTHS.index(match[1].lower()) + 1
        return PlannedDecision(DecisionTiming.MONTH, date(int(match[2]), month, 1))
    if match := _ISO_MONTH.fullmatch(text):
        return PlannedDecision(DecisionTiming.MONTH, date(int(match[1]), int(match[2]), 1))
    try:
        return PlannedDecision(DecisionTiming.DAY, parse_date(text))
    except Refusal as refusal:
        raise Refusal("Skriv en dag (2021-12-15), en månad (december 2021) eller ”löpande”.") from refusal
