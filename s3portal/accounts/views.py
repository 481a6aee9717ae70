"""/organisationer/: the organisations a person acts for."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from s3portal.accounts.forms import OrganisationForm
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import Organisation
from s3portal.accounts.services import create_organisation
from s3portal.common.errors import Refusal

PER_PAGE = 20


def organisation_list(request: LoggedInRequest) -> HttpResponse:
    organisations = Organisation.objects.of(request.user).order_by("name", "pk")
    page = Paginator(organisations, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/organisation_list.html", {"page": page})


def organisation_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.of(request.user), pk=pk)
    memberships = organisation.memberships.select_related("user").order_by("user__full_name", "pk")
    return render(
        request,
        "accounts/organisation_detail.html",
        {"organisation": organisation, "memberships": memberships},
    )


def organisation_create(request: LoggedInRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = OrganisationForm(typed)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = create_organisation(actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"{organisation} är tillagd.")
            return redirect("accounts:organisation_detail", pk=organisation.pk)
    return render(
        request, "accounts/organisation_form.html", {"form": form}, status=422 if form.errors else 200
    )
