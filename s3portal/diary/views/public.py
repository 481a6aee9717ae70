"""/diarium/: what everyone may know of the region's cases (OSL 5:2). Titles and dates, never files."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from s3portal.common.found import FoundPaginator
from s3portal.common.paging import MOST_COUNTED
from s3portal.diary import queries
from s3portal.diary.finding import Wanted, every_case, public_cases, records_found
from s3portal.diary.forms import PublicCaseFilterForm
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Case, Record

PER_PAGE = 50


@login_not_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    form = PublicCaseFilterForm(request.GET)
    wanted = form.wanted()
    paginator = _paginator(wanted)
    page = paginator.get_page(request.GET.get("page"))
    keys = list(page.object_list)
    records = {} if wanted is None else records_found(keys, wanted)
    cases = Case.objects.filter(pk__in=keys).defer("search").in_bulk() if keys else {}
    context = {
        "page": page,
        "rows": [_row(cases[key], records.get(key, [])) for key in keys],
        "form": form,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "more": isinstance(paginator, FoundPaginator) and paginator.total.more,
        "most": MOST_COUNTED,
    }
    return render(request, "diary/public_list.html", context)


def _paginator(wanted: Wanted | None) -> "Paginator[int]":
    """Of the cases' keys. What is searched for by words is counted no further than anybody reads; all the
    rest can be browsed to the end."""
    if wanted is None:
        return Paginator([], PER_PAGE)
    if wanted.text:
        return FoundPaginator(public_cases(wanted), PER_PAGE, MOST_COUNTED)
    return Paginator(every_case(wanted).values_list("pk", flat=True), PER_PAGE)


def _row(case: Case, records: list[Record]) -> dict[str, Any]:
    """The records are of a matter where nothing is marked; should the case say otherwise, it hides them."""
    told = [{"record": record, "title": case.hide(record.title)} for record in records]
    return {"case": case, "records": told}


@login_not_required
@require_safe
def case_detail(request: HttpRequest, slug: str) -> HttpResponse:
    case = queries.case_by_slug(slug)
    if case is None:
        raise Http404("Ärendet finns inte i diariet.")
    if case.slug != slug:
        return redirect("diary:public_detail", slug=case.slug, permanent=True)
    context = {
        "case": case,
        "title": case.public_title,
        "records": queries.public_records(case),
        "merger": merger_of(case),
        "taken_over": queries.public_merged(case),
    }
    return render(request, "diary/public_detail.html", context)
