"""Those who have registered for a meeting, as officers handle them."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from calls.enums import MeetingStatus, Place
from calls.exports import csv_response, xlsx_response
from calls.forms.participants import MessageForm, OfficerRegistrationForm, ParticipantFilterForm
from calls.meeting_transitions import MeetingAction, allows
from calls.models import Meeting, Participation
from calls.queries.officer_meetings import (
    Audience,
    Sort,
    meal_sums,
    numbers_of,
    participant_rows,
    participants_for,
    registration_counted,
    registration_in_series,
    wanted_places,
    where_words,
)
from calls.services import attending
from calls.services.registering import cancel_participation, change_registration, register
from calls.views.officer_meetings import arranger, attempt, get_meeting, key_in, page_or_form
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took

PER_PAGE = 100


# --- The list ---------------------------------------------------------------------------------------------
@arranger
@require_safe
def participant_list(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    form = ParticipantFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = participant_rows(
        meeting=meeting,
        text=wanted.get("q") or "",
        audience=wanted.get("urval") or Audience.ALL,
        sort=wanted.get("ordning") or Sort.NAME,
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "meeting": meeting,
        "form": form,
        "page": page,
        "rows": [(participation, where_words(participation)) for participation in page],
        "numbers": numbers_of(meeting),
        "meals": meal_sums(meeting) if meeting.asks_meal_wishes else None,
        "filtered": any(wanted.values()),
        "may_tick": _may_tick(meeting),
        "may_write": allows(meeting.status, MeetingAction.WRITE),
        "may_register": _may_register(meeting),
    }
    return render(request, "calls/officer_registration_list.html", context)


def _may_tick(meeting: Meeting) -> bool:
    day_has_come = timezone.localdate(meeting.starts_at) <= timezone.localdate()
    return day_has_come and allows(meeting.status, MeetingAction.ATTEND)


def _may_register(meeting: Meeting) -> bool:
    """Officers also enter those who call after the last day."""
    published = meeting.status == MeetingStatus.PUBLISHED
    return published and registration_counted(meeting) and meeting.ends_at > timezone.now()


@arranger
@require_safe
def door_list(request: LoggedInRequest, pk: int) -> HttpResponse:
    """For the door, on paper: nobody's wishes about food."""
    meeting = get_meeting(pk)
    room = list(participant_rows(meeting=meeting, audience=Audience.ROOM))
    waiting = list(
        participants_for(Audience.WAITING, meeting=meeting)
        .exclude(place=Place.ROOM)
        .order_by("wants_room_since")
    )
    context = {"meeting": meeting, "room": room, "waiting": waiting}
    return render(request, "calls/officer_registration_door.html", context)


