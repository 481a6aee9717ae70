"""Showing a signed decision under /beslut/, and taking it away. The decision itself never changes."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from decisions.enums import DecisionAction
from decisions.models import Decision, Publication
from decisions.models.considered import latest_review
from decisions.rules import publishes
from decisions.secrecy import concerning, fresh_masked, secrecy_of
from decisions.services.considering import nothing_secret
from decisions.services.masking import make_masked
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.leftovers import find_leftovers
from s3portal.diary.merging import merged_with
from s3portal.diary.models import CaseMerger, SecrecyMark
from s3portal.diary.services import lock_matter


@transaction.atomic
def publish_decision(*, decision_id: int, actor: User, nothing_is_secret: bool = False) -> Publication:
    """Publish the decision; one that is published stays so. Where something in it is marked as secret the
    public gets the masked version, made now if there is none by the marks that stand.

    ``nothing_is_secret``: ``actor`` has tried a decision where nobody has said anything. Raises Refusal when
    it is not signed, when nobody has tried its secrecy, when a leftover of a template stands in it, or when
    it cannot be masked; ``RenderingFailed`` or ``SealingFailed`` when the masked version cannot be made."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    require(decision, DecisionAction.PUBLISH)
    _require_publisher(actor)
    done = Publication.objects.filter(decision=decision).first()
    if done is not None:
        return done
    _check_text(decision)
    # Held until this is over: who marks something in the case afterwards takes the publication away.
    lock_matter(decision.case_id)
    marked = concerning(decision).exists()
    if not marked and latest_review(decision) is None:
        if not nothing_is_secret:
            raise Refusal("Säg först om något i beslutet är hemligt.")
        nothing_secret(decision_id=decision.pk, actor=actor)
    masked = make_masked(decision_id=decision.pk, actor=actor) if marked else None
    publication = Publication.objects.create(
        decision=decision, masked=masked, published_by=actor, published_at=timezone.now()
    )
    record_event(
        actor=actor, action="decision_published", obj=decision, text=f"Beslutet publicerat: {decision}"
    )
    return publication


@transaction.atomic
def unpublish_decision(*, decision_id: int, actor: User) -> None:
    """Take the decision off the web. Nothing happens when it is not there. Raises Refusal for a draft."""
    _require_publisher(actor)
    decision = Decision.objects.select_for_update(of=("self",)).select_related("case").get(pk=decision_id)
    require(decision, DecisionAction.PUBLISH)
    removed, _rows = Publication.objects.filter(decision=decision).delete()
    if removed:
        record_event(
            actor=actor,
            action="decision_unpublished",
            obj=decision,
            text=f"Beslutet avpublicerat: {decision}",
        )


def withdraw_marked(actor: User, mark: SecrecyMark) -> None:
    """Take the decisions that a new mark covers off the web, until somebody has masked them and publishes
    them again. The diary calls it with the case locked (``diary.followers``)."""
    for publication in _published_in(mark.case_id):
        if concerning(publication.decision).filter(pk=mark.pk).exists():
            _withdraw(publication, actor, f"något i {mark.case} märktes som hemligt")


def withdraw_merged(actor: User, merger: CaseMerger) -> None:
    """The same when two cases are merged: what is marked in the one is secret in the decisions of the other.
    Those that are masked so already stay."""
    for publication in _published_in(merger.into_id):
        decision = Decision.objects.with_parts().get(pk=publication.decision_id)
        others = concerning(decision).exclude(case=decision.case_id)
        masked = publication.masked
        if others.exists() and (masked is None or masked != fresh_masked(decision, secrecy_of(decision))):
            _withdraw(publication, actor, f"{merger.merged} sammanfördes med {merger.into}")


def _published_in(case_id: int) -> QuerySet[Publication]:
    """Of the case and those that it is merged with."""
    matter = merged_with([case_id])[case_id]
    return Publication.objects.filter(decision__case__in=matter).select_related("decision__case", "masked")


def _withdraw(publication: Publication, actor: User, why: str) -> None:
    publication.delete()
    record_event(
        actor=actor,
        action="decision_unpublished",
        obj=publication.decision,
        text=f"Beslutet avpublicerat: {why}",
    )


def _require_publisher(actor: User) -> None:
    if not publishes(actor):
        raise Refusal("Bara en handläggare eller en registrator kan publicera beslut.")


def _check_text(decision: Decision) -> None:
    for text in _texts(decision):
        for leftover in find_leftovers(text):
            raise Refusal(f"Beslutet kan inte publiceras: ”{leftover.text}” står kvar. {leftover.reason}")


def _texts(decision: Decision) -> Iterator[str]:
    """Everything that was written by hand in the decision."""
    yield from (decision.title, decision.background, decision.reasons, decision.change_text)
    yield from (decision.presenter_text, decision.also_present)
    yield from decision.points.values_list("text", flat=True)
    yield from decision.basis_documents.values_list("title", flat=True)
    yield from decision.extract_recipients.values_list("name", flat=True)
