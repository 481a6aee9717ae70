"""The question of jäv, and who has answered what."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from applications import masking, queries, rules, services
from applications.documents import read_sent, sent_file
from applications.enums import RecusalGround
from applications.forms import ImpartialityForm, LiftForm
from applications.impartiality import Access, access_of, who_to_talk_to
from applications.models import Application
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.services import log_protected_read


@require_http_methods(["GET", "HEAD", "POST"])
def impartiality(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The question, asked before an application is opened; afterwards the answers that hold."""
    application = _application(request, pk)
    form = ImpartialityForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST":
        if not rules.may_declare(request.user, application):
            raise PermissionDenied
        if form.is_valid():
            try:
                return _answer(request, application, form)
            except Refusal as refusal:
                form.add_error(refusal.field, refusal.message)
    kept = take_kept_text(request, reverse("applications:lift_recusal", args=[pk]))
    return _page(request, application, form=form, lift_form=None if kept is None else LiftForm(kept))


def _answer(request: LoggedInRequest, application: Application, form: ImpartialityForm) -> HttpResponse:
    ground = RecusalGround(form.cleaned_data["ground"])
    services.declare_impartiality(
        application_id=application.pk, actor=request.user, ground=ground, text=form.cleaned_data["text"]
    )
    if ground == RecusalGround.NONE:
        return redirect(_next(request, application))
    messages.success(request, "Du har anmält jäv. Ärendet är inte längre öppet för dig.")
    return redirect("applications:impartiality", pk=application.pk)


def _next(request: LoggedInRequest, application: Application) -> str:
    """Where the person was going, if that is in the portal; else to the application."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    if rules.may_read_received(request.user):
        return reverse("applications:officer_detail", args=[application.pk])
    return reverse("applications:my_assessments")


@require_POST
def lift(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Another officer has tried the question again."""
    application = _application(request, pk)
    if not rules.may_handle(request.user):
        raise PermissionDenied
    form = LiftForm(request.POST)
    if form.is_valid():
        person = get_object_or_404(User, pk=form.cleaned_data["person"])
        try:
            services.lift_recusal(
                application_id=pk, actor=request.user, person=person, text=form.cleaned_data["text"]
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"{person} kan öppna ärendet igen efter att ha svarat på nytt.")
            return redirect("applications:impartiality", pk=pk)
    return _page(request, application, form=ImpartialityForm(), lift_form=form)


def _application(request: LoggedInRequest, pk: int) -> Application:
    """For readers at the region, and for those it is or was assigned to."""
    user = request.user
    if not (rules.may_read_received(user) or rules.may_assess(user)):
        raise PermissionDenied
    application = get_object_or_404(queries.received_application(pk))
    if not (rules.may_read_received(user) or rules.may_declare(user, application)):
        raise Http404("Du har ingen tilldelad ansökan med det numret.")
    return application


def _partners(user: User, application: Application) -> list[str]:
    """Who takes part beside the applicant, as it was sent: they too may be near to who is asked."""
    content = read_sent(sent_file(application))
    sees_secrets = rules.may_read_received(user) or any(
        one.allow_trade_secrets for one in application.assignments.of(user)
    )
    shown = content if sees_secrets else masking.masked(content)
    return [partner["name"] for partner in shown.get("partners", []) if partner.get("name")]


def _page(
    request: LoggedInRequest,
    application: Application,
    *,
    form: ImpartialityForm,
    lift_form: LiftForm | None = None,
) -> HttpResponse:
    user = request.user
    access = access_of(user, application)
    reads_others = rules.may_read_received(user)
    is_told = rules.may_declare(user, application) and access is not Access.BARRED
    if is_told and application.listed.hidden and application.case and request.method == "GET":
        # Who answers has to know whom it is about (KL 6:28), also when that is marked as secret.
        log_protected_read(actor=user, case=application.case, what="frågan om jäv")
    context: dict[str, Any] = {
        "application": application,
        "party": application.organisation if is_told else application.listed.party,
        "partners": [] if access is Access.BARRED else _partners(user, application),
        "asked": access is Access.ASK,
        "barred": access is Access.BARRED,
        "may_declare": rules.may_declare(user, application),
        "form": form,
        "lift_form": lift_form,
        "next": form.data.get("next", request.GET.get("next", "")),
        "declarations": queries.declarations_of(application, None if reads_others else user),
        "may_lift": access is Access.OPEN and rules.may_handle(user),
        "people": who_to_talk_to(application),
        "reader": reads_others,
    }
    status = 422 if form.errors or (lift_form is not None and lift_form.errors) else 200
    return render(request, "applications/impartiality.html", context, status=status)
