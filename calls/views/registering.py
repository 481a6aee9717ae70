"""A meeting's own page, and registering for it without an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.addresses import meeting_address
from calls.enums import Place
from calls.forms.registering import ChangeForm, RegisterForm
from calls.ics import meeting_ics
from calls.models import Meeting, MeetingSeries, Participation, Registration
from calls.queries.meetings import public_meetings
from calls.queries.registering import meetings_of, public_series, registration_by_token, slots_of
from calls.queries.shown import meeting_facts
from calls.services import registering
from calls.services.seats import answer_offer
from calls.structured import meeting_structured
from s3portal.common.errors import Refusal
from s3portal.common.visitors import may_send

_SALT = "calls.registered"


# --- The meeting ------------------------------------------------------------------------------------------
@login_not_required
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(public_meetings(), pk=pk)
    siblings = public_meetings().filter(series=meeting.series_id).order_by("starts_at", "pk")
    return render(
        request,
        "calls/meeting_detail.html",
        {
            "meeting": meeting,
            "now": timezone.now(),
            "facts": meeting_facts(meeting),
            "structured": meeting_structured(meeting, url=meeting_address(meeting)),
            "siblings": siblings.exclude(pk=pk) if meeting.series_id else siblings.none(),
        },
    )


@login_not_required
def meeting_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(public_meetings(), pk=pk)
    url = request.build_absolute_uri(reverse("calls:meeting_detail", args=[pk]))
    response = HttpResponse(meeting_ics(meeting, url=url), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="mote-{pk}.ics"'
    return response


@login_not_required
@require_safe
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One invitation with its slots."""
    series = get_object_or_404(public_series(), slug=slug)
    meetings, now = list(meetings_of(series)), timezone.now()
    context = {
        "series": series,
        "coming": [meeting for meeting in meetings if meeting.ends_at >= now],
        "past": [meeting for meeting in meetings if meeting.ends_at < now],
        "is_open": any(meeting.takes_registrations(now=now) for meeting in meetings),
    }
    return render(request, "calls/series_detail.html", context)


# --- Register ---------------------------------------------------------------------------------------------
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(public_meetings(), pk=pk)
    # One form for all the slots of an invitation: nobody has to write their name four times.
    return redirect(meeting.register_path) if meeting.series else _register(request, meeting)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def register_series(request: HttpRequest, slug: str) -> HttpResponse:
    return _register(request, get_object_or_404(public_series(), slug=slug))


def _register(request: HttpRequest, event: Meeting | MeetingSeries) -> HttpResponse:
    now = timezone.now()
    meetings = [meeting for meeting in meetings_of(event) if meeting.takes_registrations(now=now)]
    series = isinstance(event, MeetingSeries)
    context: dict[str, Any] = {"event": event, "event_url": _event_url(event), "meetings": meetings}
    if not meetings:
        return render(request, "calls/register_closed.html", context, status=_status(request, 409))
    form = RegisterForm(
        request.POST or None, meetings=meetings, series=series, wanted=request.GET.get("mote", "")
    )
    status = _status(request, 422)
    if request.method == "POST" and form.is_valid():
        if not may_send(request, form, action="visitor_register", key=form.cleaned_data["email"].lower()):
            status = 429
        elif (registered := _save(form, event)) is not None:
            return redirect(f"{reverse('calls:registered')}?svar={_sign(registered.places)}")
    return render(request, "calls/register.html", context | {"form": form}, status=status)


def _status(request: HttpRequest, fault: int) -> int:
    """200 for who asks for the page, ``fault`` for who sent something and gets the page back."""
    return fault if request.method == "POST" else 200


def _event_url(event: Meeting | MeetingSeries) -> str:
    if isinstance(event, Meeting):
        return reverse("calls:meeting_detail", args=[event.pk])
    return reverse("calls:series_detail", args=[event.slug])


def _save(form: RegisterForm, event: Meeting | MeetingSeries) -> registering.Registered | None:
    """The registration, or None with the reason in the form."""
    try:
        return registering.register(
            event=event,
            name=form.cleaned_data["name"],
            organisation=form.cleaned_data["organisation"],
            email=form.cleaned_data["email"],
            choices=form.choices,
            meal_wishes=form.meal_wishes_typed,
        )
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
        return None


