"""The assessors' pages: what is assigned to them, and scoring."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import masking, queries, rules, services
from applications.documents import read_sent, sent_file
from applications.enums import AssessmentStatus
from applications.forms import AssessmentForm, ReasonForm
from applications.impartiality import Access, Recused, access_of
from applications.listed import listed_of
from applications.models import Application, Assessment, Assignment
from applications.results import results_of
from applications.scoring import total_so_far, weighted_total
from applications.supplements import shown_supplements
from applications.views.door import stop
from applications.views.writer import written_by_another
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.quarantine import read_states
from s3portal.common.text import read_whole
from s3portal.diary.models import RecordFile

PER_PAGE = 25
HAND_IN = "lamna"
AUTOSAVED = "autosparat"


@require_safe
def my_assessments(request: LoggedInRequest) -> HttpResponse:
    """What is assigned to this person, with last day and how far it has come."""
    if not rules.may_assess(request.user):
        raise PermissionDenied
    page = Paginator(queries.my_assignments(request.user), PER_PAGE).get_page(request.GET.get("page"))
    own = queries.own_statuses(request.user, [one.application_id for one in page])
    listed = listed_of(one.application for one in page)
    rows = [
        _row(one, own.get(one.application_id)) | {"party": listed[one.application_id].party} for one in page
    ]
    context = {"page": page, "rows": rows}
    return render(request, "applications/my_assessments.html", context)


def _row(assignment: Assignment, status: str | None) -> dict[str, Any]:
    waits = assignment.application.is_open and status in (None, AssessmentStatus.DRAFT)
    left = (assignment.due_on - timezone.localdate()).days
    color, icon, label = _STATES[status if assignment.application.is_open or status else "closed"]
    return {
        "assignment": assignment,
        "color": color,
        "icon": icon,
        "label": label,
        "late": waits and left < 0,
        "soon": waits and 0 <= left <= 3,
    }


_STATES: dict[str | None, tuple[str, str, str]] = {
    None: ("neutral", "penna", "Inte påbörjad"),
    AssessmentStatus.DRAFT.value: ("warning", "klocka", "Påbörjad"),
    AssessmentStatus.SUBMITTED.value: ("success", "bock-ring", "Lämnad"),
    AssessmentStatus.ABSTAINED.value: ("neutral", "pil-bak", "Du avstod"),
    AssessmentStatus.RECUSED.value: ("danger", "las", "Jäv"),
    "closed": ("neutral", "las", "Ärendet är avgjort"),
}


@dataclass(frozen=True)
class _Desk:
    """What lies before who assesses: the application, and their own assignment and assessment if any."""

    application: Application
    assignment: Assignment | None
    own: Assessment | None


# --- One application --------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """One's own assessment beside the application; when it is in, and for who has none, everybody's."""
    desk = _desk(request, pk)
    stopped = stop(request, desk.application)
    if stopped is not None:
        return stopped
    if request.method == "POST":
        if desk.assignment is None:
            raise PermissionDenied
        return _save(request, desk)
    services.note_opening(application=desk.application, actor=request.user)
    kept = take_kept_text(request)
    form = _form(desk, kept)
    if kept is not None:
        messages.info(request, "Här är det du skrev innan du loggades ut. Det är inte sparat än.")
        form.is_valid()
    return _page(request, desk, form=form)


@require_POST
def abstain(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    desk = _desk(request, pk)
    stopped = stop(request, desk.application)
    if stopped is not None:
        return stopped
    if desk.assignment is None:
        raise PermissionDenied
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            services.abstain(application_id=pk, actor=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Du har avstått från att bedöma ansökan.")
            return redirect("applications:assessment", pk=pk)
    return _page(request, desk, form=_form(desk), abstain_form=form)


@require_POST
def reopen(request: LoggedInRequest, pk: int, assessment_pk: int) -> HttpResponseBase:
    desk = _desk(request, pk)
    stopped = stop(request, desk.application)
    if stopped is not None:
        return stopped
    if not rules.may_handle(request.user):
        raise PermissionDenied
    found = get_object_or_404(desk.application.assessments.select_related("assessor"), pk=assessment_pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.reopen_assessment(assessment_id=found.pk, actor=request.user, reason=reason)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, f"{found.assessor} kan ändra sin bedömning och lämna den igen.")
            return redirect("applications:assessment", pk=pk)
    return _page(request, desk, form=_form(desk), reopen_form=form)


@require_safe
def file(request: LoggedInRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the application, for who is to assess it."""
    desk = _desk(request, pk)
    stopped = stop(request, desk.application)
    if stopped is not None:
        return stopped
    content = read_sent(sent_file(desk.application))
    found = next((one for one in _files(request, desk, content) if one.pk == file_pk), None)
    if found is None:
        raise Http404("Filen finns inte, eller är märkt som affärshemlighet.")
    services.note_opening(application=desk.application, actor=request.user)
    return frozen_response(found, as_attachment=found.content_type != "application/pdf")


