"""/handlaggning/beslut/<beslut>/sekretess/: is something in a decision that is not signed yet secret?"""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications.secrecy import hints
from decisions.batch_queries import batch_of, waiting_for
from decisions.document import decision_html
from decisions.masking_forms import MaskForm
from decisions.models import Decision
from decisions.models.considered import latest_review
from decisions.rules import may_consider_secrecy, may_sign
from decisions.services.considering import nothing_secret, parts_secret
from decisions.services.drafting import TEXT_CHANGED
from decisions.views.door import asks_first
from decisions.views.draft_page import version_of
from decisions.views.loading import visible_or_404
from decisions.views.masking import field_of
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first
def consider(request: HttpRequest, pk: int) -> HttpResponse:
    decision = visible_or_404(request, pk)
    if not may_consider_secrecy(request.user, decision):  # type: ignore[arg-type]
        raise PermissionDenied
    if decision.is_signed:
        return redirect("decisions:mask", pk=pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    if request.method == "POST" and "inget" in request.POST:
        typed = None
    form = MaskForm(typed, decision=decision, marked=set())
    changed = typed is not None and version_of(typed) != decision.version
    if changed:
        # The form is of the new text from now on, so the page shows that text and says so, whatever else is
        # to be put right in the form.
        form.add_error(None, TEXT_CHANGED)
    if request.method == "POST" and (typed is None or form.is_valid()):
        try:
            _say(request, decision, form if typed is not None else None)
        except Refusal as refusal:
            if typed is None:
                messages.error(request, refusal.message)
                return redirect("decisions:officer_detail", pk=pk)
            form.add_error(field_of(refusal.field), refusal.message)
        else:
            messages.success(request, "Sekretessen är prövad.")
            return _way_on(request, decision)
    context = {
        "decision": decision,
        "form": form,
        "review": latest_review(decision),
        "hints": list(hints(decision.case)),
        "document": decision_html(decision, level=3) if changed else "",
    }
    return render(request, "decisions/consider.html", context, status=422 if form.errors else 200)


def _way_on(request: HttpRequest, decision: Decision) -> HttpResponse:
    """Who signs came from there, and goes back to it."""
    user = cast(User, request.user)
    batch = batch_of(decision)
    if batch is not None and waiting_for(batch, user).filter(decision=decision).exists():
        return redirect("decisions:batch_sign", pk=batch.pk)
    return redirect(
        "decisions:sign" if may_sign(user, decision) else "decisions:officer_detail", pk=decision.pk
    )


def _say(request: HttpRequest, decision: Decision, form: MaskForm | None) -> None:
    """Of the text that was there when the page was opened. ``form`` is None when nothing is secret."""
    user, version = cast(User, request.user), version_of(request.POST)
    if form is None:
        nothing_secret(decision_id=decision.pk, actor=user, expected_version=version)
    else:
        parts_secret(decision_id=decision.pk, actor=user, expected_version=version, **form.content())
