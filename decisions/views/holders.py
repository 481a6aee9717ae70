"""Who holds a clause: registrars and administrators add them, set their last day, take away mistakes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from decisions import rules
from decisions.delegation_forms import HolderForm, LastDayForm
from decisions.models import Delegate
from decisions.services import holding
from decisions.views.delegation import clause_or_404, form_page, order_or_404, stored, typed_in
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.steps import took


def _delegate(request: LoggedInRequest, pk: int, delegate_pk: int) -> Delegate:
    order = order_or_404(request, pk)
    return get_object_or_404(
        Delegate.objects.select_related("user", "clause__order"), pk=delegate_pk, clause__order=order
    )


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def holder_new(request: LoggedInRequest, pk: int, clause_pk: int) -> HttpResponse:
    clause = clause_or_404(request, pk, clause_pk)
    form = HolderForm(typed_in(request), clause=clause)
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: holding.add_delegate(actor=request.user, clause_id=clause.pk, data=form.holder()),
        )
    ):
        messages.success(request, "Delegaten är inlagd.")
        return redirect("decisions:delegation_order", pk=pk)
    texts = {
        "heading": f"Ny delegat för punkt {clause.number}",
        "button": "Lägg in",
        "intro": f"{clause.text} {clause.ceiling_text}.",
    }
    return form_page(request, form, order=clause.order, **texts)


@requires(rules.may_write_delegation)
@require_http_methods(["GET", "HEAD", "POST"])
def holder_end(request: LoggedInRequest, pk: int, delegate_pk: int) -> HttpResponse:
    delegate = _delegate(request, pk, delegate_pk)
    form = LastDayForm(typed_in(request), delegate=delegate)
    if (
        request.method == "POST"
        and form.is_valid()
        and stored(
            form,
            lambda: holding.end_delegate(
                actor=request.user, delegate_id=delegate_pk, last_day=form.cleaned_data["last_day"]
            ),
        )
    ):
        messages.success(request, "Den sista dagen är sparad.")
        return redirect("decisions:delegation_order", pk=pk)
    texts = {
        "heading": "Sista dag",
        "button": "Spara",
        "intro": f"{delegate}, punkt {delegate.clause.number}",
    }
    return form_page(request, form, order=delegate.clause.order, **texts)


@requires(rules.may_write_delegation)
@require_POST
def holder_remove(request: LoggedInRequest, pk: int, delegate_pk: int) -> HttpResponse:
    delegate = _delegate(request, pk, delegate_pk)
    took(
        request,
        lambda: holding.remove_delegate(actor=request.user, delegate_id=delegate_pk),
        f"{delegate.user} är borttagen.",
    )
    return redirect("decisions:delegation_order", pk=pk)
