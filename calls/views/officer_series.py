"""Series of meetings as officers arrange them: one invitation, several slots."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from calls.forms.meeting import area_choices
from calls.forms.meeting_series import InvitationForm, SeriesForm, SlotFormSet
from calls.models import MeetingSeries
from calls.queries.officer_meetings import all_series, slots_of
from calls.services import series as services
from calls.views.officer_meetings import PER_PAGE, arranger, attempt, page_or_form
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.text import read_whole

FIRST_SLOTS = 4
MORE_SLOTS = 2


@arranger
@require_safe
def series_list(request: LoggedInRequest) -> HttpResponse:
    page = Paginator(all_series(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "calls/officer_series_list.html", {"page": page})


@arranger
@page_or_form
def series_new(request: LoggedInRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form, slots = SeriesForm(typed), _slots(typed)
    status = 200
    if request.method == "POST" and "fler" in request.POST:
        # Only more rows: what is typed comes back as it was, and nothing is asked for yet.
        form, slots = (
            SeriesForm(initial=_as_typed(request.POST)),
            _slots(_with_more(request.POST), check=False),
        )
        _focus_first_new(slots, after=_total(request.POST))
    elif request.method == "POST":
        status = 422
        if form.is_valid() & slots.is_valid():
            made: list[MeetingSeries] = []
            status = attempt(form, lambda: made.append(_create(request, form, slots)))
            if made:
                messages.success(request, "Serien är sparad. Dess möten är utkast tills ni publicerar dem.")
                return redirect("calls:officer_series", series_pk=made[0].pk)
    context = {"form": form, "slots": slots, "parts": [form, slots]}
    return render(request, "calls/officer_series_new.html", context, status=status)


def _create(request: LoggedInRequest, form: SeriesForm, slots: Any) -> MeetingSeries:
    wanted = form.cleaned_data
    return services.create_series(
        title=wanted["title"],
        text=wanted["text"],
        slots=[slot.content(wanted) for slot in slots if slot.has_changed()],
        actor=request.user,
    )


def _slots(typed: QueryDict | None, *, check: bool = True) -> Any:
    """The rows, as typed or empty; with ``check`` off they show what was typed and no faults."""
    options: dict[str, Any] = {
        "prefix": "slot",
        "form_kwargs": {"areas": area_choices(), "whole_day": bool(typed and typed.get("save_the_date"))},
    }
    if typed is None or not check:
        count = FIRST_SLOTS
        initial: list[dict[str, Any]] = [{} for _ in range(count)]
        if typed is not None:
            names = list(SlotFormSet.form.base_fields)
            total = _total(typed)
            initial = [
                {name: typed.get(f"slot-{number}-{name}", "") for name in names} for number in range(total)
            ]
        return _unbound(initial, options)
    return SlotFormSet(typed, **options)


def _unbound(rows: list[dict[str, Any]], options: dict[str, Any]) -> Any:
    slots = SlotFormSet(**options)
    slots.extra = len(rows)
    for form, row in zip(slots.forms, rows, strict=True):
        form.initial = row
    return slots


def _total(typed: QueryDict) -> int:
    number = read_whole(typed.get("slot-TOTAL_FORMS"), digits=3)
    return FIRST_SLOTS if number is None else min(number, 30)


def _with_more(typed: QueryDict) -> QueryDict:
    more = typed.copy()
    more["slot-TOTAL_FORMS"] = str(min(_total(typed) + MORE_SLOTS, 30))
    return more


def _focus_first_new(slots: Any, *, after: int) -> None:
    """Whoever asked for more rows goes on in the first of them, not at the top of a long page."""
    for slot in slots.forms[after : after + 1]:
        slot.fields["area"].widget.attrs["autofocus"] = True


def _as_typed(typed: QueryDict) -> dict[str, Any]:
    return {name: typed.get(name, "") for name in SeriesForm.base_fields}


# --- One series -------------------------------------------------------------------------------------------
@arranger
@page_or_form
def series_detail(request: LoggedInRequest, series_pk: int) -> HttpResponse:
    series = get_object_or_404(MeetingSeries, pk=series_pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    saved = {"title": series.title, "text": series.text}
    form = InvitationForm(typed, initial=saved)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seen = (request.POST.get("seen_title", ""), request.POST.get("seen_text", ""))
            status = attempt(
                form,
                lambda: services.change_series(
                    series_id=series_pk,
                    title=form.cleaned_data["title"],
                    text=form.cleaned_data["text"],
                    seen=(seen[0], seen[1].replace("\r\n", "\n")),
                    actor=request.user,
                ),
            )
            if status == 200:
                messages.success(request, "Inbjudan är sparad.")
                return redirect("calls:officer_series", series_pk=series_pk)
    slots = list(slots_of(series))
    context = {
        "series": series,
        "form": form,
        "slots": slots,
        "drafts": sum(slot.status == "draft" for slot in slots),
        "conflict": status == 409,
    }
    return render(request, "calls/officer_series_detail.html", context, status=status)


@arranger
@require_POST
def series_publish(request: LoggedInRequest, series_pk: int) -> HttpResponse:
    get_object_or_404(MeetingSeries, pk=series_pk)
    took(
        request,
        lambda: services.publish_series(series_id=series_pk, actor=request.user),
        lambda meetings: (
            "1 möte är publicerat." if len(meetings) == 1 else f"{len(meetings)} möten är publicerade."
        ),
    )
    return redirect("calls:officer_series", series_pk=series_pk)


@arranger
@page_or_form
def series_delete(request: LoggedInRequest, series_pk: int) -> HttpResponse:
    series = get_object_or_404(MeetingSeries, pk=series_pk)
    if request.method == "POST":
        try:
            services.delete_series(series_id=series_pk, actor=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
            return redirect("calls:officer_series", series_pk=series_pk)
        messages.success(request, f"Serien ”{series.title}” är borttagen.")
        return redirect("calls:officer_series_list")
    return render(request, "calls/officer_series_delete.html", {"series": series})
