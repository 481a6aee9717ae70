"""/diarium/: what everyone may know of the region's cases (OSL 5:2). Titles and dates, never files."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from s3portal.diary import queries
from s3portal.diary.forms import CaseFilterForm
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Case

PER_PAGE = 50


@login_not_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    form = CaseFilterForm(request.GET)
    if form.is_valid():
        wanted = form.cleaned_data
        cases = queries.cases(text=wanted["q"], year=wanted["year"], status=wanted["status"])
    else:
        cases = Case.objects.none()
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    filtered = any(request.GET.get(name) for name in form.fields)
    return render(request, "diary/public_list.html", {"page": page, "form": form, "filtered": filtered})


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
