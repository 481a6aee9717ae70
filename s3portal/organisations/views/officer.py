"""/handlaggning/organisationer/: those who have added an organisation on their own word."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.text import normalize_text
from s3portal.organisations import queries, services
from s3portal.organisations.forms import RejectForm
from s3portal.organisations.rules import may_confirm

PER_PAGE = 25


@requires(may_confirm)
@require_safe
def unconfirmed(request: LoggedInRequest) -> HttpResponse:
    text = normalize_text(request.GET.get("q", "")).strip()[:100]
    page = Paginator(queries.unconfirmed_members(text), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "organisations/officer_unconfirmed.html", {"page": page, "q": text})


@requires(may_confirm)
@require_POST
def confirm(request: LoggedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.unconfirmed_members(), pk=pk)
    took(
        request,
        lambda: services.confirm_member(
            organisation_id=member.organisation_id, membership_id=member.pk, actor=request.user
        ),
        f"{member.user} är bekräftad för {member.organisation}.",
    )
    return redirect("organisations:officer_unconfirmed")


@requires(may_confirm)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: LoggedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(queries.unconfirmed_members(), pk=pk)
    form = RejectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reject_member(
                organisation_id=member.organisation_id,
                membership_id=member.pk,
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{member.user} är avvisad.")
            return redirect("organisations:officer_unconfirmed")
    context = {"member": member, "form": form}
    return render(request, "organisations/officer_reject.html", context, status=422 if form.errors else 200)
