"""/handlaggning/utlysningar/<pk>/rangordning/: the order, the amounts, and what is left of the frame."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import rules, services
from applications.enums import Proposal
from applications.forms.ranking import AmountForm, LineForm, RankingRowForm, UnlockForm
from applications.models import Application, Ranking, RankingRow
from applications.queries.ranking import hidden_points, recusals_in
from applications.ranking import allocation_of, by_area, by_place, post_town, ranked_rows
from applications.services.ranking import require_may_rank
from calls.models import Call
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.spreadsheets import Cell, Sheet, csv_response, xlsx_response
from s3portal.common.swedish import format_tenths

PER_PAGE = 100
COLORS = {Proposal.GRANT: "success", Proposal.RESERVE: "warning", Proposal.REJECT: "neutral"}
HEADINGS = (
    "Plats", "Diarienummer", "Sökande", "Postort", "Poäng", "Lägsta", "Högsta", "Antal bedömningar",
    "Sökt, kr", "Förslag", "Föreslaget, kr", "Skäl för platsen",
)  # fmt: skip


@requires(rules.may_read_received)
@require_safe
def show(request: LoggedInRequest, pk: int) -> HttpResponse:
    return _page(request, _call(pk))


@requires(rules.may_handle)
@require_POST
def start(request: LoggedInRequest, pk: int) -> HttpResponse:
    def begin() -> None:
        services.start_ranking(call_id=pk, actor=request.user)

    return _step(request, pk, begin, "Rangordningen är påbörjad efter poängen.")


@requires(rules.may_handle)
@require_POST
def update(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking = _ranking(pk)

    def work() -> None:
        services.update_ranking(ranking_id=ranking.pk, actor=request.user, expected_version=_version(request))

    return _step(request, pk, work, "Listan är uppdaterad.")


@requires(rules.may_handle)
@require_POST
def line(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking, form = _ranking(pk), LineForm(request.POST)

    def work() -> None:
        services.move_line(
            ranking_id=ranking.pk,
            actor=request.user,
            expected_version=_version(request),
            count=form.cleaned_data["count"],
        )

    return _step(request, pk, work, "Förslagen är ändrade.", line_form=form)


@requires(rules.may_handle)
@require_POST
def lock(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking = _ranking(pk)

    def work() -> None:
        services.lock_ranking(ranking_id=ranking.pk, actor=request.user, expected_version=_version(request))

    return _step(request, pk, work, "Rangordningen är låst.")


@requires(rules.may_handle)
@require_POST
def unlock(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking, form = _ranking(pk), UnlockForm(request.POST)

    def work() -> None:
        services.unlock_ranking(
            ranking_id=ranking.pk,
            actor=request.user,
            expected_version=_version(request),
            reason=form.cleaned_data["reason"],
        )

    return _step(request, pk, work, "Rangordningen är upplåst.", unlock_form=form)


@requires(rules.may_handle)
@require_POST
def move(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    """One step up or down. When a reason is needed, the row's own page asks for it."""
    row, step = _row(pk, row_pk), "ner" if request.POST.get("steg") == "ner" else "upp"
    place = row.position + (1 if step == "ner" else -1)
    try:
        services.change_row(
            ranking_id=row.ranking_id,
            row_id=row_pk,
            actor=request.user,
            expected_version=_version(request),
            position=place,
        )
    except Refusal as refusal:
        if refusal.field != "reason":
            return _page(request, _call(pk), refused=refusal)
        address = f"{reverse('applications:ranking_row', args=[pk, row_pk])}?plats={place}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    number = (place - 1) // PER_PAGE + 1
    return redirect(f"{_address(pk)}?flyttad={row_pk}&steg={step}&page={number}")


