"""Calls, areas and meetings as everyone sees them."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from calls.enums import CallPhase
from calls.forms.search import CallSearchForm
from calls.models import StrengthArea
from calls.queries.shown import (
    area_page,
    by_series,
    call_facts,
    call_timeline,
    public_call_pages,
    public_calls,
    public_meetings,
)

CLOSED_PER_PAGE = 10
MEETINGS_PER_PAGE = 20


@login_not_required
def call_list(request: HttpRequest) -> HttpResponse:
    form = CallSearchForm(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    lists = public_calls(text=text)
    page = Paginator(lists.closed, CLOSED_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "calls/call_list.html",
        {
            "form": form,
            "text": text,
            "lists": lists,
            "page": page,
            "found": bool(lists.open or lists.coming or page),
        },
    )


@login_not_required
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(public_call_pages(), slug=slug)
    # One moment for the whole page: it must not say open in one place and closed in another.
    now = timezone.now()
    phase = call.phase(now=now)
    return render(
        request,
        "calls/call_detail.html",
        {
            "call": call,
            "now": now,
            "phase": phase,
            "is_open": phase == CallPhase.OPEN,
            "is_coming": phase == CallPhase.COMING,
            "facts": call_facts(call, now=now),
            "steps": call_timeline(call, now=now),
        },
    )


@login_not_required
def area_list(request: HttpRequest) -> HttpResponse:
    areas = StrengthArea.objects.select_related("strategy").order_by("-strategy__first_year", "order", "name")
    return render(request, "calls/area_list.html", {"areas": areas})


@login_not_required
def area_detail(request: HttpRequest, slug: str) -> HttpResponse:
    area = get_object_or_404(StrengthArea.objects.select_related("strategy"), slug=slug)
    return render(request, "calls/area_detail.html", {"area": area, "page": area_page(area)})


@login_not_required
def meeting_list(request: HttpRequest) -> HttpResponse:
    meetings = public_meetings()
    page = Paginator(meetings.past(), MEETINGS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"coming": by_series(list(meetings.coming())), "past": by_series(list(page)), "page": page}
    return render(request, "calls/meeting_list.html", context)
