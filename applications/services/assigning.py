"""Giving applications to assessors, and taking them back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.enums import AssessmentAction, AssessmentStatus, AssignmentEnd
from applications.impartiality import require_not_recused
from applications.models import Application, Assessment, Assignment, ImpartialityDeclaration
from applications.rules import may_assess, may_handle
from applications.services.handling import MAY_NOT_HANDLE
from applications.transitions import assessment_after
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day
from s3portal.outbox.services import cancel_queued, enqueue_mail

#: What the form proposes, and what is taken for a slip of the pen.
DEFAULT_DAYS: Final = 14
MOST_DAYS: Final = 366
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Assigned:
    """What came of it: new assignments, those that were there, and those that jäv stopped."""

    made: Sequence[Assignment]
    already: int
    recused: Sequence[tuple[Application, User]]


@transaction.atomic
def assign_assessors(
    *,
    application_ids: Collection[int],
    actor: User,
    assessors: Collection[User],
    due_on: date,
    allow_trade_secrets: bool = False,
) -> Assigned:
    """Give each application to each assessor; ``due_on`` is inclusive. One mail to each with all that is new.

    Who has declared jäv in one of them does not get that one. Raises Refusal for a person who cannot assess,
    a day that has been, an application that is decided, and a call without criteria."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    _require_people(assessors)
    _require_coming(due_on)
    applications = _locked(application_ids)
    for application in applications:
        require_not_recused(actor, application)
        _require_open(application)
    there = set(
        Assignment.objects.active()
        .filter(application__in=applications, assessor__in=assessors)
        .values_list("application_id", "assessor_id")
    )
    barred = _barred(applications)
    made, recused = [], []
    for application in applications:
        for person in assessors:
            if (application.pk, person.pk) in barred:
                recused.append((application, person))
            elif (application.pk, person.pk) not in there:
                made.append(_give(application, person, actor, due_on, allow_trade_secrets))
    _mail(made)
    return Assigned(made, len(there), recused)


@transaction.atomic
def change_assignment(
    *, assignment_id: int, actor: User, due_on: date, allow_trade_secrets: bool
) -> Assignment:
    """Another last day, or another answer about trade secrets. Reminders of the old day do not leave."""
    assignment = _assignment(assignment_id, actor)
    _require_open(assignment.application)
    moved = due_on != assignment.due_on
    if moved:
        _require_coming(due_on)
    assignment.due_on, assignment.allow_trade_secrets = due_on, allow_trade_secrets
    # Counts as given anew: no reminder goes out whose hour was before this.
    assignment.assigned_at = timezone.now() if moved else assignment.assigned_at
    assignment.save(update_fields=["due_on", "allow_trade_secrets", "assigned_at"])
    if moved:
        cancel_queued(obj=assignment, kinds=["assessment_due"], actor=actor)
    secrets = "får se affärshemligheter" if allow_trade_secrets else "utan affärshemligheter"
    record_event(
        actor=actor,
        action="assignment_changed",
        obj=assignment.application,
        text=f"{assignment.assessor} bedömer senast {format_day(due_on)}, {secrets}",
        data={"assignment": assignment.pk},
    )
    return assignment


@transaction.atomic
def end_assignment(*, assignment_id: int, actor: User) -> Assignment:
    """Take the application back. Raises Refusal when the assessment has been handed in: it counts."""
    assignment = _assignment(assignment_id, actor)
    application = assignment.application
    handed_in = application.assessments.filter(
        assessor=assignment.assessor, status=AssessmentStatus.SUBMITTED
    )
    if handed_in.exists():
        raise Refusal(
            f"{assignment.assessor} har lämnat sin bedömning. Öppna den igen först, om den inte ska räknas."
        )
    assignment.ended_at, assignment.end = timezone.now(), AssignmentEnd.REMOVED
    assignment.save(update_fields=["ended_at", "end"])
    cancel_queued(obj=assignment, kinds=["assessment_due"], actor=actor)
    record_event(
        actor=actor,
        action="assessor_removed",
        obj=application,
        text=f"{assignment.assessor} bedömer inte längre ansökan",
        data={"assignment": assignment.pk},
    )
    return assignment


