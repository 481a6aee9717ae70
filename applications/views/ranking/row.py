"""The page of one application's place: position, reason, proposal, amount and conditions."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications import rules, services
from applications.enums import Proposal
from applications.forms.ranking import RankingRowForm
from applications.models import RankingRow
from applications.views.ranking.loading import address_of, page_number, row_or_404, version_in, why_not
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.text import read_whole


@requires(rules.may_handle)
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    found = row_or_404(pk, row_pk)
    asked = request.GET.get("plats", "")
    form = RankingRowForm(request.POST or None, initial=_initial(found, asked))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _change(request, found, form)
            except Refusal as refusal:
                status = 409 if isinstance(refusal, Conflict) else 422
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
                found.ranking.refresh_from_db()
            else:
                messages.success(request, "Sparat.")
                number = page_number(form.cleaned_data["position"])
                return redirect(f"{address_of(pk)}?andrad={row_pk}&page={number}")
    context = {
        "call": found.ranking.call,
        "ranking": found.ranking,
        "row": found,
        "form": form,
        "asks_why": bool(asked) and request.method != "POST",
        "barred": why_not(request.user, [one.application_id for one in found.ranking.rows.all()]),
    }
    return render(request, "applications/ranking_row.html", context, status=status)


def _initial(found: RankingRow, asked: str) -> dict[str, Any]:
    """As it stands, at the place that was asked for."""
    wanted = read_whole(asked, digits=5)
    return {
        "position": found.position if wanted is None else wanted,
        "proposal": found.proposal,
        "amount": found.proposed_amount or None,
        "reason": found.reason,
        "conditions": found.conditions,
    }


def _change(request: LoggedInRequest, found: RankingRow, form: Form) -> None:
    typed = form.cleaned_data
    granted = typed["proposal"] == Proposal.GRANT
    services.change_row(
        ranking_id=found.ranking_id,
        row_id=found.pk,
        actor=request.user,
        expected_version=version_in(request),
        position=typed["position"],
        proposal=Proposal(typed["proposal"]),
        # What is left in these fields does not count when something else than a grant is chosen.
        amount=typed["amount"] if granted else None,
        reason=typed["reason"],
        conditions=typed["conditions"] if granted else None,
    )
