"""A locked ranking's decisions in one sitting: making the drafts, sending them, and what has come of each."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.enums import Proposal
from applications.models import Ranking
from decisions import batch_queries, rules
from decisions.batch_forms import StartBatchForm
from decisions.models import DecisionBatch
from decisions.services import batching
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal

PER_PAGE = 50


def batch_or_404(pk: int) -> DecisionBatch:
    found = DecisionBatch.objects.select_related("lock__ranking__call", "lock__record__case", "made_by")
    return get_object_or_404(found.defer("lock__content", "lock__record__case__search"), pk=pk)


# --- Begin ------------------------------------------------------------------------------------------------
@requires(rules.may_see_batches)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """From the call's ranking. One that is begun already is shown instead."""
    ranking = get_object_or_404(Ranking.objects.select_related("call"), call=pk)
    lock = ranking.locks.holding().only("pk").first()
    batch = None if lock is None else batch_queries.of_lock(lock.pk)
    if batch is not None:
        return redirect("decisions:batch", pk=batch.pk)
    if request.method == "POST" and not rules.may_draft(request.user):
        raise PermissionDenied
    reserves = ranking.rows.filter(proposal=Proposal.RESERVE).count()
    kept = request.POST if request.method == "POST" else take_kept_text(request)
    form = StartBatchForm(kept, reserves=reserves)
    if request.method == "POST" and form.is_valid():
        try:
            made = batching.start_batch(call_id=pk, actor=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return _to_question_or(request, made, reverse("decisions:batch", args=[made.pk]))
    context = {
        "call": ranking.call,
        "locked": lock is not None,
        "form": form,
        "may_draft": rules.may_draft(request.user),
        "grants": ranking.rows.filter(proposal=Proposal.GRANT).count(),
        "rejections": ranking.rows.filter(proposal=Proposal.REJECT).count(),
        "reserves": reserves,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "decisions/batch_start.html", context, status=status)


# --- The page ---------------------------------------------------------------------------------------------
@requires(rules.may_see_batches)
@require_safe
def detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    batch = batch_or_404(pk)
    counts = batch_queries.counts_of(batch, request.user)
    wanted = request.GET.get("visa", batch_queries.ALL)
    tabs = batch_queries.tabs_of(counts)
    current = wanted if wanted in {tab.key for tab in tabs} else batch_queries.ALL
    page = Paginator(batch_queries.items_of(batch, current), PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("decisions:batch", args=[pk])
    context = {
        "batch": batch,
        "call": batch.lock.ranking.call,
        "counts": counts,
        "tabs": [
            {
                "label": tab.label,
                "url": f"{address}?{urlencode({'visa': tab.key})}",
                "count": tab.count,
                "current": tab.key == current,
            }
            for tab in tabs
        ],
        "page": page,
        "rows": batch_queries.rows_of(page.object_list, request.user, on=timezone.localdate()),
        "progress": batch_queries.progress_of(batch),
        "may_draft": rules.may_draft(request.user),
    }
    return render(request, "decisions/batch.html", context)


@requires(rules.may_see_batches)
@require_safe
def state(request: LoggedInRequest, pk: int) -> HttpResponse:
    """A piece of the page, which asks until all that was asked for is done."""
    batch = batch_or_404(pk)
    context = {"batch": batch, "progress": batch_queries.progress_of(batch), "asked": True}
    return render(request, "decisions/partials/batch_progress.html", context)


# --- Steps for all ----------------------------------------------------------------------------------------
@requires(rules.may_draft)
@require_POST
def draft(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """Drafts where there are none; with ``reservplats``, of those on the reserve list too."""

    def ask() -> batching.Asked:
        return batching.ask_for_drafts(
            batch_id=pk, actor=request.user, with_reserves="reservplats" in request.POST
        )

    return _step(request, pk, ask, "utkast skapas", "Alla utkast finns redan.")


@requires(rules.may_draft)
@require_POST
def propose(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    def ask() -> batching.Asked:
        tried = request.POST.get("provad") == "1"
        return batching.propose_drafts(batch_id=pk, actor=request.user, nothing_is_secret=tried)

    return _step(request, pk, ask, "utkast kontrolleras och skickas för underskrift", "Inget utkast är kvar.")


@requires(rules.sends_out)
@require_POST
def expedite(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    def ask() -> batching.Asked:
        return batching.ask_for_expedition(batch_id=pk, actor=request.user)

    return _step(request, pk, ask, "beslut expedieras", "Inget beslut väntar på att expedieras.")


def _step(
    request: LoggedInRequest, pk: int, ask: Callable[[], batching.Asked], doing: str, nothing: str
) -> HttpResponseBase:
    batch = batch_or_404(pk)
    try:
        asked = ask()
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("decisions:batch", pk=pk)
    if asked.count:
        messages.success(request, f"{asked.count} {doing}.")
    if asked.unanswered:
        return _to_question_or(request, batch, reverse("decisions:batch", args=[pk]))
    if not asked.count:
        messages.info(request, nothing)
    return redirect("decisions:batch", pk=pk)


def _to_question_or(request: LoggedInRequest, batch: DecisionBatch, address: str) -> HttpResponseBase:
    """The question of jäv, when it is not answered in all; else on."""
    if batch_queries.unanswered_in(batch.items.all(), request.user):
        messages.info(request, "Svara på frågan om jäv först, och gör sedan om steget för de som är kvar.")
        return redirect("decisions:batch_impartiality", pk=batch.pk)
    return redirect(address)
