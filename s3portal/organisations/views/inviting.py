"""Invitations: sent by owners, answered by whom they were sent to."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.organisations import queries, services
from s3portal.organisations.forms import InviteForm
from s3portal.organisations.models import Invitation
from s3portal.organisations.views.loading import own_membership


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: LoggedInRequest, pk: int) -> HttpResponse:
    organisation = own_membership(request, pk, to_manage=True).organisation
    form = InviteForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        try:
            invitation = services.invite_member(organisation_id=pk, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"Inbjudan är skickad till {invitation.email}.")
            return redirect("organisations:detail", pk=pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "organisations/invite.html", context, status=422 if form.errors else 200)


@require_POST
def renew(request: LoggedInRequest, pk: int, invitation_pk: int) -> HttpResponse:
    invitation = _owned(request, pk, invitation_pk)
    took(
        request,
        lambda: services.renew_invitation(invitation_id=invitation.pk, actor=request.user),
        f"Inbjudan är skickad igen till {invitation.email}.",
    )
    return redirect("organisations:detail", pk=pk)


@require_POST
def revoke(request: LoggedInRequest, pk: int, invitation_pk: int) -> HttpResponse:
    invitation = _owned(request, pk, invitation_pk)
    took(
        request,
        lambda: services.revoke_invitation(invitation_id=invitation.pk, actor=request.user),
        f"Inbjudan till {invitation.email} är återkallad.",
    )
    return redirect("organisations:detail", pk=pk)


def _owned(request: LoggedInRequest, pk: int, invitation_pk: int) -> Invitation:
    organisation = own_membership(request, pk, to_manage=True).organisation
    return get_object_or_404(Invitation, pk=invitation_pk, organisation=organisation)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: LoggedInRequest, token: UUID) -> HttpResponse:
    """The page that the mail leads to. One whom it is not for learns that, and not whom it is for."""
    found = get_object_or_404(Invitation.objects.select_related("organisation", "invited_by"), token=token)
    mine = queries.has_address(request.user, found.email)
    if request.method == "POST" and mine:
        return _answer(request, found)
    context = {"invitation": found, "mine": mine, "expired": found.has_expired(now=timezone.now())}
    return render(request, "organisations/invitation.html", context, status=200 if mine else 403)


def _answer(request: LoggedInRequest, found: Invitation) -> HttpResponse:
    accepting = request.POST.get("svar") == "ja"
    try:
        if accepting:
            services.accept_invitation(invitation_id=found.pk, actor=request.user)
        else:
            services.decline_invitation(invitation_id=found.pk, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("organisations:invitation", token=found.token)
    if accepting:
        messages.success(request, f"Du är med i {found.organisation}.")
        return redirect("organisations:detail", pk=found.organisation_id)
    messages.success(request, f"Du har tackat nej till {found.organisation}.")
    return redirect("organisations:list")
