"""/mina-ansokningar/: the list, starting, deleting, and what has been sent."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications import queries, rules, services
from applications.attachments import held
from applications.documents import attached_files, first_sent_file, pdf_file, read_sent, sent_file
from applications.enums import ApplicationStatus
from applications.forms import StartForm, WithdrawForm
from applications.models import Application
from applications.progress import plain_status, timeline
from applications.services.door import may_enter, on_time
from applications.views.loading import my_application
from applications.views.switching import chosen_organisation
from calls.models import Call
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.steps import took

PER_PAGE = 20


@require_safe
def my_list(request: LoggedInRequest) -> HttpResponse:
    organisations = queries.organisations_of(request.user)
    chosen = chosen_organisation(request, organisations)
    mine = queries.my_applications(request.user)
    if chosen is not None:
        mine = mine.filter(organisation=chosen)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [{"application": row, "status": plain_status(row, now=now)} for row in page]
    context = {"page": page, "rows": rows, "organisations": organisations, "chosen": chosen}
    return render(request, "applications/my_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: LoggedInRequest, slug: str) -> HttpResponse:
    """Choose who applies, and make the draft."""
    arrived_at = timezone.now()
    call = get_object_or_404(Call.objects.public(), slug=slug)
    organisations = queries.organisations_to_write_for(request.user)
    data = request.POST if request.method == "POST" else None
    form = StartForm(
        data,
        initial={"organisation": chosen_organisation(request, organisations)},
        organisations=organisations,
        sources=queries.sources_for(request.user, organisations),
    )
    if data is not None and form.is_valid():
        try:
            application = _begin(request, call, form, arrived_at)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("applications:step_applicant", pk=application.pk)
    context = {
        "call": call,
        "form": form,
        "organisations": organisations,
        "is_open": any(may_enter(call, organisation, arrived_at) for organisation in organisations)
        or on_time(call, arrived_at),
        "existing": queries.my_applications(request.user).filter(call=call, organisation__in=organisations),
        "ApplicationStatus": ApplicationStatus,
    }
    return render(request, "applications/start.html", context, status=422 if form.errors else 200)


def _begin(request: LoggedInRequest, call: Call, form: StartForm, arrived_at: datetime) -> Application:
    """Empty, or with the text of an earlier application, which tells the organisation too."""
    source = form.cleaned_data["source"]
    if source is not None:
        return services.copy_application(
            application_id=source.pk, actor=request.user, call=call, arrived_at=arrived_at
        )
    return services.start_application(
        actor=request.user,
        call=call,
        organisation=form.cleaned_data["organisation"],
        arrived_at=arrived_at,
    )


@require_safe
def my_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    """A draft leads to its form; what has been sent is shown as it was sent."""
    application = my_application(request, pk)
    if application.answering is not None:
        return redirect("applications:supplement", pk=application.answering.application_id)
    if application.is_draft:
        name = "step_applicant" if rules.may_write(request.user, application) else "review"
        return redirect(f"applications:{name}", pk=pk)
    context = {
        "application": application,
        "content": read_sent(sent_file(application)),
        "status": plain_status(application, now=timezone.now()),
        "steps": timeline(application),
        "may_withdraw": rules.may_withdraw(request.user, application),
        "supplements": queries.supplements_of(application),
        "is_asked": rules.is_supplemented(application),
        "may_answer": rules.may_answer(request.user, application),
        "may_change": rules.may_change(request.user, application)
        and may_enter(application.call, application.organisation, timezone.now()),
        "change": application.replacements.filter(status=ApplicationStatus.DRAFT).first(),
        "replaced_by": application.replacements.exclude(status__in=ApplicationStatus.unsent()).first(),
        "earlier": queries.earlier_versions(application),
        "held": held(application),
    }
    return render(request, "applications/my_detail.html", context)


@require_safe
def receipt(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = _sent(request, pk)
    sent = first_sent_file(application)
    context = {
        "application": application,
        "sent": sent,
        "attested": "authority" in read_sent(sent)["submission"],
        "pdf": pdf_file(application),
        "attached": attached_files(application),
        "held": held(application),
    }
    return render(request, "applications/receipt.html", context | {"asked": 0})


@require_safe
def receipt_pdf(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The part of the receipt that waits for the PDF; the page asks for it until it is there."""
    application = _sent(request, pk)
    asked = request.GET.get("n", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    context = {"application": application, "pdf": pdf_file(application), "asked": number + 1}
    return render(request, "applications/_receipt_pdf.html", context)


@require_safe
def my_file(request: LoggedInRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of what the applicant has sent, or has been sent in a letter."""
    application = _sent(request, pk)
    file = get_object_or_404(queries.files_of_applicant(application), pk=file_pk)
    return frozen_response(file, as_attachment=file.content_type != "application/pdf")


def _sent(request: LoggedInRequest, pk: int) -> Application:
    application = my_application(request, pk)
    return get_object_or_404(Application.objects.received().select_related("call", "case", "organisation",
                             "submitted_by", "record"), pk=application.pk)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Ask first; what is removed can be brought back for thirty days."""
    application = my_application(request, pk)
    if application.is_supplement or not rules.may_write(request.user, application):
        raise PermissionDenied
    if request.method == "POST":
        try:
            services.discard_draft(application_id=pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("applications:my_detail", pk=pk)
        messages.success(request, "Utkastet är borttaget. Ni kan ångra det i 30 dagar.")
        return redirect("applications:removed")
    return render(request, "applications/delete.html", {"application": application})


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = my_application(request, pk)
    if not rules.may_withdraw(request.user, application):
        if request.method == "POST" or application.is_draft:
            raise PermissionDenied
        return redirect("applications:my_detail", pk=pk)
    form = WithdrawForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        took(
            request,
            lambda: services.withdraw_application(
                application_id=pk, actor=request.user, reason=form.cleaned_data["reason"]
            ),
            "Ansökan är återkallad.",
        )
        return redirect(reverse("applications:my_detail", args=[pk]))
    context = {"application": application, "form": form}
    return render(request, "applications/withdraw.html", context, status=422 if form.errors else 200)
