"""Giving applications to assessors, and taking them back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.enums import AssessmentAction, AssessmentStatus, AssignmentEnd
from applications.impartiality import RECUSED, require_not_recused
from applications.models import Application, Assessment, Assignment, ImpartialityDeclaration
from applications.rules import may_assess, may_handle
from applications.services.days import require_coming
from applications.services.handling import MAY_NOT_HANDLE
from applications.transitions import assessment_after
from calls.models import Criterion
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day
from s3portal.outbox.services import cancel_queued, enqueue_mail

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
    require_coming(due_on)
    applications = _locked(application_ids)
    barred = _barred(applications)
    for application in applications:
        if (application.case_id, actor.pk) in barred:
            raise Refusal(RECUSED)
        _require_open(application)
    _require_criteria(applications)
    there = set(
        Assignment.objects.active()
        .filter(application__in=applications, assessor__in=assessors)
        .values_list("application_id", "assessor_id")
    )
    made, recused = [], []
    for application in applications:
        for person in assessors:
            if (application.case_id, person.pk) in barred:
                recused.append((application, person))
            elif (application.pk, person.pk) not in there:
                made.append(_give(application, person, actor, due_on, allow_trade_secrets))
    _go_on_after_jav(made)
    _mail(made)
    return Assigned(made, len(there), recused)


@transaction.atomic
def change_assignment(
    *, assignment_id: int, actor: User, due_on: date, allow_trade_secrets: bool
) -> Assignment:
    """Another last day, or another answer about trade secrets. Reminders of the old day do not leave."""
    assignment = _assignment(assignment_id, actor)
    _require_open(assignment.application)
    _require_criteria([assignment.application])
    moved = due_on != assignment.due_on
    if moved:
        require_coming(due_on)
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


def _require_open(application: Application) -> None:
    if not application.is_open:
        status = application.get_status_display().lower()
        raise Refusal(f"Ansökan {application.case} är {status} och bedöms inte.")


def _require_criteria(applications: Collection[Application]) -> None:
    calls = {application.call_id for application in applications}
    if Criterion.objects.filter(call__in=calls).values("call").distinct().count() < len(calls):
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


def _barred(applications: Collection[Application]) -> set[tuple[int | None, int]]:
    """Who takes no part in which case: jäv is about the matter, whichever of its applications was read."""
    cases = [application.case_id for application in applications]
    latest = (
        ImpartialityDeclaration.objects.filter(application__case__in=cases)
        .select_related("application")
        .order_by("application__case_id", "person_id", "-pk")
        .distinct("application__case_id", "person_id")
    )
    return {(one.application.case_id, one.person_id) for one in latest if one.is_recusal}


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
    record_event(
        actor=actor,
        action="assessor_assigned",
        obj=application,
        text=f"{person} bedömer ansökan senast {format_day(due_on)}",
        data={"assignment": assignment.pk, "allow_trade_secrets": allow_trade_secrets},
    )
    return assignment


def _go_on_after_jav(made: Sequence[Assignment]) -> None:
    """Jäv was declared and lifted: what was written can be gone on with."""
    pairs = {(one.application_id, one.assessor_id) for one in made}
    ended = Assessment.objects.filter(
        application__in={application for application, _person in pairs}, status=AssessmentStatus.RECUSED
    )
    for assessment in ended:
        if (assessment.application_id, assessment.assessor_id) not in pairs:
            continue
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
