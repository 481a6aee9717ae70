"""The assessors' pages: what is assigned to them, and scoring."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications import queries, rules
from applications.enums import AssessmentStatus
from applications.models import Assignment
from s3portal.accounts.http import LoggedInRequest

PER_PAGE = 25


@require_GET
def my_assessments(request: LoggedInRequest) -> HttpResponse:
    """What is assigned to this person, with last day and how far it has come."""
    if not rules.may_assess(request.user):
        raise PermissionDenied
    page = Paginator(queries.my_assignments(request.user), PER_PAGE).get_page(request.GET.get("page"))
    own = queries.own_statuses(request.user, [one.application_id for one in page])
    context = {"page": page, "rows": [_row(one, own.get(one.application_id)) for one in page]}
    return render(request, "applications/my_assessments.html", context)


def _row(assignment: Assignment, status: str | None) -> dict[str, Any]:
    """``left``: days to the last one; None when nothing is to be done."""
    waits = assignment.application.is_open and status in (None, AssessmentStatus.DRAFT)
    left = (assignment.due_on - timezone.localdate()).days
    color, icon, label = _STATES[status if assignment.application.is_open or status else "closed"]
    return {
        "assignment": assignment,
        "color": color,
        "icon": icon,
        "label": label,
        "late": waits and left < 0,
        "soon": waits and 0 <= left <= 3,
    }


_STATES: dict[str | None, tuple[str, str, str]] = {
    None: ("neutral", "penna", "Inte påbörjad"),
    AssessmentStatus.DRAFT.value: ("warning", "klocka", "Påbörjad"),
    AssessmentStatus.SUBMITTED.value: ("success", "bock-ring", "Lämnad"),
    AssessmentStatus.ABSTAINED.value: ("neutral", "pil-bak", "Du avstod"),
    AssessmentStatus.RECUSED.value: ("danger", "las", "Jäv"),
    "closed": ("neutral", "las", "Ärendet är avgjort"),
}
