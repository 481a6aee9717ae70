"""/handlaggning/ansokningar/: the work list, its saved views and files, and what is done with many."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import queries, rules, services
from applications.exports import rows_of, sheet_of
from applications.forms import LetterForm, SaveViewForm, WorkListForm
from applications.frames import frame_use
from applications.inbox_columns import Column, chosen, next_due, period_of
from applications.listed import Listed, listed_of
from applications.queries import Selection
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal
from s3portal.common.paging import MOST_COUNTED, BoundedCount, BoundedPaginator, bounded_count
from s3portal.common.spreadsheets import csv_response, xlsx_response
from s3portal.common.steps import took
from s3portal.diary.forms import AssignForm

PER_PAGE = 25
TAB_LABELS = {
    Selection.MINE: "Mina",
    Selection.OPEN: "Alla öppna",
    Selection.SHARED: "Delas med mig",
    Selection.UNASSIGNED: "Utan handläggare",
    Selection.CLOSED: "Avslutade",
}
MATTER = ("arende", "Ärende")


@require_safe
def work_list(request: LoggedInRequest) -> HttpResponse:
    if not rules.may_see_work_list(request.user):
        raise PermissionDenied
    if not rules.may_read_received(request.user):
        return redirect("applications:my_assessments")
    form = WorkListForm(request.GET or None)
    wanted = form.wanted() if form.is_bound else {}
    selection = _selection(wanted)
    rows = queries.work_list(selection=selection, user=request.user, wanted=wanted)
    page = BoundedPaginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    recused = queries.my_recusals(request.user, [application.pk for application in page])
    columns = chosen(wanted.get("kolumner") or [])
    may_handle = rules.may_handle(request.user)
    call = queries.call_of_frame(wanted.get("utlysning"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one, request, recused) for one in listed_of(page).values()],
        "tabs": _tabs(request, selection),
        "columns": _columns(request, columns, wanted.get("ordning") or queries.DEFAULT_ORDER),
        "all_columns": [(column, column in columns) for column in Column],
        "views": request.user.saved_views.all() if may_handle else [],
        "save_form": SaveViewForm(),
        "assign_form": AssignForm() if may_handle else None,
        "may_handle": may_handle,
        "query": _kept_query(request.GET),
        "call": call,
        "frame": frame_use(call) if call else None,
        "filtered": any(
            value for name, value in wanted.items() if name not in {"urval", "ordning", "kolumner"}
        ),
        "most": MOST_COUNTED,
    }
    return render(request, "applications/officer_list.html", context)


def _selection(wanted: dict[str, Any]) -> Selection:
    given = wanted.get("urval")
    return Selection(given) if given in set(Selection) else Selection.OPEN


def _row(listed: Listed, request: LoggedInRequest, recused: set[int]) -> dict[str, Any]:
    application = listed.application
    color, icon = queries.status_color(application.status)
    officer = application.case.officer if application.case else None
    due = next_due(application)
    return {
        "application": application,
        "listed": listed,
        "color": color,
        "icon": icon,
        "officer": officer,
        "mine": officer is not None and officer == request.user,
        "recused": application.pk in recused,
        "period": period_of(application),
        "due": due,
        "due_words": due.words(today=timezone.localdate()) if due else "",
    }


def _tabs(request: LoggedInRequest, current: Selection) -> list[dict[str, Any]]:
    counted: dict[Selection, BoundedCount] = {
        tab: bounded_count(queries.selected(tab, request.user))
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


def _columns(request: LoggedInRequest, columns: Sequence[Column], order: str) -> list[dict[str, Any]]:
    """The headings. Those that sort do so ascending first, the other way when pressed again."""
    keys = [MATTER, *((column.value, column.label) for column in columns)]
    numbers = {column.value for column in columns if column.is_number}
    return [
        {"key": key, "label": label, "number": key in numbers, **_sorting(request, key, order)}
        for key, label in keys
    ]


def _sorting(request: LoggedInRequest, key: str, order: str) -> dict[str, str]:
    if key not in queries.ORDERS:
        return {"sort": "", "url": ""}
    # "inkommen" runs newest first, which is descending to who reads the column.
    down = key == "inkommen"
    sort = "none"
    if order.removeprefix("-") == key:
        sort = "descending" if order.startswith("-") != down else "ascending"
    query = request.GET.copy()
    query["ordning"] = f"-{key}" if order == key else key
    query.pop("page", None)
    return {"sort": sort, "url": f"?{query.urlencode()}"}


def _kept_query(given: QueryDict) -> str:
    """The list as it is filtered, without the page: what a saved view and a file are made from."""
    query = given.copy()
    query.pop("page", None)
    for name in list(query):
        if not any(query.getlist(name)):
            query.pop(name)
    return str(query.urlencode())[:1000]


# --- Files ------------------------------------------------------------------------------------------------
@requires(rules.may_read_received)
@require_POST
def export(request: LoggedInRequest) -> HttpResponseBase:
    """The list as it is filtered, as a file. Sent by a button, since it is noted who took it."""
    given = QueryDict(request.POST.get("urvalet", "")[:1000])
    form = WorkListForm(given)
    wanted = form.wanted()
    rows = queries.work_list(selection=_selection(wanted), user=request.user, wanted=wanted)
    columns = chosen(wanted.get("kolumner") or [])
    as_csv = request.POST.get("form") == "csv"
    services.note_export(actor=request.user, form="CSV" if as_csv else "Excel", query=given.urlencode())
    respond = csv_response if as_csv else xlsx_response
    return respond(sheet_of(columns), rows_of(rows, columns))


# --- Saved views ------------------------------------------------------------------------------------------
@requires(rules.may_handle)
@require_POST
def view_save(request: LoggedInRequest) -> HttpResponse:
    form = SaveViewForm(request.POST)
    query = _kept_query(QueryDict(request.POST.get("urvalet", "")[:1000]))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["name"])))
        return _back(query)
    return _after(
        request,
        lambda: services.save_view(actor=request.user, name=form.cleaned_data["name"], query=query),
        query,
        lambda saved: f"Vyn ”{saved}” är sparad.",
    )


@requires(rules.may_handle)
@require_POST
def view_remove(request: LoggedInRequest, pk: int) -> HttpResponse:
    return _after(
        request,
        lambda: services.remove_view(view_id=pk, actor=request.user),
        "",
        lambda _gone: "Vyn är borttagen.",
    )


# --- Many at once -----------------------------------------------------------------------------------------
@requires(rules.may_handle)
@require_POST
def assign_chosen(request: LoggedInRequest) -> HttpResponse:
    query = _kept_query(QueryDict(request.POST.get("urvalet", "")[:1000]))
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Välj en handläggare.")
        return _back(query)
    officer = form.cleaned_data["officer"]
    return _after(
        request,
        lambda: services.assign_many(
            application_ids=_ticked(request.POST), actor=request.user, officer=officer
        ),
        query,
        lambda count: f"{count} {'ärende' if count == 1 else 'ärenden'} tilldelade {officer}.",
    )


@requires(rules.may_handle)
@require_http_methods(["POST"])
def write_chosen(request: LoggedInRequest) -> HttpResponse:
    """First the ticked rows are shown with an empty letter; the letter's own button sends it."""
    query = _kept_query(QueryDict(request.POST.get("urvalet", "")[:1000]))
    numbers = _ticked(request.POST)
    if not numbers:
        messages.error(request, "Kryssa i minst en ansökan.")
        return _back(query)
    form = LetterForm(request.POST if "skicka" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            count = services.write_to_applicants(
                application_ids=numbers, actor=request.user, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(
                request, f"Meddelandet är skickat i {count} {'ärende' if count == 1 else 'ärenden'}."
            )
            return _back(query)
    chosen_rows = listed_of(queries.received_in(numbers)).values()
    context = {"form": form, "rows": chosen_rows, "query": query}
    return render(request, "applications/write_chosen.html", context, status=422 if form.errors else 200)


def _ticked(data: QueryDict) -> list[int]:
    """The keys of the ticked rows; what is no key is passed over."""
    return [
        int(value)
        for value in data.getlist("valda")
        if value.isascii() and value.isdigit() and len(value) < 18
    ]


def _back(query: str) -> HttpResponse:
    return redirect(f"{reverse('applications:officer_list')}{f'?{query}' if query else ''}")


def _after(
    request: LoggedInRequest, step: Callable[[], Any], query: str, words: Callable[[Any], str]
) -> HttpResponse:
    """Take the step and go back to the list, with what came of it as a message."""
    took(request, step, words)
    return _back(query)
