"""Behörighet: the conditions of the call and the law, gone through one by one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from applications import queries, rules, services
from applications.enums import ApplicationAction, ApplicationStatus
from applications.forms import EligibilityForm, ReviewAgainForm
from applications.models import Application
from applications.services.judging import condition_states
from applications.transitions import allowed
from applications.views.door import asks_first
from applications.views.loading import received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_read_received)
def eligibility(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What the portal answers itself, and the officer's judgement of the rest."""
    received_for_staff(request, pk)
    writes = rules.may_handle(request.user)
    if request.method == "POST" and not writes:
        raise PermissionDenied
    application = get_object_or_404(queries.received_application(pk).select_related("call__legal_basis"))
    services.note_opening(application=application, actor=request.user)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = EligibilityForm(typed, states=condition_states(application))
    if request.method == "POST" and form.is_valid() and not form.judged():
        form.add_error(None, "Inget är sparat: bedöm minst ett villkor.")
    elif request.method == "POST" and form.is_valid():
        try:
            services.judge_conditions(application_id=pk, actor=request.user, judged=form.judged())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Bedömningen är sparad.")
            return redirect("applications:eligibility", pk=pk)
    return _page(request, application, form)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_handle)
def review_again(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Open the review again; what stopped it stands on the page of the conditions."""
    received_for_staff(request, pk, to_handle=True)
    application = get_object_or_404(queries.received_application(pk).select_related("call__legal_basis"))
    again = ReviewAgainForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and again.is_valid():
        try:
            services.review_again(application_id=pk, actor=request.user, reason=again.cleaned_data["reason"])
        except Refusal as refusal:
            again.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Granskningen är öppnad igen. Ändra bedömningen.")
            return redirect("applications:eligibility", pk=pk)
    services.note_opening(application=application, actor=request.user)
    return _page(request, application, EligibilityForm(None, states=condition_states(application)), again)


def _page(
    request: LoggedInRequest,
    application: Application,
    form: EligibilityForm,
    again: ReviewAgainForm | None = None,
) -> HttpResponse:
    writes = rules.may_handle(request.user)
    is_open = application.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT)
    may_open = writes and allowed(application.status, ApplicationAction.REVIEW_AGAIN)
    context = {
        "application": application,
        "form": form,
        "changed_at": application.content_changed_at,
        "rows": form.rows(),
        "writes": writes and is_open,
        "waiting": [state.condition for state in form.states if not state.is_settled],
        "may_assess": writes and allowed(application.status, ApplicationAction.ASSESS),
        # What somebody typed is shown even when it can no longer be sent.
        "again": again or (ReviewAgainForm() if may_open else None),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "applications/eligibility.html", context, status=status)
