"""Where a draft begins: by itself, from an application, or from a decision that it changes."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applications.models import Application
from applications.views.door import stop
from decisions import rules
from decisions.enums import DecisionKind, Relation
from decisions.models import Decision
from decisions.models.decision import LONG_TEXTS
from decisions.services import drafting
from decisions.services.changing import draft_change as begin_change
from decisions.start_forms import FromApplicationForm, NewDecisionForm
from decisions.views.loading import visible_or_404
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def draft_new(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = NewDecisionForm(typed)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            decision = drafting.start_decision(
                actor=user,
                kind=DecisionKind(wanted["kind"]),
                title=wanted["title"],
                case=wanted["existing_case"],
                counterpart=wanted["counterpart"],
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"Utkastet finns i ärende {decision.case}.")
            return redirect("decisions:officer_detail", pk=decision.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/draft_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_from_application(request: HttpRequest, pk: int) -> HttpResponseBase:
    user = cast(User, request.user)
    if not rules.may_list_decisions(user):
        raise Http404
    application = get_object_or_404(
        Application.objects.received().select_related("case", "organisation", "call"), pk=pk
    )
    if not rules.may_draft(user):
        raise PermissionDenied
    stopped = stop(cast(LoggedInRequest, request), application)
    if stopped is not None:
        return stopped
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    under_way = list(application.decisions.under_way().defer(*LONG_TEXTS))
    form = FromApplicationForm(typed, any_under_way=bool(under_way))
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            decision = drafting.draft_from_application(
                application_id=pk,
                actor=user,
                kind=DecisionKind(wanted["kind"]),
                anew=wanted.get("anew", False),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _show(request, decision)
    context = {"form": form, "application": application, "under_way": under_way}
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/draft_from_application.html", context, status=status)


@require_POST
def draft_change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A new decision that has to do with a signed one."""
    decision, user = visible_or_404(request, pk), cast(User, request.user)
    if not rules.may_change(user, decision):
        raise PermissionDenied
    if decision.application is not None:
        stopped = stop(cast(LoggedInRequest, request), decision.application)
        if stopped is not None:
            return stopped
    wanted = request.POST.get("relation", "")
    if wanted not in Relation.values:
        messages.error(request, "Välj vad som ska göras med beslutet.")
        return redirect("decisions:officer_detail", pk=pk)
    try:
        draft = begin_change(decision_id=pk, actor=user, relation=Relation(wanted))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decisions:officer_detail", pk=pk)
    return _show(request, draft)


def _show(request: HttpRequest, draft: Decision) -> HttpResponse:
    if draft.created_at < timezone.now() - drafting.TWICE:
        messages.info(request, "Det fanns redan ett utkast av det slaget. Det är det som visas.")
    return redirect("decisions:officer_detail", pk=draft.pk)
