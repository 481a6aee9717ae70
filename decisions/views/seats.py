"""The nämnder and who sits in them: read by the staff, kept by registrars and administrators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from decisions import rules
from decisions import seat_queries as queries
from decisions.delegation_forms import DayForm
from decisions.models import Committee, CommitteeMember
from decisions.seat_forms import CancelSeatForm, CommitteeForm, LastSeatDayForm, SeatForm
from decisions.services import seating
from decisions.views.delegation import stored, typed_in
from s3portal.accounts.http import LoggedInRequest, requires

PER_PAGE = 50


@requires(rules.may_see_meetings)
@require_safe
def committee_list(request: LoggedInRequest) -> HttpResponse:
    context = {
        "committees": queries.committees_with_counts(timezone.localdate()),
        "may_seat": rules.may_seat(request.user),
    }
    return render(request, "decisions/registrar_committee_list.html", context)


@requires(rules.may_see_meetings)
@require_safe
def committee_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    committee = get_object_or_404(Committee, pk=pk)
    form = DayForm(request.GET if "datum" in request.GET else None)
    day = form.day()
    seats = queries.seats_on(committee, day)
    context = {
        "committee": committee,
        "form": form,
        "day": day,
        "is_today": day == timezone.localdate(),
        "seats": seats,
        "page": Paginator(seats.past, PER_PAGE).get_page(request.GET.get("page")),
        "may_seat": rules.may_seat(request.user),
    }
    return render(request, "decisions/registrar_committee_detail.html", context)


def _form_page(
    request: LoggedInRequest, form: Any, *, committee: Committee | None, **texts: str
) -> HttpResponse:
    """``heading``, ``button`` and ``intro`` of a page with one form, and where it is left to."""
    context = {"form": form, "committee": committee, "intro": "", **texts}
    status = 422 if form.errors else 200
    return render(request, "decisions/registrar_committee_form.html", context, status=status)


def _sent(request: LoggedInRequest, form: Any, step: Callable[[], Any]) -> bool:
    return request.method == "POST" and form.is_valid() and stored(form, step)


@requires(rules.may_seat)
@require_http_methods(["GET", "HEAD", "POST"])
def committee_new(request: LoggedInRequest) -> HttpResponse:
    form, made = CommitteeForm(typed_in(request)), []
    if _sent(
        request,
        form,
        lambda: made.append(seating.create_committee(actor=request.user, name=form.cleaned_data["name"])),
    ):
        messages.success(request, "Nämnden är inlagd. Lägg in dem som sitter i den.")
        return redirect("decisions:committee_detail", pk=made[0].pk)
    return _form_page(request, form, committee=None, heading="Lägg in nämnd", button="Lägg in")


@requires(rules.may_seat)
@require_http_methods(["GET", "HEAD", "POST"])
def member_new(request: LoggedInRequest, pk: int) -> HttpResponse:
    committee = get_object_or_404(Committee, pk=pk)
    form = SeatForm(typed_in(request))
    if _sent(
        request,
        form,
        lambda: seating.add_member(actor=request.user, committee_id=pk, data=form.seat()),
    ):
        messages.success(request, "Uppdraget är inlagt.")
        return redirect("decisions:committee_detail", pk=pk)
    texts = {
        "heading": "Lägg in ledamot",
        "button": "Lägg in",
        "intro": "Personen får rollen ledamot och kan läsa nämndens listor de dagar uppdraget gäller.",
    }
    return _form_page(request, form, committee=committee, **texts)


def _seat(pk: int, member_pk: int) -> CommitteeMember:
    seats = CommitteeMember.objects.standing().select_related("user", "committee")
    return get_object_or_404(seats, pk=member_pk, committee=pk)


def _about(seat: CommitteeMember) -> str:
    return f"{seat.user}, {seat.get_office_display().lower()}"


@requires(rules.may_seat)
@require_http_methods(["GET", "HEAD", "POST"])
def member_end(request: LoggedInRequest, pk: int, member_pk: int) -> HttpResponse:
    seat = _seat(pk, member_pk)
    form = LastSeatDayForm(typed_in(request), seat=seat)
    if _sent(
        request,
        form,
        lambda: seating.end_member(
            actor=request.user, member_id=member_pk, last_day=form.cleaned_data["last_day"]
        ),
    ):
        messages.success(request, "Den sista dagen är sparad.")
        return redirect("decisions:committee_detail", pk=pk)
    texts = {"heading": "Sista dag i nämnden", "button": "Spara", "intro": _about(seat)}
    return _form_page(request, form, committee=seat.committee, **texts)


@requires(rules.may_seat)
@require_http_methods(["GET", "HEAD", "POST"])
def member_cancel(request: LoggedInRequest, pk: int, member_pk: int) -> HttpResponse:
    seat = _seat(pk, member_pk)
    form = CancelSeatForm(typed_in(request))
    if _sent(
        request,
        form,
        lambda: seating.cancel_member(
            actor=request.user, member_id=member_pk, reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, "Uppdraget är makulerat.")
        return redirect("decisions:committee_detail", pk=pk)
    texts = {
        "heading": "Makulera uppdraget",
        "button": "Makulera",
        "intro": f"{_about(seat)}. Makulera bara det som lades in av misstag. Det står kvar med ditt skäl.",
    }
    return _form_page(request, form, committee=seat.committee, **texts)
