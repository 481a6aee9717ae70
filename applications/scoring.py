"""The arithmetic of assessments: exact, in fractions; no rounding before it is shown.

A total is 0 to 100: the share of the highest points on each criterion, weighed by the criterion's weight.
Weights are those of the call; a call without weights weighs its criteria alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Final

from applications.models import Assessment
from calls.models import Criterion

#: An assessment is an outlier when its total lies further than this from the median of all handed in…
OUTLIER_DISTANCE: Final = 20
#: …of at least this many.
OUTLIER_LEAST: Final = 3
#: On one criterion the assessors disagree when highest and lowest differ by this many points or more.
DISAGREEMENT: Final = 2


def weight_of(criterion: Criterion) -> int:
    return 1 if criterion.weight is None else criterion.weight


def weighted_total(criteria: Sequence[Criterion], points: Mapping[int, int | None]) -> Fraction | None:
    """0 to 100, from points by the criterion's id; None until every criterion has its points."""
    given = [(criterion, points.get(criterion.pk)) for criterion in criteria]
    if not given or any(one is None for _criterion, one in given):
        return None
    return _weighed((criterion, one) for criterion, one in given if one is not None)


def total_so_far(criteria: Sequence[Criterion], points: Mapping[int, int | None]) -> Fraction | None:
    """As ``weighted_total``, of the criteria that have points; None when none has."""
    given = [(criterion, one) for criterion in criteria if (one := points.get(criterion.pk)) is not None]
    return _weighed(given) if given else None


def _weighed(given: Iterable[tuple[Criterion, int]]) -> Fraction:
    pairs = list(given)
    weights = sum(weight_of(criterion) for criterion, _points in pairs)
    share = sum((Fraction(points * weight_of(one), one.max_score) for one, points in pairs), Fraction(0))
    return share * 100 / weights


def total_of(assessment: Assessment, criteria: Sequence[Criterion]) -> Fraction | None:
    """Of an assessment with its scores loaded."""
    return weighted_total(criteria, {score.criterion_id: score.points for score in assessment.scores.all()})


def mean(totals: Sequence[Fraction]) -> Fraction | None:
    return sum(totals, Fraction(0)) / len(totals) if totals else None


@dataclass(frozen=True)
class Spread:
    """Of several totals (0 to 100) or points."""

    lowest: Fraction
    highest: Fraction
    middle: Fraction
    count: int

    @classmethod
    def of(cls, values: Sequence[Fraction]) -> "Spread | None":
        if not values:
            return None
        return cls(min(values), max(values), Fraction(median(values)), len(values))

    @property
    def width(self) -> Fraction:
        return self.highest - self.lowest

    def is_outlier(self, total: Fraction) -> bool:
        return self.count >= OUTLIER_LEAST and abs(total - self.middle) > OUTLIER_DISTANCE
