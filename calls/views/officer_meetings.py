"""Meetings as officers arrange them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.enums import MeetingStatus
from calls.forms.meeting import CancelForm, MeetingForm, MoveForm, initial_of
from calls.forms.participants import MeetingFilterForm
from calls.meeting_content import publishing_problems
from calls.meeting_transitions import MeetingAction, allows
from calls.models import Meeting, MeetingSeries
from calls.queries.officer_meetings import Tab, meeting_rows, numbers_of, registration_counted, tab_counts
from calls.rules import may_arrange_meetings
from calls.services import meetings as services
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.steps import took
from s3portal.common.text import read_whole

PER_PAGE = 50

arranger = requires(may_arrange_meetings)
page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def key_in(text: str | None) -> int | None:
    """A row's key as it stands in an address or a hidden field; None for anything else."""
    return read_whole(text)


def attempt(form: Form, act: Callable[[], Any]) -> int:
    """Take one step with what a valid form holds: 200, or 422 or 409 with the reason in the form."""
    try:
        act()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return 409 if isinstance(refusal, Conflict) else 422
    return 200


# --- The list ---------------------------------------------------------------------------------------------
@arranger
@require_safe
def meeting_list(request: LoggedInRequest) -> HttpResponse:
    tab = request.GET.get("visa", "")
    current = Tab(tab) if tab in Tab.values else Tab.COMING
    form = MeetingFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    filtered: dict[str, Any] = {
        "text": wanted.get("q") or "",
        "kind": wanted.get("slag") or "",
        "area": wanted.get("omrade"),
    }
    page = Paginator(meeting_rows(current, **filtered), PER_PAGE).get_page(request.GET.get("page"))
    counts = tab_counts()
    address = reverse("calls:officer_meeting_list")
    tabs = [
        {
            "label": one.label,
            "url": address if one == Tab.COMING else f"{address}?visa={one}",
            "current": one == current,
            "count": counts.get(one),
        }
        for one in Tab
    ]
    context = {"page": page, "tabs": tabs, "tab": current, "form": form, "filtered": any(filtered.values())}
    return render(request, "calls/officer_meeting_list.html", context)


# --- One meeting ------------------------------------------------------------------------------------------
def get_meeting(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.select_related("series", "call", "area"), pk=pk)


@arranger
@require_safe
def meeting_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    draft = meeting.status == MeetingStatus.DRAFT
    context = {
        "meeting": meeting,
        "numbers": numbers_of(meeting),
        "counted": registration_counted(meeting),
        "problems": publishing_problems(meeting) if draft else [],
        "has_begun": meeting.starts_at <= timezone.now(),
        "is_over": meeting.ends_at <= timezone.now(),
        "may": {action.value: allows(meeting.status, action) for action in MeetingAction},
    }
    return render(request, "calls/officer_meeting_detail.html", context)


