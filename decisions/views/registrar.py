"""What the region's own people do after the signature: send out, publish, report, and see who may decide."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from decisions import board, list_warnings, queries, rules
from decisions.annex import annexes_of
from decisions.committee_forms import MeetingForm, MinutesForm
from decisions.copy_refusals import refusals_to_report
from decisions.models import CommitteeMeeting, Decision
from decisions.report_list import list_mark
from decisions.services import meetings as meeting_services
from decisions.services import reporting
from decisions.services.expediting import expedite_decision
from decisions.services.publishing import publish_decision, unpublish_decision
from s3portal.accounts.http import requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.swedish import format_day
from s3portal.common.text import read_whole

PER_PAGE = 50
MOST_CALLED_OFF = 20


# --- One signed decision ----------------------------------------------------------------------------------
def _take_step(request: HttpRequest, pk: int, service: Callable[..., object], done: str) -> HttpResponse:
    """Take one step with a decision this person may see, and go back to its page."""
    user = cast(User, request.user)
    get_object_or_404(Decision.objects.visible_to(user), pk=pk)
    took(request, lambda: service(decision_id=pk, actor=user), done)
    return redirect("decisions:officer_detail", pk=pk)


@requires(rules.sends_out)
@require_POST
def decision_expedite(request: HttpRequest, pk: int) -> HttpResponse:
    return _take_step(request, pk, expedite_decision, "Beslutet är expedierat.")


@requires(rules.publishes)
@require_POST
def decision_publish(request: HttpRequest, pk: int) -> HttpResponse:
    tried = request.POST.get("provad") == "1"
    publish = partial(publish_decision, nothing_is_secret=tried)
    return _take_step(request, pk, publish, "Beslutet visas nu för allmänheten.")


@requires(rules.publishes)
@require_POST
def decision_unpublish(request: HttpRequest, pk: int) -> HttpResponse:
    return _take_step(request, pk, unpublish_decision, "Beslutet visas inte längre för allmänheten.")


# --- Meetings ---------------------------------------------------------------------------------------------
@requires(rules.may_see_meetings)
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    meetings = queries.meetings_with_counts()
    today = timezone.localdate()
    context = {
        "called_off": list(meetings.called_off()[:MOST_CALLED_OFF]),
        "overlooked": list_warnings.count_overlooked(today),
        "overlooked_days": settings.UNREPORTED_DAYS,
        "closing": list_warnings.closing_soon(today),
        "shut_out": list_warnings.shut_out_urgent(),
        "today": today,
        "coming": list(meetings.coming()),
        "page": Paginator(meetings.held(), PER_PAGE).get_page(request.GET.get("page")),
        "unreported": queries.count_unreported(),
        "may_arrange": rules.may_arrange_meetings(cast(User, request.user)),
    }
    return render(request, "decisions/registrar_meeting_list.html", context)


@requires(rules.may_arrange_meetings)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_create(request: HttpRequest) -> HttpResponse:
    form = MeetingForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            meeting = meeting_services.create_meeting(
                committee=wanted["committee"],
                starts_at=wanted["starts_at"],
                place=wanted["place"],
                agenda_closes_on=wanted["agenda_closes_on"],
                actor=cast(User, request.user),
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Sammanträdet är inlagt.")
            return redirect("decisions:committee_meeting_detail", pk=meeting.pk)
    status = 422 if form.errors else 200
    return render(
        request, "decisions/registrar_meeting_form.html", {"form": form, "meeting": None}, status=status
    )


def _meeting(pk: int) -> CommitteeMeeting:
    return get_object_or_404(CommitteeMeeting.objects.select_related("committee"), pk=pk)


@requires(rules.may_arrange_meetings)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = MeetingForm(typed, meeting=meeting)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            meeting_services.change_meeting(
                meeting_id=pk,
                starts_at=wanted["starts_at"],
                place=wanted["place"],
                agenda_closes_on=wanted["agenda_closes_on"],
                actor=cast(User, request.user),
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Sammanträdet är ändrat.")
            return redirect("decisions:committee_meeting_detail", pk=pk)
    status = 422 if form.errors else 200
    return render(
        request, "decisions/registrar_meeting_form.html", {"form": form, "meeting": meeting}, status=status
    )


@requires(rules.may_see_meetings)
@require_safe
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    facts = {"report_paragraph": meeting.report_paragraph, "approved_on": meeting.approved_on}
    # The minutes are sent to an address of their own, so that is where a lost session left them.
    kept = take_kept_text(request, reverse("decisions:committee_meeting_minutes", args=[pk]))
    return _show(request, meeting, MinutesForm(kept, initial=facts))


def _show(request: HttpRequest, meeting: CommitteeMeeting, form: MinutesForm) -> HttpResponse:
    user = cast(User, request.user)
    page = Paginator(queries.unreported_for(meeting), PER_PAGE).get_page(request.GET.get("page"))
    listed: Any = Paginator(queries.reports_on(meeting), PER_PAGE).get_page(request.GET.get("lista"))
    listed.parameter = "lista"
    annexes = list(annexes_of(meeting))
    holding = next((annex for annex in annexes if annex.holds), None)
    refusals = refusals_to_report(meeting)
    context = {
        "meeting": meeting,
        "meeting_day": format_day(meeting.day),
        "listed": listed,
        "reports": queries.mark_missed(list(listed), meeting),
        "shut_out": holding is not None and meeting in list_warnings.shut_out_urgent(),
        "closing": holding is None and meeting in list_warnings.closing_soon(timezone.localdate()),
        "page": page,
        "unreported": queries.mark_late(list(page), meeting),
        "missing": queries.missing_from(meeting),
        "form": form,
        "refusals": refusals,
        "has_lines": bool(listed.paginator.count or refusals),
        "notices": list(board.notices_of(meeting)),
        "may_keep_board": rules.may_keep_board(user),
        "may_report": rules.may_report(user) and holding is None and not meeting.is_called_off,
        "may_confirm": rules.may_report(user)
        and not (meeting.is_called_off or meeting.has_minutes)
        and (bool(annexes) or not meeting.has_begun),
        "may_take_off": rules.may_report(user)
        and not (holding or meeting.is_called_off or meeting.has_minutes),
        "annexes": annexes,
        "annex": holding,
        "seen": list_mark(meeting),
        "may_arrange": rules.may_arrange_meetings(user) and not meeting.is_called_off,
        "may_call_off": rules.may_arrange_meetings(user)
        and not (meeting.is_called_off or meeting.has_minutes),
    }
    status = 422 if form.errors else 200
    return render(request, "decisions/registrar_meeting_detail.html", context, status=status)


@requires(rules.may_arrange_meetings)
@require_POST
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    form = MinutesForm(request.POST)
    if form.is_valid():
        try:
            meeting_services.record_minutes(
                meeting_id=pk, actor=cast(User, request.user), **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Uppgifterna om protokollet är sparade.")
            return redirect("decisions:committee_meeting_detail", pk=pk)
    return _show(request, meeting, form)


@requires(rules.may_report)
@require_POST
def meeting_report(request: HttpRequest, pk: int) -> HttpResponse:
    _meeting(pk)
    sent = map(read_whole, request.POST.getlist("decision"))
    chosen = {number for number in sent if number is not None}
    try:
        reports = reporting.report_decisions(
            meeting_id=pk, decision_ids=chosen, actor=cast(User, request.user)
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        number = "1 beslut är" if len(reports) == 1 else f"{len(reports)} beslut är"
        messages.success(request, f"{number} med på listan till sammanträdet.")
    return redirect("decisions:committee_meeting_detail", pk=pk)
