"""Delegation orders: read as of any day, and written by registrars and administrators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import delegation_queries as queries
from decisions import rules
from decisions.delegation_forms import AdoptForm, ClauseForm, DayForm, OrderForm, VersionedForm
from decisions.models import DelegationClause, DelegationOrder
from decisions.services import delegating
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.steps import took


def order_or_404(request: LoggedInRequest, pk: int) -> DelegationOrder:
    """Drafts are for those who write them."""
    order = get_object_or_404(DelegationOrder.objects.select_related("committee", "copied_from"), pk=pk)
    if order.is_draft and not rules.may_write_delegation(request.user):
        raise Http404("Det finns ingen antagen delegationsordning med det numret.")
    return order


def typed_in(request: LoggedInRequest) -> Any:
    """What was sent, or what was typed before the person was logged out."""
    return request.POST if request.method == "POST" else take_kept_text(request)


def stored(form: Any, step: Callable[[], Any]) -> bool:
    """Whether the step was taken; a refusal is put beside its field."""
    try:
        step()
    except Refusal as refusal:
        if isinstance(refusal, Conflict) and isinstance(form, VersionedForm):
            form.show_latest()
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.message)
        return False
    return True


def form_page(
    request: LoggedInRequest, form: Any, *, order: DelegationOrder | None, **texts: Any
) -> HttpResponse:
    """``heading``, ``button`` and ``intro`` of a page with one form, and where it is left to."""
    context = {"form": form, "order": order, **texts}
    status = 422 if form.errors else 200
    return render(request, "decisions/delegation_form.html", context, status=status)


# --- Read -------------------------------------------------------------------------------------------------
@requires(rules.may_see_delegation)
@require_safe
def delegation_list(request: LoggedInRequest) -> HttpResponse:
    form = DayForm(request.GET if "datum" in request.GET else None)
    day = form.day()
    writes = rules.may_write_delegation(request.user)
    context = {
        "form": form,
        "day": day,
        "is_today": day == timezone.localdate(),
        "orders": queries.delegation_on(day),
        "drafts": queries.drafts_of_orders() if writes else [],
        "may_write": writes,
    }
    return render(request, "decisions/delegation_list.html", context)


@requires(rules.may_see_delegation)
@require_safe
def order_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    order_or_404(request, pk)
    today = timezone.localdate()
    row = queries.whole_order(pk, today)
    if row is None:
        raise Http404("Det finns ingen delegationsordning med det numret.")
    context = {
        "row": row,
        "order": row.order,
        "day": today,
        "is_today": True,
        "previous": queries.previous_of(row.order),
        "may_write": rules.may_write_delegation(request.user),
    }
    return render(request, "decisions/delegation_order.html", context)


@requires(rules.may_see_delegation)
@require_safe
def order_compare(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What the order changes: the one before beside it."""
    order, today = order_or_404(request, pk), timezone.localdate()
    previous = queries.previous_of(order)
    old = None if previous is None else queries.whole_order(previous.pk, today)
    new = queries.whole_order(pk, today)
    if old is None or new is None:
        raise Http404("Det finns ingen tidigare ordning att jämföra med.")
    context = {"order": order, "previous": previous, "changes": queries.compare_orders(old, new)}
    return render(request, "decisions/delegation_compare.html", context)


