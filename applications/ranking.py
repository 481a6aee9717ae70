"""A ranking as it stands now: rows with their points, what is left of the frame, and how it is spread.

Computed in one place, and the same for the page, the file and the lock. Kronor throughout."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from applications.enums import Proposal
from applications.frames import frame_now
from applications.models import Application, Assessment, Ranking, RankingRow
from applications.scoring import Spread, mean, total_of
from calls.models import Call

UNKNOWN_PLACE: Final = "Ort saknas"
_POST_TOWN = re.compile(r"\b\d{3}\s?\d{2}\s+([^\W\d_][^,\d\n]*)")


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

    @property
    def application(self) -> Application:
        return self.row.application


@dataclass(frozen=True)
class Share:
    """What is applied for and proposed in one strength area or one place."""

    name: str
    count: int
    applied: int
    proposed: int


@dataclass(frozen=True)
class Allocation:
    """``left``: of the frame before this ranking; ``total``: proposed of it."""

    frame: int
    left: int
    total: int

    @property
    def rest(self) -> int:
        return self.left - self.total

    @property
    def taken(self) -> int:
        return self.frame - self.left

    @property
    def granted_percent(self) -> float:
        return min(100.0, self.taken * 100 / self.frame)

    @property
    def proposed_percent(self) -> float:
        return min(100.0, self.total * 100 / self.frame)


def points_of(call: Call, application_ids: Collection[int]) -> dict[int, Points]:
    """By application; a constant number of queries. Those that nobody has assessed are left out."""
    criteria = list(call.criteria.order_by("order"))
    totals: dict[int, list[Fraction]] = defaultdict(list)
    counted = Assessment.objects.counted().filter(application__in=application_ids)
    for assessment in counted.prefetch_related("scores"):
        total = total_of(assessment, criteria)
        if total is not None:
            totals[assessment.application_id].append(total)
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
        .defer("application__case__search")
        .order_by("position")
    )
    points = points_of(ranking.call, [row.application_id for row in rows])
    found = [points.get(row.application_id, Points()) for row in rows]
    marks = departing([worth(one) for one in found])
    return [RankedRow(row, one, departs) for row, one, departs in zip(rows, found, marks, strict=True)]


def allocation_of(ranking: Ranking, rows: Iterable[RankedRow]) -> Allocation:
    """A locked ranking shows what was left when it was locked: the decisions that follow take it."""
    total = sum(one.row.proposed_amount for one in rows)
    left = ranking.locked_left if ranking.locked_left is not None else frame_now(ranking.call).left
    return Allocation(ranking.call.frame, left, total)


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


def post_town(address: str) -> str:
    """The place after the postcode: "Kyrkgatan 1, 831 31 Östersund" gives "Östersund"."""
    found = _POST_TOWN.findall(address)
    return found[-1].strip() if found else UNKNOWN_PLACE


def by_area(rows: Iterable[RankedRow]) -> list[Share]:
    """An application about several areas counts in each."""
    return _shares((area.name, one) for one in rows for area in one.application.areas.all())


def by_place(rows: Iterable[RankedRow]) -> list[Share]:
    """By the post town of the organisation: the portal knows of no better."""
    return _shares((post_town(one.application.organisation.postal_address), one) for one in rows)


def _shares(pairs: Iterable[tuple[str, RankedRow]]) -> list[Share]:
    groups: dict[str, list[RankedRow]] = defaultdict(list)
    for name, one in pairs:
        groups[name].append(one)
    return [
        Share(
            name,
            len(found),
            sum(one.application.applied_amount or 0 for one in found),
            sum(one.row.proposed_amount for one in found),
        )
        for name, found in sorted(groups.items())
    ]
