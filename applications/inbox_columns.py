"""The columns of the officers' work list, on the page and in its files. The matter always stands first."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from django.utils import timezone

from applications.listed import Listed
from applications.models import Application
from s3portal.common.spreadsheets import Cell
from s3portal.common.swedish import format_isodate
from s3portal.diary.models import PROTECTED


class Column(StrEnum):
    """What can be chosen; the value is what stands in the address."""

    AREA = "omrade"
    STATUS = "status"
    DUE = "frist"
    RECEIVED = "inkommen"
    AMOUNT = "belopp"
    COST = "kostnad"
    CALL = "utlysning"
    PERIOD = "period"
    OFFICER = "handlaggare"

    @property
    def label(self) -> str:
        return {
            Column.AREA: "Styrkeområde",
            Column.STATUS: "Status",
            Column.DUE: "Nästa frist",
            Column.RECEIVED: "Inkommen",
            Column.AMOUNT: "Belopp, kr",
            Column.COST: "Kostnad, kr",
            Column.CALL: "Utlysning",
            Column.PERIOD: "Period",
            Column.OFFICER: "Handläggare",
        }[self]

    @property
    def is_number(self) -> bool:
        return self in (Column.AMOUNT, Column.COST)


#: What is shown when nobody has chosen.
USUAL: Final = (
    Column.AREA,
    Column.STATUS,
    Column.DUE,
    Column.RECEIVED,
    Column.AMOUNT,
    Column.OFFICER,
)


@dataclass(frozen=True)
class NextDue:
    """The nearest last day (inclusive) of an application, and what is waited for."""

    day: date
    what: str

    def words(self, *, today: date) -> str:
        """ "Försenad", "I dag" or "I morgon"; "" for a later day."""
        left = (self.day - today).days
        return "Försenad" if left < 0 else {0: "I dag", 1: "I morgon"}.get(left, "")


def next_due(application: Application) -> NextDue | None:
    """Of a row of ``queries.work_list``. None when nothing is waited for, and once it is decided."""
    if not application.is_open:
        return None
    row = vars(application)
    waited_for = ((row["supplement_due"], "Svar från sökanden"), (row["assessment_due"], "Bedömning"))
    found = [NextDue(day, what) for day, what in waited_for if day is not None]
    return min(found, key=lambda one: one.day, default=None)


def chosen(values: list[str]) -> tuple[Column, ...]:
    """The columns in their own order; the usual ones when none is chosen."""
    return tuple(column for column in Column if column.value in values) or USUAL


def text_of(column: Column, listed: Listed) -> Cell:
    """One cell as it stands in a file: kronor as a number unless they are hidden, days as ISO, everything
    else as text."""
    application = listed.application
    if column.is_number:
        kronor = application.applied_amount if column is Column.AMOUNT else application.total_cost
        return PROTECTED if listed.hidden else kronor or 0
    if column is Column.RECEIVED:
        at = application.submitted_at
        return format_isodate(timezone.localdate(at)) if at else ""
    if column is Column.DUE:
        due = next_due(application)
        return f"{format_isodate(due.day)} {due.what}" if due else ""
    if column is Column.PERIOD:
        return period_of(application)
    if column is Column.AREA:
        return ", ".join(area.name for area in application.areas.all())
    if column is Column.OFFICER:
        officer = application.case.officer if application.case else None
        return str(officer) if officer else ""
    return str(application.call) if column is Column.CALL else application.get_status_display()


def period_of(application: Application) -> str:
    """As in "2027-01-01 – 2028-12-31"."""
    if application.starts_on is None or application.ends_on is None:
        return ""
    return f"{format_isodate(application.starts_on)} – {format_isodate(application.ends_on)}"
