"""Behörighet: the conditions of the call and the law, gone through one by one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from applications import queries, rules, services
from applications.enums import ApplicationAction, ApplicationStatus
from applications.forms import EligibilityForm
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
    is_open = application.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT)
    context = {
        "application": application,
        "form": form,
        "changed_at": application.content_changed_at,
        "rows": form.rows(),
        "writes": writes and is_open,
        "waiting": [state.condition for state in form.states if not state.is_settled],
        "may_assess": writes and allowed(application.status, ApplicationAction.ASSESS),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "applications/eligibility.html", context, status=status)
