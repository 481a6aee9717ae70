"""/handlaggning/ansokningar/…: one application that has been sent."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from applications import queries, rules, services
from applications.documents import read_sent, sent_file
from applications.enums import ApplicationAction
from applications.impartiality import recused_people
from applications.transitions import allowed
from applications.views.door import asks_first
from applications.views.loading import received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.audit.models import Event
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.diary.forms import AssignForm
from s3portal.diary.models import RecordFile
from s3portal.diary.queries import records_with_files


@require_safe
@asks_first(rules.may_read_received)
def detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What was sent, as it was sent; who opens it is logged."""
    application = received_for_staff(request, pk)
    services.note_opening(application=application, actor=request.user)
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    color, icon = queries.status_color(application.status)
    may_handle = rules.may_handle(request.user)
    context = {
        "application": application,
        "content": read_sent(sent_file(application)),
        "records": records_with_files(application.case),
        "events": Event.objects.about("applications.application", application.pk)
        .exclude(action="application_opened")[:20],
        "color": color,
        "icon": icon,
        "assign_form": AssignForm(initial={"officer": application.case.officer_id}) if may_handle else None,
        "may_handle": may_handle,
        "may_assess": may_handle and allowed(application.status, ApplicationAction.ASSESS),
        "may_ask": may_handle and allowed(application.status, ApplicationAction.ASK),
        "assessing": queries.assessing_so_far(application) if may_handle else None,
        "supplements": queries.supplements_of(application),
        "recused": recused_people(application),
        "co_handlers": application.co_handlers.select_related("officer"),
        "share_form": AssignForm() if may_handle else None,
        "notes": queries.notes_of(application) if may_handle else None,
        "letters": queries.letters_of(application).count(),
        "may_decide": may_handle and rules.may_be_decided(application),
    }  # fmt: skip
    return render(request, "applications/officer_detail.html", context)


@require_safe
@asks_first(rules.may_read_received)
def file(request: LoggedInRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the case."""
    application = received_for_staff(request, pk)
    found = get_object_or_404(RecordFile, pk=file_pk, record__case_id=application.case_id)
    services.note_opening(application=application, actor=request.user)
    return frozen_response(found, as_attachment=found.content_type != "application/pdf")


@require_POST
def assign(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Välj en handläggare.")
        return redirect("applications:officer_detail", pk=pk)
    took(
        request,
        lambda: services.assign_officer(
            application_id=application.pk, actor=request.user, officer=form.cleaned_data["officer"]
        ),
        f"Ärendet är tilldelat {form.cleaned_data['officer']}.",
    )
    return redirect("applications:officer_detail", pk=pk)


@require_POST
@asks_first(rules.may_handle)
def assess(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    try:
        services.mark_assessed(application_id=application.pk, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        if refusal.message == services.NOT_ALL:
            return redirect("applications:eligibility", pk=pk)
    else:
        messages.success(request, "Ansökan är markerad som granskad.")
    return redirect("applications:officer_detail", pk=pk)
