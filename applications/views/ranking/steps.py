"""The steps of a ranking: start, update, move the line, an amount or a place, lock and unlock."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from applications import rules, services
from applications.forms.ranking import AmountForm, LineForm, UnlockForm
from applications.views.ranking.loading import (
    address_of,
    call_or_404,
    page_number,
    ranking_or_404,
    row_or_404,
    version_in,
)
from applications.views.ranking.page import ranking_page
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal


@requires(rules.may_handle)
@require_POST
def start(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = call_or_404(pk)

    def begin() -> None:
        services.start_ranking(call_id=call.pk, actor=request.user)

    return _step(request, pk, begin, "Rangordningen är påbörjad efter poängen.")


@requires(rules.may_handle)
@require_POST
def update(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking = ranking_or_404(pk)

    def work() -> None:
        services.update_ranking(
            ranking_id=ranking.pk, actor=request.user, expected_version=version_in(request)
        )

    return _step(request, pk, work, "Listan är uppdaterad.")


@requires(rules.may_handle)
@require_POST
def line(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking, form = ranking_or_404(pk), LineForm(request.POST)

    def work() -> None:
        services.move_line(
            ranking_id=ranking.pk,
            actor=request.user,
            expected_version=version_in(request),
            count=form.cleaned_data["count"],
        )

    return _step(request, pk, work, "Förslagen är ändrade.", line_form=form)


@requires(rules.may_handle)
@require_POST
def lock(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking = ranking_or_404(pk)

    def work() -> None:
        services.lock_ranking(ranking_id=ranking.pk, actor=request.user, expected_version=version_in(request))

    return _step(request, pk, work, "Rangordningen är låst.")


@requires(rules.may_handle)
@require_POST
def unlock(request: LoggedInRequest, pk: int) -> HttpResponse:
    ranking, form = ranking_or_404(pk), UnlockForm(request.POST)

    def work() -> None:
        services.unlock_ranking(
            ranking_id=ranking.pk,
            actor=request.user,
            expected_version=version_in(request),
            reason=form.cleaned_data["reason"],
        )

    return _step(request, pk, work, "Rangordningen är upplåst.", unlock_form=form)


@requires(rules.may_handle)
@require_POST
def move(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    """One step up or down. When a reason is needed, the row's own page asks for it."""
    row, step = row_or_404(pk, row_pk), "ner" if request.POST.get("steg") == "ner" else "upp"
    place = row.position + (1 if step == "ner" else -1)
    try:
        services.change_row(
            ranking_id=row.ranking_id,
            row_id=row_pk,
            actor=request.user,
            expected_version=version_in(request),
            position=place,
        )
    except Refusal as refusal:
        if refusal.field != "reason":
            return ranking_page(request, call_or_404(pk), refused=refusal)
        address = f"{reverse('applications:ranking_row', args=[pk, row_pk])}?plats={place}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    number = page_number(place)
    return redirect(f"{address_of(pk)}?flyttad={row_pk}&steg={step}&page={number}")


@requires(rules.may_handle)
@require_POST
def amount(request: LoggedInRequest, pk: int, row_pk: int) -> HttpResponse:
    row, form = row_or_404(pk, row_pk), AmountForm(request.POST)
    if form.is_valid():
        try:
            services.change_row(
                ranking_id=row.ranking_id,
                row_id=row_pk,
                actor=request.user,
                expected_version=version_in(request),
                amount=form.cleaned_data["amount"],
            )
        except Refusal as refusal:
            if refusal.field != "amount":
                return ranking_page(request, call_or_404(pk), refused=refusal)
            form.add_error("amount", refusal.message)
        else:
            number = page_number(row.position)
            return redirect(f"{address_of(pk)}?andrad={row_pk}&page={number}")
    return ranking_page(request, call_or_404(pk), amount=(row_pk, form), page=page_number(row.position))


def _step(
    request: LoggedInRequest, pk: int, work: Callable[[], None], said: str, **forms: Any
) -> HttpResponse:
    form = next(iter(forms.values()), None)
    if form is not None and not form.is_valid():
        return ranking_page(request, call_or_404(pk), **forms)
    try:
        work()
    except Refusal as refusal:
        if form is not None and refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return ranking_page(request, call_or_404(pk), **forms)
        return ranking_page(request, call_or_404(pk), refused=refusal)
    messages.success(request, said)
    return redirect(address_of(pk))
