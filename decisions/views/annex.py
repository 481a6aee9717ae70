"""Confirming a meeting's list, opening it again, and the sealed annex."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import rules
from decisions.annex import annex_file
from decisions.committee_forms import ReopenListForm
from decisions.models import CommitteeMeeting, MeetingAnnex
from decisions.secrecy import marked_since
from decisions.services.confirming import confirm_list, reopen_list
from decisions.views.pending import withheld
from decisions.views.report_list import meeting_or_404
from s3portal.accounts.http import requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.swedish import format_day
from s3portal.diary.services import log_file_opened


@requires(rules.may_report)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    meeting_or_404(pk)
    user, seen = cast(User, request.user), request.POST.get("seen", "")
    took(
        request,
        lambda: confirm_list(meeting_id=pk, seen=seen, actor=user),
        "Listan är fastställd. Bilagan skapas och registreras i diariet.",
    )
    return redirect("decisions:committee_meeting_detail", pk=pk)


@requires(rules.may_report)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_or_404(pk)
    form = ReopenListForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        try:
            reopen_list(meeting_id=pk, actor=cast(User, request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Listan kan ändras igen.")
            return redirect("decisions:committee_meeting_detail", pk=pk)
    context = {"form": form, "meeting": meeting, "meeting_day": format_day(meeting.day)}
    status = 422 if form.errors else 200
    return render(request, "decisions/registrar_list_reopen.html", context, status=status)


def _send(request: HttpRequest, annex: MeetingAnnex) -> HttpResponseBase:
    file = annex_file(annex)
    if file is None:
        raise Http404("Bilagan är inte klar än.")
    response = frozen_response(file)
    log_file_opened(actor=cast(User, request.user), file=file)
    return response


@requires(rules.may_see_meetings)
@require_safe
def for_staff(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    return _send(request, get_object_or_404(MeetingAnnex, meeting=pk, number=number))


@requires(rules.may_read_reported)
@require_safe
def for_members(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The annex that holds, for those who sit in the nämnd today."""
    meetings = CommitteeMeeting.objects.of_member(cast(User, request.user))
    meeting = get_object_or_404(meetings, pk=pk)
    annex = get_object_or_404(MeetingAnnex.objects.holding(), meeting=meeting)
    if marked_since(meeting, annex.confirmed_at):
        return withheld(
            request,
            pk,
            "Listan som pdf visas inte",
            "Något i listan är märkt som hemligt sedan den fastställdes. Läs besluten på sammanträdets sida.",
        )
    return _send(request, annex)
