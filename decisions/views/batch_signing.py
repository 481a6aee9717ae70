"""The delegate's sitting: the question of jäv for all, the list to read, and the signatures."""

from collections.abc import Collection, Iterable
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from applications.listed import Listed, listed_of
from decisions import batch_queries, rules
from decisions.batch_forms import BatchImpartialityForm
from decisions.document import decision_html
from decisions.models import BatchItem, DecisionBatch
from decisions.services.batch_recusing import declare_in_batch
from decisions.services.batching import sign_chosen
from decisions.views.batch import batch_or_404
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.text import read_whole
from s3portal.diary.marked import marked_among
from s3portal.diary.services import log_protected_read

#: Signed with one press of the button.
PER_PAGE = 100
#: Asked about on one page.
ASKED_AT_ONCE = 100


# --- Jäv --------------------------------------------------------------------------------------------------
@requires(rules.may_see_batches)
@require_http_methods(["GET", "HEAD", "POST"])
def impartiality(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """One form for all in which this person has not answered; those with jäv are passed on at once."""
    batch = batch_or_404(pk)
    left = batch_queries.unanswered_in(_concerned(batch, request.user), request.user)
    if not left:
        return redirect(_way_on(request, batch))
    now = left[:ASKED_AT_ONCE]
    form = BatchImpartialityForm(
        request.POST if request.method == "POST" else take_kept_text(request), items=now
    )
    if request.method == "POST" and form.is_valid():
        try:
            declared = declare_in_batch(batch_id=pk, actor=request.user, answers=form.answers())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            _say(request, declared)
            more = len(left) > len(now)
            return (
                redirect("decisions:batch_impartiality", pk=pk) if more else redirect(_way_on(request, batch))
            )
    listed = listed_of(item.application for item in now)
    if request.method == "GET":
        _note_names(request, listed.values())
    context = {
        "batch": batch,
        "call": batch.lock.ranking.call,
        "form": form,
        "rows": [(*row, listed[row[0].application_id]) for row in form.rows()],
        "left": len(left) - len(now),
    }
    status = 422 if form.errors else 200
    return render(request, "decisions/batch_impartiality.html", context, status=status)


def _note_names(request: LoggedInRequest, listed: Iterable[Listed]) -> None:
    """Who answers has to know whom it is about (KL 6:28), also where that is marked as secret: it is noted
    that the names were read."""
    for one in listed:
        if one.hidden and one.application.case is not None:
            log_protected_read(actor=request.user, case=one.application.case, what="frågan om jäv")


def _concerned(batch: DecisionBatch, user: Any) -> QuerySet[BatchItem]:
    """An officer is asked about all, a delegate about what waits for them."""
    return batch.items.all() if rules.may_draft(user) else batch_queries.waiting_for(batch, user)


def _way_on(request: LoggedInRequest, batch: DecisionBatch) -> str:
    if batch_queries.waiting_for(batch, request.user).exists():
        return reverse("decisions:batch_sign", args=[batch.pk])
    return reverse("decisions:batch", args=[batch.pk])


def _say(request: LoggedInRequest, declared: int) -> None:
    if declared:
        which = "ett ärende, som är lämnat" if declared == 1 else f"{declared} ärenden, som är lämnade"
        messages.success(request, f"Du har anmält jäv i {which} vidare. Dina svar är sparade.")
    else:
        messages.success(request, "Dina svar är sparade.")


# --- The signatures ---------------------------------------------------------------------------------------
@requires(rules.may_see_batches)
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    """What waits for this person, each with its whole text; the signature asks who they are once more."""
    if not rules.signs(request.user):
        raise PermissionDenied
    batch = batch_or_404(pk)
    mine = batch_queries.waiting_for(batch, request.user)
    if batch_queries.unanswered_in(mine, request.user):
        return redirect("decisions:batch_impartiality", pk=pk)
    if request.method == "POST":
        return _sign_now(request, batch)
    return _page(request, batch)


@reauthentication_required
def _sign_now(request: LoggedInRequest, batch: DecisionBatch) -> HttpResponse:
    """With fresh proof of who signs, as for one decision: django-allauth plays this very request again."""
    chosen = chosen_in(request.POST)
    try:
        asked = sign_chosen(batch_id=batch.pk, actor=request.user, chosen=chosen)
    except Refusal as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _page(request, batch, chosen=set(chosen), refusal=refusal, status=status)
    what = "1 beslut. Det" if asked.count == 1 else f"{asked.count} beslut. De"
    messages.success(
        request, f"Du har skrivit under {what} får nu sitt sigill och registreras i diariet, ett i taget."
    )
    return redirect("decisions:batch", pk=batch.pk)


def chosen_in(data: QueryDict) -> dict[int, int]:
    """By the decision, the version that was read. What cannot be read is left out."""
    found = {}
    for typed in data.getlist("valda"):
        pk, version = (read_whole(part, digits=9) for part in typed.partition("-")[::2])
        if pk is not None and version is not None:
            found[pk] = version
    return found


def _page(
    request: LoggedInRequest,
    batch: DecisionBatch,
    *,
    chosen: Collection[int] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    mine = batch_queries.waiting_for(batch, request.user)
    page: Page[BatchItem] = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    rows = batch_queries.rows_of(page.object_list, request.user, on=timezone.localdate(), signs=True)
    _note_reads(request, rows)
    context = {
        "batch": batch,
        "call": batch.lock.ranking.call,
        "page": page,
        "rows": list(_shown(rows, chosen)),
        "ready": sum(not (row.left or row.barred) for row in rows),
        "refusal": refusal,
    }
    return render(request, "decisions/batch_sign.html", context, status=status)


def _note_reads(request: LoggedInRequest, rows: Iterable[batch_queries.Row]) -> None:
    """Of the cases where something is marked as secret, that their drafts were read: the one write here."""
    drafts = [row.decision for row in rows if row.decision is not None and not row.barred]
    marked = marked_among({draft.case_id for draft in drafts})
    for draft in drafts:
        if draft.case_id in marked:
            log_protected_read(actor=request.user, case=draft.case, what="ett utkast till beslut")


def _shown(rows: Iterable[batch_queries.Row], chosen: Collection[int] | None) -> Iterable[dict[str, Any]]:
    """Each with its document, ticked unless it was unticked a moment ago. Nothing of it to who has declared
    jäv since it was sent."""
    for row in rows:
        decision = row.decision
        if decision is None or row.barred:
            continue
        yield {
            "row": row,
            "decision": decision,
            "ticked": chosen is None or decision.pk in chosen,
            "document": decision_html(decision, level=3),
        }
