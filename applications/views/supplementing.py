"""Komplettering: the officer's page and the applicant's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applications import rules, services
from applications.enums import ApplicationAction
from applications.forms import AnswerForm, AskForm, MoreTimeForm
from applications.models import Application
from applications.queries import supplements_of
from applications.services.supplementing import DEFAULT_DAYS
from applications.transitions import allowed
from applications.views.door import asks_first
from applications.views.loading import my_application, received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day


# --- The officer ------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@asks_first(rules.may_handle)
def ask(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What has been asked, and a form to ask; while an answer is awaited, to give more time or end it."""
    application = received_for_staff(request, pk, to_handle=True)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = AskForm(typed, initial={"due_on": timezone.localdate() + timedelta(days=DEFAULT_DAYS)})
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_supplement(application_id=pk, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Begäran om komplettering är skickad till sökanden.")
            return redirect("applications:officer_supplement", pk=pk)
    return _officer_page(request, application, ask_form=form)


@require_POST
@asks_first(rules.may_handle)
def more_time(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = MoreTimeForm(request.POST)
    if form.is_valid():
        due_on = form.cleaned_data["due_on"]
        try:
            services.give_more_time(application_id=pk, actor=request.user, due_on=due_on)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(
                request, f"Sökanden har fått till och med {format_day(due_on)} på sig att svara."
            )
            return redirect("applications:officer_supplement", pk=pk)
    return _officer_page(request, application, more_form=form)


@require_POST
@asks_first(rules.may_handle)
def stop(request: LoggedInRequest, pk: int) -> HttpResponse:
    received_for_staff(request, pk, to_handle=True)
    return _step(request, pk, lambda: services.stop_asking(application_id=pk, actor=request.user))


def _step(request: LoggedInRequest, pk: int, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Kompletteringen är avslutad utan svar. Sökanden har fått veta det.")
    return redirect("applications:officer_supplement", pk=pk)


def _officer_page(
    request: LoggedInRequest,
    application: Application,
    *,
    ask_form: AskForm | None = None,
    more_form: MoreTimeForm | None = None,
) -> HttpResponse:
    supplements = supplements_of(application)
    waiting = next((supplement for supplement in supplements if supplement.is_open), None)
    may_ask = allowed(application.status, ApplicationAction.ASK)
    shown = more_form or (ask_form if ask_form is not None and ask_form.is_bound else None)
    context: dict[str, Any] = {
        "application": application,
        "supplements": supplements,
        "waiting": waiting,
        "overdue": waiting is not None and waiting.is_overdue(now=timezone.now()),
        "may_ask": may_ask,
        # What somebody typed is shown even when it can no longer be sent.
        "ask_form": ask_form if may_ask or (ask_form is not None and ask_form.is_bound) else None,
        "more_form": (more_form or MoreTimeForm()) if waiting or more_form else None,
    }
    status = 422 if shown is not None and shown.errors else 200
    return render(request, "applications/supplement_officer.html", context, status=status)


# --- The applicant ----------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def answer(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What is asked, and the answer. The clock is read first: waiting here makes nobody late."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if not rules.may_answer(request.user, application) and request.method == "GET":
        return redirect("applications:my_detail", pk=pk)
    if not may_write_for(request.user, application.organisation) or application.is_draft:
        raise PermissionDenied
    supplements = supplements_of(application)
    waiting = next((supplement for supplement in supplements if supplement.is_open), None)
    initial = {"supplement": waiting.pk if waiting else None}
    form = AnswerForm(request.POST if request.method == "POST" else take_kept_text(request), initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_supplement(
                application_id=pk,
                supplement_id=form.cleaned_data["supplement"],
                actor=request.user,
                answer=form.cleaned_data["answer"],
                arrived_at=arrived_at,
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, "Er komplettering är mottagen.")
            return redirect("applications:my_detail", pk=pk)
    context = {
        "application": application,
        "supplements": supplements,
        "waiting": waiting,
        "overdue": waiting is not None and waiting.is_overdue(now=arrived_at),
        "form": form,
    }
    if form.errors and status == 200:
        status = 422
    return render(request, "applications/supplement_answer.html", context, status=status)
