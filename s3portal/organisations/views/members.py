"""People who act for an organisation: changed, removed, handing over, leaving."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from s3portal.accounts.http import LoggedInRequest
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.organisations import queries, services
from s3portal.organisations.forms import HandOverForm, RoleForm
from s3portal.organisations.views.loading import own_membership


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: LoggedInRequest, pk: int, member_pk: int) -> HttpResponse:
    organisation = own_membership(request, pk, to_manage=True).organisation
    member = get_object_or_404(queries.members_of(organisation), pk=member_pk)
    form = RoleForm(
        request.POST if request.method == "POST" else None,
        initial={"role": member.role, "is_signatory": member.is_signatory},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_member(
                organisation_id=pk, membership_id=member_pk, actor=request.user, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error("role", refusal.message)
        else:
            messages.success(request, f"Rollen för {member.user} är ändrad.")
            return redirect("organisations:detail", pk=pk)
    context = {"organisation": organisation, "member": member, "form": form}
    return render(request, "organisations/change_member.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: LoggedInRequest, pk: int, member_pk: int) -> HttpResponse:
    organisation = own_membership(request, pk, to_manage=True).organisation
    member = get_object_or_404(queries.members_of(organisation), pk=member_pk)
    if request.method == "POST":
        return _after(
            request,
            lambda: services.remove_member(organisation_id=pk, membership_id=member_pk, actor=request.user),
            pk=pk,
            done=f"{member.user} är borttagen.",
        )
    return render(
        request, "organisations/remove_member.html", {"organisation": organisation, "member": member}
    )


@require_POST
def confirm(request: LoggedInRequest, pk: int, member_pk: int) -> HttpResponse:
    own_membership(request, pk)
    return _after(
        request,
        lambda: services.confirm_member(organisation_id=pk, membership_id=member_pk, actor=request.user),
        pk=pk,
        done="Personen är bekräftad.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: LoggedInRequest, pk: int) -> HttpResponse:
    own = own_membership(request, pk, to_manage=True)
    others = [
        member
        for member in queries.members_of(own.organisation)
        if member.pk != own.pk and member.user.is_active
    ]
    form = HandOverForm(request.POST if request.method == "POST" else None, members=others)
    if request.method == "POST" and form.is_valid():
        return _after(
            request,
            lambda: services.hand_over_ownership(
                organisation_id=pk, membership_id=form.cleaned_data["member"], actor=request.user
            ),
            pk=pk,
            done="Ägarskapet är överlåtet. Du är redaktör från och med nu.",
        )
    context = {"organisation": own.organisation, "form": form, "others": others}
    return render(request, "organisations/hand_over.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: LoggedInRequest, pk: int) -> HttpResponse:
    own = own_membership(request, pk)
    if request.method == "POST":
        try:
            services.leave_organisation(organisation_id=pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("organisations:detail", pk=pk)
        messages.success(request, f"Du har lämnat {own.organisation}.")
        return redirect("organisations:list")
    return render(request, "organisations/leave.html", {"organisation": own.organisation})


def _after(request: LoggedInRequest, step: Callable[[], object], *, pk: int, done: str) -> HttpResponse:
    """Take the step and go back to the organisation, with what came of it as a message."""
    took(request, step, done)
    return redirect("organisations:detail", pk=pk)