@requires(rules.may_handle)
@require_POST
def amount(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    row, form = _row(pk, row_pk), AmountForm(request.POST)
    if form.is_valid():
        try:
            services.change_row(
                ranking_id=row.ranking_id,
                row_id=row_pk,
                actor=request.user,
                expected_version=_version(request),
                amount=form.cleaned_data["amount"],
            )
        except Refusal as refusal:
            if refusal.field != "amount":
                return _page(request, _call(pk), refused=refusal)
            form.add_error("amount", refusal.message)
        else:
            number = (row.position - 1) // PER_PAGE + 1
            return redirect(f"{_address(pk)}?andrad={row_pk}&page={number}")
    return _page(request, _call(pk), amount=(row_pk, form), page=(row.position - 1) // PER_PAGE + 1)


@requires(rules.may_handle)
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    """Place, proposal, amount and reason of one application."""
    found = _row(pk, row_pk)
    asked = request.GET.get("plats", "")
    form = RankingRowForm(
        request.POST or None,
        initial={
            "position": int(asked)
            if asked.isascii() and asked.isdecimal() and len(asked) < 6
            else found.position,
            "proposal": found.proposal,
            "amount": found.proposed_amount or None,
            "reason": found.reason,
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.change_row(
                    ranking_id=found.ranking_id,
                    row_id=row_pk,
                    actor=request.user,
                    expected_version=_version(request),
                    position=form.cleaned_data["position"],
                    proposal=Proposal(form.cleaned_data["proposal"]),
                    amount=_wanted_amount(form),
                    reason=form.cleaned_data["reason"],
                )
            except Refusal as refusal:
                status = 409 if isinstance(refusal, Conflict) else 422
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
                found.ranking.refresh_from_db()
            else:
                messages.success(request, "Sparat.")
                number = (form.cleaned_data["position"] - 1) // PER_PAGE + 1
                return redirect(f"{_address(pk)}?andrad={row_pk}&page={number}")
    context = {
        "call": found.ranking.call,
        "ranking": found.ranking,
        "row": found,
        "form": form,
        "asks_why": bool(asked) and request.method != "POST",
        "barred": _why_not(request, [one.application_id for one in found.ranking.rows.all()]),
    }
    return render(request, "applications/ranking_row.html", context, status=status)


@requires(rules.may_read_received)
@require_safe
def as_csv(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    ranking = _ranking(pk)
    return csv_response(_sheet(ranking), _cells(request, ranking))


@requires(rules.may_read_received)
@require_safe
def as_xlsx(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    ranking = _ranking(pk)
    return xlsx_response(_sheet(ranking), _cells(request, ranking))


# --- Parts ------------------------------------------------------------------------------------------------
def _call(pk: int) -> Call:
    return get_object_or_404(Call.objects.public(), pk=pk)


def _ranking(pk: int) -> Ranking:
    return get_object_or_404(Ranking.objects.select_related("call", "locked_by"), call=_call(pk))


def _row(pk: int, row_pk: int) -> RankingRow:
    rows = RankingRow.objects.select_related(
        "ranking__call", "application__case", "application__organisation"
    )
    return get_object_or_404(rows, pk=row_pk, ranking__call=_call(pk))


def _address(pk: int) -> str:
    return reverse("applications:ranking", args=[pk])


def _version(request: LoggedInRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


def _wanted_amount(form: Form) -> int | None:
    """An amount left in the field does not count when something else than a grant is chosen."""
    if form.cleaned_data["proposal"] != Proposal.GRANT:
        return None
    amount: int | None = form.cleaned_data["amount"]
    return amount


def _step(
    request: LoggedInRequest, pk: int, work: Callable[[], None], said: str, **forms: Any
) -> HttpResponse:
    form = next(iter(forms.values()), None)
    if form is not None and not form.is_valid():
        return _page(request, _call(pk), **forms)
    try:
        work()
    except Refusal as refusal:
        if form is not None and refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return _page(request, _call(pk), **forms)
        return _page(request, _call(pk), refused=refusal)
    messages.success(request, said)
    return redirect(_address(pk))


def _why_not(request: LoggedInRequest, application_ids: Sequence[int]) -> str:
    """Why this person does not rank here; empty for who may."""
    try:
        require_may_rank(request.user, application_ids)
    except Refusal as refusal:
        return refusal.message
    return ""


def _page(
    request: LoggedInRequest,
    call: Call,
    *,
    refused: Refusal | None = None,
    amount: tuple[int, AmountForm] | None = None,
    line_form: Form | None = None,
    unlock_form: Form | None = None,
    page: int | None = None,
) -> HttpResponse:
    ranking = Ranking.objects.filter(call=call).select_related("call", "locked_by").first()
    context: dict[str, Any] = {"call": call, "ranking": ranking, "refused": refused}
    wrong = [one for one in (line_form, unlock_form) if one is not None]
    status = 200
    if refused is not None:
        status = 409 if isinstance(refused, Conflict) else 422
    elif wrong or amount is not None:
        status = 422
    waiting = set(Application.objects.open().filter(call=call).values_list("pk", flat=True))
    if ranking is None:
        context |= {"waiting": len(waiting), "barred": _why_not(request, list(waiting))}
        return render(request, "applications/ranking.html", context, status=status)
    rows = ranked_rows(ranking)
    ids = [one.application.pk for one in rows]
    hidden = hidden_points(request.user, ids)
    barred = _why_not(request, ids)
    shown = Paginator(rows, PER_PAGE).get_page(page or request.GET.get("page"))
    context |= {
        "page": shown,
        "rows": [
            {
                "ranked": one,
                "hidden": one.application.pk in hidden,
                "color": COLORS[Proposal(one.row.proposal)],
                "form": amount[1] if amount is not None and amount[0] == one.row.pk else None,
                "first": one.row.position == 1,
                "last": one.row.position == len(rows),
            }
            for one in shown
        ],
        "allocation": allocation_of(ranking, rows),
        "areas": by_area(rows),
        "places": by_place(rows),
        "recusals": recusals_in(ids),
        "stale": ranking.is_open and set(ids) != waiting,
        "barred": barred,
        "works": ranking.is_open and not barred,
        "line_form": line_form or LineForm(),
        "unlock_form": unlock_form or UnlockForm(),
        "wrong": wrong,
        "moved": _moved(request, rows),
    }
    return render(request, "applications/ranking.html", context, status=status)


def _moved(request: LoggedInRequest, rows: Sequence[Any]) -> dict[str, Any] | None:
    """After a change the address says which row; what to tell, and which control gets the focus back."""
    asked = request.GET.get("flyttad") or request.GET.get("andrad", "")
    found = next((one for one in rows if str(one.row.pk) == asked), None)
    if found is None:
        return None
    position, button = found.row.position, ""
    if request.GET.get("flyttad"):
        button = "ner" if request.GET.get("steg") == "ner" else "upp"
        button = {1: "ner", len(rows): "upp"}.get(position, button)
    return {
        "pk": found.row.pk,
        "button": button,
        "text": f"{found.application.case}: plats {position} av {len(rows)}.",
    }


def _sheet(ranking: Ranking) -> Sheet:
    widths = (8, 16, 32, 18, 8, 8, 8, 10, 14, 10, 14, 50)
    return Sheet(f"rangordning-{ranking.call.slug}", "Rangordning", HEADINGS, widths)


def _cells(request: LoggedInRequest, ranking: Ranking) -> Iterator[tuple[Cell, ...]]:
    rows = ranked_rows(ranking)
    hidden = hidden_points(request.user, [one.application.pk for one in rows])
    for one in rows:
        points = one.points if one.application.pk not in hidden else None
        spread = points.spread if points is not None else None
        yield (
            one.row.position,
            str(one.application.case),
            one.application.organisation.name,
            post_town(one.application.organisation.postal_address),
            "" if points is None or points.mean is None else format_tenths(points.mean),
            "" if spread is None else format_tenths(spread.lowest),
            "" if spread is None else format_tenths(spread.highest),
            "" if spread is None else spread.count,
            one.application.applied_amount or 0,
            one.row.get_proposal_display(),
            one.row.proposed_amount,
            one.row.reason if points is not None else "",
        )