def _sign(places: registering.Places) -> str:
    """What the thanks page shows, in its address: no cookie, and nothing of who it was."""
    return signing.dumps([[pk, place.value] for pk, place in places.items()], salt=_SALT)


@login_not_required
@require_safe
def registered(request: HttpRequest) -> HttpResponse:
    """Thanks, and which place it became. The same for an address that was registered before."""
    try:
        places = dict(signing.loads(request.GET.get("svar", ""), salt=_SALT))
    except signing.BadSignature:
        places = {}
    meetings = public_meetings().filter(pk__in=places).order_by("starts_at", "pk")
    rows = [(meeting, places[meeting.pk]) for meeting in meetings]
    full = [meeting for meeting, place in rows if place != Place.ROOM and meeting.room_full]
    return render(request, "calls/registered.html", {"rows": rows, "full": full})


# --- One's own registration -------------------------------------------------------------------------------
def secret_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for who has the link of the mail: kept in no cache and shown by no search engine. The view gets
    the registration; a link that leads to none answers 404 with what to do."""

    @login_not_required
    @never_cache
    @wraps(view)
    def found(request: HttpRequest, token: UUID, **kwargs: Any) -> HttpResponse:
        registration = registration_by_token(token)
        if registration is None:
            response = render(request, "calls/registration_gone.html", status=404)
        else:
            response = view(request, registration, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return found


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, registration: Registration) -> HttpResponse:
    """See and change what one is registered for, until the meeting begins."""
    slots = slots_of(registration, now=timezone.now())
    form = ChangeForm(request.POST or None, registration=registration, slots=slots)
    if request.method == "POST" and form.is_valid():
        try:
            registering.change_registration(
                registration_id=registration.pk,
                name=form.cleaned_data["name"],
                organisation=form.cleaned_data["organisation"],
                choices=form.choices,
                meal_wishes=form.meal_wishes_typed,
            )
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Ändringen är sparad.")
            return redirect(registration.change_path)
    context = {
        "registration": registration,
        "event": registration.event,
        "event_url": _event_url(registration.event),
        "slots": [slot for slot in slots if slot.takes_part],
        "several": sum(slot.takes_part for slot in slots) > 1,
        "may_change": any(slot.may_change for slot in slots),
        "may_cancel": any(slot.may_change and slot.takes_part for slot in slots),
        "form": form,
    }
    return render(request, "calls/registration.html", context, status=_status(request, 422))


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def registration_cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Asks once, since the seat may go to somebody else. ``?mote=`` is one of the meetings; else all."""
    slots = [slot for slot in slots_of(registration, now=timezone.now()) if slot.takes_part]
    wanted = request.POST.get("mote", "") or request.GET.get("mote", "")
    if wanted:
        if all(wanted != str(each.meeting_id) for each in registration.participations.all()):
            raise Http404
        slots = [slot for slot in slots if str(slot.meeting.pk) == wanted]
    if request.method == "POST":
        try:
            for_all = not wanted
            if for_all:
                registering.cancel_registration(registration_id=registration.pk)
            for slot in [] if for_all else slots:
                registering.cancel_participation(participation_id=_pk(slot.participation))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Du är avanmäld. Vi har skickat en bekräftelse med e-post.")
        return redirect(registration.change_path)
    changeable = [slot for slot in slots if slot.may_change]
    if not changeable:
        return redirect(registration.change_path)
    context = {"registration": registration, "slots": changeable, "wanted": wanted}
    return render(request, "calls/registration_cancel.html", context)


def _pk(participation: Participation | None) -> int:
    if participation is None:
        raise Http404
    return participation.pk


@secret_page
@require_POST
def seat_answer(request: HttpRequest, registration: Registration, pk: int) -> HttpResponse:
    """Yes or no to the seat that is held for this person."""
    participation = get_object_or_404(registration.participations, pk=pk)
    accept = request.POST.get("svar") == "ja"
    try:
        answer_offer(participation_id=participation.pk, accept=accept)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        done = "Du har en plats i lokalen." if accept else "Tack för svaret. Platsen går till nästa i kön."
        messages.success(request, done)
    return redirect(registration.change_path)