@arranger
@page_or_form
def meeting_new(request: LoggedInRequest) -> HttpResponse:
    form = MeetingForm(
        request.POST if request.method == "POST" else take_kept_text(request), initial=_series_asked(request)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            made: list[Meeting] = []
            status = attempt(
                form,
                lambda: made.append(services.create_meeting(content=form.content(), actor=request.user)),
            )
            if made:
                messages.success(request, "Mötet är sparat som utkast.")
                return redirect("calls:officer_meeting", pk=made[0].pk)
    return render(request, "calls/officer_meeting_form.html", {"form": form, "meeting": None}, status=status)


def _series_asked(request: LoggedInRequest) -> dict[str, Any]:
    """A new meeting in a series begins with what the series' latest has."""
    key = key_in(request.GET.get("serie"))
    series = MeetingSeries.objects.filter(pk=key).first() if key else None
    if series is None:
        return {}
    last = series.meetings.order_by("-starts_at", "-pk").first()
    if last is None:
        return {"series": series.pk}
    left_out = ("title", "area", "day", "last_day", "starts", "ends", "link", "conference_id", "room_full")
    return {name: value for name, value in initial_of(last).items() if name not in left_out}


@arranger
@page_or_form
def meeting_edit(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    if not allows(meeting.status, MeetingAction.EDIT):
        messages.error(request, "Mötet är inställt och kan inte ändras.")
        return redirect("calls:officer_meeting", pk=pk)
    form = MeetingForm(request.POST if request.method == "POST" else take_kept_text(request), meeting=meeting)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = attempt(
                form,
                lambda: services.change_meeting(
                    meeting_id=pk,
                    content=form.content(),
                    expected_version=key_in(request.POST.get("version")) or 0,
                    note=form.cleaned_data.get("note", ""),
                    actor=request.user,
                ),
            )
            if status == 200:
                messages.success(request, "Mötet är sparat.")
                return redirect("calls:officer_meeting", pk=pk)
    context = {
        "form": form,
        "meeting": meeting,
        # After a conflict the next save is meant to replace what the other one saved.
        "differences": _differences(form) if status == 409 else [],
        "version": meeting.version if status in (200, 409) else request.POST.get("version", ""),
    }
    return render(request, "calls/officer_meeting_form.html", context, status=status)


def _differences(form: MeetingForm) -> list[tuple[str, str]]:
    """Label and saved value of each field in which the saved meeting and what was typed differ."""
    found = []
    for name in form.changed_data:
        if name in form.initial:
            field: Any = form.fields[name]
            saved = form.initial[name]
            choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
            words = choices.get(str(saved), "" if saved is None else str(field.prepare_value(saved)))
            found.append((str(field.label), {"True": "Ja", "False": "Nej", "": "Tomt"}.get(words, words)))
    return found


# --- Steps ------------------------------------------------------------------------------------------------
@arranger
@require_POST
def meeting_publish(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_meeting(pk)
    took(
        request,
        lambda: services.publish_meeting(
            meeting_id=pk, expected_version=key_in(request.POST.get("version")) or 0, actor=request.user
        ),
        "Mötet är publicerat.",
    )
    return redirect("calls:officer_meeting", pk=pk)


@arranger
@page_or_form
def meeting_move(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    form = MoveForm(request.POST if request.method == "POST" else take_kept_text(request), meeting=meeting)

    def move() -> None:
        wanted = form.cleaned_data
        services.move_meeting(
            meeting_id=pk, starts_at=wanted["starts_at"], ends_at=wanted["ends_at"], place=wanted["place"],
            note=wanted["note"], expected_version=key_in(request.POST.get("version")) or 0,
            actor=request.user,
        )  # fmt: skip

    return _step(request, meeting, form, move, MeetingAction.MOVE)


@arranger
@page_or_form
def meeting_cancel(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    form = CancelForm(request.POST if request.method == "POST" else take_kept_text(request))

    def cancel() -> None:
        services.cancel_meeting(
            meeting_id=pk, reason=form.cleaned_data["reason"],
            expected_version=key_in(request.POST.get("version")) or 0, actor=request.user,
        )  # fmt: skip

    return _step(request, meeting, form, cancel, MeetingAction.CANCEL)


_STEPS = {
    MeetingAction.MOVE: ("calls/officer_meeting_move.html", "Mötet är flyttat."),
    MeetingAction.CANCEL: ("calls/officer_meeting_cancel.html", "Mötet är inställt."),
}


def _step(
    request: LoggedInRequest, meeting: Meeting, form: Form, act: Callable[[], None], action: MeetingAction
) -> HttpResponse:
    """A page with a form for one step, and the step. ``act`` is called with the form valid."""
    template, done = _STEPS[action]
    status = 200
    if request.method == "POST":
        status = attempt(form, act) if form.is_valid() else 422
        if status == 200:
            told = numbers_of(meeting).all
            messages.success(request, f"{done} {_told(told)}".strip())
            return redirect("calls:officer_meeting", pk=meeting.pk)
    elif not allows(meeting.status, action):
        return redirect("calls:officer_meeting", pk=meeting.pk)
    context = {
        "form": form,
        "meeting": meeting,
        "numbers": numbers_of(meeting),
        "version": meeting.version if status in (200, 409) else request.POST.get("version", ""),
    }
    return render(request, template, context, status=status)


def _told(number: int) -> str:
    if not number:
        return ""
    return "Den som är anmäld får ett mejl." if number == 1 else f"De {number} som är anmälda får ett mejl."


@arranger
@require_POST
def meeting_copy(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_meeting(pk)
    copy = services.copy_meeting(meeting_id=pk, actor=request.user)
    messages.success(request, "Kopian är sparad som utkast. Ange dess tid.")
    return redirect("calls:officer_meeting_edit", pk=copy.pk)


@arranger
@page_or_form
def meeting_delete(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    if request.method == "POST":
        try:
            services.delete_meeting(meeting_id=pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("calls:officer_meeting", pk=pk)
        messages.success(request, f"Utkastet ”{meeting.title}” är borttaget.")
        return redirect("calls:officer_meeting_list")
    if not allows(meeting.status, MeetingAction.DELETE):
        return redirect("calls:officer_meeting", pk=pk)
    return render(request, "calls/officer_meeting_delete.html", {"meeting": meeting})