# --- Parts ------------------------------------------------------------------------------------------------
def _desk(request: LoggedInRequest, pk: int) -> _Desk:
    """404 for an assessor who has not been given the application; Recused for who gave it back because of
    jäv."""
    user = request.user
    reads_all = rules.may_read_received(user)
    if not (reads_all or rules.may_assess(user)):
        raise PermissionDenied
    application = get_object_or_404(queries.received_application(pk))
    assignment = application.assignments.of(user).first()
    if assignment is None and not reads_all:
        if access_of(user, application) is Access.BARRED:
            raise Recused(application)
        raise Http404("Du har ingen tilldelad ansökan med det numret.")
    own = application.assessments.with_scores().filter(assessor=user).first()
    return _Desk(application, assignment, own)


def _form(desk: _Desk, data: QueryDict | None = None, *, whole: bool = False) -> AssessmentForm:
    criteria = list(desk.application.call.criteria.order_by("order"))
    return AssessmentForm(data, criteria=criteria, assessment=desk.own, whole=whole)


def _save(request: LoggedInRequest, desk: _Desk) -> HttpResponse:
    # htmx sends the button that was pressed last with what it saves by itself; only the button's own request
    # hands in.
    handing_in = HAND_IN in request.POST and not _is_autosave(request)
    form = _form(desk, request.POST, whole=handing_in)
    if not form.is_valid():
        return _not_saved(request, desk, form, Refusal("det finns uppgifter att rätta."))
    if refused := written_by_another(request):
        return _not_saved(request, desk, form, refused)
    work = services.submit_assessment if handing_in else services.save_assessment
    try:
        saved = work(
            application_id=desk.application.pk,
            actor=request.user,
            expected_version=_version(request),
            content=form.content(),
        )
    except Refusal as refusal:
        return _not_saved(request, desk, form, refusal)
    if _is_autosave(request):
        context = {"version": saved.version, "total": _total(form)}
        return render(request, "applications/_assessment_saved.html", context)
    said = "Din bedömning är lämnad." if handing_in else "Bedömningen är sparad. Den är inte lämnad än."
    messages.success(request, said)
    return redirect("applications:assessment", pk=desk.application.pk)


def _not_saved(request: LoggedInRequest, desk: _Desk, form: AssessmentForm, refusal: Refusal) -> HttpResponse:
    """What is typed stays on the page. After a conflict the page has the latest version: saving it again is
    then done knowingly."""
    status = 409 if isinstance(refusal, Conflict) else 422
    if _is_autosave(request):
        response = render(request, "applications/_assessment_unsaved.html", {"form": form}, status=status)
    else:
        if not form.errors:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        response = _page(request, desk, form=form, status=status)
    response.headers["HX-S3-Message"] = quote(refusal.message)
    return response


def _version(request: LoggedInRequest) -> int:
    version = read_whole(request.POST.get("version"), digits=9)
    return -1 if version is None else version


def _is_autosave(request: LoggedInRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Target") == AUTOSAVED


def _total(form: AssessmentForm) -> dict[str, Any]:
    """Of what is chosen: the total when all criteria have points, else so far."""
    points = form.points()
    whole = weighted_total(form.criteria, points)
    return {
        "value": whole if whole is not None else total_so_far(form.criteria, points),
        "whole": whole is not None,
        "given": sum(one is not None for one in points.values()),
        "of": len(form.criteria),
    }


def _files(request: LoggedInRequest, desk: _Desk, content: dict[str, Any]) -> list[RecordFile]:
    record = desk.application.standing_record_id
    files = read_states(RecordFile.objects.filter(record=record).order_by("pk"))
    allowed = not _secrets_hidden(request, desk)
    return masking.files_shown(content, files, allow_trade_secrets=allowed)


def _secrets_hidden(request: LoggedInRequest, desk: _Desk) -> bool:
    if rules.may_read_received(request.user):
        return False
    return desk.assignment is None or not desk.assignment.allow_trade_secrets


def _page(
    request: LoggedInRequest,
    desk: _Desk,
    *,
    form: AssessmentForm,
    abstain_form: ReasonForm | None = None,
    reopen_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, application, assignment, own = request.user, desk.application, desk.assignment, desk.own
    content = read_sent(sent_file(application))
    secrets_hidden = _secrets_hidden(request, desk)
    own_is_in = own is not None and own.status in AssessmentStatus.own_is_in()
    writes = assignment is not None and application.is_open and (own is None or own.is_draft)
    context: dict[str, Any] = {
        "application": application,
        "assignment": assignment,
        "own": own,
        "own_is_in": own_is_in,
        "writes": writes,
        "form": form,
        "saved_at": own.updated_at if own is not None else None,
        "version": own.version if own is not None else 0,
        "total": _total(form),
        "content": masking.masked(content) if secrets_hidden else content,
        "hidden": secrets_hidden and masking.has_secrets(content),
        "files": _files(request, desk, content),
        "supplements": shown_supplements(application, hide_secrets=secrets_hidden),
        "changed_at": application.content_changed_at,
        "results": results_of(application) if own_is_in or assignment is None else None,
        "reader": rules.may_read_received(user),
        "may_reopen": rules.may_handle(user) and application.is_open,
        "abstain_form": abstain_form or ReasonForm(),
        "reopen_form": reopen_form or ReasonForm(),
        "wrong": [one for one in (abstain_form, reopen_form) if one is not None],
    }
    if status == 200 and (context["wrong"] or form.errors):
        status = 422
    return render(request, "applications/assessment.html", context, status=status)
