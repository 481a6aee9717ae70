"""The order of a ranking as the points stand now. Kronor throughout."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from applications.enums import Proposal
from applications.models import Application, Assessment, Ranking, RankingRow, Score
from applications.parts import NOT_LISTED
from applications.scoring import Spread, mean, weighted_total
from calls.models import Call


@dataclass(frozen=True)
class Points:
    """Of one application: the mean of the weighted totals that count, None when nobody has assessed it."""

    mean: Fraction | None = None
    spread: Spread | None = None


@dataclass(frozen=True)
class RankedRow:
    row: RankingRow
    points: Points
    #: Stands before one with more points, or after one with fewer.
    departs: bool
    #: The place that the points alone would give, from 1.
    scored_place: int

    @property
    def application(self) -> Application:
        return self.row.application


def points_of(call: Call, application_ids: Collection[int]) -> dict[int, Points]:
    """By application; a constant number of queries. Those that nobody has assessed are left out."""
    criteria = list(call.criteria.order_by("order"))
    counted = Assessment.objects.counted().filter(application__in=application_ids)
    # As plain figures: a large call has thousands, and nothing else of them is wanted.
    given: dict[tuple[int, int], dict[int, int | None]] = defaultdict(dict)
    rows = Score.objects.filter(assessment__in=counted).order_by("assessment_id", "pk")
    for application, assessment, criterion, number in rows.values_list(
        "assessment__application_id", "assessment_id", "criterion_id", "points"
    ):
        given[application, assessment][criterion] = number
    totals: dict[int, list[Fraction]] = defaultdict(list)
    for (application, _assessment), points in given.items():
        total = weighted_total(criteria, points)
        if total is not None:
            totals[application].append(total)
    return {pk: Points(mean(found), Spread.of(found)) for pk, found in totals.items()}


def worth(points: Points | None) -> Fraction:
    """To sort by: an application that nobody has assessed is last."""
    return Fraction(-1) if points is None or points.mean is None else points.mean


def scored_order(applications: Iterable[Application], points: dict[int, Points]) -> list[Application]:
    """The highest mean first; of equals, the one that came first."""
    return sorted(applications, key=lambda one: (-worth(points.get(one.pk)), one.submitted_at, one.pk))


def departing(worths: Sequence[Fraction]) -> list[bool]:
    """Of each place: does it stand after a lower mean or before a higher one?"""
    lowest_before: list[bool] = []
    least: Fraction | None = None
    for value in worths:
        lowest_before.append(least is not None and value > least)
        least = value if least is None else min(least, value)
    highest_after: list[bool] = []
    most: Fraction | None = None
    for value in reversed(worths):
        highest_after.append(most is not None and value < most)
        most = value if most is None else max(most, value)
    return [one or other for one, other in zip(lowest_before, reversed(highest_after), strict=True)]


def unexplained(rows: Sequence[RankedRow]) -> RankedRow | None:
    """A row that stands before one with more points, when neither says why."""
    silent = [one for one in rows if not one.row.reason]
    marks = departing([worth(one.points) for one in silent])
    return next((one for one, departs in zip(silent, marks, strict=True) if departs), None)


def ranked_rows(ranking: Ranking) -> list[RankedRow]:
    """In order, with what the pages show of each application; a constant number of queries."""
    rows = list(
        ranking.rows.select_related("application__case", "application__organisation")
        .prefetch_related("application__areas")
        .defer("application__case__search", *(f"application__{name}" for name in NOT_LISTED))
        .order_by("position")
    )
    points = points_of(ranking.call, [row.application_id for row in rows])
    found = [points.get(row.application_id, Points()) for row in rows]
    marks = departing([worth(one) for one in found])
    scored = scored_order([row.application for row in rows], points)
    places = {one.pk: place for place, one in enumerate(scored, start=1)}
    return [
        RankedRow(row, one, departs, places[row.application_id])
        for row, one, departs in zip(rows, found, marks, strict=True)
    ]


def fits(rows: Sequence[RankingRow], left: int) -> int:
    """How many from the top the frame is enough for, each with its amount or else what it applied for."""
    total = 0
    for number, row in enumerate(rows):
        total += amount_if_granted(row)
        if total > left:
            return number
    return len(rows)


def amount_if_granted(row: RankingRow) -> int:
    return row.proposed_amount if row.proposal == Proposal.GRANT else (row.application.applied_amount or 0)
