"""/namnd/: what has been reported to the committees that a member sits in."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions import asked, board, member_queries, rules
from decisions.annex import annexes_of
from decisions.copy_refusals import refusals_to_report
from decisions.member_forms import ListForm, PastMeetingsForm
from decisions.member_queries import Numbers
from decisions.models import Committee, CommitteeMeeting
from decisions.report_list import sums_by_area
from decisions.secrecy import amount_is_open
from s3portal.accounts.http import requires
from s3portal.accounts.models import User
from s3portal.common.swedish import format_day

PER_PAGE = 50
PAST_PER_PAGE = 20
OWN_QUESTIONS = 5
TABS = [("", "Alla", "total"), ("olasta", "Olästa", "unread"), ("lasta", "Lästa", "read")]

committee_member = requires(rules.may_read_reported)


@committee_member
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    meetings = member_queries.member_meetings(user)
    form = PastMeetingsForm(
        request.GET, committees=Committee.objects.of_member(user), years=member_queries.held_years(user)
    )
    held = member_queries.held_meetings(
        meetings, committee=form.cleaned_data.get("namnd"), year=form.cleaned_data.get("ar")
    )
    context = {
        "called_off": list(meetings.called_off().filter(starts_at__gt=timezone.now())),
        "coming": list(meetings.coming()),
        "form": form,
        "page": Paginator(held, PAST_PER_PAGE).get_page(request.GET.get("page")),
        "own_questions": asked.asked_by(user, OWN_QUESTIONS),
    }
    return render(request, "decisions/committee_start.html", context)


@committee_member
@require_safe
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, now = cast(User, request.user), timezone.now()
    meeting = get_object_or_404(CommitteeMeeting.objects.of_member(user).select_related("committee"), pk=pk)
    form = ListForm(request.GET, choices=member_queries.choices_of(meeting))
    wanted = form.wanted(now)
    reports = member_queries.as_shown(member_queries.cut_list(meeting, user, wanted))
    page = Paginator(reports, PER_PAGE).get_page(request.GET.get("page"))
    shown = member_queries.tell_more(list(page), today=timezone.localdate())
    is_open = amount_is_open(meeting)
    context = {
        "meeting": meeting,
        "page": page,
        "meeting_day": format_day(meeting.day),
        "unread": [report for report in shown if report.read_on is None],
        "read": [report for report in shown if report.read_on is not None],
        "tabs": _tabs(form, member_queries.numbers_of(meeting, user, wanted)),
        "summary": member_queries.summarise(meeting, user, is_open),
        "form": form,
        "cuts": wanted.cuts,
        "found": page.paginator.count,
        "way": form.way(now),
        "cut_address": form.address(),
        "everything": form.everything(),
        "areas": sums_by_area(meeting, is_open),
        "refusals": refusals_to_report(meeting),
        "annex": next((annex for annex in annexes_of(meeting) if annex.holds and annex.made), None),
        "notice": board.shown_notice_of(meeting, timezone.localdate()),
        "earlier": member_queries.earlier_reported(meeting),
    }
    return render(request, "decisions/committee_meeting.html", context)


def _tabs(form: ListForm, numbers: Numbers) -> list[dict[str, Any]]:
    """All, unread and read of what is asked for; the rest of what cuts the list stays."""
    current = form.cleaned_data.get("urval", "")
    return [
        {
            "label": label,
            "url": form.address(urval=key) or "?",
            "count": getattr(numbers, count),
            "current": key == current,
        }
        for key, label, count in TABS
    ]
