"""/handlaggning/beslut/<beslut>/versioner/: what a draft was, what differs, and back to an earlier text."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from decisions import rules
from decisions.comparing import compare as compare_versions
from decisions.services.restoring import restore_version
from decisions.version_forms import CompareForm
from decisions.version_queries import history as rows_of
from decisions.version_queries import pair_to_compare
from decisions.views.door import asks_first
from decisions.views.draft_page import version_of
from decisions.views.loading import with_material_or_404
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal

PER_PAGE = 30


@require_safe
@asks_first
def history(request: HttpRequest, pk: int) -> HttpResponse:
    decision, user = with_material_or_404(request, pk), cast(User, request.user)
    rows = list(rows_of(decision))
    pair = pair_to_compare(rows, user)
    context = {
        "decision": decision,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "newest": rows[0].number if rows else 0,
        "form": CompareForm(rows=rows, pair=pair) if pair else None,
    }
    return render(request, "decisions/versions.html", context)


@require_safe
@asks_first
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Any two, the older one first however they were chosen; without a choice what has changed of late."""
    decision, user = with_material_or_404(request, pk), cast(User, request.user)
    rows = list(rows_of(decision))
    pair = pair_to_compare(rows, user)
    if pair is None:
        return redirect("decisions:draft_versions", pk=pk)
    form = CompareForm(request.GET if request.GET else None, rows=rows, pair=pair)
    chosen = form.chosen()
    if chosen is None:
        raise Http404
    found = {
        row.number: row for row in decision.versions.select_related("saved_by").filter(number__in=chosen)
    }
    before, after = (found[number] for number in sorted(chosen))
    context = {
        "decision": decision,
        "form": form,
        "before": before,
        "after": after,
        "comparison": compare_versions(before.content, after.content),
        "may_restore": rules.may_edit_draft(user, decision) and before.number != rows[0].number,
    }
    return render(request, "decisions/version_compare.html", context)


@require_POST
@asks_first
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    decision, user = with_material_or_404(request, pk), cast(User, request.user)
    if not rules.may_draft(user):
        raise PermissionDenied
    try:
        restore_version(
            decision_id=decision.pk, number=number, actor=user, expected_version=version_of(request.POST)
        )
    except Refusal as refusal:
        messages.error(request, f"{refusal.message} Inget är återställt.")
        return redirect("decisions:draft_versions", pk=pk)
    messages.success(
        request, f"Utkastet är som det var i version {number}. Texten som stod där finns kvar i historiken."
    )
    return redirect("decisions:officer_detail", pk=pk)