# --- The order --------------------------------------------------------------------------------------------
@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def order_new(request: LoggedInRequest) -> HttpResponse:
    form = OrderForm(typed_in(request), new=True)
    made: list[DelegationOrder] = []
    if request.method == "POST" and form.is_valid():
        committee = form.cleaned_data["committee"]
        if stored(
            form,
            lambda: made.append(
                delegating.start_order(actor=request.user, committee=committee, facts=form.facts())
            ),
        ):
            messages.success(request, "Utkastet finns. Lägg till punkterna.")
            return redirect("decisions:delegation_order", pk=made[0].pk)
    texts = {
        "heading": "Ny delegationsordning",
        "button": "Skapa utkast",
        "intro": "Utkastet ger ingen rätt att besluta. Det gör ordningen när nämnden har antagit den.",
    }
    return form_page(request, form, order=None, **texts)


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def order_edit(request: LoggedInRequest, pk: int) -> HttpResponse:
    order = order_or_404(request, pk)
    form = OrderForm(typed_in(request), order=order)
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: delegating.change_order(
                actor=request.user, order_id=pk, expected_version=form.seen_version(), facts=form.facts()
            ),
        )
    ):
        messages.success(request, "Utkastet är ändrat.")
        return redirect("decisions:delegation_order", pk=pk)
    return form_page(request, form, order=order, heading="Ändra ordningen", button="Spara")


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def order_copy(request: LoggedInRequest, pk: int) -> HttpResponse:
    order = order_or_404(request, pk)
    form = OrderForm(typed_in(request), order=order)
    made: list[DelegationOrder] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: made.append(delegating.copy_order(actor=request.user, order_id=pk, facts=form.facts())),
        )
    ):
        messages.success(request, "Punkterna är kopierade till ett utkast.")
        return redirect("decisions:delegation_order", pk=made[0].pk)
    texts = {
        "heading": "Kopiera till en ny ordning",
        "button": "Kopiera",
        "intro": "Punkterna följer med, och de som har dem tills vidare. Tillförordnade och det som är "
        "vidaredelegerat följer inte med. Ändra rubrik, mandatperiod och dagar.",
    }
    return form_page(request, form, order=order, **texts)


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def order_adopt(request: LoggedInRequest, pk: int) -> HttpResponse:
    order = order_or_404(request, pk)
    others = DelegationOrder.objects.adopted().filter(committee=order.committee_id)
    overlaps = others.overlapping(order.valid_from, order.valid_to).exclude(pk=pk).exists()
    form = AdoptForm(typed_in(request), order=order, overlaps=overlaps)
    if request.method == "POST" and form.is_valid():
        wanted = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        if stored(
            form,
            lambda: delegating.adopt_order(
                actor=request.user, order_id=pk, expected_version=form.seen_version(), **wanted
            ),
        ):
            messages.success(request, "Ordningen är antagen.")
            return redirect("decisions:delegation_order", pk=pk)
    texts = {
        "heading": "Anta ordningen",
        "button": "Anta",
        "intro": "Därefter går punkterna inte att ändra. Delegater kan komma och gå.",
    }
    return form_page(request, form, order=order, **texts)


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def order_delete(request: LoggedInRequest, pk: int) -> HttpResponse:
    order = order_or_404(request, pk)
    if request.method == "POST":
        done = took(
            request,
            lambda: delegating.delete_order(actor=request.user, order_id=pk),
            "Utkastet är borttaget.",
        )
        return (
            redirect("decisions:delegation_list") if done else redirect("decisions:delegation_order", pk=pk)
        )
    return render(request, "decisions/delegation_delete.html", {"order": order})


# --- Its clauses ------------------------------------------------------------------------------------------
def clause_or_404(request: LoggedInRequest, pk: int, clause_pk: int) -> DelegationClause:
    order = order_or_404(request, pk)
    clause = get_object_or_404(DelegationClause, pk=clause_pk, order=order)
    clause.order = order
    return clause


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def clause_new(request: LoggedInRequest, pk: int) -> HttpResponse:
    return _clause_page(request, order_or_404(request, pk), None)


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def clause_edit(request: LoggedInRequest, pk: int, clause_pk: int) -> HttpResponse:
    clause = clause_or_404(request, pk, clause_pk)
    return _clause_page(request, clause.order, clause)


def _clause_page(
    request: LoggedInRequest, order: DelegationOrder, clause: DelegationClause | None
) -> HttpResponse:
    form = ClauseForm(typed_in(request), order=order, clause=clause)
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: delegating.save_clause(
                actor=request.user,
                order_id=order.pk,
                expected_version=form.seen_version(),
                data=form.clause_data(),
                clause_id=None if clause is None else clause.pk,
            ),
        )
    ):
        messages.success(request, "Punkten är sparad.")
        return redirect("decisions:delegation_order", pk=order.pk)
    heading = "Ny punkt" if clause is None else f"Ändra punkt {clause.number}"
    return form_page(request, form, order=order, clause=clause, heading=heading, button="Spara punkten")


@requires(rules.may_write_delegation)
@require_POST
def clause_remove(request: LoggedInRequest, pk: int, clause_pk: int) -> HttpResponse:
    clause = clause_or_404(request, pk, clause_pk)
    took(
        request,
        lambda: delegating.remove_clause(actor=request.user, order_id=pk, clause_id=clause.pk),
        f"Punkt {clause.number} är borttagen.",
    )
    return redirect("decisions:delegation_order", pk=pk)
