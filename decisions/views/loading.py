"""Which decision a page is about, and whether it is there for the one who asks."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from applications.impartiality import Recused, is_recused
from decisions import rules
from decisions.impartiality import DecisionRecused
from decisions.models import Decision
from decisions.secrecy import concerning
from s3portal.accounts.models import User
from s3portal.diary.services import log_protected_read


def visible_or_404(request: HttpRequest, pk: int) -> Decision:
    """The decision with its parts; 404 for those whose roles do not reach it.

    Raises Recused or DecisionRecused (403) for who has declared jäv, until it is signed."""
    user = cast(User, request.user)
    decision = get_object_or_404(Decision.objects.visible_to(user).with_parts(), pk=pk)
    if not decision.is_signed:
        _stop_recused(user, decision)
    return decision


def with_material_or_404(request: HttpRequest, pk: int) -> Decision:
    """The decision for who reads its draft's working material: 404 for strangers, 403 for those of the region
    who neither write nor sign drafts, and for who has declared jäv also when it is signed."""
    user = cast(User, request.user)
    decision = visible_or_404(request, pk)
    if not rules.may_read_material(user):
        raise PermissionDenied
    if decision.is_signed:
        # Of an unsigned one it has been asked already.
        _stop_recused(user, decision)
        if request.method == "GET":
            note_read(user, decision, "utkastet till ")
    return decision


def note_read(user: User, decision: Decision, what: str = "") -> None:
    """That somebody has read a signed decision, or its draft, where something is secret: the one write of
    these GETs."""
    if concerning(decision).exists():
        log_protected_read(actor=user, case=decision.case, what=f"{what}beslut {decision.printed_number}")


def _stop_recused(user: User, decision: Decision) -> None:
    if rules.may_take_part(user, decision):
        return
    if decision.application is not None and is_recused(user, decision.application):
        raise Recused(decision.application)
    raise DecisionRecused(decision)
