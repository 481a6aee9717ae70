"""All that a locked ranking rests on, as data: what the appendix is made from and the decisions can lean on.

Left out on purpose: the assessors' rationales, which may hold what an applicant has marked as a secret, and
what a person has written about their jäv. Who is barred is shown with the section of the law only; the
ground itself is read in the case, by those who may. Amounts in whole kronor, totals as exact fractions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from applications.enums import AssessmentStatus, Municipality
from applications.models import Assessment, Assignment, Ranking
from applications.queries.ranking import recusals_in
from applications.ranking.order import Points, RankedRow
from applications.ranking.shown import (
    Allocation,
    Line,
    Share,
    by_area,
    by_municipality,
    line_of,
)
from applications.scoring import total_of
from calls.models import Call, Criterion
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.swedish import in_stockholm
from s3portal.diary.models import Record

FORMAT: Final = "s3-portalen/rangordning"
FORMAT_VERSION: Final = 1
#: KL 7:4 makes what holds for elected members hold for the region's employees.
OF_EMPLOYEES: Final = "7 kap. 4 § kommunallagen"
OF_OTHERS: Final = "6 kap. 28 § kommunallagen"


def freeze(
    ranking: Ranking,
    rows: Sequence[RankedRow],
    *,
    allocation: Allocation,
    number: int,
    by: User,
    at: datetime,
    record: Record,
) -> dict[str, Any]:
    """A constant number of queries. ``number``: which locking of this ranking it is, from 1."""
    lines = [line_of(one) for one in rows]
    criteria = list(ranking.call.criteria.order_by("order"))
    people = _People([line.application_id for line in lines], criteria)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "call": _call(ranking.call),
        "locked": {
            "number": number,
            "at": in_stockholm(at).isoformat(),
            "by": str(by),
            "title": by.title,
            "diary_number": str(record.case),
            "record_number": record.number,
        },
        "frame": {
            "whole": allocation.frame,
            "taken": allocation.taken,
            "left": allocation.left,
            "proposed": allocation.total,
            "rest": allocation.rest,
        },
        "criteria": [_criterion(one) for one in criteria],
        "rows": [_row(one, line, people) for one, line in zip(rows, lines, strict=True)],
        "areas": [_share(one) for one in by_area(lines)],
        "municipalities": [_share(one) for one in by_municipality(lines)],
    }


def _call(call: Call) -> dict[str, Any]:
    return {"slug": call.slug, "title": call.title, "legal_basis": call.legal_basis.name}


def _criterion(one: Criterion) -> dict[str, Any]:
    return {"title": one.title, "weight": one.weight, "lowest": 1, "highest": one.max_score}


def _share(share: Share) -> dict[str, Any]:
    return {
        "name": share.name,
        "count": share.count,
        "applied": share.applied,
        "proposed": share.proposed,
    }


def _row(ranked: RankedRow, line: Line, people: "_People") -> dict[str, Any]:
    application = ranked.application
    return {
        "row": line.row_id,
        "application": line.application_id,
        "place": line.place,
        "scored_place": line.scored_place,
        "departs": line.departs,
        "reason": line.reason,
        "diary_number": line.case,
        "applicant": line.applicant,
        "org_number": application.organisation.org_number,
        "title": line.title,
        "areas": list(line.areas),
        "municipalities": [
            {"code": code, "name": str(Municipality(code).label)} for code in application.municipalities
        ],
        "status": str(application.get_status_display()),
        "applied": line.applied,
        "proposal": line.proposal.value,
        "proposal_label": str(line.proposal.label),
        "proposed": line.proposed,
        "conditions": line.conditions,
        "points": _points(line.points),
        **people.of(line.application_id),
    }


def _points(points: Points) -> dict[str, Any] | None:
    if points.mean is None or points.spread is None:
        return None
    return {
        "mean": str(points.mean),
        "lowest": str(points.spread.lowest),
        "highest": str(points.spread.highest),
        "median": str(points.spread.middle),
        "count": points.spread.count,
    }


class _People:
    """Who has assessed what and how, who abstained, who was barred and who had not handed in yet."""

    def __init__(self, application_ids: Collection[int], criteria: Sequence[Criterion]) -> None:
        self.criteria = criteria
        self.employees = _employees()
        self.assessed: Mapping[int, list[Assessment]] = _grouped(
            Assessment.objects.filter(
                application__in=application_ids, status__in=AssessmentStatus.own_is_in()
            )
            .with_scores()
            .order_by("submitted_at", "pk")
        )
        self.barred = _grouped(recusals_in(application_ids))
        self.assigned: Mapping[int, list[Assignment]] = _grouped(
            Assignment.objects.active()
            .filter(application__in=application_ids)
            .select_related("assessor")
            .order_by("assessor__full_name", "pk")
        )

    def of(self, application_id: int) -> dict[str, Any]:
        said = self.assessed[application_id]
        done = {one.assessor_id for one in said}
        waiting = [one for one in self.assigned[application_id] if one.assessor_id not in done]
        return {
            "assessments": [
                self._assessment(one) for one in said if one.status == AssessmentStatus.SUBMITTED
            ],
            "abstained": [
                self._person(one.assessor) for one in said if one.status == AssessmentStatus.ABSTAINED
            ],
            "barred": [
                self._person(one.person)
                | {"ground": OF_EMPLOYEES if one.person_id in self.employees else OF_OTHERS}
                for one in self.barred[application_id]
            ],
            "waiting": [self._person(one.assessor) for one in waiting],
        }

    def _person(self, user: User) -> dict[str, Any]:
        return {"person": str(user), "external": user.pk not in self.employees}

    def _assessment(self, assessment: Assessment) -> dict[str, Any]:
        given = {score.criterion_id: score.points for score in assessment.scores.all()}
        handed_in = assessment.submitted_at
        return self._person(assessment.assessor) | {
            "handed_in_at": "" if handed_in is None else in_stockholm(handed_in).isoformat(),
            "points": [given.get(criterion.pk) for criterion in self.criteria],
            "total": str(total_of(assessment, self.criteria)),
        }


def _employees() -> set[int]:
    """Everybody with a role at the region but those who only assess or sit in the nämnd."""
    roles = (Role.OFFICER, Role.DELEGATE, Role.REGISTRAR, Role.ADMIN)
    return set(User.objects.filter(staff_roles__role__in=roles).values_list("pk", flat=True))


def _grouped(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    """By the application."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for one in rows:
        groups[one.application_id].append(one)
    return groups
