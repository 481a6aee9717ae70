"""What assessors have to do."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, Q, QuerySet, When

from applications.enums import ApplicationStatus
from applications.impartiality import recused_people
from applications.models import Application, Assessment, Assignment, ImpartialityDeclaration
from applications.parts import NOT_LISTED
from calls.models import Call
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User


def my_assignments(user: User) -> QuerySet[Assignment]:
    """What this person has to assess, the most urgent first; what is handed in, decided or withdrawn last."""
    waits = Q(pk__in=Assignment.objects.of(user).waiting()) & Q(
        application__status__in=ApplicationStatus.open()
    )
    return (
        Assignment.objects.of(user)
        .select_related("application__case", "application__call", "application__organisation")
        .defer(*(f"application__{name}" for name in NOT_LISTED))
        .alias(rest=Case(When(waits, then=0), default=1))
        .order_by("rest", "due_on", "pk")
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


# --- For those who assign ---------------------------------------------------------------------------------
def assessors() -> QuerySet[User]:
    """Everybody who can be given applications to assess, by name."""
    people = User.objects.filter(staff_roles__role__in=[Role.ASSESSOR, Role.OFFICER], is_active=True)
    return people.distinct().order_by("full_name", "pk")


def assessors_left(application: Application) -> QuerySet[User]:
    """Those who have it not and have no jäv."""
    has = application.assignments.active().values("assessor")
    barred = [one.person_id for one in recused_people(application)]
    return assessors().exclude(pk__in=has).exclude(pk__in=barred)


@dataclass(frozen=True)
class AssignmentState:
    """``status`` of the assessment, None before it is begun; ``sees_all``: an officer, whatever is marked."""

    assignment: Assignment
    status: str | None
    sees_all: bool


def assignments_of(application: Application) -> list[AssignmentState]:
    """The assignments that hold, each with how far its assessment has come."""
    officers = set(User.objects.filter(staff_roles__role=Role.OFFICER).values_list("pk", flat=True))
    status = dict(application.assessments.values_list("assessor_id", "status"))
    active = application.assignments.active().order_by("due_on", "pk")
    return [
        AssignmentState(one, status.get(one.assessor_id), one.assessor_id in officers)
        for one in active.select_related("assessor", "assigned_by")
    ]


def assessing_so_far(application: Application) -> dict[str, int]:
    """How many have the application to assess (``given``), and have handed in or abstained (``done``)."""
    given = application.assignments.active().count()
    return {"given": given, "done": given - application.assignments.waiting().count()}


def open_of_call(call: Call) -> QuerySet[Application]:
    """Received and not decided, with how many assess each, in the order they came."""
    active = Count("assignments", filter=Q(assignments__ended_at__isnull=True))
    return (
        Application.objects.open()
        .filter(call=call)
        .select_related("case", "organisation")
        .defer(*NOT_LISTED, "case__search")
        .annotate(assessor_count=active)
        .order_by("submitted_at", "pk")
    )
