"""/handlaggning/ansokningar/: the work list and one application. Drafts are never here."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from applications import queries, rules, services
from applications.documents import read_sent, sent_file
from applications.enums import ApplicationAction
from applications.forms import WorkListForm
from applications.frames import frame_use
from applications.impartiality import recused_people
from applications.models import Application
from applications.queries import Selection
from applications.transitions import allowed
from applications.views.door import asks_first
from applications.views.loading import received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.audit.models import Event
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.diary.forms import AssignForm
from s3portal.diary.models import RecordFile

PER_PAGE = 25
TAB_LABELS = {
    Selection.MINE: "Mina",
    Selection.OPEN: "Alla öppna",
    Selection.UNASSIGNED: "Utan handläggare",
    Selection.CLOSED: "Avslutade",
}
COLUMNS = [("arende", "Ärende"), ("status", "Status"), ("inkommen", "Inkommen"), ("belopp", "Belopp, kr")]


@require_GET
def work_list(request: LoggedInRequest) -> HttpResponse:
    if not rules.may_see_work_list(request.user):
        raise PermissionDenied
    if not rules.may_read_received(request.user):
        return redirect("applications:my_assessments")
    form = WorkListForm(request.GET or None)
    wanted = form.wanted() if form.is_bound else {}
    selection = _selection(wanted)
    rows = queries.work_list(selection=selection, user=request.user, wanted=wanted)
    page = queries.BoundedPaginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    recused = queries.my_recusals(request.user, [application.pk for application in page])
    call = queries.call_of_frame(wanted.get("utlysning"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(application, request, recused) for application in page],
        "tabs": _tabs(request, selection),
        "columns": _columns(request, wanted.get("ordning") or queries.DEFAULT_ORDER),
        "call": call,
        "frame": frame_use(call) if call else None,
        "filtered": any(value for name, value in wanted.items() if name not in {"urval", "ordning"}),
        "most": queries.MOST_COUNTED,
    }
    return render(request, "applications/officer_list.html", context)


def _selection(wanted: dict[str, Any]) -> Selection:
    given = wanted.get("urval")
    return Selection(given) if given in set(Selection) else Selection.OPEN


def _row(application: Application, request: LoggedInRequest, recused: set[int]) -> dict[str, Any]:
    color, icon = queries.status_color(application.status)
    officer = application.case.officer if application.case else None
    return {
        "application": application,
        "color": color,
        "icon": icon,
        "officer": officer,
        "mine": officer is not None and officer == request.user,
        "recused": application.pk in recused,
    }


def _tabs(request: LoggedInRequest, current: Selection) -> list[dict[str, Any]]:
    counted: dict[Selection, queries.BoundedCount] = {
        tab: queries.bounded_count(queries.selected(tab, request.user))
        for tab in Selection
        if tab is not Selection.CLOSED
    }
    return [
        {
            "label": TAB_LABELS[tab],
            "url": f"?{urlencode({'urval': tab.value})}",
            "count": counted.get(tab),
            "current": tab is current,
        }
        for tab in Selection
    ]


def _columns(request: LoggedInRequest, order: str) -> list[dict[str, str]]:
    """Headings that sort: ascending first, the other way when pressed again."""
    columns = []
    for key, label in COLUMNS:
        # "inkommen" runs newest first, which is descending to who reads the column.
        down = key == "inkommen"
        sort = "none"
        if order.removeprefix("-") == key:
            sort = "descending" if order.startswith("-") != down else "ascending"
        query = request.GET.copy()
        query["ordning"] = f"-{key}" if order == key else key
        query.pop("page", None)
        columns.append({"key": key, "label": label, "sort": sort, "url": f"?{query.urlencode()}"})
    return columns


@require_GET
@asks_first(rules.may_read_received)
def detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What was sent, as it was sent; who opens it is logged."""
    application = received_for_staff(request, pk)
    services.note_opening(application=application, actor=request.user)
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    color, icon = queries.status_color(application.status)
    may_handle = rules.may_handle(request.user)
    context = {
        "application": application,
        "content": read_sent(sent_file(application)),
        "records": application.case.records.prefetch_related("files").order_by("number"),
        "events": Event.objects.about("applications.application", application.pk)
        .exclude(action="application_opened")[:20],
        "color": color,
        "icon": icon,
        "assign_form": AssignForm(initial={"officer": application.case.officer_id}) if may_handle else None,
        "may_handle": may_handle,
        "may_assess": may_handle and allowed(application.status, ApplicationAction.ASSESS),
        "may_ask": may_handle and allowed(application.status, ApplicationAction.ASK),
        "supplements": queries.supplements_of(application),
        "recused": recused_people(application),
        "may_decide": may_handle and rules.may_be_decided(application),
    }  # fmt: skip
    return render(request, "applications/officer_detail.html", context)


@require_GET
@asks_first(rules.may_read_received)
def file(request: LoggedInRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of the case."""
    application = received_for_staff(request, pk)
    found = get_object_or_404(RecordFile, pk=file_pk, record__case_id=application.case_id)
    services.note_opening(application=application, actor=request.user)
    return frozen_response(found, as_attachment=found.content_type != "application/pdf")


@require_POST
def assign(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Välj en handläggare.")
        return redirect("applications:officer_detail", pk=pk)
    try:
        services.assign_officer(
            application_id=application.pk, actor=request.user, officer=form.cleaned_data["officer"]
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Ärendet är tilldelat {form.cleaned_data['officer']}.")
    return redirect("applications:officer_detail", pk=pk)


@require_POST
@asks_first(rules.may_handle)
def assess(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    try:
        services.mark_assessed(application_id=application.pk, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        if refusal.message == services.NOT_ALL:
            return redirect("applications:eligibility", pk=pk)
    else:
        messages.success(request, "Ansökan är markerad som granskad.")
    return redirect("applications:officer_detail", pk=pk)
