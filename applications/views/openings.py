"""/handlaggning/oppnade/: who has opened what applicants sent."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applications import rules
from applications.forms import OpeningsForm
from applications.queries import openings as opened
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.audit.models import Event
from s3portal.common.paging import MOST_COUNTED, BoundedPaginator

PER_PAGE = 50


@require_safe
@requires(rules.may_see_openings)
def openings(request: LoggedInRequest) -> HttpResponse:
    form = OpeningsForm(request.GET, people=opened.people_who_open())
    found = opened.openings(form.wanted()) if form.is_valid() else Event.objects.none()
    page = BoundedPaginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": opened.with_cases(list(page)),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "most": MOST_COUNTED,
    }
    return render(request, "applications/openings.html", context)
