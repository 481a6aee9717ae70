"""/handlaggning/ansokningar/oppet-for/: doors that are open for one applicant after a call has closed."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import services
from applications.forms import DoorForm
from applications.models import DoorOpening
from applications.rules import may_handle
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.swedish import STOCKHOLM

PER_PAGE = 25


@requires(may_handle)
@require_safe
def door_list(request: LoggedInRequest) -> HttpResponse:
    doors = DoorOpening.objects.select_related("call", "organisation", "opened_by", "closed_by")
    page = Paginator(doors.order_by("-opened_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "applications/door_list.html", {"page": page, "now": timezone.now()})


@requires(may_handle)
@require_http_methods(["GET", "HEAD", "POST"])
def door_new(request: LoggedInRequest) -> HttpResponse:
    form = DoorForm(request.POST if request.method == "POST" else take_kept_text(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = datetime.combine(data["until_on"], data["until_at"].replace(second=59), STOCKHOLM)
        try:
            door = services.open_door_for(
                call_id=data["call"].pk,
                organisation_id=data["organisation"].pk,
                actor=request.user,
                reason=data["reason"],
                open_until=until,
            )
        except Refusal as refusal:
            form.add_error("until_on" if refusal.field == "open_until" else refusal.field, refusal.message)
        else:
            messages.success(request, f"Utlysningen är öppen för {door.organisation}. Vi har mejlat dem.")
            return redirect("applications:door_list")
    return render(request, "applications/door_new.html", {"form": form}, status=422 if form.errors else 200)


@requires(may_handle)
@require_POST
def door_close(request: LoggedInRequest, pk: int) -> HttpResponse:
    door = get_object_or_404(DoorOpening, pk=pk)
    took(
        request,
        lambda: services.close_door(door_id=door.pk, actor=request.user),
        "Utlysningen är stängd igen.",
    )
    return redirect("applications:door_list")
