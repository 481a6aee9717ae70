"""/handlaggning/sok/: one search over all that the region's own people may see."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.found import FoundPaginator
from s3portal.common.paging import MOST_COUNTED
from s3portal.common.spreadsheets import csv_response, xlsx_response
from s3portal.common.swedish import MAX_KRONOR, format_amount, format_kr
from s3portal.diary.rules import may_see_cases
from s3portal.home.search.files import MOST_IN_FILE, rows_of, sheet_of
from s3portal.home.search.forms import SearchForm
from s3portal.home.search.hits import hits
from s3portal.home.search.queries import Kind, Wanted, direct_hit, found
from s3portal.home.search.services import note_export
from s3portal.home.search.typed import Amounts, Typed

PER_PAGE = 25
#: What is asked for, as it is sent back by the buttons for files.
LONGEST_QUERY = 2000


@requires(may_see_cases)
@require_safe
def search(request: LoggedInRequest) -> HttpResponse:
    """A diary number leads straight to its case, unless a tab is asked for."""
    form = SearchForm(request.GET)
    wanted = form.wanted()
    if form.tab() is None and (case := direct_hit(wanted.typed)) is not None:
        return redirect("diary:staff_detail", pk=case.pk)
    context: dict[str, Any] = {"form": form, "asked": not wanted.is_empty, "most": MOST_COUNTED}
    if not wanted.is_empty:
        context |= _found(request, form, wanted)
    return render(request, "home/search.html", context)


def _found(request: LoggedInRequest, form: SearchForm, wanted: Wanted) -> dict[str, Any]:
    answers = {kind: found(kind, wanted, request.user) for kind in Kind}
    paginators = {kind: FoundPaginator(answer, PER_PAGE, MOST_COUNTED) for kind, answer in answers.items()}
    # Without a tab asked for, the first where anything is.
    current = form.tab() or next((kind for kind in Kind if paginators[kind].count), Kind.CASES)
    page: Page[int] = paginators[current].get_page(request.GET.get("page"))
    return {
        "page": page,
        "hits": hits(current, answers[current].load(list(page.object_list)), wanted.typed, request.user),
        "tabs": [_tab(request, kind, paginators[kind], current) for kind in Kind],
        "current": current,
        "by_name": current is Kind.ORGANISATIONS,
        "understood": understood(wanted.typed),
        "elsewhere": any(paginator.count for paginator in paginators.values()),
        "query": _query_of(request, current),
        "most_in_file": MOST_IN_FILE,
    }


def _query_of(request: LoggedInRequest, kind: Kind) -> str:
    """The question within one tab, without the page."""
    query = request.GET.copy()
    query["flik"] = kind.value
    query.pop("page", None)
    return query.urlencode()


@requires(may_see_cases)
@require_POST
def export(request: LoggedInRequest) -> HttpResponseBase:
    """What is found in one tab, as a file. Sent by a button, since it is noted who took it."""
    given = QueryDict(request.POST.get("urvalet", "")[:LONGEST_QUERY])
    form = SearchForm(given)
    wanted, kind = form.wanted(), form.tab() or Kind.CASES
    if wanted.is_empty:
        # Nothing was asked for, or a filter could not be read: the page says which.
        return redirect(f"{reverse('home:search')}?{given.urlencode()}")
    as_csv = request.POST.get("form") == "csv"
    note_export(actor=request.user, kind=kind, form="CSV" if as_csv else "Excel", query=given.urlencode())
    respond = csv_response if as_csv else xlsx_response
    return respond(sheet_of(kind), rows_of(kind, found(kind, wanted, request.user), request.user))


def _tab(request: LoggedInRequest, kind: Kind, paginator: FoundPaginator, current: Kind) -> dict[str, Any]:
    return {
        "label": kind.label,
        "url": f"?{_query_of(request, kind)}",
        "count": f"över {format_amount(MOST_COUNTED)}" if paginator.total.more else paginator.total,
        "current": kind is current,
    }


def understood(typed: Typed) -> list[str]:
    """What was typed, as it was taken: the person sees why something is not found."""
    parts = []
    if typed.number is not None:
        prefix = f"{typed.number.prefix}/" if typed.number.prefix else ""
        parts.append(f"diarienummer {prefix}{typed.number.serial}/{typed.number.year}")
    if typed.org_number:
        parts.append(f"organisationsnummer {typed.org_number}")
    if typed.clause:
        parts.append(f"punkt {typed.clause} i en delegationsordning")
    if typed.amounts is not None:
        parts.append(f"beloppet {_amounts(typed.amounts)}")
    if typed.period is not None:
        parts.append(f"perioden {typed.period}")
    if typed.words and parts:
        parts.append(f"orden ”{typed.words}”")
    return parts


def _amounts(amounts: Amounts) -> str:
    if amounts.low == amounts.high:
        return format_kr(amounts.low)
    if amounts.high == MAX_KRONOR:
        return f"minst {format_kr(amounts.low)}"
    if amounts.low == 0:
        return f"högst {format_kr(amounts.high)}"
    return f"mellan {format_kr(amounts.low)} och {format_kr(amounts.high)}"
