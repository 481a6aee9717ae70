"""Bedömare: who assesses an application, and giving many of a call's at once."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from applications import queries, rules, services
from applications.forms import AssignForm, AssignmentForm, BulkAssignForm
from applications.impartiality import Recused
from applications.listed import listed_of
from applications.models import Application
from applications.services.assigning import Assigned
from applications.services.days import proposed_day
from applications.views.loading import received_for_staff
from calls.models import Call
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal
from s3portal.common.steps import took

PER_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def assessors(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Who assesses one application, and a form to give it to more. Nothing of its content is shown."""
    application = _application(request, pk)
    people = queries.assessors_left(application)
    form = AssignForm(request.POST or None, people=people, initial={"due_on": proposed_day()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.assign_assessors(
                application_ids=[pk],
                actor=request.user,
                assessors=list(form.cleaned_data["assessors"]),
                due_on=form.cleaned_data["due_on"],
                allow_trade_secrets=form.cleaned_data["allow_trade_secrets"],
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            _tell(request, made)
            return redirect("applications:assessors", pk=pk)
    return _page(request, application, form)


@require_POST
def change(request: LoggedInRequest, pk: int, assignment_pk: int) -> HttpResponse:
    application = _application(request, pk)
    assignment = get_object_or_404(application.assignments, pk=assignment_pk)
    form = AssignmentForm(request.POST, prefix=f"uppdrag-{assignment_pk}")
    if form.is_valid():
        try:
            services.change_assignment(assignment_id=assignment.pk, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Uppdraget är ändrat.")
            return redirect("applications:assessors", pk=pk)
    people = queries.assessors_left(application)
    return _page(request, application, AssignForm(people=people), changed=(assignment_pk, form))


@require_POST
def end(request: LoggedInRequest, pk: int, assignment_pk: int) -> HttpResponse:
    application = _application(request, pk)
    assignment = get_object_or_404(application.assignments.select_related("assessor"), pk=assignment_pk)
    took(
        request,
        lambda: services.end_assignment(assignment_id=assignment.pk, actor=request.user),
        f"{assignment.assessor} bedömer inte längre ansökan.",
    )
    return redirect("applications:assessors", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(rules.may_handle)
def of_call(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Give several of a call's applications to several assessors at once."""
    call = get_object_or_404(Call.objects.public(), pk=pk)
    page = Paginator(queries.open_of_call(call), PER_PAGE).get_page(request.GET.get("page"))
    shown = Application.objects.filter(pk__in=[one.pk for one in page])
    form = BulkAssignForm(
        request.POST or None,
        people=queries.assessors(),
        applications=shown,
        initial={"due_on": proposed_day()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.assign_assessors(
                application_ids=[one.pk for one in form.cleaned_data["applications"]],
                actor=request.user,
                assessors=list(form.cleaned_data["assessors"]),
                due_on=form.cleaned_data["due_on"],
                allow_trade_secrets=form.cleaned_data["allow_trade_secrets"],
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            _tell(request, made)
            return redirect(request.get_full_path())
    chosen = set(form.data.getlist("applications")) if form.is_bound else set()  # type: ignore[attr-defined]
    context = {
        "call": call,
        "page": page,
        "rows": [
            {
                "application": listed.application,
                "listed": listed,
                "chosen": str(listed.application.pk) in chosen,
            }
            for listed in listed_of(page).values()
        ],
        "form": form,
    }
    return render(request, "applications/assessors_of_call.html", context, status=422 if form.errors else 200)


# --- Parts ------------------------------------------------------------------------------------------------
def _application(request: LoggedInRequest, pk: int) -> Application:
    if not rules.may_handle(request.user):
        raise PermissionDenied
    application = received_for_staff(request, pk, to_handle=True)
    if not rules.may_take_part(request.user, application):
        raise Recused(application)
    return application


def _tell(request: LoggedInRequest, made: Assigned) -> None:
    count = len(made.made)
    if count:
        sent = "är utskickat" if count == 1 else "är utskickade"
        messages.success(request, f"{count} uppdrag att bedöma {sent}.")
    if made.already:
        messages.info(request, f"{made.already} fanns redan och är som de var.")
    for application, person in made.recused:
        messages.warning(request, f"{person} har anmält jäv i {application.case} och fick den inte.")


def _page(
    request: LoggedInRequest,
    application: Application,
    form: AssignForm,
    *,
    changed: tuple[int, AssignmentForm] | None = None,
) -> HttpResponse:
    rows = []
    for state in queries.assignments_of(application):
        assignment = state.assignment
        initial = {"due_on": assignment.due_on, "allow_trade_secrets": assignment.allow_trade_secrets}
        own = AssignmentForm(initial=initial, prefix=f"uppdrag-{assignment.pk}")
        if changed is not None and changed[0] == assignment.pk:
            own = changed[1]
        rows.append({"state": state, "form": own})
    context = {
        "application": application,
        "form": form,
        "rows": rows,
        "changed": changed[1] if changed is not None else None,
        "may_assign": application.is_open,
        "nobody_left": not form.fields["assessors"].queryset.exists(),  # type: ignore[attr-defined]
    }
    status_code = 422 if form.errors or (changed is not None and changed[1].errors) else 200
    return render(request, "applications/assessors.html", context, status=status_code)