@arranger
@require_POST
def export(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """The whole list as a file. Sent by a button, since it is noted who took it."""
    meeting = get_meeting(pk)
    as_csv = request.POST.get("form") == "csv"
    attending.note_export(meeting=meeting, form="CSV" if as_csv else "Excel", actor=request.user)
    return csv_response(meeting) if as_csv else xlsx_response(meeting)


# --- Who came ---------------------------------------------------------------------------------------------
@arranger
@require_POST
def attendance(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_meeting(pk)
    try:
        if "alla" in request.POST:
            changed = attending.mark_all_attended(meeting_id=pk, actor=request.user)
        else:
            changed = attending.mark_attendance(meeting_id=pk, came=_ticked(request), actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _attendance_words(changed))
    back = request.POST.get("tillbaka", "")
    address = reverse("calls:officer_registration_list", args=[pk])
    return redirect(f"{address}?{back}" if back else address)


def _ticked(request: LoggedInRequest) -> dict[int, bool]:
    """What was changed on the page: those shown, against the state they were shown in."""
    came = {key for text in request.POST.getlist("deltog") if (key := key_in(text)) is not None}
    changes: dict[int, bool] = {}
    for shown in request.POST.getlist("visad"):
        text, _colon, state = shown.partition(":")
        key = key_in(text)
        if key is not None and (key in came) != (state == "1"):
            changes[key] = key in came
    return changes


def _attendance_words(changed: int) -> str:
    if not changed:
        return "Inget var ändrat."
    people = "1 person" if changed == 1 else f"{changed} personer"
    return f"Närvaron är sparad för {people}."


# --- Writing to them --------------------------------------------------------------------------------------
@arranger
@page_or_form
def message(request: LoggedInRequest, pk: int) -> HttpResponse:
    """First the words, then a page that shows them and to how many they go, then they are sent."""
    meeting = get_meeting(pk)
    form = MessageForm(
        request.POST if request.method == "POST" else take_kept_text(request),
        initial={"once": uuid.uuid4(), "audience": Audience.ALL},
    )
    numbers = numbers_of(meeting)
    status, confirm = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid() and "skicka" in request.POST:
            status = attempt(form, lambda: _send(request, meeting, form))
            if status == 200:
                return redirect("calls:officer_registration_list", pk=pk)
        elif form.is_valid():
            confirm, status = "andra" not in request.POST, 200
    context: dict[str, Any] = {"meeting": meeting, "form": form, "numbers": numbers, "confirm": confirm}
    if confirm:
        audience = Audience(form.cleaned_data["audience"])
        context |= {
            "audience": audience.label,
            "count": participants_for(audience, meeting=meeting).count(),
        }
    return render(request, "calls/officer_registration_message.html", context, status=status)


def _send(request: LoggedInRequest, meeting: Meeting, form: MessageForm) -> None:
    wanted = form.cleaned_data
    count = attending.write_to_participants(
        meeting_id=meeting.pk,
        audience=Audience(wanted["audience"]),
        subject=wanted["subject"],
        text=wanted["text"],
        once=str(wanted["once"]),
        actor=request.user,
    )
    messages.success(request, f"Meddelandet skickas till {count} {'person' if count == 1 else 'personer'}.")


# --- By telephone -----------------------------------------------------------------------------------------
@arranger
@page_or_form
def registration_new(request: LoggedInRequest, pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    if not _may_register(meeting):
        messages.error(request, "Det går inte att anmäla någon till mötet nu.")
        return redirect("calls:officer_registration_list", pk=pk)
    form = OfficerRegistrationForm(
        request.POST if request.method == "POST" else take_kept_text(request), meeting=meeting
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = attempt(form, lambda: _register(request, meeting, form))
            if status == 200:
                return redirect("calls:officer_registration_list", pk=pk)
    context = {"form": form, "meeting": meeting, "numbers": numbers_of(meeting)}
    return render(request, "calls/officer_registration_new.html", context, status=status)


def _register(request: LoggedInRequest, meeting: Meeting, form: OfficerRegistrationForm) -> None:
    wanted = form.cleaned_data
    place = Place(wanted["place"])
    organisation, meal_wishes = wanted["organisation"], wanted.get("meal_wishes", "")
    earlier = registration_in_series(meeting, email=wanted["email"])
    if earlier is None:
        register(
            event=meeting,
            name=wanted["name"],
            organisation=organisation,
            email=wanted["email"],
            choices={meeting.pk: place},
            meal_wishes=meal_wishes,
            actor=request.user,
        )
    else:
        # Somebody who comes to another of the series' meetings has one registration for them all. What the
        # officer leaves empty, or is not asked for, they have told already.
        change_registration(
            registration_id=earlier.pk,
            name=wanted["name"],
            organisation=organisation or earlier.organisation,
            choices={**wanted_places(earlier), meeting.pk: place},
            meal_wishes=meal_wishes or earlier.meal_wishes,
            actor=request.user,
        )
    messages.success(request, f"{wanted['name']} är anmäld och får en bekräftelse.")


@arranger
@page_or_form
def registration_cancel(request: LoggedInRequest, pk: int, participation_pk: int) -> HttpResponse:
    meeting = get_meeting(pk)
    participation = get_object_or_404(
        Participation.objects.filter(meeting=meeting).active().select_related("registration"),
        pk=participation_pk,
    )
    if request.method == "POST":
        took(
            request,
            lambda: cancel_participation(participation_id=participation.pk, actor=request.user),
            f"{participation.registration.name} är avanmäld.",
        )
        return redirect("calls:officer_registration_list", pk=pk)
    context = {"meeting": meeting, "participation": participation, "where": where_words(participation)}
    return render(request, "calls/officer_registration_cancel.html", context)
