"""The question of jäv in a decision without an application: before it is sent for signature, and signed. What
was answered bars from every decision in the matter, so it is tried again from any of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from applications.enums import RecusalGround
from applications.forms import ImpartialityForm, LiftForm
from applications.impartiality import Access
from decisions import rules
from decisions.impartiality import ASKED, access_of, latest_answers, who_to_talk_to
from decisions.models import Decision
from decisions.services.recusing import declare_in_decision, lift_in_decision
from decisions.views.door import asks_first
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.marked import marked_among
from s3portal.diary.services import log_protected_read


def question(decision: Decision, going_to: str) -> HttpResponseBase:
    """The way to the question, and on."""
    address = reverse("decisions:impartiality", args=[decision.pk])
    return redirect(f"{address}?{urlencode({'next': going_to})}")


def _decision(request: LoggedInRequest, pk: int) -> Decision:
    return get_object_or_404(Decision.objects.visible_to(request.user).with_parts(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def impartiality(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    decision = _decision(request, pk)
    form = ImpartialityForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST":
        if not request.user.has_role(*ASKED):
            raise PermissionDenied
        if form.is_valid():
            try:
                return _answer(request, decision, form)
            except Refusal as refusal:
                form.add_error(refusal.field, refusal.message)
    kept = take_kept_text(request, reverse("decisions:lift_recusal", args=[pk]))
    return _page(request, decision, form, lift_form=None if kept is None else LiftForm(kept))


def _answer(request: LoggedInRequest, decision: Decision, form: ImpartialityForm) -> HttpResponse:
    ground = RecusalGround(form.cleaned_data["ground"])
    declare_in_decision(
        decision_id=decision.pk, actor=request.user, ground=ground, text=form.cleaned_data["text"]
    )
    if ground != RecusalGround.NONE:
        messages.success(request, "Du har anmält jäv. Beslutet är lämnat vidare.")
        return redirect("decisions:impartiality", pk=decision.pk)
    messages.success(request, "Ditt svar är sparat. Nu kan du gå vidare.")
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("decisions:officer_detail", pk=decision.pk)


@require_POST
@asks_first
def lift(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """Another officer has tried the question again."""
    decision = _decision(request, pk)
    if not rules.may_draft(request.user):
        raise PermissionDenied
    form = LiftForm(request.POST)
    if form.is_valid():
        person = get_object_or_404(User, pk=form.cleaned_data["person"])
        try:
            lift_in_decision(
                decision_id=pk, actor=request.user, person=person, text=form.cleaned_data["text"]
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"{person} kan ta del i beslutet igen efter att ha svarat på nytt.")
            return redirect("decisions:impartiality", pk=pk)
    return _page(request, decision, ImpartialityForm(), lift_form=form)


def _page(
    request: LoggedInRequest,
    decision: Decision,
    form: ImpartialityForm,
    *,
    lift_form: LiftForm | None = None,
) -> HttpResponse:
    access = access_of(request.user, decision)
    answers = request.user.has_role(*ASKED) and not decision.is_signed
    is_told = answers and access is not Access.BARRED
    if is_told and request.method == "GET" and marked_among([decision.case_id]):
        # Who answers has to know what it is about (KL 6:28), also when that is marked as secret.
        log_protected_read(actor=request.user, case=decision.case, what="frågan om jäv")
    context = {
        "decision": decision,
        "title": decision.title if is_told else decision.open_title,
        "form": form,
        "lift_form": lift_form,
        "asked": access is Access.ASK,
        "barred": access is Access.BARRED,
        "may_declare": answers,
        "may_lift": access is Access.OPEN and rules.may_draft(request.user) and not decision.is_signed,
        "answers": latest_answers(decision),
        "people": who_to_talk_to(decision),
        "next": form.data.get("next", request.GET.get("next", "")),
    }
    status = 422 if form.errors or (lift_form is not None and lift_form.errors) else 200
    return render(request, "decisions/impartiality.html", context, status=status)
