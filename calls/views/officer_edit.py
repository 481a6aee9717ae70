"""Writing a call: the form, its rows of contacts, and its text as the public will read it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from calls.consistency import ends_before_closing
from calls.enums import CallAction
from calls.forms.call import LONGEST_TEXT, CallForms, version_of
from calls.models import Call
from calls.queries.officer import officer_pages
from calls.rules import may_edit_calls
from calls.services.editing import CallConflict, create_call, save_call
from calls.transitions import allowed
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.text import normalize_text, render_markdown

#: What the buttons within the form send: they change the page and save nothing.
ROW, SHOW = "rad", "visa"


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_new(request: LoggedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _unsaved(request, None)
    if request.POST.keys() & {ROW, SHOW}:
        return _changed(request, None)
    forms = CallForms(request.POST, user=request.user)
    if not forms.is_valid():
        return _form(request, forms, None, status=422)
    try:
        call = create_call(actor=request.user, content=forms.content())
    except Refusal as refusal:
        forms.refuse(refusal)
        return _form(request, forms, None, status=422)
    messages.success(request, "Utkastet är sparat.")
    return redirect("calls:officer_call", pk=call.pk)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_edit(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(officer_pages(), pk=pk)
    if request.method != "POST":
        if not allowed(call.status, CallAction.SAVE):
            messages.info(request, "Utlysningen är avslutad och kan inte ändras.")
            return redirect("calls:officer_call", pk=pk)
        return _unsaved(request, call)
    if request.POST.keys() & {ROW, SHOW}:
        return _changed(request, call)
    forms = CallForms(request.POST, call=call, user=request.user)
    if not forms.is_valid():
        return _form(request, forms, call, status=422, version=version_of(request.POST))
    try:
        saved = _save(request, call, forms)
    except CallConflict as conflict:
        # With the latest version: saving once more is done knowingly.
        latest = officer_pages().get(pk=pk)
        return _form(request, forms, latest, status=409, conflict=conflict)
    except Refusal as refusal:
        forms.refuse(refusal)
        return _form(request, forms, call, status=422, version=version_of(request.POST))
    messages.success(request, "Utlysningen är sparad.")
    if warning := ends_before_closing(saved.legal_basis, saved.closes_at):
        messages.warning(request, warning)
    return redirect("calls:officer_call", pk=pk)


def _save(request: LoggedInRequest, call: Call, forms: CallForms) -> Call:
    return save_call(
        call_id=call.pk,
        actor=request.user,
        expected_version=version_of(request.POST),
        content=forms.content(),
    )


@requires(may_edit_calls)
@require_POST
def call_text(request: LoggedInRequest) -> HttpResponse:
    """The typed text as the public will read it, for the page's script while somebody writes."""
    text = normalize_text(request.POST.get("text", ""))[:LONGEST_TEXT]
    return HttpResponse(render_markdown(text) or EMPTY_TEXT)


EMPTY_TEXT = "<p>Här visas texten när du har skrivit den.</p>"


def _unsaved(request: LoggedInRequest, call: Call | None) -> HttpResponse:
    """The form as stored, or with what was typed before the person was logged out."""
    kept = take_kept_text(request)
    forms = CallForms(kept, call=call, user=request.user)
    if kept is None:
        return _form(request, forms, call)
    forms.keep_quiet()
    messages.info(request, "Här är det du skrev innan du loggades ut. Det är inte sparat än.")
    return _form(request, forms, call, version=version_of(kept))


def _changed(request: LoggedInRequest, call: Call | None) -> HttpResponse:
    """The page again after a button within the form: nothing is saved, judged or lost."""
    command = request.POST.get(ROW, "")
    forms = CallForms(request.POST, call=call, user=request.user, command=command)
    forms.keep_quiet()
    return _form(request, forms, call, version=version_of(request.POST), typed=request.POST)


def _form(
    request: LoggedInRequest,
    forms: CallForms,
    call: Call | None,
    *,
    status: int = 200,
    version: int | None = None,
    conflict: CallConflict | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    """``version`` is that of the text in the form, when it is not the stored one."""
    pressed = "" if typed is None else "text" if SHOW in typed else typed.get(ROW, "").partition(":")[0]
    text = forms.main["text"].value() or ""
    context: dict[str, Any] = {
        "forms": forms,
        "call": call,
        "version": (call.version if call else 0) if version is None else version,
        "conflict": conflict,
        "shown_text": render_markdown(text) or None,
        "pressed": pressed,
    }
    return render(request, "calls/officer_call_form.html", context, status=status)
