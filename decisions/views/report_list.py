"""A meeting's list as the registrar and the officers take it along: a page, a spreadsheet and text."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from decisions import queries, report_list, rules
from decisions.copy_refusals import refusals_to_report
from decisions.models import CommitteeMeeting
from decisions.report_list import Grouping
from s3portal.accounts.http import requires
from s3portal.common.spreadsheets import xlsx_response
from s3portal.common.swedish import format_day

PER_PAGE = 100


def meeting_or_404(pk: int) -> CommitteeMeeting:
    return get_object_or_404(CommitteeMeeting.objects.select_related("committee"), pk=pk)


@requires(rules.may_see_meetings)
@require_safe
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_or_404(pk)
    grouping = Grouping.read(request.GET.get("grupp", ""))
    keys = report_list.grouped(report_list.keys_of(meeting), grouping)
    rows = report_list.in_one_row(keys)
    address = reverse("decisions:committee_meeting_listed", args=[pk])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    groups, refusals = report_list.page_of(meeting, list(page)), refusals_to_report(meeting)
    context = {
        "meeting": meeting,
        "meeting_day": format_day(meeting.day),
        "number": len(rows),
        "page": page,
        "groups": groups,
        "refusals": refusals,
        "text": report_list.as_text(meeting, groups, refusals) if len(rows) <= PER_PAGE else "",
        "text_rows": min(len(rows) + len(refusals) + 2 * len(groups) + 4, 24),
        "missing": queries.missing_from(meeting),
        "query": f"?{urlencode({'grupp': grouping})}" if grouping else "",
        "tabs": [
            {
                "label": choice.label,
                "url": f"{address}?{urlencode({'grupp': choice})}" if choice else address,
                "current": choice == grouping,
            }
            for choice in Grouping
        ],
    }
    return render(request, "decisions/registrar_meeting_listed.html", context)


@requires(rules.may_see_meetings)
@require_safe
def as_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The same text as a file, for a list that is too long to copy from the page."""
    meeting = meeting_or_404(pk)
    grouping = Grouping.read(request.GET.get("grupp", ""))
    groups = report_list.grouped(report_list.lines_of(meeting), grouping)
    text = report_list.as_text(meeting, groups, refusals_to_report(meeting))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{report_list.sheet_of(meeting).filename}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires(rules.may_see_meetings)
@require_safe
def as_xlsx(request: HttpRequest, pk: int) -> HttpResponseBase:
    meeting = meeting_or_404(pk)
    grouping = Grouping.read(request.GET.get("grupp", ""))
    groups = report_list.grouped(report_list.lines_of(meeting), grouping)
    return xlsx_response(
        report_list.sheet_of(meeting), report_list.cells_of(groups, refusals_to_report(meeting))
    )
