"""/organisationer/: the organisations a person acts for, and their particulars."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from s3portal.accounts.enums import LegalForm
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import Organisation
from s3portal.common.errors import Refusal
from s3portal.common.swedish import parse_org_number
from s3portal.organisations import queries, rules, services
from s3portal.organisations.forms import DetailsForm, OrganisationForm
from s3portal.organisations.views.loading import own_membership

PER_PAGE = 20


@require_safe
def organisation_list(request: LoggedInRequest) -> HttpResponse:
    organisations = Organisation.objects.of(request.user).order_by("name", "pk")
    context = {
        "page": Paginator(organisations, PER_PAGE).get_page(request.GET.get("page")),
        "invitations": queries.invitations_to(request.user, now=timezone.now()),
    }
    return render(request, "organisations/list.html", context)


@require_safe
def detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    own = own_membership(request, pk)
    now = timezone.now()
    waiting = own.organisation.invitations.waiting().select_related("invited_by")
    context = {
        "organisation": own.organisation,
        "own": own,
        "members": queries.members_of(own.organisation),
        "invitations": [{"row": row, "expired": row.has_expired(now=now)} for row in waiting],
        "may_manage": rules.may_manage(own),
        "may_vouch": rules.may_vouch(own),
    }
    return render(request, "organisations/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: LoggedInRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = OrganisationForm(typed)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = services.create_organisation(actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"{organisation} är tillagd.")
            return redirect("organisations:detail", pk=organisation.pk)
    return render(request, "organisations/create.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def form_of_number(request: LoggedInRequest) -> HttpResponse:
    """What the number that is being typed tells about the organisation: a piece of the open page."""
    context: dict[str, object] = {"forms": (), "problem": ""}
    typed = request.GET.get("org_number", "")
    try:
        number = parse_org_number(typed)
    except Refusal as refusal:
        context["problem"] = refusal.message if typed.strip() else ""
    else:
        context["forms"] = LegalForm.suggested(number.digits)
        context["taken"] = Organisation.objects.filter(org_number=str(number)).exists()
    return render(request, "organisations/_form_of_number.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: LoggedInRequest, pk: int) -> HttpResponse:
    own = own_membership(request, pk, to_manage=True)
    organisation = own.organisation
    initial = {name: getattr(organisation, name) for name in DetailsForm.base_fields}
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = DetailsForm(typed, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_details(organisation_id=pk, actor=request.user, **form.cleaned_data)
        messages.success(request, "Uppgifterna är sparade.")
        return redirect("organisations:detail", pk=pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "organisations/details.html", context, status=422 if form.errors else 200)
