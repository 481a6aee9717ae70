"""/handlaggning/diarium/<ärende>/sekretess/: what in a case is marked as secret, set and lifted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal
from s3portal.diary import queries, rules, services
from s3portal.diary.models import Case, SecrecyMark
from s3portal.diary.secrecy_forms import LiftForm, MarkForm
from s3portal.diary.views.keeping import asks_first, typed

PER_PAGE = 50


@requires(rules.may_see_cases)
@require_safe
def mark_list(request: LoggedInRequest) -> HttpResponse:
    """Standing marks in all cases, those whose time is out first."""
    page = Paginator(queries.standing_marks(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "today": timezone.localdate()}
    return render(request, "diary/secrecy_list.html", context)


@requires(rules.may_see_cases)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def case_marks(request: LoggedInRequest, case: Case) -> HttpResponse:
    may_mark = rules.may_mark(request.user, case)
    if request.method == "POST" and not may_mark:
        raise PermissionDenied
    form = MarkForm(typed(request), case=case) if may_mark else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            mark = services.set_mark(actor=request.user, case_id=case.pk, **form.content())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"Märkt som hemligt: {mark.what}.")
            if form.protects_title:
                messages.success(request, "Ärendets rubrik är också skyddad.")
            return redirect("diary:staff_secrecy", pk=case.pk)
    marks = list(queries.marks_of(case))
    if request.method != "POST" and any(mark.lifted is None for mark in marks):
        services.log_protected_read(actor=request.user, case=case, what="ärendets sekretessmarkeringar")
    context = {"case": case, "marks": marks, "form": form}
    failed = form is not None and bool(form.errors)
    return render(request, "diary/secrecy.html", context, status=422 if failed else 200)


@requires(rules.may_see_cases)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def mark_lift(request: LoggedInRequest, case: Case, mark_pk: int) -> HttpResponse:
    marks = SecrecyMark.objects.select_related("record", "file", "lift")
    mark = get_object_or_404(marks, pk=mark_pk, case=case)
    if not rules.may_mark(request.user, case):
        raise PermissionDenied
    form = LiftForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.lift_mark(actor=request.user, mark_id=mark.pk, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Markeringen är hävd.")
            return redirect("diary:staff_secrecy", pk=case.pk)
    context = {"case": case, "mark": mark, "form": form}
    return render(request, "diary/secrecy_lift.html", context, status=422 if form.errors else 200)
