"""What the assessors of one application have found, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from applications.enums import AssessmentStatus
from applications.models import Application, Assessment, Score
from applications.scoring import DISAGREEMENT, Spread, mean, total_of
from calls.models import Criterion


@dataclass(frozen=True)
class AssessorColumn:
    """One assessor's assessment that has been handed in."""

    assessment: Assessment
    total: Fraction
    outlier: bool
    #: Handed in before a supplement changed what is assessed.
    is_before_change: bool = False


@dataclass(frozen=True)
class CriterionRow:
    """The points of all on one criterion, in the order of the columns."""

    criterion: Criterion
    scores: Sequence[Score]

    @property
    def disagree(self) -> bool:
        points = [score.points for score in self.scores if score.points is not None]
        return len(points) > 1 and max(points) - min(points) >= DISAGREEMENT


@dataclass(frozen=True)
class Results:
    """``waiting``: how many have it and have neither handed in nor abstained."""

    columns: Sequence[AssessorColumn]
    rows: Sequence[CriterionRow]
    abstained: Sequence[Assessment]
    waiting: int
    mean: Fraction | None
    spread: Spread | None


def results_of(application: Application) -> Results:
    """Of all whose word counts. Needs ``call`` loaded; a constant number of queries."""
    criteria = list(application.call.criteria.order_by("order"))
    assessments = list(application.assessments.with_scores().order_by("submitted_at", "pk"))
    handed_in = [one for one in assessments if one.status == AssessmentStatus.SUBMITTED]
    totals = [total for one in handed_in if (total := total_of(one, criteria)) is not None]
    spread = Spread.of(totals)
    changed_at = application.content_changed_at
    columns = [
        AssessorColumn(
            one, total, spread is not None and spread.is_outlier(total), _is_before(one, changed_at)
        )
        for one, total in zip(handed_in, totals, strict=True)
    ]
    done = {one.assessor_id for one in assessments if one.status in AssessmentStatus.own_is_in()}
    assigned = set(application.assignments.active().values_list("assessor_id", flat=True))
    return Results(
        columns=columns,
        rows=[CriterionRow(criterion, _scores(criterion, handed_in)) for criterion in criteria],
        abstained=[one for one in assessments if one.status == AssessmentStatus.ABSTAINED],
        waiting=len(assigned - done),
        mean=mean(totals),
        spread=spread,
    )


def _is_before(assessment: Assessment, changed_at: datetime | None) -> bool:
    handed_in = assessment.submitted_at
    return changed_at is not None and handed_in is not None and handed_in < changed_at


def _scores(criterion: Criterion, assessments: Sequence[Assessment]) -> list[Score]:
    return [
        next(score for score in assessment.scores.all() if score.criterion_id == criterion.pk)
        for assessment in assessments
    ]
