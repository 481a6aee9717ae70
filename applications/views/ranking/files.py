"""The ranking as Excel and csv, and the sealed appendices of its lockings."""

from collections.abc import Iterator

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applications import rules, services
from applications.listed import listed_by_id
from applications.models import Ranking
from applications.queries.ranking import hidden_points, require_sees_all_points
from applications.ranking import shown_of
from applications.ranking.appendix import appendix_file
from applications.views.ranking.loading import lock_or_404, ranking_or_404
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.downloads import frozen_response
from s3portal.common.spreadsheets import Cell, Sheet, csv_response, xlsx_response
from s3portal.common.swedish import format_tenths
from s3portal.common.text import read_whole
from s3portal.diary.services import log_file_opened

HEADINGS = (
    "Plats", "Diarienummer", "Sökande", "Kommuner", "Poäng", "Lägsta", "Högsta", "Antal bedömningar",
    "Sökt, kr", "Förslag", "Föreslaget, kr", "Skäl för platsen", "Särskilda villkor",
)  # fmt: skip
WIDTHS = (8, 16, 32, 18, 8, 8, 8, 10, 14, 10, 14, 50, 50)
MOST_ASKED = 60


@requires(rules.may_read_received)
@require_safe
def as_csv(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    ranking = ranking_or_404(pk)
    services.note_ranking_taken(actor=request.user, ranking=ranking, form="csv")
    return csv_response(_sheet(ranking), _cells(request, ranking))


@requires(rules.may_read_received)
@require_safe
def as_xlsx(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    ranking = ranking_or_404(pk)
    services.note_ranking_taken(actor=request.user, ranking=ranking, form="Excel")
    return xlsx_response(_sheet(ranking), _cells(request, ranking))


@requires(rules.may_read_received)
@require_safe
def appendix(request: LoggedInRequest, pk: int, number: int) -> HttpResponseBase:
    """The sealed PDF of one locking. It holds all points: not for who may not see some of them."""
    lock = lock_or_404(pk, number)
    require_sees_all_points(request.user, [row["application"] for row in lock.content["rows"]])
    file = appendix_file(lock)
    if file is None:
        raise Http404("Bilagan är inte klar än.")
    response = frozen_response(file)
    log_file_opened(actor=request.user, file=file)
    return response


@requires(rules.may_read_received)
@require_safe
def appendix_state(request: LoggedInRequest, pk: int, number: int) -> HttpResponse:
    """A piece of the page, which asks until the appendix is there."""
    lock = lock_or_404(pk, number)
    asked = read_whole(request.GET.get("n"), digits=2) or 0
    hidden = hidden_points(request.user, [row["application"] for row in lock.content["rows"]])
    context = {
        "call_pk": pk,
        "lock": lock,
        "appendix": appendix_file(lock),
        "asked": min(asked + 1, MOST_ASKED),
        "may_open": not hidden,
    }
    return render(request, "applications/_ranking_appendix.html", context)


def _sheet(ranking: Ranking) -> Sheet:
    return Sheet(f"rangordning-{ranking.call.slug}", "Rangordning", HEADINGS, WIDTHS)


def _cells(request: LoggedInRequest, ranking: Ranking) -> Iterator[tuple[Cell, ...]]:
    shown = shown_of(ranking)
    hidden = hidden_points(request.user, shown.application_ids)
    listed = listed_by_id(shown.application_ids)
    for line in shown.lines:
        points = line.points if line.application_id not in hidden else None
        spread = points.spread if points is not None else None
        told = listed[line.application_id]
        yield (
            line.place,
            line.case,
            told.party,
            ", ".join(line.municipalities),
            "" if points is None or points.mean is None else format_tenths(points.mean),
            "" if spread is None else format_tenths(spread.lowest),
            "" if spread is None else format_tenths(spread.highest),
            "" if spread is None else spread.count,
            told.unless_hidden(line.applied),
            str(line.proposal.label),
            told.unless_hidden(line.proposed),
            told.unless_hidden(line.reason) if points is not None else "",
            told.unless_hidden(line.conditions),
        )
