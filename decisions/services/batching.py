"""A locked ranking's decisions in one sitting: what is asked for in all of them at once.

Each asks for a step in each decision by itself (``BatchStep``); a worker takes them one by one, each in a
transaction of its own (``batch_steps``). Who has jäv in one of them is left out there, and takes part in the
others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from applications.enums import Proposal
from applications.impartiality import Access
from applications.models import Ranking, TradeSecret
from decisions.batch_queries import access_in
from decisions.enums import BatchAction, DecisionStatus
from decisions.models import BatchItem, BatchStep, Decision, DecisionBatch, Delegate
from decisions.models.batch import UNLOCKED
from decisions.models.considered import is_untried
from decisions.rules import may_draft, sends_out
from decisions.services.considering import nothing_secret_in
from decisions.services.drafting import MAY_NOT_DRAFT
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal

ONLY_DELEGATES = "Bara en delegat kan skriva under beslut."


@dataclass(frozen=True)
class Asked:
    """``count``: steps that were asked for. ``unanswered``: decisions left out because the person has not
    answered whether there is jäv."""

    count: int
    unanswered: int


@transaction.atomic
def start_batch(
    *,
    call_id: int,
    actor: User,
    with_reserves: bool = False,
    grants_by: Delegate | None = None,
    rejections_by: Delegate | None = None,
) -> DecisionBatch:
    """Decisions for all in the call's locked ranking; whoever presses twice gets the same batch.

    Those on the reserve list wait unless ``with_reserves``. Raises Refusal when the ranking is not locked."""
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)
    # Two who press at once meet here, and so does who unlocks the ranking.
    ranking = Ranking.objects.select_for_update(of=("self",)).get(call=call_id)
    lock = ranking.locks.holding().first()
    if lock is None:
        raise Refusal("Lås rangordningen först. Besluten vilar på den.")
    existing = DecisionBatch.objects.filter(lock=lock).first()
    if existing is not None:
        return existing
    batch = DecisionBatch.objects.create(
        lock=lock, grants_by=grants_by, rejections_by=rejections_by, made_by=actor
    )
    rows = list(ranking.rows.order_by("position"))
    BatchItem.objects.bulk_create(
        BatchItem(
            batch=batch,
            application_id=row.application_id,
            place=row.position,
            proposal=row.proposal,
            amount=row.proposed_amount,
        )
        for row in rows
    )
    record_event(
        actor=actor,
        action="decision_batch_started",
        obj=batch,
        text=f"Beslut för {len(rows)} ansökningar i {lock.record.case}, låsning {lock.number}",
        data={"lock": lock.pk, "call": call_id, "with_reserves": with_reserves},
    )
    ask_for_drafts(batch_id=batch.pk, actor=actor, with_reserves=with_reserves)
    return batch


@transaction.atomic
def ask_for_drafts(*, batch_id: int, actor: User, with_reserves: bool = False) -> Asked:
    """A draft where there is none. Raises Refusal for who does not draft, or when the ranking is unlocked."""
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)
    batch = _lock_batch(batch_id)
    items = batch.items.filter(decision=None)
    if not with_reserves:
        items = items.exclude(proposal=Proposal.RESERVE)
    return _ask(items, BatchAction.DRAFT, actor)


@transaction.atomic
def propose_drafts(*, batch_id: int, actor: User, nothing_is_secret: bool = False) -> Asked:
    """Send every draft to its delegate. Those that the checks stop stay drafts and say why.

    ``nothing_is_secret``: ``actor`` has tried the secrecy of all drafts where nobody has, or only of another
    text, and the applicant has marked no trade secrets."""
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)
    # Drafts before the batch, as a worker has them: it holds the one it has sent when it asks for the batch.
    held = _hold_untried(batch_id, actor) if nothing_is_secret else []
    batch = _lock_batch(batch_id)
    if held:
        nothing_secret_in(Decision.objects.filter(pk__in=held).with_parts(), actor=actor)
    items = batch.items.filter(decision__status=DecisionStatus.DRAFT)
    return _ask(items, BatchAction.PROPOSE, actor)


@transaction.atomic
def sign_chosen(*, batch_id: int, actor: User, chosen: Mapping[int, int]) -> Asked:
    """The delegate's signature on each of the ``chosen``: by the decision's id, the version that was read.

    That the person proved who they are just now is for the view. Each is checked once more when it is carried
    out. Raises Refusal for who is no delegate, for an empty choice and for one that does not wait for them;
    Conflict when one of them has changed."""
    if not actor.has_role(Role.DELEGATE):
        raise Refusal(ONLY_DELEGATES)
    if not chosen:
        raise Refusal("Välj minst ett beslut att skriva under.", field="valda")
    batch = _lock_batch(batch_id)
    items = list(
        batch.items.filter(
            decision__in=chosen, decision__status=DecisionStatus.PROPOSED, decision__delegate__user=actor
        ).select_related("decision")
    )
    if len(items) != len(chosen):
        raise Conflict("Något av besluten väntar inte längre på din underskrift. Gå igenom listan igen.")
    for item in items:
        if item.decision is not None and item.decision.version != chosen[item.decision.pk]:
            raise Conflict(f"{item.decision} har ändrats sedan du öppnade sidan. Läs det igen.")
    asked = _ask(batch.items.filter(pk__in=[item.pk for item in items]), BatchAction.SIGN, actor)
    record_event(
        actor=actor,
        action="decision_batch_signed",
        obj=batch,
        text=f"Skrev under {asked.count} beslut i en följd",
        data={"decisions": sorted(chosen)},
    )
    return asked


@transaction.atomic
def ask_for_expedition(*, batch_id: int, actor: User) -> Asked:
    """Send out every signed decision that has not been sent."""
    if not sends_out(actor):
        raise Refusal("Bara en handläggare kan expediera beslut.")
    batch = _lock_batch(batch_id)
    items = batch.items.filter(decision__status=DecisionStatus.SIGNED, decision__expedition=None)
    return _ask(items, BatchAction.EXPEDITE, actor)


# --- Parts ------------------------------------------------------------------------------------------------
def _lock_batch(batch_id: int) -> DecisionBatch:
    """Its row locked: nobody else asks for the same at once. Raises Refusal when the ranking is unlocked."""
    batch = DecisionBatch.objects.select_related("lock").select_for_update(of=("self",)).get(pk=batch_id)
    if not batch.holds:
        raise Refusal(UNLOCKED)
    return batch


def _hold_untried(batch_id: int, actor: User) -> list[int]:
    """The drafts that are untried (``is_untried``), where ``actor`` has no jäv and no step is waited for (a
    worker may be at it), locked in the order of their keys. Where the applicant has marked trade secrets each
    is tried by itself."""
    items = BatchItem.objects.filter(batch=batch_id, decision__status=DecisionStatus.DRAFT)
    found = list(_without_step(items).select_related("application"))
    access = access_in(found, actor)
    open_to = [item.decision_id for item in found if item.decision_id and access[item.pk] is Access.OPEN]
    secret = TradeSecret.objects.filter(application=OuterRef("application"))
    drafts = Decision.objects.filter(~Exists(secret), pk__in=open_to, status=DecisionStatus.DRAFT)
    untried = [draft.pk for draft in drafts.with_parts() if is_untried(draft)]
    locked = drafts.filter(pk__in=untried).select_for_update(of=("self",)).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def _without_step(items: QuerySet[BatchItem]) -> QuerySet[BatchItem]:
    """Those where none is waited for."""
    return items.filter(~Exists(BatchStep.objects.waiting().filter(item=OuterRef("pk"))))


def _ask(items: QuerySet[BatchItem], action: BatchAction, actor: User) -> Asked:
    """The step in each of the items where none is waited for. Who has jäv, or has not said that there is
    none, asks for nothing there; what is signed may be sent out by any officer."""
    found = list(_without_step(items).select_related("application", "decision").order_by("place"))
    access = access_in(found, actor)
    meets = [Access.OPEN if action == BatchAction.EXPEDITE else access[item.pk] for item in found]
    # One moment for all: those that are asked for together are told of together.
    now = timezone.now()
    steps = BatchStep.objects.bulk_create(
        BatchStep(item=item, action=action, actor=actor, asked_at=now, version=_version(item, action))
        for item, met in zip(found, meets, strict=True)
        if met is Access.OPEN
    )
    _start_after_commit([step.pk for step in steps])
    return Asked(len(steps), meets.count(Access.ASK))


def _version(item: BatchItem, action: BatchAction) -> int | None:
    """Of the text that is sent or signed."""
    if action not in (BatchAction.PROPOSE, BatchAction.SIGN) or item.decision is None:
        return None
    return item.decision.version


def _start_after_commit(step_ids: Collection[int]) -> None:
    from decisions.tasks import carry_out_step  # the task imports what this module imports

    def start() -> None:
        for step_id in step_ids:
            carry_out_step.delay(step_id)

    # Should the broker be away, it is asked once; the beat job finds the rows instead.
    transaction.on_commit(start, robust=True)
