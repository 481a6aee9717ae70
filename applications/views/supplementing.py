"""Komplettering: the officer's pages."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import rules, services
from applications.checks import parts_to_open
from applications.enums import ApplicationAction
from applications.forms import AskForm, EndForm, MoreTimeForm
from applications.models import Application
from applications.queries import supplements_of
from applications.services.days import proposed_day
from applications.services.supplementing import CONSEQUENCE
from applications.supplements import changes_of
from applications.transitions import allowed
from applications.views.door import asks_first
from applications.views.loading import received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_handle)
def ask(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What has been asked, and a form to ask; while an answer is awaited, to give more time or end it."""
    application = received_for_staff(request, pk, to_handle=True)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    initial = {"due_on": proposed_day()}
    form = AskForm(typed, request.FILES or None, steps=parts_to_open(application), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_supplement(application_id=pk, actor=request.user, **form.content())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Begäran om komplettering är skickad till sökanden.")
            return redirect("applications:officer_supplement", pk=pk)
    return _page(request, application, ask_form=form)


@require_POST
@asks_first(rules.may_handle)
def more_time(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = MoreTimeForm(request.POST)
    if form.is_valid():
        try:
            services.give_more_time(application_id=pk, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            due_on = format_day(form.cleaned_data["due_on"])
            messages.success(request, f"Sökanden har fått till och med {due_on} på sig att svara.")
            return redirect("applications:officer_supplement", pk=pk)
    return _page(request, application, more_form=form)


@require_POST
@asks_first(rules.may_handle)
def stop(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Take the request back: the answer is not needed any more."""
    return _end(request, pk, "stop_form", "Begäran är återtagen. Sökanden har fått veta det.")


@require_POST
@asks_first(rules.may_handle)
def unanswered(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Note that no answer has come; the application is tried as it stands."""
    return _end(request, pk, "none_form", "Det är noterat att sökanden inte har svarat.")


def _end(request: LoggedInRequest, pk: int, name: str, said: str) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = EndForm(request.POST, prefix=name)
    work = services.stop_asking if name == "stop_form" else services.judge_unanswered
    if form.is_valid():
        try:
            work(application_id=pk, actor=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, said)
            return redirect("applications:officer_supplement", pk=pk)
    return _page(request, application, **{name: form})


@require_safe
@asks_first(rules.may_read_received)
def changes(request: LoggedInRequest, pk: int, supplement_pk: int) -> HttpResponse:
    """What an answer changed, old beside new; who opens it is logged."""
    application = received_for_staff(request, pk)
    answered = application.supplements.filter(by_parts=True, answered_at__isnull=False).select_related(
        "answered_by", "requested_by", "record", "answer_record"
    )
    supplement = get_object_or_404(answered.prefetch_related("parts"), pk=supplement_pk)
    services.note_opening(application=application, actor=request.user)
    context = {
        "application": application,
        "supplement": supplement,
        "changed": changes_of(application, supplement),
        "before": "det som var inskickat",
        "after": "kompletteringen",
    }
    return render(request, "applications/supplement_changes.html", context)


def _page(request: LoggedInRequest, application: Application, **forms: Any) -> HttpResponse:
    """``forms``: those that have been filled in, by the name they have in the page."""
    supplements = supplements_of(application)
    waiting = next((supplement for supplement in supplements if supplement.is_open), None)
    may_ask = allowed(application.status, ApplicationAction.ASK)
    ask_form = forms.pop("ask_form", None)
    shown = [form for form in (ask_form, *forms.values()) if form is not None and form.is_bound]
    overdue = waiting is not None and waiting.is_overdue(now=timezone.now())
    context: dict[str, Any] = {
        "application": application,
        "supplements": supplements,
        "waiting": waiting,
        "overdue": overdue,
        "may_ask": may_ask,
        # What somebody typed is shown even when it can no longer be sent.
        "ask_form": ask_form if may_ask or (ask_form is not None and ask_form.is_bound) else None,
        "more_form": MoreTimeForm() if waiting else None,
        "stop_form": EndForm(prefix="stop_form") if waiting else None,
        "none_form": EndForm(prefix="none_form") if overdue else None,
        "consequence": CONSEQUENCE,
    } | forms
    status = 422 if any(form.errors for form in shown) else 200
    return render(request, "applications/supplement_officer.html", context, status=status)
