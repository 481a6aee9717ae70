"""/handlaggning/beslut/<beslut>/maskera/: what in a decision is secret, and its version for the public."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from decisions.masking import masked_html
from decisions.masking_forms import MaskForm
from decisions.models import Decision
from decisions.recipe import is_of_earlier, tells_of_marked
from decisions.rules import may_list_decisions, may_publish
from decisions.secrecy import Secrecy, fresh_masked, secrecy_of
from decisions.services.masking import make_masked, mark_decision, require_recipe
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.diary.rules import may_mark
from s3portal.diary.services import log_protected_read


@requires(may_list_decisions)
@require_http_methods(["GET", "HEAD", "POST"])
def mask(request: LoggedInRequest, pk: int) -> HttpResponse:
    decisions = Decision.objects.visible_to(request.user).signed()
    decision = get_object_or_404(decisions.with_parts(), pk=pk)
    if not may_publish(request.user, decision):
        raise PermissionDenied
    if request.method == "POST" and "gor" in request.POST:
        took(
            request,
            lambda: make_masked(decision_id=pk, actor=request.user, preview_read="last" in request.POST),
            "Den maskade versionen är gjord och registrerad i diariet.",
        )
        return redirect("decisions:mask", pk=pk)
    secrecy = secrecy_of(decision)
    form = None
    if may_mark(request.user, decision.case):
        typed = request.POST if request.method == "POST" else take_kept_text(request)
        form = MaskForm(typed, decision=decision, marked=_parts_marked(decision, secrecy))
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            made = mark_decision(actor=request.user, decision_id=pk, **form.content())
        except Refusal as refusal:
            form.add_error(field_of(refusal.field), refusal.message)
        else:
            messages.success(request, f"{len(made)} uppgifter är märkta som hemliga." if len(made) > 1
                             else "1 uppgift är märkt som hemlig.")  # fmt: skip
            return redirect("decisions:mask", pk=pk)
    return _show(request, decision, secrecy, form)


def field_of(name: str | None) -> str | None:
    """Where a refusal is told: the mark's own fields have other names here."""
    return {"passage": "passages", "target": "parts"}.get(name or "", name)


def _parts_marked(decision: Decision, secrecy: Secrecy) -> set[str]:
    """Of this decision's own parts: those of an earlier one have the same names."""
    return {mark.field for mark in secrecy.marks if not is_of_earlier(decision, mark)}


def _show(
    request: LoggedInRequest, decision: Decision, secrecy: Secrecy, form: MaskForm | None
) -> HttpResponse:
    preview, stopped = "", ""
    if secrecy.any:
        log_protected_read(actor=request.user, case=decision.case, what=f"beslut {decision.printed_number}")
        try:
            preview = masked_html(decision, require_recipe(secrecy), level=3)
        except Refusal as refusal:
            stopped = refusal.message
    context = {
        "decision": decision,
        "marks": secrecy.marks,
        "form": form,
        "preview": preview,
        "stopped": stopped,
        "masked": fresh_masked(decision, secrecy),
        "to_read": tells_of_marked(decision, secrecy.marks),
    }
    failed = form is not None and bool(form.errors)
    return render(request, "decisions/mask.html", context, status=422 if failed else 200)
