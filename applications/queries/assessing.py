"""What assessors have to do."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from applications.models import Application, Assessment, Assignment, ImpartialityDeclaration
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


@dataclass(frozen=True)
class Declared:
    """One answer to the question of jäv. ``holds``: the person has not answered otherwise since."""

    declaration: ImpartialityDeclaration
    holds: bool

    @property
    def bars(self) -> bool:
        return self.holds and self.declaration.is_recusal


def declarations_of(application: Application, person: User | None) -> list[Declared]:
    """All answers in one application, or those of one person; the latest first."""
    found = application.declarations.select_related("person", "declared_by").order_by("-pk")
    if person is not None:
        found = found.filter(person=person)
    seen: set[int] = set()
    declared = []
    for declaration in found:
        declared.append(Declared(declaration, declaration.person_id not in seen))
        seen.add(declaration.person_id)
    return declared


def my_recusals(user: User, application_ids: Collection[int]) -> set[int]:
    """Which of these applications the person takes no part in."""
    latest = (
        ImpartialityDeclaration.objects.filter(person=user, application__in=application_ids)
        .order_by("application_id", "-pk")
        .distinct("application_id")
    )
    return {one.application_id for one in latest if one.is_recusal}
