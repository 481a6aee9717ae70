"""Taking one step of a batch, in a transaction of its own: the decision and that it is done, or neither.

A worker that is killed leaves the step waiting; it is taken anew. One that is refused says why, and the
others go on."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from applications.models import Application
from decisions.checks import failing
from decisions.checks.ranked import ranked
from decisions.content import content_of
from decisions.enums import BatchAction, DecisionKind, StepState, VersionKind
from decisions.kinds import DECIDING
from decisions.models import BatchItem, BatchStep, Decision, DecisionBatch
from decisions.models.batch import UNLOCKED
from decisions.models.decision import LONG_TEXTS
from decisions.reasons import belongs_to, rationales_of, reasons_for
from decisions.services.batch_mail import tell_when_all_are_settled
from decisions.services.drafting import draft_from_application, lock_decision
from decisions.services.expediting import expedite_decision
from decisions.services.proposing import ChecksFailed, propose_decision
from decisions.services.signing import sign_decision
from decisions.services.versioning import note_version
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal

logger = logging.getLogger(__name__)

#: A step that has killed so many workers is given up.
MOST_ATTEMPTS: Final = 3
#: A signature is carried out soon after the delegate has given it, and on the same day, or not at all.
SIGNATURE_HOLDS: Final = timedelta(hours=1)
GONE: Final = "Utkastet finns inte längre."
GAVE_UP: Final = (
    f"Det gick inte efter {MOST_ATTEMPTS} försök. Försök igen, och kontakta supporten om det inte hjälper."
)
TOO_LATE: Final = "Underskriften hann inte verkställas i tid. Skriv under igen."


def carry_out(*, step_id: int) -> bool:
    """Take the step if it is waited for and nobody else is at it; True when it was settled now.

    What is not a refusal is raised, and the step is taken anew until ``MOST_ATTEMPTS`` have begun."""
    if not _begin(step_id):
        return False
    with transaction.atomic():
        step = _take(step_id)
        if step is None:
            return False
        try:
            with transaction.atomic():
                _WORK[BatchAction(step.action)](step)
        except Refusal as refusal:
            _settle(step, StepState.FAILED, reason_of(refusal))
        else:
            _settle(step, StepState.DONE)
    return True


def reason_of(refusal: Refusal) -> str:
    """One sentence for each thing, as it is shown beside the decision."""
    if isinstance(refusal, ChecksFailed):
        return "; ".join(check.label for check in refusal.checks) or refusal.message
    return refusal.message


# --- Taking it --------------------------------------------------------------------------------------------
@transaction.atomic
def _begin(step_id: int) -> bool:
    """Count the attempt before it is made: a worker that dies in it counts nothing afterwards."""
    step = _take(step_id)
    if step is None:
        return False
    if step.attempts >= MOST_ATTEMPTS:
        logger.error("Step %s of a batch was given up.", step_id)
        _settle(step, StepState.FAILED, GAVE_UP)
        return False
    step.attempts += 1
    step.save(update_fields=["attempts"])
    return True


def _take(step_id: int) -> BatchStep | None:
    waiting = BatchStep.objects.waiting().filter(pk=step_id)
    return (
        waiting.select_for_update(of=("self",), skip_locked=True)
        .select_related("actor", "item__batch__lock", "item__decision")
        # What was frozen is large, and read only when a draft is made.
        .defer("item__batch__lock__content", *(f"item__decision__{name}" for name in LONG_TEXTS))
        .first()
    )


def _settle(step: BatchStep, state: StepState, reason: str = "") -> None:
    step.state, step.reason, step.settled_at = state, reason, timezone.now()
    step.save(update_fields=["state", "reason", "settled_at"])
    if step.action in (BatchAction.PROPOSE, BatchAction.SIGN):
        tell_when_all_are_settled(step)


# --- The steps --------------------------------------------------------------------------------------------
def _draft(step: BatchStep) -> None:
    """From the ranking as it was locked. What is under way or signed for itself is taken in as it stands."""
    _require_lock(step)
    item, started = step.item, timezone.now()
    held = _hold_under_way(item)
    decision = (
        _signed_for_itself(item)
        or _of_former_locking(item)
        or draft_from_application(application_id=item.application_id, actor=step.actor, kind=item.kind)
    )
    made_now = decision.created_at >= started
    if decision.is_draft and (made_now or held == decision.pk):
        _fill_in(decision, item, step.actor, made_now=made_now)
    # One that a former locking made belongs to this batch now.
    BatchItem.objects.filter(decision=decision).exclude(pk=item.pk).update(decision=None)
    item.decision = decision
    item.save(update_fields=["decision"])


def _hold_under_way(item: BatchItem) -> int | None:
    """The draft of that kind that somebody has begun, locked before its application as everywhere else."""
    begun = Decision.objects.under_way().filter(application=item.application_id, kind=item.kind)
    found = begun.values_list("pk", flat=True).first()
    return None if found is None else lock_decision(found).pk


def _of_former_locking(item: BatchItem) -> Decision | None:
    """What a batch of an earlier locking made and nobody has signed, whatever its kind: one that the ranking
    no longer leads to is stopped here (``checks.ranked``), and not left to be signed beside this batch's
    own."""
    found = Decision.objects.under_way().filter(
        application=item.application_id, batch_item__batch__lock__unlocked_at__isnull=False
    )
    pk = found.values_list("pk", flat=True).first()
    return None if pk is None else lock_decision(pk)


def _signed_for_itself(item: BatchItem) -> Decision | None:
    """The decision that has decided the application already. One that has fallen, so that the application is
    tried again, is none."""
    if Application.objects.open().filter(pk=item.application_id).exists():
        return None
    signed = Decision.objects.signed().filter(application=item.application_id, kind__in=DECIDING)
    return signed.order_by("-pk").first()


def _fill_in(decision: Decision, item: BatchItem, actor: User, *, made_now: bool) -> None:
    """The first words of the reasons, and the batch's own delegate. Whoever has the page of a draft that was
    there before is told that it has changed."""
    changed = _choose_delegate(item.batch, decision)
    if not decision.reasons:
        rationales = rationales_of([item.application_id])
        decision.reasons = reasons_for(
            item.application_id,
            item.batch.lock.content,
            rationales,
            strategy=belongs_to(item.application),
        )
        changed.append("reasons")
    if changed and not made_now:
        decision.version += 1
        changed.append("version")
    if changed:
        decision.save(update_fields=changed)
        whole = Decision.objects.with_parts().get(pk=decision.pk)
        note_version(whole, kind=VersionKind.SAVED, actor=actor, content=content_of(whole))


def _choose_delegate(batch: DecisionBatch, decision: Decision) -> list[str]:
    """Unless somebody is chosen, or has begun to write. What changed."""
    delegate = batch.grants_by if decision.kind == DecisionKind.GRANT else batch.rejections_by
    if delegate is None or decision.delegate_id is not None or decision.version > 1:
        return []
    decision.delegate, decision.clause = delegate, delegate.clause
    return ["delegate", "clause"]


def _propose(step: BatchStep) -> None:
    decision = _ready(step)
    propose_decision(
        decision_id=decision.pk, actor=step.actor, expected_version=step.version or 0, tell=False
    )


def _sign(step: BatchStep) -> None:
    """What the delegate has asked for: this person's signature on this text, if all still holds."""
    now = timezone.now()
    if now - step.asked_at > SIGNATURE_HOLDS or timezone.localdate(now) != timezone.localdate(step.asked_at):
        raise Refusal(TOO_LATE)
    if not step.actor.is_active:
        raise Refusal(f"{step.actor} arbetar inte kvar.")
    decision = _ready(step)
    sign_decision(decision_id=decision.pk, actor=step.actor, expected_version=step.version or 0, tell=False)
    # Asked again now that the application is locked: who unlocks the ranking waits for it.
    _require_lock(step)


def _expedite(step: BatchStep) -> None:
    expedite_decision(decision_id=_decision(step).pk, actor=step.actor)


_WORK: Final[Mapping[BatchAction, Callable[[BatchStep], None]]] = {
    BatchAction.DRAFT: _draft,
    BatchAction.PROPOSE: _propose,
    BatchAction.SIGN: _sign,
    BatchAction.EXPEDITE: _expedite,
}


def _decision(step: BatchStep) -> Decision:
    if step.item.decision is None:
        raise Refusal(GONE)
    return step.item.decision


def _ready(step: BatchStep) -> Decision:
    """The decision, when the ranking still stands and the draft says what it leads to."""
    decision = _decision(step)
    _require_lock(step)
    left = failing(ranked(step.item, decision))
    if left:
        raise ChecksFailed(left, what="skickas eller skrivas under i omgången")
    return decision


def _require_lock(step: BatchStep) -> None:
    step.item.batch.lock.refresh_from_db(fields=["unlocked_at"])
    if not step.item.batch.holds:
        raise Refusal(UNLOCKED)
