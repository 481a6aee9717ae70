"""Writing decisions: the list, the draft page with its live preview, and sending it for signature."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications.impartiality import Recused
from applications.models import Application
from applications.views.door import stop
from decisions import queries, rules
from decisions.checks import check_decision, failing
from decisions.document import decision_html, render_decision
from decisions.enums import DecisionKind
from decisions.forms import (
    ROWS,
    DecisionListForm,
    DraftForms,
    FromApplicationForm,
    NewDecisionForm,
    change_rows,
)
from decisions.models import Decision
from decisions.services import drafting
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.views.draft_page import draft_page, saved_pieces, unsaved_pieces, version_of
from decisions.views.pending import pdf_pending
from decisions.worklist import MINE, decision_list
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal

PER_PAGE = 30


def visible_or_404(request: HttpRequest, pk: int) -> Decision:
    """The decision with its parts; 404 for those whose roles do not reach it.

    Raises Recused (403) for who has declared jäv, until it is signed."""
    user = cast(User, request.user)
    decision = get_object_or_404(Decision.objects.visible_to(user).with_parts(), pk=pk)
    if (
        not decision.is_signed
        and decision.application is not None
        and not rules.may_take_part(user, decision)
    ):
        raise Recused(decision.application)
    return decision


# --- The list ---------------------------------------------------------------------------------------------
@require_safe
def officer_list(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not rules.may_list_decisions(user):
        raise PermissionDenied
    form = DecisionListForm(request.GET)
    text = form.text()
    found = decision_list(user, wanted=request.GET.get("visa", ""), text=text)
    address = reverse("decisions:officer_list")
    tabs = [
        {
            "label": tab.label,
            "url": f"{address}?{urlencode({'visa': tab.key} | ({'q': text} if text else {}))}",
            "count": tab.count,
            "current": tab.key == found.current,
        }
        for tab in found.tabs
    ]
    context = {
        "form": form,
        "text": text,
        "tabs": tabs,
        "current": found.current,
        "waits_for_me": found.current == MINE,
        "page": Paginator(found.decisions, PER_PAGE).get_page(request.GET.get("page")),
        "may_draft": rules.may_draft(user),
    }
    return render(request, "decisions/officer_list.html", context)


# --- Begin ------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
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


@require_http_methods(["GET", "POST"])
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
    form = FromApplicationForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        kind = DecisionKind(form.cleaned_data["kind"])
        try:
            decision = drafting.draft_from_application(application_id=pk, actor=user, kind=kind)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("decisions:officer_detail", pk=decision.pk)
    context = {"form": form, "application": application}
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/draft_from_application.html", context, status=status)


# --- Write ------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def officer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if request.method == "POST":
        if not rules.may_draft(user):
            raise PermissionDenied
        return _save(request, decision)
    if rules.may_edit_draft(user, decision):
        return _show_draft(request, decision)
    return _show_finished(request, decision)


def _show_draft(request: HttpRequest, decision: Decision) -> HttpResponse:
    """The draft, with what was typed before the person was logged out if there is any."""
    kept = take_kept_text(request)
    if kept is not None:
        messages.info(request, "Här är det du skrev innan du loggades ut. Det är inte sparat än.")
    forms = DraftForms(kept, decision=decision, extra_row=request.GET.get("rad", ""))
    version = None if kept is None else version_of(kept)
    return draft_page(request, decision, forms, version=version)


def _show_finished(request: HttpRequest, decision: Decision) -> HttpResponse:
    """The draft for those who only read it, what waits for a signature, and what is signed."""
    user = cast(User, request.user)
    checks = [] if decision.is_signed else check_decision(decision, on=timezone.localdate())
    context = {
        "decision": decision,
        "document": decision_html(decision, level=2),
        "checks": checks,
        "left": len(failing(checks)),
        "may_sign": rules.may_sign(user, decision),
        "may_return": rules.may_return(user, decision),
    }
    if decision.is_signed:
        context |= queries.after_signing(decision, user)
    return render(request, "decisions/detail.html", context)


def _save(request: HttpRequest, decision: Decision) -> HttpResponse:
    command = request.POST.get("rad", "")
    forms = DraftForms(change_rows(request.POST, command), decision=decision)
    rows = next((name for name in ROWS if command.split(":")[1:2] == [name]), "")
    htmx = bool(request.headers.get("HX-Request"))
    if not forms.is_valid():
        if htmx:
            return unsaved_pieces(
                request, decision, forms, status=422, message=forms.first_error(), rows=rows
            )
        return draft_page(request, decision, forms, status=422, version=version_of(request.POST))
    try:
        saved = _store(request, decision, forms)
    except Refusal as refusal:
        if htmx:
            return unsaved_pieces(request, decision, forms, status=409, message=refusal.message)
        return _not_saved(request, decision, forms, refusal)
    if htmx:
        focus = "sist" if command.startswith("lagg-till") else "knapp"
        return saved_pieces(request, saved, forms, rows=rows, focus=focus)
    return _back_to_page(request, saved, command, rows)


def _store(request: HttpRequest, decision: Decision, forms: DraftForms) -> Decision:
    return drafting.save_draft(
        decision_id=decision.pk,
        actor=cast(User, request.user),
        expected_version=version_of(request.POST),
        content=forms.content(),
    )


def _not_saved(request: HttpRequest, decision: Decision, forms: DraftForms, refusal: Refusal) -> HttpResponse:
    """Somebody else was first. The typed text stays in the form, with the latest version: saving it again is
    then done knowingly."""
    latest = Decision.objects.with_parts().get(pk=decision.pk)
    return draft_page(request, latest, forms, status=409, refusal=refusal)


def _back_to_page(request: HttpRequest, decision: Decision, command: str, rows: str) -> HttpResponseRedirect:
    """After a save without script: the page anew, at the rows whose button was pressed."""
    address = reverse("decisions:officer_detail", args=[decision.pk])
    if rows:
        extra = f"?rad={rows}" if command.startswith("lagg-till") else ""
        return HttpResponseRedirect(f"{address}{extra}#rader-{rows}")
    messages.success(request, "Utkastet är sparat.")
    return HttpResponseRedirect(address)


@require_safe
def draft_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as it stands, for the preview to fetch when the draft has been saved."""
    return HttpResponse(decision_html(visible_or_404(request, pk), level=3))