# --- Parts ------------------------------------------------------------------------------------------------
def _require_people(assessors: Collection[User]) -> None:
    if not assessors:
        raise Refusal("Välj minst en bedömare.", field="assessors")
    for person in assessors:
        if not may_assess(person) or not person.is_active:
            raise Refusal(f"{person} är inte bedömare.", field="assessors")


def _require_coming(due_on: date) -> None:
    today = timezone.localdate()
    if due_on < today:
        raise Refusal("Ange i dag eller en senare dag.", field="due_on")
    if due_on > today + timedelta(days=MOST_DAYS):
        raise Refusal("Ange en dag inom ett år.", field="due_on")


def _require_open(application: Application) -> None:
    if not application.is_open:
        status = application.get_status_display().lower()
        raise Refusal(f"Ansökan {application.case} är {status} och bedöms inte.")
    if not application.call.criteria.exists():
        raise Refusal("Utlysningen har inga kriterier att bedöma efter.")


def _locked(application_ids: Collection[int]) -> list[Application]:
    """In the order of their ids, so that two who assign the same do not wait for each other in a ring."""
    if not application_ids:
        raise Refusal("Välj minst en ansökan.", field="applications")
    if len(application_ids) > MOST_AT_ONCE:
        raise Refusal(f"Välj högst {MOST_AT_ONCE} ansökningar åt gången.", field="applications")
    found = (
        Application.objects.received()
        .filter(pk__in=application_ids)
        .select_related("case", "call")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    return list(found)


def _barred(applications: Collection[Application]) -> set[tuple[int, int]]:
    latest = (
        ImpartialityDeclaration.objects.filter(application__in=applications)
        .order_by("application_id", "person_id", "-pk")
        .distinct("application_id", "person_id")
    )
    return {(one.application_id, one.person_id) for one in latest if one.is_recusal}


def _give(
    application: Application, person: User, actor: User, due_on: date, allow_trade_secrets: bool
) -> Assignment:
    assignment = Assignment.objects.create(
        application=application,
        assessor=person,
        due_on=due_on,
        allow_trade_secrets=allow_trade_secrets,
        assigned_by=actor,
    )
    _reopen_after_jav(application, person)
    record_event(
        actor=actor,
        action="assessor_assigned",
        obj=application,
        text=f"{person} bedömer ansökan senast {format_day(due_on)}",
        data={"assignment": assignment.pk, "allow_trade_secrets": allow_trade_secrets},
    )
    return assignment


def _reopen_after_jav(application: Application, person: User) -> None:
    """Jäv was declared and lifted: what was written can be gone on with."""
    assessment = Assessment.objects.filter(
        application=application, assessor=person, status=AssessmentStatus.RECUSED
    ).first()
    if assessment is not None:
        assessment.status = assessment_after(assessment.status, AssessmentAction.REOPEN)
        assessment.submitted_at, assessment.abstain_reason = None, ""
        assessment.save(update_fields=["status", "submitted_at", "abstain_reason"])


def _assignment(assignment_id: int, actor: User) -> Assignment:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    assignment = (
        Assignment.objects.select_related("application__call", "application__case", "assessor")
        .select_for_update(of=("self", "application"))
        .get(pk=assignment_id)
    )
    require_not_recused(actor, assignment.application)
    if not assignment.is_active:
        raise Refusal(f"{assignment.assessor} har inte längre ansökan.")
    return assignment


def _mail(made: Sequence[Assignment]) -> None:
    """One to each assessor. Titles are left out: a name of a project may be a trade secret."""
    mine: dict[User, list[Assignment]] = defaultdict(list)
    for assignment in made:
        mine[assignment.assessor].append(assignment)
    for person, assignments in mine.items():
        enqueue_mail(
            kind="assessor_assigned",
            key=f"assessor_assigned:{person.pk}:{assignments[0].pk}",
            to_email=person.email,
            obj=assignments[0],
            context={"assignments": assignments, "path": reverse("applications:my_assessments")},
        )
