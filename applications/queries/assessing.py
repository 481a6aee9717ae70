"""What assessors have to do."""

from collections.abc import Collection

from django.db.models import QuerySet

from applications.models import Assessment, Assignment
from s3portal.accounts.models import User


def my_assignments(user: User) -> QuerySet[Assignment]:
    """What this person has to assess, the most urgent first; decided and withdrawn ones last."""
    return (
        Assignment.objects.of(user)
        .select_related("application__case", "application__call", "application__organisation")
        .defer("application__summary", "application__aims", "application__activities")
        .order_by("due_on", "pk")
    )


def own_statuses(user: User, application_ids: Collection[int]) -> dict[int, str]:
    """How far this person's assessments of these applications have come, by the application."""
    found = Assessment.objects.filter(assessor=user, application__in=application_ids)
    return dict(found.values_list("application_id", "status"))
