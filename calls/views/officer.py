"""Calls as officers handle them: the list, one call's page, and the steps of its life."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from calls.enums import CallAction
from calls.forms.call import version_of
from calls.forms.officer_search import OfficerCallForm
from calls.models import Call
from calls.queries.officer import officer_calls, officer_page, officer_pages
from calls.queries.shown import call_page_context, call_pages
from calls.rules import may_edit_calls, may_see_all_calls
from calls.services.copying import copy_call
from calls.services.editing import delete_draft, require_deletable
from calls.services.publishing import NotReady, conclude_call, publish_call
from calls.transitions import require
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal

CALLS_PER_PAGE = 25


@requires(may_see_all_calls)
@require_safe
def call_list(request: LoggedInRequest) -> HttpResponse:
    form = OfficerCallForm(request.GET)
    text, status = form.wanted("q"), form.wanted("status")
    page = Paginator(officer_calls(text=text, status=status), CALLS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "narrowed": bool(text or status),
        "page": page,
        "may_edit": may_edit_calls(request.user),
    }
    return render(request, "calls/officer_list.html", context)


@requires(may_see_all_calls)
@require_safe
def call_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(officer_pages(), pk=pk)
    return _detail(request, call)


def _detail(request: LoggedInRequest, call: Call, *, refused: str = "", status: int = 200) -> HttpResponse:
    """``refused``: why the step that was asked for was not taken."""
    context = {
        "call": call,
        "page": officer_page(call),
        "refused": refused,
        "may_edit": may_edit_calls(request.user),
    }
    return render(request, "calls/officer_call.html", context, status=status)


@requires(may_see_all_calls)
@require_safe
def call_preview(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The public page itself, drafts too."""
    call = get_object_or_404(call_pages(), pk=pk)
    context = call_page_context(call, page=request.GET.get("page"))
    return render(request, "calls/officer_call_preview.html", context)


# --- Steps ------------------------------------------------------------------------------------------------
@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_publish(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(officer_pages(), pk=pk)
    if request.method != "POST":
        return _ask(request, call, "publish")
    return _take(
        request,
        call,
        "publish",
        lambda: publish_call(call_id=pk, actor=request.user, expected_revision=version_of(request.POST)),
        done="Utlysningen är publicerad.",
    )


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_conclude(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(officer_pages(), pk=pk)
    if request.method != "POST":
        return _ask(request, call, "conclude")
    return _take(
        request,
        call,
        "conclude",
        lambda: conclude_call(call_id=pk, actor=request.user, expected_revision=version_of(request.POST)),
        done="Utlysningen är avslutad.",
    )


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_copy(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Call, pk=pk)
    if request.method != "POST":
        return _ask(request, call, "copy")
    copy = copy_call(call_id=pk, actor=request.user)
    messages.success(request, "Kopian är ett utkast. Se över rubriken, tiderna och det planerade beslutet.")
    return redirect("calls:officer_edit", pk=copy.pk)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def call_delete(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(officer_pages(), pk=pk)
    if request.method != "POST":
        return _ask(request, call, "delete")
    try:
        title = delete_draft(call_id=pk, actor=request.user)
    except Refusal as refusal:
        return _detail(request, call, refused=refusal.message, status=422)
    messages.success(request, f"Utkastet ”{title}” är borttaget.")
    return redirect("calls:officer_list")


def _ask(request: LoggedInRequest, call: Call, step: str) -> HttpResponse:
    """The page that says what the step means and has its button; the call with the reason when the step
    cannot be taken."""
    try:
        _require_step(call, step)
    except Refusal as refusal:
        return _detail(request, call, refused=refusal.message, status=409)
    context: dict[str, Any] = {"call": call, "step": step}
    if step == "publish":
        context["page"] = officer_page(call)
    return render(request, f"calls/officer_call_{step}.html", context)


def _require_step(call: Call, step: str) -> None:
    if step == "delete":
        require_deletable(call)
    elif step != "copy":
        require(call.status, CallAction(step))


def _take(
    request: LoggedInRequest, call: Call, step: str, take: Callable[[], Call], *, done: str
) -> HttpResponse:
    """The step, or the page again with what stands in its way: the call as it is now."""
    try:
        take()
    except NotReady:
        page = officer_page(call)
        context = {"call": call, "step": step, "page": page, "stopped": page.lacking}
        return render(request, f"calls/officer_call_{step}.html", context, status=422)
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _detail(request, call, refused=refusal.message, status=status)
    messages.success(request, done)
    return redirect("calls:officer_call", pk=call.pk)
