"""Which assessments are due, and who shall have a mail of it. Questions only, as in ``due``."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from applications.enums import ApplicationStatus, AssessmentStatus
from applications.models import Assessment, Assignment
from applications.parts import NOT_LISTED
from calls.queries.due import whole_address
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.outbox.reminders import Occasion, Reminder, addressed


def due_assessments(first: datetime, last: datetime) -> list[Occasion]:
    """Assignments whose last day ends then, of applications that wait for a decision."""
    day = timedelta(days=1)
    days = (in_stockholm(first).date() - day, in_stockholm(last).date() + day)
    assignments = (
        Assignment.objects.active()
        .filter(due_on__range=days, application__status__in=ApplicationStatus.open())
        .select_related("application__case", "application__call", "assessor")
        .defer(*(f"application__{name}" for name in NOT_LISTED))
        .order_by("due_on", "pk")
    )
    return [assessment_of(one) for one in assignments if first <= one.due_at <= last]


def assessment_of(assignment: Assignment) -> Occasion:
    return Occasion(obj=assignment, at=assignment.due_at, topic=f"assessment_due:{assignment.pk}")


def assessment_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To the assessor, until the assessment is handed in or they abstain. Not of what was before the
    assignment or its latest day. Titles are left out: a name of a project may be a trade secret."""
    mine = [(one, one.obj) for one in occasions if isinstance(one.obj, Assignment)]
    assignments = Assignment.objects.active().filter(
        pk__in=[assignment.pk for _occasion, assignment in mine], assessor__is_active=True
    )
    wanted = set(addressed(assignments, "assessor__email", only).values_list("pk", flat=True))
    found = [(occasion, assignment) for occasion, assignment in mine if assignment.pk in wanted]
    done = set(
        Assessment.objects.filter(
            application__in=[assignment.application_id for _occasion, assignment in found],
            status__in=AssessmentStatus.own_is_in(),
        ).values_list("application_id", "assessor_id")
    )
    for occasion, assignment in found:
        if (assignment.application_id, assignment.assessor_id) in done:
            continue
        values = {
            "utlysning": assignment.application.call.title,
            "diarienummer": str(assignment.application.case),
            "sista_dag": format_day(assignment.due_on),
            "länk": whole_address("applications:assessment", assignment.application_id),
        }
        yield Reminder(occasion, assignment.assessor.email, values, since=assignment.assigned_at)
