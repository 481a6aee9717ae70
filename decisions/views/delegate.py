"""The delegate's two answers to a proposal: sign it, or send it back."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applications.impartiality import Access
from decisions import rules
from decisions.batch_queries import batch_of, waiting_for
from decisions.checks import check_decision, failing
from decisions.document import decision_html
from decisions.forms import ReturnForm
from decisions.impartiality import access_of
from decisions.models import Decision
from decisions.services.proposing import ChecksFailed, return_decision
from decisions.services.signing import sign_decision
from decisions.services.versioning import note_draft_read
from decisions.version_queries import since_read
from decisions.views.door import asks_first
from decisions.views.draft_page import version_of
from decisions.views.loading import visible_or_404
from decisions.views.recusing import question
from s3portal.accounts.enums import Role
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


def _proposal(request: HttpRequest, pk: int) -> Decision:
    """404 for strangers, 403 for those of the region who sign nothing."""
    decision = visible_or_404(request, pk)
    if not cast(User, request.user).has_role(Role.DELEGATE):
        raise PermissionDenied
    return decision


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def sign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole document and what is checked, after the question of jäv; the signature itself asks who you
    are once more."""
    decision = _proposal(request, pk)
    if not rules.may_sign(cast(User, request.user), decision):
        text = (
            "Beslutet är redan undertecknat."
            if decision.is_signed
            else "Beslutet väntar inte på underskrift."
        )
        messages.info(request, text)
        return redirect("decisions:officer_detail", pk=pk)
    if access_of(cast(User, request.user), decision) is Access.ASK:
        return question(decision, reverse("decisions:sign", args=[pk]))
    if request.method == "POST":
        return _sign_now(request, decision)
    if request.method == "GET":
        note_draft_read(decision=decision, reader=cast(User, request.user))
    return _sign_page(request, decision)


@reauthentication_required
def _sign_now(request: HttpRequest, decision: Decision) -> HttpResponse:
    """With fresh proof of who signs. django-allauth asks for it and then plays this very request again, so
    nothing the delegate has done is lost on the way."""
    try:
        signed = sign_decision(
            decision_id=decision.pk,
            actor=cast(User, request.user),
            expected_version=version_of(request.POST),
        )
    except ChecksFailed as failed:
        return _sign_page(request, decision, refusal=failed, status=422)
    except Refusal as refusal:
        latest = visible_or_404(request, decision.pk)
        if latest.is_signed:
            messages.info(request, refusal.message)
            return redirect("decisions:officer_detail", pk=decision.pk)
        return _sign_page(request, latest, refusal=refusal, status=409)
    messages.success(request, f"Beslutet {signed.case} är undertecknat.")
    return redirect("decisions:officer_detail", pk=decision.pk)


def _sign_page(
    request: HttpRequest, decision: Decision, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    user = cast(User, request.user)
    checks = check_decision(decision, on=timezone.localdate(), signer=user)
    left = failing(checks)
    context = {
        "decision": decision,
        "checks": checks,
        "left": left,
        # The delegate too tries the secrecy; the rest is the officer's to put right.
        "for_officer": any(check.code != "secrecy" for check in left),
        "document": decision_html(decision, level=2),
        "refusal": refusal,
        "form": ReturnForm(),
        "may_return": rules.may_return(user, decision),
        "since": since_read(decision, user),
    }
    return render(request, "decisions/sign.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def return_draft(request: HttpRequest, pk: int) -> HttpResponse:
    decision = _proposal(request, pk)
    user = cast(User, request.user)
    if not rules.may_return(user, decision):
        messages.info(request, "Beslutet väntar inte på underskrift.")
        return redirect("decisions:officer_detail", pk=pk)
    form = ReturnForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        try:
            return_decision(
                decision_id=pk,
                actor=user,
                expected_version=version_of(request.POST),
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Beslutet är skickat tillbaka till handläggaren.")
            batch = batch_of(decision)
            if batch is not None and waiting_for(batch, user).exists():
                return redirect("decisions:batch_sign", pk=batch.pk)
            return redirect("decisions:officer_list")
    context = {"decision": decision, "form": form}
    return render(request, "decisions/return.html", context, status=422 if request.method == "POST" else 200)
