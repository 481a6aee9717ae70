"""A meeting's list of reported decisions, as it goes to the agenda: in order, in groups, as text and as rows.

The agenda is public, so a protected party's name is left out of everything made here (OSL); those who may
read it open the decision itself.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, OuterRef, Q, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.parts import NOT_LISTED
from calls.models import StrengthArea
from decisions.copy_refusals import RefusedCopy, refusals_to_report
from decisions.delegation_queries import by_number
from decisions.enums import AmountKind
from decisions.models import CommitteeMeeting, DecisionReport
from decisions.models.decision import LONG_TEXTS
from decisions.veil import lay_veils
from s3portal.common.spreadsheets import Cell, Sheet
from s3portal.common.swedish import format_isodate
from s3portal.diary.merging import cases_of_matters
from s3portal.diary.models import PROTECTED, SecrecyMark

NO_AREA = "Utan styrkeområde"
URGENT = "Ordförandens brådskande beslut (6 kap. 39 § kommunallagen)"
OTHERS = "Övriga beslut"
REFUSALS = "Avslag på begäran om handlingar (överklagas till kammarrätten)"
#: The names of the areas that a listed decision's application is about.
_AREAS = StrengthArea.objects.filter(applications=OuterRef("decision__application")).order_by("name")
HEADINGS = (
    "Datum", "Diarienummer", "Ärende", "Beslutsfattare", "Titel", "Punkt", "Styrkeområde", "Belopp, kr",
    "Slag av belopp",
)  # fmt: skip
WIDTHS = (12, 18, 60, 26, 32, 8, 32, 14, 14)


class Grouping(TextChoices):
    """How the list is cut; the values are what the address says."""

    NONE = "", _("Hela listan")
    CLAUSE = "punkt", _("Punkt i delegationsordningen")
    AREA = "omrade", _("Styrkeområde")

    @classmethod
    def read(cls, typed: str) -> "Grouping":
        """What the address says; anything else is no grouping."""
        return cls(typed) if typed in cls.values else cls.NONE


@dataclass(frozen=True)
class ListedDecision:
    """One line. ``amount`` in whole kronor; ``areas``: several for an application about several."""

    decision_id: int
    decided_on: date
    diary_number: str
    matter: str
    decider: str
    decider_title: str
    clause: str
    areas: tuple[str, ...]
    amount: int | None
    amount_kind: str
    amount_text: str
    urgent: bool = False

    @property
    def amount_is_secret(self) -> bool:
        return self.amount_text == PROTECTED

    @property
    def area(self) -> str:
        """One heading however many areas it is about, so that each decision is listed once."""
        return ", ".join(self.areas) or NO_AREA


@dataclass(frozen=True)
class Key:
    """What one line is sorted and grouped by: all that a page needs to know of the lines it does not show."""

    decision_id: int
    clause: str
    area: str
    urgent: bool


Line = TypeVar("Line", Key, ListedDecision)


@dataclass(frozen=True)
class Group(Generic[Line]):
    title: str
    lines: Sequence[Line]


def keys_of(meeting: CommitteeMeeting) -> list[Key]:
    """The whole list in its order, one light query."""
    rows = (
        DecisionReport.objects.filter(meeting=meeting)
        .in_order()
        .annotate(areas=ArraySubquery(_AREAS.values("name")))
        .values_list("decision_id", "decision__clause_number", "areas", "urgent")
    )
    return [Key(pk, clause, ", ".join(areas) or NO_AREA, urgent) for pk, clause, areas, urgent in rows]


def lines_of(meeting: CommitteeMeeting, *, only: Collection[int] | None = None) -> list[ListedDecision]:
    """The list, what the chair decided alone first, then the oldest. A constant number of queries. ``only``:
    these decisions of it."""
    found = DecisionReport.objects.filter(meeting=meeting)
    if only is not None:
        found = found.filter(decision__in=only)
    reports = (
        found.select_related("decision__case", "decision__application")
        .prefetch_related("decision__application__areas")
        .defer(
            *(f"decision__{field}" for field in LONG_TEXTS),
            *(f"decision__application__{field}" for field in NOT_LISTED),
            "decision__case__search",
        )
        .in_order()
    )
    listed = list(reports)
    lay_veils(report.decision for report in listed)
    return [_line(report) for report in listed]


def list_mark(meeting: CommitteeMeeting) -> str:
    """A mark that is another as soon as something is put on the list or taken off it, or is marked as secret
    in a matter of it or no longer is: then the lines read otherwise. A constant number of queries."""
    reports = DecisionReport.objects.filter(meeting=meeting)
    matter = cases_of_matters(reports.order_by().values_list("decision__case", flat=True))
    marks = SecrecyMark.objects.standing().filter(case__in=matter)
    seen = [sorted(found.order_by().values_list("pk", flat=True)) for found in (reports, marks)]
    seen.append([refused.request_id for refused in refusals_to_report(meeting)])
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def _line(report: DecisionReport) -> ListedDecision:
    decision = report.decision
    hides_amount = decision.veil.amount
    if decision.decided_on is None:
        raise ValueError("A decision on a list is signed.")
    areas = [] if decision.application is None else list(decision.application.areas.all())
    return ListedDecision(
        decision_id=decision.pk,
        decided_on=decision.decided_on,
        diary_number=str(decision.case),
        matter=decision.open_title,
        decider=decision.signatory_name,
        decider_title=decision.signatory_title,
        clause=decision.clause_number,
        areas=tuple(sorted(area.name for area in areas)),
        amount=None if hides_amount else decision.amount,
        amount_kind="" if decision.amount is None else str(AmountKind(decision.amount_kind).label),
        amount_text=PROTECTED if hides_amount else decision.amount_text,
        urgent=report.urgent,
    )


def grouped(lines: Sequence[Line], grouping: Grouping) -> list[Group[Line]]:
    """The lines in groups, each in the order they had: clauses by number, areas by name and those without
    last. Without grouping one group that has no title; without lines no group. What the chair decided alone
    is always a group of its own, before the others."""
    urgent, others = [one for one in lines if one.urgent], [one for one in lines if not one.urgent]
    if urgent:
        rest: list[Group[Line]] = grouped(others, grouping)
        if grouping == Grouping.NONE:
            rest = [Group(OTHERS, one.lines) for one in rest]
        first: list[Group[Line]] = [Group(URGENT, urgent)]
        return first + rest
    if grouping == Grouping.NONE:
        return [Group("", lines)] if lines else []
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.clause if grouping == Grouping.CLAUSE else line.area, []).append(line)
    if grouping == Grouping.CLAUSE:
        return [Group(f"Punkt {clause}", found[clause]) for clause in sorted(found, key=by_number)]
    return [Group(area, found[area]) for area in sorted(found, key=lambda area: (area == NO_AREA, area))]


def in_one_row(groups: Sequence[Group[Key]]) -> list[tuple[str, int]]:
    """Each decision's id with its group's title, to be cut into pages."""
    return [(group.title, key.decision_id) for group in groups for key in group.lines]


def page_of(meeting: CommitteeMeeting, rows: Sequence[tuple[str, int]]) -> list[Group[ListedDecision]]:
    """One page of ``in_one_row`` with all that its lines show, in groups again; a group that is cut goes on
    under its own title."""
    lines = {line.decision_id: line for line in lines_of(meeting, only=[pk for _title, pk in rows])}
    return [
        Group(title, [lines[pk] for _title, pk in group if pk in lines])
        for title, group in groupby(rows, key=lambda row: row[0])
    ]


# --- To paste, and as a file ------------------------------------------------------------------------------
def as_text(
    meeting: CommitteeMeeting,
    groups: Sequence[Group[ListedDecision]],
    refusals: Sequence[RefusedCopy] = (),
) -> str:
    """Plain text for the agenda: one line to a decision, dates as ISO 8601."""
    number = sum(len(group.lines) for group in groups) + len(refusals)
    rows = [
        "Anmälan av delegationsbeslut",
        f"{meeting.committee}, sammanträde {format_isodate(meeting.day)}",
        f"{number} beslut anmäls." if number else "Inga beslut anmäls.",
    ]
    for group in groups:
        rows.append("")
        if group.title:
            rows.append(group.title)
        rows += [_text_of(line) for line in group.lines]
    if refusals:
        rows += ["", REFUSALS, *(_text_of_refusal(refused) for refused in refusals)]
    return "\n".join(rows) + "\n"


def _text_of(line: ListedDecision) -> str:
    amount = f" {line.amount_text[:1].upper()}{line.amount_text[1:]}." if line.amount_text else ""
    return (
        f"{format_isodate(line.decided_on)}, {line.diary_number}, {line.matter}.{amount} {_decided_by(line)}"
    )


def _text_of_refusal(refused: RefusedCopy) -> str:
    when = format_isodate(refused.refused_on)
    return f"{when}, {refused.diary_number}, {refused.matter}. {_decided_by(refused)}"


def _decided_by(line: ListedDecision | RefusedCopy) -> str:
    title = f"{line.decider_title[:1].lower()}{line.decider_title[1:]}"
    return f"Beslutat av {line.decider}, {title}, punkt {line.clause}."


def sheet_of(meeting: CommitteeMeeting) -> Sheet:
    return Sheet(f"anmalda-beslut-{format_isodate(meeting.day)}", "Anmälda beslut", HEADINGS, WIDTHS)


def cells_of(
    groups: Sequence[Group[ListedDecision]], refusals: Sequence[RefusedCopy] = ()
) -> Iterator[Sequence[Cell]]:
    """In the order of the groups; what a group is about is a column of every row. The refusals come last."""
    for group in groups:
        for line in group.lines:
            yield (
                format_isodate(line.decided_on),
                line.diary_number,
                line.matter,
                line.decider,
                line.decider_title,
                line.clause,
                line.area,
                line.amount_text if line.amount is None else line.amount,
                line.amount_kind,
            )
    for refused in refusals:
        yield (
            format_isodate(refused.refused_on),
            refused.diary_number,
            refused.matter,
            refused.decider,
            refused.decider_title,
            refused.clause,
            "",
            "",
            "",
        )


# --- What the list amounts to -----------------------------------------------------------------------------
@dataclass(frozen=True)
class AreaSum:
    """The decisions of one area, or of several together. ``amount`` in whole kronor; ``percent`` (0–100) of
    the largest amount, for the bar."""

    area: str
    number: int
    amount: int
    percent: int


def sums_by_area(meeting: CommitteeMeeting, is_open: Q) -> list[AreaSum]:
    """Each decision once, so that the amounts add up to the whole list's. Added up by the database, without
    the amounts that are marked as secret (``is_open``: ``secrecy.amount_is_open``)."""
    amount = Sum("decision__amount", filter=is_open)
    found = (
        DecisionReport.objects.filter(meeting=meeting)
        .order_by()
        .annotate(areas=ArraySubquery(_AREAS.values("name")))
        .values("areas")
        .annotate(number=Count("pk"), amount=Coalesce(amount, 0, output_field=BigIntegerField()))
    )
    rows = sorted((", ".join(row["areas"]) or NO_AREA, row["number"], int(row["amount"])) for row in found)
    rows.sort(key=lambda row: row[0] == NO_AREA)
    largest = max((amount for _area, _number, amount in rows), default=0) or 1
    return [AreaSum(area, number, amount, amount * 100 // largest) for area, number, amount in rows]
