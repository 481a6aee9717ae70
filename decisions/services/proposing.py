"""A draft on its way to the one who decides, and back."""

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from decisions.checks import Check, check_decision, failing
from decisions.enums import DecisionAction, DecisionStatus, SecrecyOutcome, VersionKind
from decisions.impartiality import require_declared
from decisions.models import Decision
from decisions.rules import may_propose, may_return
from decisions.services.considering import say_of_text
from decisions.services.drafting import lock_decision, require_part, require_version
from decisions.services.versioning import note_step
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox.services import enqueue_mail


class ChecksFailed(Refusal):
    """Something in the draft is to be put right first; ``checks`` holds one sentence for each."""

    def __init__(self, checks: Sequence[Check], *, what: str) -> None:
        self.checks = tuple(checks)
        count = len(self.checks)
        things = "1 uppgift är kvar" if count == 1 else f"{count} uppgifter är kvar"
        super().__init__(f"Beslutet kan inte {what}: {things} att rätta.")


@transaction.atomic
def propose_decision(
    *,
    decision_id: int,
    actor: User,
    expected_version: int,
    secrecy: SecrecyOutcome | None = None,
    tell: bool = True,
) -> Decision:
    """Send the draft to its delegate. Raises ChecksFailed, Conflict when it has changed, or Refusal.

    ``secrecy``: what ``actor`` says of it where nobody has tried this very text (``say_of_text``). Without
    ``tell`` the delegate is not mailed: one mail tells of a whole batch."""
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.PROPOSE)
    if not may_propose(actor, decision):
        raise Refusal("Bara en handläggare kan skicka beslut för underskrift.")
    require_declared(actor, decision)
    require_version(decision, expected_version)
    if secrecy is not None:
        say_of_text(decision, actor=actor, outcome=secrecy)
        decision = lock_decision(decision_id)
    left = failing(check_decision(decision, on=timezone.localdate()))
    if left or decision.delegate is None:
        raise ChecksFailed(left, what="skickas för underskrift")
    decision.status = DecisionStatus.PROPOSED
    decision.proposed_by, decision.proposed_at = actor, timezone.now()
    decision.returned_reason = ""
    _touch(decision, "status", "proposed_by", "proposed_at", "returned_reason")
    note_step(decision, kind=VersionKind.PROPOSED, actor=actor)
    record_event(
        actor=actor,
        action="decision_proposed",
        obj=decision,
        text=f"Skickat för underskrift till {decision.delegate.user}",
        data={"delegate": decision.delegate_id, "version": decision.version},
    )
    if tell:
        _mail("decision_proposed", decision, to=decision.delegate.user, path="decisions:sign")
    return decision


@transaction.atomic
def return_decision(*, decision_id: int, actor: User, expected_version: int, reason: str) -> Decision:
    """Send a proposal back to be rewritten. Raises Refusal without a reason."""
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.RETURN)
    if not may_return(actor, decision):
        raise Refusal("Bara en delegat kan skicka tillbaka beslut.")
    require_part(decision, actor)
    require_version(decision, expected_version)
    reason = reason.strip()
    if not reason:
        raise Refusal("Skriv vad som ska ändras.", field="reason")
    officer = decision.proposed_by
    decision.status = DecisionStatus.DRAFT
    decision.returned_reason = reason
    decision.proposed_by = decision.proposed_at = None
    _touch(decision, "status", "returned_reason", "proposed_by", "proposed_at")
    note_step(decision, kind=VersionKind.RETURNED, actor=actor)
    record_event(
        actor=actor,
        action="decision_returned",
        obj=decision,
        text=f"Skickat tillbaka: {reason}",
        data={"version": decision.version},
    )
    if officer is not None:
        _mail("decision_returned", decision, to=officer, path="decisions:officer_detail", actor=actor)
    return decision


def _touch(decision: Decision, *fields: str) -> None:
    """Save what changed. Who last wrote in the text stays: the step has its own trace."""
    decision.version += 1
    decision.save(update_fields=[*fields, "version"])


def _mail(kind: str, decision: Decision, *, to: User, path: str, actor: User | None = None) -> None:
    enqueue_mail(
        kind=kind,
        # The version makes the second time of the same decision a mail of its own.
        key=f"{kind}:{decision.pk}:{decision.version}",
        to_email=to.email,
        context={
            "decision": decision,
            "path": reverse(path, args=[decision.pk]),
            "actor": actor,
            "comments": sum(thread.is_open for thread in decision.threads.all()),
        },
        obj=decision,
    )
