"""Showing a signed decision under /beslut/, and taking it away. The decision itself never changes."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from decisions.enums import DecisionAction
from decisions.models import Decision, Publication
from decisions.rules import publishes
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.leftovers import find_leftovers


@transaction.atomic
def publish_decision(*, decision_id: int, actor: User) -> Publication:
    """Publish the decision; one that is published stays so. Raises Refusal when it is not signed, when a
    leftover of a template stands in it, or when it names a protected party."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    require(decision, DecisionAction.PUBLISH)
    _require_publisher(actor)
    done = Publication.objects.filter(decision=decision).first()
    if done is not None:
        return done
    _check_text(decision)
    publication = Publication.objects.create(
        decision=decision, published_by=actor, published_at=timezone.now()
    )
    record_event(
        actor=actor, action="decision_published", obj=decision, text=f"Beslutet publicerat: {decision}"
    )
    return publication


@transaction.atomic
def unpublish_decision(*, decision_id: int, actor: User) -> None:
    """Take the decision off the web. Nothing happens when it is not there."""
    _require_publisher(actor)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    removed, _rows = Publication.objects.filter(decision=decision).delete()
    if removed:
        record_event(
            actor=actor,
            action="decision_unpublished",
            obj=decision,
            text=f"Beslutet avpublicerat: {decision}",
        )


def _require_publisher(actor: User) -> None:
    if not publishes(actor):
        raise Refusal("Bara en handläggare eller en registrator kan publicera beslut.")


def _check_text(decision: Decision) -> None:
    for text in _texts(decision):
        for leftover in find_leftovers(text):
            raise Refusal(f"Beslutet kan inte publiceras: ”{leftover.text}” står kvar. {leftover.reason}")
    case = decision.case
    name = case.counterpart.casefold() if case.counterpart_protected else ""
    if name and any(name in text.casefold() for text in _texts(decision)):
        raise Refusal("Beslutet kan inte publiceras: motparten är skyddad men nämns i beslutet.")


def _texts(decision: Decision) -> Iterator[str]:
    """Everything that was written by hand in the decision."""
    yield from (decision.title, decision.background, decision.reasons)
    yield from decision.points.values_list("text", flat=True)
    yield from decision.basis_documents.values_list("title", flat=True)
    yield from decision.extract_recipients.values_list("name", flat=True)
