"""What belongs to a call, as officers edit it: one set of pages for the five kinds of content."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.forms.contents import ContentForm, DocumentForm, WeightsForm, preview_form
from calls.models import Call, Criterion
from calls.queries.contents import documents_with_versions, questions_with_conditions, why_fixed
from calls.rules import may_edit_calls
from calls.services.contents.criteria import set_weights, weights_problem
from calls.services.contents.ordering import Step, move_row
from calls.views.content_kinds import CRITERIA, DOCUMENTS, QUESTIONS, Kind
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal


def _call(pk: int) -> Call:
    return get_object_or_404(Call, pk=pk)


def _why_fixed(kind: Kind, call: Call) -> str:
    return why_fixed(call) if kind.asked else ""


# --- The list ---------------------------------------------------------------------------------------------
@requires(may_edit_calls)
@require_safe
def row_list(request: LoggedInRequest, pk: int, kind: Kind) -> HttpResponse:
    return _show_list(request, kind, _call(pk))


def _show_list(
    request: LoggedInRequest,
    kind: Kind,
    call: Call,
    *,
    refused: str = "",
    weights: WeightsForm | None = None,
) -> HttpResponse:
    """``refused``: why something was not done."""
    rows = _rows(kind, call)
    context = {
        "kind": kind,
        "call": call,
        "rows": rows,
        "fixed": _why_fixed(kind, call),
        "moved": _moved(request, kind, rows),
        "refused": refused,
        "new_url": kind.new_url(call),
        "weights": None,
        "weights_problem": "",
        "weighted": False,
    }
    if kind is CRITERIA and rows:
        context["weights"] = weights or _weights_form(request, call, [shown["row"] for shown in rows])
        context["weights_problem"] = weights_problem([shown["row"].weight for shown in rows])
        context["weighted"] = any(shown["row"].weight is not None for shown in rows)
    status = 422 if weights is not None and weights.errors else 409 if refused else 200
    return render(request, "calls/contents_list.html", context, status=status)


def _weights_form(request: LoggedInRequest, call: Call, criteria: list[Criterion]) -> WeightsForm:
    # The weights are sent to an address of their own, so that is where a lost session left them.
    kept = take_kept_text(request, reverse("calls:criterion_weights", args=[call.pk]))
    return WeightsForm(kept, criteria=criteria)


def _rows(kind: Kind, call: Call) -> list[dict[str, Any]]:
    """The rows with the addresses of what can be done with each, and what its template wants beside it."""
    if kind is QUESTIONS:
        found = questions_with_conditions(list(call.questions.all()))
        rows: list[Any] = [shown.question for shown in found]
        conditions = [shown.condition for shown in found]
    else:
        rows = list(
            documents_with_versions(call) if kind is DOCUMENTS else kind.model.objects.filter(call=call)
        )
        conditions = [""] * len(rows)
    return [
        {
            "row": row,
            "condition": condition,
            "edit_url": kind.row_url("edit", call, row),
            "move_url": kind.row_url("move", call, row) if kind.ordered else "",
            "delete_url": kind.row_url("delete", call, row) if kind.delete else "",
        }
        for row, condition in zip(rows, conditions, strict=True)
    ]


@dataclass(frozen=True)
class Moved:
    """What was moved, to tell, and the button that gets the focus back."""

    pk: int
    button: str
    text: str


def _moved(request: LoggedInRequest, kind: Kind, rows: list[dict[str, Any]]) -> Moved | None:
    """After a move the address says which row, and by which button; where it stands is asked of the rows."""
    asked, step = request.GET.get("flyttad", ""), request.GET.get("steg", "")
    number = next((number for number, shown in enumerate(rows, 1) if str(shown["row"].pk) == asked), None)
    if number is None:
        return None
    # At the edge the button that was pressed cannot be pressed again.
    button = {1: "ner", len(rows): "upp"}.get(number, "ner" if step == Step.DOWN else "upp")
    text = f"{kind.the_one} ligger nu som nummer {number} av {len(rows)}."
    return Moved(rows[number - 1]["row"].pk, button, text)


@requires(may_edit_calls)
@require_POST
def row_move(request: LoggedInRequest, pk: int, row_pk: int, kind: Kind) -> HttpResponse:
    call = _call(pk)
    step = Step.DOWN if request.POST.get("steg") == Step.DOWN else Step.UP
    try:
        move_row(actor=request.user, model=kind.model, call_id=pk, row_id=row_pk, step=step)
    except Refusal as refusal:
        return _show_list(request, kind, call, refused=refusal.message)
    return redirect(f"{kind.list_url(call)}?flyttad={row_pk}&steg={step}")


# --- One row ----------------------------------------------------------------------------------------------
@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def row_new(request: LoggedInRequest, pk: int, kind: Kind) -> HttpResponse:
    return _edit(request, kind, _call(pk), None)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def row_edit(request: LoggedInRequest, pk: int, row_pk: int, kind: Kind) -> HttpResponse:
    call = _call(pk)
    return _edit(request, kind, call, get_object_or_404(kind.model, pk=row_pk, call=call))


def _edit(request: LoggedInRequest, kind: Kind, call: Call, row: Any) -> HttpResponse:
    posted = request.method == "POST"
    if not posted and _why_fixed(kind, call):
        # The list says why, and shows what there is.
        return redirect(kind.list_url(call))
    typed = request.POST if posted else take_kept_text(request)
    form = kind.form(typed, request.FILES if posted else None, call=call, row=row)
    if not posted or not form.is_valid():
        return _show_form(request, kind, form)
    try:
        kind.save(
            actor=request.user,
            call_id=call.pk,
            row_id=None if row is None else row.pk,
            seen=form.cleaned_data["seen"],
            **form.content(),
        )
    except Conflict as conflict:
        stored = row and kind.model.objects.filter(pk=row.pk).first()
        if stored:
            form.see_again(stored)
        form.add_error(None, conflict.message)
        return _show_form(request, kind, form, stored=stored, status=409)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _show_form(request, kind, form)
    messages.success(request, "Sparat.")
    return redirect(kind.list_url(call))


def _show_form(
    request: LoggedInRequest, kind: Kind, form: ContentForm, *, stored: Any = None, status: int = 422
) -> HttpResponse:
    """``stored``: what somebody else saved meanwhile, shown beside what was typed."""
    if isinstance(form, DocumentForm) and form.errors:
        form.ask_for_the_file_again()
    others = kind.form(call=form.call, row=stored) if stored else None
    context = {
        "kind": kind,
        "call": form.call,
        "row": form.row,
        "form": form,
        "stored": [(field.label, field.value()) for field in others.visible_fields()] if others else [],
        "list_url": kind.list_url(form.call),
    }
    return render(request, "calls/contents_form.html", context, status=status if form.errors else 200)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def row_delete(request: LoggedInRequest, pk: int, row_pk: int, kind: Kind) -> HttpResponse:
    call = _call(pk)
    if request.method == "POST" and kind.delete is not None:
        try:
            kind.delete(actor=request.user, call_id=pk, row_id=row_pk)
        except Refusal as refusal:
            return _show_list(request, kind, call, refused=refusal.message)
        messages.success(request, "Borttaget.")
        return redirect(kind.list_url(call))
    row = get_object_or_404(kind.model, pk=row_pk, call=call)
    context = {"kind": kind, "call": call, "row": row, "list_url": kind.list_url(call)}
    return render(request, "calls/contents_delete.html", context)


# --- What only one kind has -------------------------------------------------------------------------------
@requires(may_edit_calls)
@require_POST
def weights(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The weights of all criteria at once."""
    call = _call(pk)
    form = WeightsForm(request.POST, criteria=list(call.criteria.all()))
    if not form.is_valid():
        return _show_list(request, CRITERIA, call, weights=form)
    try:
        set_weights(actor=request.user, call_id=pk, weights=form.weights(), seen=form.seen_weights())
    except Conflict as conflict:
        form.see_again()
        return _show_list(request, CRITERIA, call, refused=conflict.message, weights=form)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show_list(request, CRITERIA, call, weights=form)
    messages.success(request, "Vikterna är sparade.")
    return redirect(CRITERIA.list_url(call))


@requires(may_edit_calls)
@require_safe
def question_preview(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = _call(pk)
    context = {"call": call, "form": preview_form(call.questions.all()), "kind": QUESTIONS}
    return render(request, "calls/contents_preview.html", context)
