"""Looking through the whole application, and sending it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications import queries, rules, services
from applications.attachments import held
from applications.checks import Step, submission_problems
from applications.forms import SubmitForm
from applications.models import Application
from applications.services.door import clock, last_moment, may_enter
from applications.snapshot import content_of
from applications.views.loading import my_application, step_list, step_url
from s3portal.accounts.http import LoggedInRequest
from s3portal.common.errors import Refusal


@require_safe
def review(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = my_application(request, pk)
    if application.answering is not None:
        return redirect("applications:supplement_review", pk=application.answering.application_id)
    if not application.is_draft:
        return redirect("applications:my_detail", pk=pk)
    return _review(request, application, _form(request, application))


def _form(request: LoggedInRequest, application: Application, data: object = None) -> SubmitForm:
    return SubmitForm(
        data,
        initial={"version": application.version, "publication_consent": application.publication_consent},
        consent_needed=application.call.legal_basis.publication_consent_required,
        attests=rules.may_attest(request.user, application),
    )


def _review(
    request: LoggedInRequest,
    application: Application,
    form: SubmitForm,
    *,
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    problems = submission_problems(application)
    checks = [
        {
            "ok": False,
            "label": problem.message,
            "url": f"{step_url(problem.step, application)}#{problem.field}",
            "action": "Rätta",
        }
        for problem in problems
    ]
    context = {
        "application": application,
        "content": content_of(application),
        "form": form,
        "checks": checks,
        "steps": step_list(application, Step.REVIEW, problems=problems),
        "message": message,
        "is_open": may_enter(application.call, application.organisation, now),
        "closed_at": clock(last_moment(application.call, application.organisation)),
        "may_write": rules.may_write(request.user, application),
        "may_submit": _may_send(request, application),
        "attests": rules.may_attest(request.user, application),
        "signatories": queries.signatories(application.organisation),
        "version": application.version,
        "held": held(application),
    }
    return render(request, "applications/review.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The clock is read before anything else: waiting here costs nobody their place."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if request.method != "POST":
        # Who opens the address of a refused submission again, or was logged out when they pressed the button.
        return redirect("applications:review", pk=pk)
    if application.is_supplement or (application.is_draft and not _may_send(request, application)):
        raise PermissionDenied
    form = _form(request, application, request.POST)
    if not form.is_valid():
        return _review(request, application, form, status=422)
    try:
        services.submit_application(
            application_id=pk,
            actor=request.user,
            arrived_at=arrived_at,
            reviewed_version=form.cleaned_data["version"],
            publication_consent=form.cleaned_data.get("publication_consent"),
            authority_attested=form.cleaned_data.get("authority_attested", False),
        )
    except Refusal as refusal:
        return _not_sent(request, pk, form, refusal)
    return redirect("applications:receipt", pk=pk)


def _may_send(request: LoggedInRequest, application: Application) -> bool:
    return rules.may_submit(request.user, application) or rules.may_attest(request.user, application)


def _not_sent(request: LoggedInRequest, pk: int, form: SubmitForm, refusal: Refusal) -> HttpResponse:
    """Who pressed twice gets the receipt; all others are told why, with the page as it stands now."""
    application = my_application(request, pk)
    if not application.is_draft:
        return redirect("applications:receipt", pk=pk)
    if isinstance(refusal, services.TooLate):
        context = {"application": application, "refusal": refusal}
        return render(request, "applications/too_late.html", context, status=409)
    if refusal.field in form.fields:
        form.add_error(refusal.field, refusal.message)
        return _review(request, application, form, status=422)
    status = 409 if isinstance(refusal, services.ReviewedOlder) else 422
    return _review(request, application, form, message=refusal.message, status=status)
