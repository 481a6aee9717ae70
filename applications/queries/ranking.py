"""What the page of a ranking may show to whom."""

from collections.abc import Collection

from applications.enums import AssessmentStatus
from applications.models import Application, Assignment, ImpartialityDeclaration, RankingRow
from applications.queries.assessing import my_recusals, own_statuses
from s3portal.accounts.models import User


def hidden_points(user: User, application_ids: Collection[int]) -> set[int]:
    """Those whose points this person does not see: jäv, or an assessment of their own that is not in."""
    statuses = own_statuses(user, application_ids)
    assigned = Assignment.objects.of(user).filter(application__in=application_ids)
    waiting = {
        pk
        for pk in assigned.values_list("application_id", flat=True)
        if statuses.get(pk) not in AssessmentStatus.own_is_in()
    }
    return waiting | my_recusals(user, application_ids)


def recusals_in(application_ids: Collection[int]) -> list[ImpartialityDeclaration]:
    """Who takes no part in which of these applications: the declarations that hold now, by name."""
    latest = (
        ImpartialityDeclaration.objects.filter(application__in=application_ids)
        .select_related("person", "application__case")
        .defer("application__case__search")
        .order_by("application_id", "person_id", "-pk")
        .distinct("application_id", "person_id")
    )
    return sorted((one for one in latest if one.is_recusal), key=lambda one: (str(one.person), one.pk))


def row_of(application: Application) -> RankingRow | None:
    """Where the application stands in its call's ranking, if it is ranked."""
    found = RankingRow.objects.filter(application=application)
    return found.select_related("ranking", "application").order_by("-pk").first()
