"""The appeal clock: when the time to appeal ends, when a decision is final, and the words that prove it.

Pure: dates in, dates and Swedish sentences out. All dates are Swedish calendar days.

* The time is three weeks from the day the notice went up (KL 13:5), or from the day the party got the
  decision (FL 44 §): the day of the same name in the third week after (lagen 1930:173, 1 §).
* The last day is inclusive. When it is a Saturday, Sunday, public holiday, midsommarafton, julafton or
  nyårsafton it moves to the next day that is none of these (2 § of the same law).
* The decision is final (laga kraft) the day after the last day, unless somebody has appealed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from s3portal.common.swedish import (
    appeal_ends,
    format_day,
    format_weekday,
    three_weeks_after,
    why_not_working,
)

#: The notice is due on the second day after the minutes were approved (KL 8:12).
DAYS_TO_POST = 2
#: The minutes are to be approved within fourteen days after the meeting (KL 5:69, 6:35).
DAYS_TO_APPROVE = 14
RULE = "lagen (1930:173) om beräkning av lagstadgad tid"


@dataclass(frozen=True)
class AppealTime:
    """Three weeks from ``starts_on``. ``last_day`` is inclusive."""

    starts_on: date

    @property
    def three_weeks_on(self) -> date:
        return three_weeks_after(self.starts_on)

    @property
    def last_day(self) -> date:
        return appeal_ends(self.starts_on)

    @property
    def final_on(self) -> date:
        """The day it is final when nobody appeals."""
        return self.last_day + timedelta(days=1)

    @property
    def skipped(self) -> list[date]:
        """The days that the last day was moved past, in order; none when three weeks end on a working day."""
        length = (self.last_day - self.three_weeks_on).days
        return [self.three_weeks_on + timedelta(days=step) for step in range(length)]

    def has_run_out(self, today: date) -> bool:
        return today > self.last_day

    def explain(self, what: str) -> str:
        """How the last day was found, step by step. ``what`` happened on the first day: "Anslaget sattes
        upp", "Parten fick del av beslutet"."""
        steps = [f"{what} {name_day(self.starts_on)}."]
        if not self.skipped:
            steps.append(
                f"Tre veckor senare är {name_day(self.three_weeks_on)}, som är sista dag att överklaga."
            )
        else:
            first, *more = self.skipped
            reason = why_not_working(first)
            named = f", {reason}" if reason != format_weekday(first) else ""
            steps.append(f"Tre veckor senare är {name_day(first)}{named}.")
            if more:
                steps.append(f"Därefter följer {_listed(more)}.")
            steps.append(
                f"Sista dag att överklaga är därför nästa vardag, {name_day(self.last_day)} (2 § {RULE})."
            )
        steps.append(f"Beslutet får laga kraft {name_day(self.final_on)} om ingen överklagar.")
        return " ".join(steps)


def name_day(day: date) -> str:
    """As in "onsdagen den 3 april 2024"."""
    return f"{format_weekday(day)}en den {format_day(day)}"


def _listed(days: list[date]) -> str:
    """ "påskdagen den 31 mars 2024 och annandag påsk den 1 april 2024"."""
    named = [f"{why_not_working(day)} den {format_day(day)}" for day in days]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} och {named[-1]}"


def post_by(approved_on: date) -> date:
    """The last day to post the notice about minutes that were approved then (inclusive)."""
    return approved_on + timedelta(days=DAYS_TO_POST)
