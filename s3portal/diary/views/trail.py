"""/handlaggning/diarium/<ärende>/logg/: who did what in a case."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.audit.chain import stalled_since
from s3portal.common.paging import MOST_COUNTED, BoundedPaginator
from s3portal.diary import rules, trails
from s3portal.diary.guards import first_stop
from s3portal.diary.models import Case

PER_PAGE = 50


@requires(rules.may_see_trail)
@require_safe
def case_trail(request: LoggedInRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case, pk=pk)
    place = first_stop(request.user, case)
    if place:
        return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
    page = BoundedPaginator(trails.events_of(case), PER_PAGE).get_page(request.GET.get("page"))
    rows = trails.lines(list(page))
    context = {
        "case": case,
        "page": page,
        "rows": rows,
        "stalled": stalled_since(),
        "altered": [row for row in rows if not row.unchanged],
        "most": MOST_COUNTED,
    }
    return render(request, "diary/trail.html", context)
