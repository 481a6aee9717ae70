"""/handlaggning/diarium/: the cases with their files, for those who handle them."""

from typing import cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from s3portal.accounts.http import requires
from s3portal.accounts.models import User
from s3portal.common.downloads import frozen_response
from s3portal.common.steps import took
from s3portal.diary import queries, rules, services
from s3portal.diary.enums import CaseStatus
from s3portal.diary.forms import AssignForm, StaffCaseFilterForm
from s3portal.diary.guards import first_stop
from s3portal.diary.merging import merger_of, mergers_into
from s3portal.diary.models import Case, RecordFile, SecrecyMark

PER_PAGE = 50
TABS = [
    ("mina", "Mina", "mine"),
    ("", "Alla", ""),
    ("oppna", "Pågående", "open"),
    ("utan", "Utan handläggare", "nobody"),
]
case_staff = requires(rules.may_see_cases)


def _chosen(cases: QuerySet[Case], tab: str, user: User) -> QuerySet[Case]:
    if tab == "mina":
        return cases.filter(status=CaseStatus.OPEN, officer=user)
    if tab == "utan":
        return cases.filter(status=CaseStatus.OPEN, officer__isnull=True)
    return cases.filter(status=CaseStatus.OPEN) if tab == "oppna" else cases


@case_staff
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    user, tab = cast(User, request.user), request.GET.get("urval", "")
    form = StaffCaseFilterForm(request.GET)
    found: QuerySet[Case] = Case.objects.none()
    if form.is_valid():
        wanted = form.cleaned_data
        found = queries.cases(text=wanted["q"], year=wanted["year"], status=wanted["status"])
    page = Paginator(_chosen(found.select_related("officer"), tab, user), PER_PAGE).get_page(
        request.GET.get("page")
    )
    counts, address = queries.counts_by_owner(user), reverse("diary:staff_list")
    tabs = [
        {"label": label, "url": f"{address}?urval={key}" if key else address, "count": counts.get(count),
         "current": key == tab}
        for key, label, count in TABS
    ]  # fmt: skip
    context = {
        "page": page,
        "form": form,
        "tabs": tabs,
        "user_id": user.pk,
        "may_register": rules.may_register(user),
        "may_see_trail": rules.may_see_trail(user),
        "may_archive": rules.may_correct(user),
    }
    return render(request, "diary/staff_list.html", context)


@case_staff
@require_safe
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The case in full. That somebody has read what is marked in it is noted: the one write of this GET."""
    case = get_object_or_404(Case.objects.select_related("officer"), pk=pk)
    shown = [case, *(merger.merged for merger in mergers_into(case))]
    marked = set(SecrecyMark.objects.standing().filter(case__in=shown).values_list("case", flat=True))
    for one in shown:
        if one.pk in marked:
            services.log_protected_read(actor=cast(User, request.user), case=one)
    return _show(request, case, AssignForm(initial={"officer": case.officer_id}))


def _show(request: HttpRequest, case: Case, form: AssignForm, status: int = 200) -> HttpResponse:
    context = {
        "case": case,
        "records": queries.records_with_files(case),
        "merger": merger_of(case),
        "taken_over": queries.merged_with_files(case),
        "steps": queries.steps_of(case),
        "marks": [mark for mark in queries.marks_of(case) if mark.lifted is None],
        "form": form if rules.may_assign_case(request.user) else None,
        "may_see_trail": rules.may_see_trail(request.user),
        "may_register": rules.may_register(request.user),
        "may_correct": rules.may_correct(request.user),
        "may_mark": rules.may_mark(request.user, case),
    }
    return render(request, "diary/staff_detail.html", context, status=status)


@requires(rules.may_assign_case)
@require_POST
def case_assign(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(Case.objects.select_related("officer"), pk=pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return _show(request, case, form, status=422)
    officer = form.cleaned_data["officer"]
    took(
        request,
        lambda: services.assign_case(actor=cast(User, request.user), case=case, officer=officer),
        f"{case} har nu handläggaren {officer}.",
    )
    return redirect("diary:staff_detail", pk=pk)


@case_staff
@require_safe
def file_open(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse | FileResponse:
    file = get_object_or_404(
        RecordFile.objects.select_related("record__case"), pk=file_pk, record__case_id=pk
    )
    place = first_stop(cast(User, request.user), file.record.case)
    if place:
        return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
    response = frozen_response(file)
    services.log_file_opened(actor=cast(User, request.user), file=file)
    return response
