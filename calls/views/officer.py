"""Calls as the region's own people see them."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from calls.queries.shown import all_calls
from calls.rules import may_see_all_calls
from s3portal.accounts.http import LoggedInRequest

CALLS_PER_PAGE = 25


def call_list(request: LoggedInRequest) -> HttpResponse:
    if not may_see_all_calls(request.user):
        raise PermissionDenied
    page = Paginator(all_calls(), CALLS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "calls/officer_list.html", {"page": page})
