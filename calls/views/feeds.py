"""Calls and meetings for other programs: feeds, open data and calendars. None of it needs an account."""

import hashlib
import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import conditional_page, require_safe

from calls.calendars import area_calendar, call_calendar, meetings_calendar
from calls.feeds import AtomCalls, RssCalls
from calls.models import StrengthArea
from calls.open_data import open_data
from calls.queries.published import open_calls
from calls.queries.shown import public_call_pages

_CHANGES_BY_ITSELF = re.compile(rb"^DTSTAMP[^\r\n]*\r\n", re.MULTILINE)
MINUTES = 5


def _for_all(response: HttpResponseBase) -> HttpResponseBase:
    """May be kept a while by anyone, and read by scripts on other sites: it is the same for everybody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = f"public, max-age={MINUTES * 60}"
    return response


@login_not_required
@require_safe
@conditional_page
def atom(request: HttpRequest) -> HttpResponseBase:
    return _for_all(AtomCalls()(request))


@login_not_required
@require_safe
@conditional_page
def rss(request: HttpRequest) -> HttpResponseBase:
    return _for_all(RssCalls()(request))


@login_not_required
@require_safe
@conditional_page
def open_json(request: HttpRequest) -> HttpResponseBase:
    content = open_data(list(open_calls()))
    return _for_all(JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}))


@login_not_required
@require_safe
def calendar_of_call(request: HttpRequest, slug: str) -> HttpResponseBase:
    call = get_object_or_404(public_call_pages(), slug=slug)
    return _calendar(request, call_calendar(call), f"utlysning-{slug}")


@login_not_required
@require_safe
def calendar_of_area(request: HttpRequest, slug: str) -> HttpResponseBase:
    area = get_object_or_404(StrengthArea, slug=slug)
    return _calendar(request, area_calendar(area), f"styrkeomrade-{slug}")


@login_not_required
@require_safe
def calendar_of_meetings(request: HttpRequest) -> HttpResponseBase:
    return _calendar(request, meetings_calendar(), "moten")


def _calendar(request: HttpRequest, content: bytes, name: str) -> HttpResponseBase:
    """A calendar that is sent again only when something in it is new: the time it was made does not count."""
    digest = hashlib.sha256(_CHANGES_BY_ITSELF.sub(b"", content)).hexdigest()
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    response.headers["ETag"] = f'W/"{digest[:32]}"'
    _for_all(response)
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
