"""The page of a ranking, as it is read and as it stands after a step that was refused."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from applications import rules
from applications.enums import Proposal
from applications.forms.ranking import AmountForm, LineForm, UnlockForm
from applications.listed import listed_by_id
from applications.models import Application, Ranking
from applications.queries.ranking import hidden_points
from applications.ranking import Line, Shown, by_area, by_municipality, shown_of
from applications.ranking.appendix import appendix_file
from applications.views.ranking.loading import PER_PAGE, call_or_404, why_not
from calls.models import Call
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal

COLORS = {Proposal.GRANT: "success", Proposal.RESERVE: "warning", Proposal.REJECT: "neutral"}


@requires(rules.may_read_received)
@require_safe
def show(request: LoggedInRequest, pk: int) -> HttpResponse:
    return ranking_page(request, call_or_404(pk))


def ranking_page(
    request: LoggedInRequest,
    call: Call,
    *,
    refused: Refusal | None = None,
    amount: tuple[int, AmountForm] | None = None,
    line_form: Form | None = None,
    unlock_form: Form | None = None,
    page: int | None = None,
) -> HttpResponse:
    ranking = Ranking.objects.filter(call=call).select_related("call", "locked_by", "case").first()
    wrong = [one for one in (line_form, unlock_form) if one is not None]
    context: dict[str, Any] = {"call": call, "ranking": ranking, "refused": refused, "wrong": wrong}
    status = _status(refused, wrong=bool(wrong) or amount is not None)
    waiting = set(Application.objects.open().filter(call=call).values_list("pk", flat=True))
    if ranking is None:
        context |= {"waiting": len(waiting), "barred": why_not(request.user, list(waiting))}
        return render(request, "applications/ranking.html", context, status=status)
    shown = shown_of(ranking)
    ids = shown.application_ids
    hidden, barred = hidden_points(request.user, ids), why_not(request.user, ids)
    found = Paginator(shown.lines, PER_PAGE).get_page(page or request.GET.get("page"))
    listed = listed_by_id(ids)
    context |= {
        "page": found,
        "rows": [
            _row(line, shown, hidden, amount) | {"listed": listed[line.application_id]} for line in found
        ],
        "shown": shown,
        "allocation": shown.allocation,
        "marked": {pk for pk, one in listed.items() if one.hidden},
        "areas": by_area(shown.lines),
        "places": by_municipality(shown.lines),
        "stale": ranking.is_open and set(ids) != waiting,
        "barred": barred,
        "works": ranking.is_open and not barred,
        "line_form": line_form or LineForm(),
        "unlock_form": unlock_form or UnlockForm(),
        "moved": _moved(request, shown.lines),
        **_appendices(ranking, shown, may_open=not hidden),
    }
    return render(request, "applications/ranking.html", context, status=status)


def _status(refused: Refusal | None, *, wrong: bool) -> int:
    if refused is not None:
        return 409 if isinstance(refused, Conflict) else 422
    return 422 if wrong else 200


def _row(line: Line, shown: Shown, hidden: set[int], amount: tuple[int, AmountForm] | None) -> dict[str, Any]:
    return {
        "line": line,
        "hidden": line.application_id in hidden,
        "color": COLORS[line.proposal],
        "form": amount[1] if amount is not None and amount[0] == line.row_id else None,
        "first": line.place == 1,
        "last": line.place == len(shown.lines),
    }


def _appendices(ranking: Ranking, shown: Shown, *, may_open: bool) -> dict[str, Any]:
    """The appendix of the locking that holds, and the lockings that do not."""
    earlier = ranking.locks.exclude(unlocked_at__isnull=True).select_related("locked_by", "unlocked_by")
    return {
        "lock": shown.lock,
        "appendix": None if shown.lock is None else appendix_file(shown.lock),
        "asked": 0,
        "may_open": may_open,
        "earlier_locks": earlier.order_by("-number"),
    }


def _moved(request: LoggedInRequest, lines: Sequence[Line]) -> dict[str, Any] | None:
    """After a change the address says which row; what to tell, and which control gets the focus back."""
    asked = request.GET.get("flyttad") or request.GET.get("andrad", "")
    found = next((one for one in lines if str(one.row_id) == asked), None)
    if found is None:
        return None
    button = ""
    if request.GET.get("flyttad"):
        button = "ner" if request.GET.get("steg") == "ner" else "upp"
        button = {1: "ner", len(lines): "upp"}.get(found.place, button)
    return {
        "pk": found.row_id,
        "button": button,
        "text": f"{found.case}: plats {found.place} av {len(lines)}.",
    }
