"""Calls, areas and meetings as everyone sees them."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calls.forms.search import CallSearchForm, MeetingSearchForm
from calls.models import StrengthArea
from calls.queries.filters import public_calls
from calls.queries.meetings import by_series, meeting_lists
from calls.queries.shown import area_page, call_page_context, public_call_pages
from calls.structured import call_structured

CALLS_PER_PAGE = 10
MEETINGS_PER_PAGE = 20


@login_not_required
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    form = CallSearchForm(request.GET)
    wanted = form.wanted()
    lists = public_calls(wanted)
    page = Paginator(lists.paged, CALLS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "wanted": wanted,
        "lists": lists,
        "page": page,
        "found": bool(lists.open or lists.coming or page),
    }
    return render(request, "calls/call_list.html", context)


@login_not_required
@require_safe
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(public_call_pages(), slug=slug)
    context = call_page_context(call, page=request.GET.get("page"))
    return render(request, "calls/call_detail.html", context | {"structured": call_structured(call)})


@login_not_required
@require_safe
def area_list(request: HttpRequest) -> HttpResponse:
    areas = StrengthArea.objects.select_related("strategy").order_by("-strategy__first_year", "order", "name")
    return render(request, "calls/area_list.html", {"areas": areas})


@login_not_required
@require_safe
def area_detail(request: HttpRequest, slug: str) -> HttpResponse:
    area = get_object_or_404(StrengthArea.objects.select_related("strategy"), slug=slug)
    return render(request, "calls/area_detail.html", {"area": area, "page": area_page(area)})


@login_not_required
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    form = MeetingSearchForm(request.GET)
    wanted = form.wanted()
    lists = meeting_lists(wanted)
    page = Paginator(lists.paged, MEETINGS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "wanted": wanted,
        "lists": lists,
        "coming": by_series(lists.coming),
        "paged": by_series(list(page)),
        "page": page,
    }
    return render(request, "calls/meeting_list.html", context)
