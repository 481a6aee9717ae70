"""Writing decisions: the list, the draft page with its live preview, and sending it for signature."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.impartiality import Access
from applications.queries.ranking import place_shown
from applications.rules import may_read_received
from applications.secrecy import hints
from decisions import queries, rules
from decisions.batch_queries import batch_of, waiting_batches
from decisions.changes import ties_of
from decisions.checks import check_decision, failing
from decisions.document import decision_html, render_decision
from decisions.draft_phrases import place_in, with_phrase
from decisions.enums import VersionKind
from decisions.expedition_queries import awaits_opening
from decisions.forms import ROWS, DecisionListForm, DraftForms, change_rows
from decisions.impartiality import access_of
from decisions.kinds import relations_for
from decisions.masking_forms import TriedForm
from decisions.models import Decision
from decisions.models.considered import is_tried
from decisions.services import drafting
from decisions.services.dispatch_steps import note_opened
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.services.versioning import note_draft_read
from decisions.views.door import asks_first
from decisions.views.draft_page import draft_page, saved_pieces, unsaved_pieces, version_of
from decisions.views.loading import note_read, visible_or_404
from decisions.views.pending import pdf_pending
from decisions.views.recusing import question
from decisions.worklist import MINE, decision_list, doors, hide_marked
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal

PER_PAGE = 30


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
    page = Paginator(found.decisions, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    closed = doors(page.object_list, user)
    context = {
        "form": form,
        "text": text,
        "tabs": tabs,
        "current": found.current,
        "waits_for_me": found.current == MINE,
        "batches": waiting_batches(user) if found.current == MINE else [],
        "page": page,
        "unasked": [pk for pk, access in closed.items() if access is Access.ASK],
        "closed": closed,
        "marked": hide_marked(page.object_list),
        "may_draft": rules.may_draft(user),
        "may_keep_phrases": rules.may_keep_phrases(user),
    }
    return render(request, "decisions/officer_list.html", context)


# --- Write ------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
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
    if request.method == "GET" and rules.may_sign(user, decision):
        note_draft_read(decision=decision, reader=user)
    checks = [] if decision.is_signed else check_decision(decision, on=timezone.localdate())
    context = {
        "decision": decision,
        "document": decision_html(decision, level=2),
        "ties": ties_of([decision.pk])[decision.pk],
        "relations": relations_for(decision) if rules.may_change(user, decision) else [],
        "checks": checks,
        "left": len(failing(checks)),
        "may_sign": rules.may_sign(user, decision),
        "may_return": rules.may_return(user, decision),
        "may_consider": rules.may_consider_secrecy(user, decision),
        "hints": [] if decision.is_signed else list(hints(decision.case)),
        "may_read_material": rules.may_read_material(user),
        "ranked": place_shown(user, decision.application) if may_read_received(user) else None,
        "batch": batch_of(decision) if rules.may_see_batches(user) else None,
    }
    if decision.is_signed:
        context |= queries.after_signing(decision, user)
        if request.method == "GET":
            _note_read(user, decision)
    return render(request, "decisions/detail.html", context)


def _save(request: HttpRequest, decision: Decision) -> HttpResponse:
    command = request.POST.get("rad", "")
    forms = DraftForms(change_rows(request.POST, command), decision=decision)
    place = place_in(command)
    rows = place or next((name for name in ROWS if command.split(":")[1:2] == [name]), "")
    htmx = bool(request.headers.get("HX-Request"))
    if place and forms.is_valid():
        forms = with_phrase(forms, place)
    if not forms.is_valid():
        if htmx:
            return unsaved_pieces(
                request, decision, forms, status=422, message=forms.first_error(), rows=rows
            )
        return draft_page(request, decision, forms, status=422, version=version_of(request.POST))
    try:
        saved = _store(request, decision, forms, VersionKind.PHRASE if place else VersionKind.SAVED)
    except Refusal as refusal:
        if htmx:
            return unsaved_pieces(request, decision, forms, status=409, message=refusal.message)
        return _not_saved(request, decision, forms, refusal)
    if htmx:
        focus = "sist" if command.startswith(("lagg-till", "fras")) else "knapp"
        return saved_pieces(request, saved, forms, rows=rows, focus=focus)
    return _back_to_page(request, saved, command, rows)


def _store(
    request: HttpRequest, decision: Decision, forms: DraftForms, kind: VersionKind = VersionKind.SAVED
) -> Decision:
    return drafting.save_draft(
        decision_id=decision.pk,
        actor=cast(User, request.user),
        expected_version=version_of(request.POST),
        content=forms.content(),
        kind=kind,
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
@asks_first
def draft_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as it stands, for the preview to fetch when the draft has been saved."""
    return HttpResponse(decision_html(visible_or_404(request, pk), level=3))


@require_safe
@asks_first
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
@asks_first
def officer_pdf(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The signed decision's frozen file."""
    decision = visible_or_404(request, pk)
    if not decision.is_signed:
        return redirect("decisions:draft_preview_pdf", pk=pk)
    document = queries.document_of(decision)
    if document is None:
        return pdf_pending(request, decision)
    _note_read(cast(User, request.user), decision)
    return frozen_response(document.file)


def _note_read(user: User, decision: Decision) -> None:
    """That somebody read what is secret, or that a link in a mail led them to it: what these GETs write."""
    note_read(user, decision)
    if awaits_opening(decision, user):
        note_opened(decision=decision, user=user)


# --- Send or remove ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def draft_propose(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Save what is typed and send it to the delegate."""
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    if request.method != "POST":
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
        if access_of(user, saved) is Access.ASK:
            messages.info(request, "Utkastet är sparat. Svara på frågan om jäv innan du skickar det.")
            return question(saved, reverse("decisions:officer_detail", args=[pk]))
        tried = TriedForm(request.POST, decision=saved)
        propose_decision(decision_id=pk, actor=user, expected_version=saved.version, secrecy=tried.outcome())
    except ChecksFailed as failed:
        latest = Decision.objects.with_parts().get(pk=pk)
        again = None if is_tried(latest) else TriedForm(request.POST, decision=latest)
        return draft_page(
            request, latest, DraftForms(decision=latest), status=422, left=failed.checks, tried=again
        )
    except Refusal as refusal:
        return _not_saved(request, decision, forms, refusal)
    messages.success(request, f"Beslutet är skickat till {saved.delegate.user.full_name} för underskrift.")  # type: ignore[union-attr]
    return redirect("decisions:officer_detail", pk=pk)


@require_POST
@asks_first
def draft_considered(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Save what is typed, and go on to say what in it is secret."""
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    forms = DraftForms(request.POST, decision=decision)
    if not forms.is_valid():
        return draft_page(request, decision, forms, status=422, version=version_of(request.POST))
    try:
        _store(request, decision, forms)
    except Refusal as refusal:
        return _not_saved(request, decision, forms, refusal)
    return redirect("decisions:consider", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def draft_delete(request: HttpRequest, pk: int) -> HttpResponse:
    decision = visible_or_404(request, pk)
    user = cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    if request.method != "POST":
        return render(request, "decisions/draft_delete.html", {"decision": decision})
    try:
        case = drafting.delete_draft(decision_id=pk, actor=user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decisions:officer_detail", pk=pk)
    messages.success(request, f"Utkastet är borttaget. Ärende {case} finns kvar i diariet.")
    return redirect("decisions:officer_list")
