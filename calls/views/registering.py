"""A meeting's own page and taking part in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from calls.ics import meeting_ics
from calls.queries.shown import meeting_facts, public_meetings


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