@require_safe
def draft_preview_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    decision = visible_or_404(request, pk)
    if decision.is_signed:
        return redirect("decisions:officer_pdf", pk=pk)
    try:
        pdf = render_decision(decision, preview=True)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decisions:officer_detail", pk=pk)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="utkast-{decision.case.slug}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
def officer_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The signed decision's frozen file."""
    decision = visible_or_404(request, pk)
    if not decision.is_signed:
        return redirect("decisions:draft_preview_pdf", pk=pk)
    document = queries.document_of(decision)
    return pdf_pending(request, decision) if document is None else frozen_response(document.file)


# --- Send or remove ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def draft_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what is typed and send it to the delegate."""
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    if request.method == "GET":
        return (
            _show_draft(request, decision)
            if decision.is_draft
            else redirect("decisions:officer_detail", pk=pk)
        )
    forms = DraftForms(request.POST, decision=decision)
    if not forms.is_valid():
        return draft_page(request, decision, forms, status=422, version=version_of(request.POST))
    try:
        saved = _store(request, decision, forms)
        propose_decision(decision_id=pk, actor=user, expected_version=saved.version)
    except ChecksFailed as failed:
        latest = Decision.objects.with_parts().get(pk=pk)
        return draft_page(request, latest, DraftForms(decision=latest), status=422, left=failed.checks)
    except Refusal as refusal:
        return _not_saved(request, decision, forms, refusal)
    messages.success(request, f"Beslutet är skickat till {saved.delegate.user.full_name} för underskrift.")  # type: ignore[union-attr]
    return redirect("decisions:officer_detail", pk=pk)


@require_http_methods(["GET", "POST"])
def draft_delete(request: HttpRequest, pk: int) -> HttpResponse:
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "decisions/draft_delete.html", {"decision": decision})
    try:
        case = drafting.delete_draft(decision_id=pk, actor=user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decisions:officer_detail", pk=pk)
    messages.success(request, f"Utkastet är borttaget. Ärende {case} finns kvar i diariet.")
    return redirect("decisions:officer_list")
