"""/namnd/: what has been reported to the committees that a member sits in."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from decisions import queries, rules
from decisions.models import CommitteeMeeting, DecisionReport
from decisions.services.reading import mark_read, mark_unread, note_opened
from decisions.views.pending import pdf_pending
from s3portal.accounts.http import requires
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.swedish import format_day

PER_PAGE = 50
PAST_PER_PAGE = 20
TABS = [("", "Alla", "total"), ("olasta", "Olästa", "unread"), ("lasta", "Lästa", "read")]

committee_member = requires(rules.may_read_reported)


@committee_member
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    meetings = queries.member_meetings(cast(User, request.user))
    context = {
        "coming": list(meetings.coming()),
        "page": Paginator(meetings.held(), PAST_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "decisions/committee_start.html", context)


@committee_member
@require_safe
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, tab = cast(User, request.user), request.GET.get("urval", "")
    meeting = get_object_or_404(CommitteeMeeting.objects.of_member(user).select_related("committee"), pk=pk)
    reports = queries.member_reports(meeting, user, read={"olasta": False, "lasta": True}.get(tab))
    summary, address = queries.summarise(meeting, user), reverse("decisions:committee_meeting", args=[pk])
    tabs = [
        {"label": label, "url": f"{address}?urval={key}" if key else address,
         "count": getattr(summary, count), "current": key == tab}
        for key, label, count in TABS
    ]  # fmt: skip
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "meeting": meeting,
        "page": page,
        "meeting_day": format_day(meeting.day),
        "unread": [report for report in page if report.read_on is None],
        "read": [report for report in page if report.read_on is not None],
        "tabs": tabs,
        "summary": summary,
        "earlier": queries.earlier_reported(meeting),
    }
    return render(request, "decisions/committee_meeting.html", context)


def _report(request: HttpRequest, pk: int, report_pk: int) -> DecisionReport:
    reports = DecisionReport.objects.of_member(cast(User, request.user))
    return get_object_or_404(
        reports.select_related("decision__case", "meeting__committee"), pk=report_pk, meeting_id=pk
    )


@committee_member
@require_GET
def report_pdf(request: HttpRequest, pk: int, report_pk: int) -> HttpResponse:
    """Opens the decision. That it was opened is noted by ``note_opened``, the one write of this GET."""
    report = _report(request, pk, report_pk)
    document = queries.document_of(report.decision)
    if document is None:
        return pdf_pending(request, report.decision)
    response = cast(HttpResponse, frozen_response(document.file))
    note_opened(report=report, reader=cast(User, request.user))
    return response


@committee_member
@require_POST
def report_mark(request: HttpRequest, pk: int, report_pk: int) -> HttpResponse:
    report = _report(request, pk, report_pk)
    user = cast(User, request.user)
    if request.POST.get("read") == "1":
        mark_read(report=report, reader=user)
        messages.success(request, f"{report.decision.case} är markerat som läst.")
    else:
        mark_unread(report=report, reader=user)
        messages.success(request, f"{report.decision.case} är markerat som oläst.")
    return redirect("decisions:committee_meeting", pk=pk)
