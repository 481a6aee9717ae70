"""How views come by an application: through a queryset the person may see. Strangers get 404."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from applications.checks import Problem, Step, is_started, steps_of, submission_problems
from applications.enums import ApplicationStatus
from applications.models import Application, SupplementRequest
from applications.queries import received_application
from applications.rules import may_handle, may_read_received
from s3portal.accounts.http import LoggedInRequest

STEP_NAMES = {
    Step.APPLICANT: "applications:step_applicant",
    Step.PARTNERS: "applications:step_partners",
    Step.PROJECT: "applications:step_project",
    Step.QUESTIONS: "applications:step_questions",
    Step.BUDGET: "applications:step_budget",
    Step.FINANCING: "applications:step_financing",
    Step.STATE_AID: "applications:step_state_aid",
    Step.ATTACHMENTS: "applications:step_attachments",
    Step.REVIEW: "applications:review",
}


def my_application(request: LoggedInRequest, pk: int, *, laid_aside: bool = False) -> Application:
    """One of the person's organisations', drafts too but not those that have been removed. Raises Http404.

    With ``laid_aside`` also a supplement that was begun and not sent before its request was closed."""
    removed = Q(status=ApplicationStatus.DISCARDED)
    if laid_aside:
        removed &= Q(answering__isnull=True)
    applications = Application.objects.of_applicant(request.user).exclude(removed)
    applications = applications.select_related(
        "call__legal_basis", "organisation", "updated_by", "case", "record", "answering__application__case"
    )
    applications = applications.prefetch_related("call__questions", "answering__parts")
    return get_object_or_404(applications, pk=pk)


def received_for_staff(request: LoggedInRequest, pk: int, *, to_handle: bool = False) -> Application:
    """One that has been sent, for those of the region who may read (or handle) it. A draft is 404 to them.

    Raises PermissionDenied before anything is looked up, so that nobody learns what exists.
    """
    if not (may_handle if to_handle else may_read_received)(request.user):
        if request.user.roles and not to_handle:
            raise Http404("Du har ingen tilldelad ansökan med det numret.")
        raise PermissionDenied
    return get_object_or_404(received_application(pk))


def working_copy_of(request: LoggedInRequest, supplement: SupplementRequest) -> Application:
    """The copy in which the answer to an open request is written."""
    return my_application(request, Application.objects.values_list("pk", flat=True).get(answering=supplement))


def closed_step(request: LoggedInRequest, application: Application, step: Step) -> HttpResponse | None:
    """The way from a step that a request for a supplement does not open, or when it has ended; None for one
    that can be entered. What is posted to it then is refused by the service, with the text kept."""
    ended = application.answering is not None and not application.is_supplement
    if step in steps_of(application) and not (ended and request.method != "POST"):
        return None
    if application.answering is None:
        raise Http404("Utlysningen har inga egna frågor.")
    if request.method == "POST":
        raise PermissionDenied
    return redirect("applications:supplement", pk=application.answering.application_id)


def step_url(step: Step, application: Application) -> str:
    if step is Step.REVIEW and application.answering is not None:
        return reverse("applications:supplement_review", args=[application.answering.application_id])
    return reverse(STEP_NAMES[step], args=[application.pk])


def step_list(
    application: Application, current: Step, *, errors: int = 0, problems: list[Problem] | None = None
) -> list[dict[str, Any]]:
    """The steps with how far each has come. ``errors``: what to put right on the page that is shown."""
    found = submission_problems(application) if problems is None else problems
    return [
        _step_entry(step, application, current, found, errors if step is current else 0)
        for step in steps_of(application)
    ]


def _step_state(step: Step, application: Application, problems: list[Problem]) -> tuple[str, str]:
    """Of what is stored: not started, started, complete or with faults, with the words for it."""
    if step is Step.REVIEW:
        return "", "Inte klar att skicka in" if problems else "Klar att skicka in"
    own = [problem for problem in problems if problem.step is step]
    faults = sum(problem.wrong for problem in own)
    if faults:
        return _to_put_right(faults)
    if not is_started(step, application):
        return "", "Inte påbörjad" if own else "Inget ifyllt, frivilligt"
    return ("paborjad", f"Påbörjad, {len(own)} kvar") if own else ("klar", "Klar")


def _to_put_right(count: int) -> tuple[str, str]:
    return "fel", f"{count} {'uppgift' if count == 1 else 'uppgifter'} att rätta"


def _step_entry(
    step: Step, application: Application, current: Step, problems: list[Problem], errors: int
) -> dict[str, Any]:
    state, status = _step_state(step, application, problems)
    if errors:
        state, status = _to_put_right(errors)
    return {
        "label": step.label,
        "url": step_url(step, application),
        "status": status,
        "state": state,
        "current": step is current,
    }
