"""What the registrar keeps of a decision's way to laga kraft: who got it, who has appealed, and the lists."""

from collections.abc import Callable
from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import final_queries, rules
from decisions.enums import AppealAction, AppealRoute
from decisions.finality import finality_of, parties_of, route_of, unserved_parties
from decisions.models import Appeal, Decision, PartyReceipt
from decisions.notice_forms import AppealForm, ReceiptForm, step_form
from decisions.services import appeals as services
from decisions.services.receipts import register_receipt, remove_receipt
from decisions.veil import lay_veils
from s3portal.accounts.http import requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal

PER_PAGE = 50
#: The last part of the address → the action and the service that takes it.
STEPS: Final[dict[str, tuple[AppealAction, Callable[..., Appeal]]]] = {
    "lamna-over": (AppealAction.HAND_OVER, services.hand_over_appeal),
    "malnummer": (AppealAction.NUMBER, services.number_appeal),
    "avvisa": (AppealAction.DISMISS, services.dismiss_appeal),
    "avgorande": (AppealAction.DECIDE, services.decide_appeal),
    "laga-kraft": (AppealAction.CLOSE, services.close_appeal),
    "makulera": (AppealAction.CANCEL, services.cancel_appeal),
}


# --- The lists --------------------------------------------------------------------------------------------
@requires(rules.may_see_board)
@require_safe
def final_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    found = final_queries.final_list(request.GET.get("visa", ""), today=today)
    page = Paginator(found.decisions, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    lay_veils(page.object_list)
    context = {
        "page": page,
        "rows": [(decision, finality_of(decision, today=today)) for decision in page],
        "heading": final_queries.CHOICES[found.current][0],
        "tabs": [
            {
                "label": label,
                "url": f"{request.path}?visa={key}",
                "count": found.counts[key],
                "current": key == found.current,
            }
            for key, (label, _condition) in final_queries.CHOICES.items()
        ],
    }
    return render(request, "decisions/final_list.html", context)


def _signed(request: HttpRequest, pk: int) -> Decision:
    found = Decision.objects.visible_to(cast(User, request.user)).signed()
    return get_object_or_404(found.select_related("case", "legal_basis"), pk=pk)


# --- Who got it when --------------------------------------------------------------------------------------
@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def receipts(request: HttpRequest, pk: int) -> HttpResponse:
    decision = _signed(request, pk)
    if route_of(decision) != AppealRoute.SERVICE:
        raise Http404("Beslutets tid att överklaga räknas inte från delgivningen.")
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = ReceiptForm(typed, waiting=unserved_parties(decision))
    if request.method == "POST" and form.is_valid():
        try:
            register_receipt(decision_id=pk, actor=cast(User, request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Dagen är registrerad.")
            return redirect("decisions:receipts", pk=pk)
    context = {
        "decision": decision,
        "form": form,
        "receipts": decision.receipts.select_related("registered_by"),
        "final": final_queries.finality_of_id(pk, today=timezone.localdate()),
    }
    return render(request, "decisions/receipts.html", context, status=422 if form.errors else 200)


@requires(rules.may_keep_board)
@require_POST
def receipt_remove(request: HttpRequest, pk: int, receipt_pk: int) -> HttpResponse:
    receipt = get_object_or_404(PartyReceipt, pk=receipt_pk, decision_id=pk)
    try:
        remove_receipt(receipt_id=receipt.pk, actor=cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Uppgiften är borttagen.")
    return redirect("decisions:receipts", pk=pk)


# --- Appeals ----------------------------------------------------------------------------------------------
@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    decision = _signed(request, pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    by_party = route_of(decision) == AppealRoute.SERVICE
    form = AppealForm(typed, parties=parties_of(decision) if by_party else ())
    if request.method == "POST" and form.is_valid():
        try:
            appeal = services.register_appeal(
                decision_id=pk, actor=cast(User, request.user), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Överklagandet är registrerat.")
            return redirect("decisions:appeal_detail", pk=appeal.pk)
    context = {
        "decision": decision,
        "form": form,
        "final": final_queries.finality_of_id(pk, today=timezone.localdate()),
    }
    return render(request, "decisions/appeal_register.html", context, status=422 if form.errors else 200)


def _appeal(pk: int) -> Appeal:
    return get_object_or_404(
        Appeal.objects.select_related("decision__case", "decision__legal_basis", "registered_by"), pk=pk
    )


def _about(appeal: Appeal) -> dict[str, Any]:
    """The context of an appeal: how its decision stands, and whether it came in time."""
    final = final_queries.finality_of_id(appeal.decision_id, today=timezone.localdate())
    last_day = services.last_day_of(appeal)
    return {
        "appeal": appeal,
        "decision": appeal.decision,
        "final": final,
        "late": last_day is not None and appeal.received_on > last_day,
        "by_region": route_of(appeal.decision) == AppealRoute.SERVICE,
    }


@requires(rules.may_see_board)
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _appeal(pk)
    context = _about(appeal)
    steps = []
    if rules.may_keep_board(cast(User, request.user)):
        steps = [
            {"label": action.label, "url": reverse("decisions:appeal_step", args=[pk, name])}
            for name, (action, _service) in STEPS.items()
            if services.allows(appeal, action) and (action != AppealAction.DISMISS or _may_dismiss(context))
        ]
    return render(request, "decisions/appeal_detail.html", {**context, "steps": steps})


def _may_dismiss(context: dict[str, Any]) -> bool:
    """The service has the last word: each party has a time of its own."""
    return bool(context["by_region"])


@requires(rules.may_keep_board)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404("Det finns inget sådant steg.")
    action, service = STEPS[step]
    appeal = _appeal(pk)
    form = step_form(action, appeal, request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        try:
            service(appeal_id=pk, actor=cast(User, request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Överklagandet är uppdaterat.")
            return redirect("decisions:appeal_detail", pk=pk)
    context = {**_about(appeal), "form": form, "action": action}
    return render(request, "decisions/appeal_step.html", context, status=422 if form.errors else 200)
