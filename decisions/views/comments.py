"""/handlaggning/beslut/<beslut>/kommentarer/: the draft part by part, with what is said of it beside."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from decisions import rules
from decisions.comment_forms import CommentForm, target_of
from decisions.comment_queries import parts_shown
from decisions.models import Decision
from decisions.services import commenting
from decisions.services.clearing import goes_at
from decisions.views.door import asks_first
from decisions.views.loading import with_material_or_404
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.text import read_whole

SAVED = "Kommentaren är sparad."


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def comments(request: HttpRequest, pk: int) -> HttpResponse:
    decision, user = with_material_or_404(request, pk), cast(User, request.user)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    if typed is None:
        return _page(request, decision)
    target, kind, number = target_of(typed)
    form = CommentForm(typed, target=target)
    if request.method == "POST" and form.is_valid():
        try:
            thread = _write(decision, user, form, kind, number)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, SAVED)
            return _back(decision, thread)
    return _page(request, decision, form, status=422 if request.method == "POST" else 200)


def _write(decision: Decision, user: User, form: CommentForm, kind: str, number: int) -> int:
    """Gives the thread where the words stand. Raises Refusal."""
    text = form.cleaned_data["text"]
    if kind == "trad":
        return commenting.reply(decision_id=decision.pk, thread_id=number, actor=user, text=text).thread_id
    if kind == "kommentar":
        return commenting.edit_comment(
            decision_id=decision.pk, comment_id=number, actor=user, text=text
        ).thread_id
    return commenting.start_thread(
        decision_id=decision.pk,
        actor=user,
        anchor=form.target,
        text=text,
        quote=form.cleaned_data.get("quote", ""),
    ).pk


def _page(
    request: HttpRequest, decision: Decision, form: CommentForm | None = None, *, status: int = 200
) -> HttpResponse:
    """``form``: what is to be put right; it stands open where it was written."""
    user = cast(User, request.user)
    parts = parts_shown(decision, user)
    may_comment = rules.may_comment(user, decision)
    targets = {f"trad:{row.thread.pk}" for part in parts for row in (*part.open, *part.done)}
    targets |= {f"kommentar:{row.editable}" for part in parts for row in (*part.open, *part.done)}
    targets |= {part.anchor for part in parts}
    context = {
        "decision": decision,
        "parts": parts,
        "open": [part for part in parts if part.open],
        "written": form,
        # What is answered is gone, or is another's: the words are shown first, to be copied.
        "lost": form is not None and not (may_comment and form.target in targets),
        "may_comment": may_comment,
        "goes_at": goes_at(decision),
    }
    return render(request, "decisions/comments.html", context, status=status)


@require_POST
@asks_first
def step(request: HttpRequest, pk: int, thread_pk: int, step: str) -> HttpResponse:
    """The buttons of a thread: ``klar``, ``oppna`` and, for a comment of one's own, ``ta-tillbaka``."""
    decision, user = with_material_or_404(request, pk), cast(User, request.user)
    if step not in ("klar", "oppna", "ta-tillbaka"):
        raise Http404
    left: int | None = thread_pk
    try:
        if step == "ta-tillbaka":
            number = read_whole(request.POST.get("kommentar")) or 0
            thread = commenting.withdraw_comment(decision_id=pk, comment_id=number, actor=user)
            left = None if thread is None else thread.pk
            messages.success(request, "Kommentaren är tillbakatagen.")
        else:
            commenting.set_resolved(decision_id=pk, thread_id=thread_pk, actor=user, resolved=step == "klar")
            messages.success(
                request, "Kommentaren är klar." if step == "klar" else "Kommentaren är öppen igen."
            )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return _back(decision, left)


def _back(decision: Decision, thread: int | None) -> HttpResponseRedirect:
    address = reverse("decisions:draft_comments", args=[decision.pk])
    return HttpResponseRedirect(address if thread is None else f"{address}#trad-{thread}")
