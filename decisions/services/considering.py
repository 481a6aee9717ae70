"""Somebody says whether something in a decision is secret, before it is sent on or published."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from decisions.enums import SecrecyOutcome
from decisions.masking import holds_secret_parts
from decisions.models import Decision, DecisionDocument, SecrecyReview
from decisions.models.considered import is_tried, is_untried, latest_review, text_mark_of
from decisions.rules import may_consider_secrecy
from decisions.services.drafting import lock_decision, require_part, require_version
from decisions.services.masking import labels_of
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.secrecy import Part, Provision
from s3portal.diary.services import Target, place_mark, require_ground, require_time, set_mark


@transaction.atomic
def nothing_secret(*, decision_id: int, actor: User, expected_version: int | None = None) -> SecrecyReview:
    """Nothing in the decision is secret, says ``actor``. Raises Refusal for who may not, or has jäv, and
    Conflict when it has changed since ``expected_version`` (None for what cannot change)."""
    return _consider(_locked(decision_id, actor, expected_version), actor, SecrecyOutcome.NONE)


@transaction.atomic
def parts_secret(
    *,
    decision_id: int,
    actor: User,
    parts: Sequence[str],
    passages: Sequence[str],
    provision: Provision,
    reason: str,
    provision_text: str = "",
    until: date | None = None,
    expected_version: int | None = None,
) -> SecrecyReview:
    """Parts of an unsigned decision (keys of ``maskable_parts``) and passages in it are secret.

    Passages are marked in the case at once; the parts when the decision is signed, for only then is there a
    document to mark. Raises Refusal for what is missing, and Conflict as ``nothing_secret``."""
    decision = _locked(decision_id, actor, expected_version)
    if decision.is_signed:
        raise Refusal("Beslutet är undertecknat. Märk det som är hemligt på sidan Maskera.")
    chosen = labels_of(decision, parts, passages)
    require_ground(provision, provision_text, reason)
    # The marks are set at the signature, when it is too late to choose another day.
    require_time(provision, until)
    by = {"provision": provision, "provision_text": provision_text, "reason": reason, "until": until}
    for passage in passages:
        set_mark(
            actor=actor, case_id=decision.case_id, target=Target(Part.PASSAGE, passage=passage), **by  # type: ignore[arg-type]
        )  # fmt: skip
    return _consider(decision, actor, SecrecyOutcome.SOME, parts=chosen, **by)


def nothing_secret_in(decisions: Iterable[Decision], *, actor: User) -> int:
    """The same said of many drafts at once, of those where it ``is_untried``. How many.

    ``decisions`` come from ``with_parts``; the caller has asked who may and holds them locked."""
    untried = [decision for decision in decisions if is_untried(decision)]
    for decision in untried:
        _consider(decision, actor, SecrecyOutcome.NONE)
    return len(untried)


def say_of_text(decision: Decision, *, actor: User, outcome: SecrecyOutcome) -> None:
    """At the sending, of a text that nobody has tried: nothing in it is secret, or (``SOME``) the same parts
    as in the former text and no more. Says nothing where the very text is tried, or where a part that was
    secret is gone: then the check stops the decision.

    ``decision`` comes from ``with_parts``; the caller has asked who may and holds it locked."""
    if is_tried(decision):
        return
    if outcome == SecrecyOutcome.NONE:
        _consider(decision, actor, outcome)
        return
    review = latest_review(decision)
    if review is None or not holds_secret_parts(decision, review):
        return
    _consider(
        decision,
        actor,
        outcome,
        parts=review.parts,
        provision=review.provision,
        provision_text=review.provision_text,
        reason=review.reason,
        until=review.until,
    )


def mark_reviewed(decision: Decision) -> None:
    """At the signature: what was said to be secret is marked in the diary, as of who said it."""
    review = latest_review(decision)
    if review is None or not review.parts:
        return
    document = DecisionDocument.objects.select_related("file__record").get(decision=decision)
    for field, label in review.parts.items():
        place_mark(
            actor=review.by,
            case=decision.case,
            target=Target(Part.FIELD, record_id=document.file.record_id, field=field, field_label=label),
            provision=Provision(review.provision),
            provision_text=review.provision_text,
            reason=review.reason,
            # A last day that has passed since is for a person to set anew; the mark itself must stand.
            until=review.until if review.until and review.until >= timezone.localdate() else None,
        )


def _locked(decision_id: int, actor: User, expected_version: int | None) -> Decision:
    decision = lock_decision(decision_id)
    if not may_consider_secrecy(actor, decision):
        raise Refusal("Bara de som skriver, undertecknar eller publicerar beslutet prövar sekretessen i det.")
    if not decision.is_signed:
        require_part(decision, actor)
    if expected_version is not None:
        require_version(decision, expected_version)
    return decision


def _consider(decision: Decision, actor: User, outcome: SecrecyOutcome, **fields: object) -> SecrecyReview:
    review = SecrecyReview.objects.create(
        decision=decision, outcome=outcome, by=actor, text_mark=text_mark_of(decision), **fields
    )
    record_event(
        actor=actor,
        action="secrecy_considered",
        obj=decision,
        text=f"Sekretess prövad: {str(outcome.label).lower()}",
        data={"parts": sorted(review.parts)},
    )
    return review
