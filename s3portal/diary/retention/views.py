"""/handlaggning/gallring/: the rules for what becomes of records, and the lists of what is disposed of."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary import rules
from s3portal.diary.models import Case
from s3portal.diary.retention import queries, services
from s3portal.diary.retention.forms import ApproveForm, CaseClassesForm, ClassForm, StrikeForm
from s3portal.diary.retention.models import DisposalItem, DisposalList, RecordClass
from s3portal.diary.views.keeping import asks_first, typed

PER_PAGE = 50
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


def _tried(request: LoggedInRequest, form: forms.Form, step: Callable[[], object]) -> bool:
    """Whether the form was sent and the step taken; a refusal is told beside the field it is about."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        step()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


@requires(rules.may_see_trail)
@require_safe
def overview(request: LoggedInRequest) -> HttpResponse:
    page = Paginator(queries.lists(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "classes": queries.classes(),
        "page": page,
        "waits": any(made.done_at is None for made in page),
        "may_change": rules.may_correct(request.user),
    }
    return render(request, "diary/retention.html", context)


@requires(rules.may_correct)
@read_or_send
def class_edit(request: LoggedInRequest, pk: int | None = None) -> HttpResponse:
    kind = None if pk is None else get_object_or_404(RecordClass, pk=pk)
    form = ClassForm(typed(request), kind=kind)

    def step() -> None:
        try:
            saved = services.save_class(actor=request.user, class_id=pk, **form.content())
        except Conflict:
            # Who has read what the other wrote may save over it.
            if kind is not None:
                kind.refresh_from_db()
                form.data = {**form.data.dict(), "seen_version": str(kind.version)}  # type: ignore[attr-defined]
            raise
        messages.success(request, f"{saved}: {saved.rule}.")

    if _tried(request, form, step):
        return redirect("diary:retention")
    context = {"form": form, "kind": kind}
    return render(request, "diary/retention_class.html", context, status=422 if form.errors else 200)


@requires(rules.may_correct)
@require_POST
def list_make(request: LoggedInRequest) -> HttpResponse:
    made = services.propose_list(actor=request.user)
    if made is None:
        messages.info(request, "Ingen ny lista: inget har uppnått sin tid, eller så väntar en lista redan.")
        return redirect("diary:retention")
    messages.success(request, f"{made} är framtagen. Läs den, stryk det som ska vara kvar och godkänn.")
    return redirect("diary:retention_list", pk=made.pk)


@requires(rules.may_see_trail)
@read_or_send
def list_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The list, and for the registrar the form that approves it."""
    made = get_object_or_404(queries.lists(), pk=pk)
    may_decide = rules.may_correct(request.user)
    form = ApproveForm(typed(request)) if may_decide and made.is_proposed else None
    if request.method == "POST" and form is None:
        return _too_late(request, made)
    if form is not None and _tried(
        request,
        form,
        lambda: services.approve_list(actor=request.user, list_id=pk, decision=form.cleaned_data["decision"]),
    ):
        messages.success(request, f"{made} är godkänd. Handlingarna gallras nu.")
        return redirect("diary:retention_list", pk=pk)
    page = Paginator(queries.items_of(made), PER_PAGE).get_page(request.GET.get("page"))
    context = {"list": made, "page": page, "form": form}
    failed = form is not None and bool(form.errors)
    return render(request, "diary/retention_list.html", context, status=422 if failed else 200)


@requires(rules.may_correct)
def _too_late(request: LoggedInRequest, made: DisposalList) -> HttpResponse:
    messages.error(request, "Listan är redan godkänd.")
    return redirect("diary:retention_list", pk=made.pk)


@requires(rules.may_correct)
@read_or_send
def item_strike(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    item = get_object_or_404(
        DisposalItem.objects.select_related("disposal_list", "record__case"), pk=row_pk, disposal_list=pk
    )
    form = StrikeForm(typed(request))
    if _tried(
        request,
        form,
        lambda: services.strike_item(actor=request.user, item_id=item.pk, reason=form.cleaned_data["reason"]),
    ):
        messages.success(request, f"{item.record.case} handling {item.record.number} är struken från listan.")
        return redirect("diary:retention_list", pk=pk)
    context = {"item": item, "form": form}
    return render(request, "diary/retention_strike.html", context, status=422 if form.errors else 200)


@requires(rules.may_correct)
@read_or_send
@asks_first
def case_classes(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = CaseClassesForm(typed(request), case=case)

    def step() -> None:
        changed = services.class_records(actor=request.user, case_id=case.pk, classes=form.content())
        messages.success(request, f"Sparat. {changed} ändrade." if changed else "Inget var ändrat.")

    if _tried(request, form, step):
        return redirect("diary:staff_detail", pk=case.pk)
    context = {"case": case, "form": form}
    return render(request, "diary/retention_case.html", context, status=422 if form.errors else 200)
