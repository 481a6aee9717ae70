"""What the pages of a batch of decisions show, and which steps have come to a halt."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from applications.enums import Proposal
from applications.impartiality import Access, access_to_cases
from applications.listed import Listed, listed_of
from applications.models import TradeSecret
from applications.parts import NOT_LISTED
from decisions.checks import Check, check_decision, failing, standing_of_many
from decisions.checks.ranked import ranked
from decisions.enums import BatchAction, DecisionStatus, StepState
from decisions.impartiality import barred_by_case
from decisions.models import BatchItem, BatchStep, Decision, DecisionBatch
from s3portal.accounts.models import User

ALL: Final = "alla"
_LABELS: Final = {
    ALL: "Alla",
    "utan": "Utan utkast",
    "utkast": "Utkast",
    "underskrift": "För underskrift",
    "undertecknade": "Undertecknade",
    "expedierade": "Expedierade",
    "fel": "Gick inte",
}
#: What each of them holds, of items with their ``state`` and ``latest_action``.
_CONDITIONS: Final = {
    ALL: Q(),
    "utan": Q(decision=None),
    "utkast": Q(decision__status=DecisionStatus.DRAFT),
    "underskrift": Q(decision__status=DecisionStatus.PROPOSED),
    "undertecknade": Q(decision__status=DecisionStatus.SIGNED),
    "expedierade": Q(decision__expedition__isnull=False),
    # What did not go, while it is still to be done: what somebody has done by hand since is not told of.
    "fel": Q(state=StepState.FAILED)
    & (
        Q(latest_action=BatchAction.DRAFT, decision=None)
        | Q(latest_action=BatchAction.PROPOSE, decision__status=DecisionStatus.DRAFT)
        | Q(latest_action=BatchAction.SIGN, decision__status=DecisionStatus.PROPOSED)
        | Q(latest_action=BatchAction.EXPEDITE, decision__expedition=None)
    ),
}


# --- One batch --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """One application of the batch as one person sees it. ``left``: what stops its draft from being sent or
    signed; ``notices``: what to think of before that; ``listed``: what a list tells of it; ``secret``: the
    applicant has marked trade secrets, so the assessors' words are left out."""

    item: BatchItem
    decision: Decision | None
    step: BatchStep | None
    access: Access
    left: Sequence[Check]
    notices: Sequence[Check]
    listed: Listed
    secret: bool

    @property
    def barred(self) -> bool:
        return self.access is Access.BARRED

    @property
    def waits(self) -> bool:
        """A step is being taken."""
        return self.step is not None and self.step.state == StepState.WAITING

    @property
    def failed(self) -> bool:
        """A step did not go and is still to be taken, as under the tab of those."""
        if self.step is None or self.step.state != StepState.FAILED:
            return False
        match BatchAction(self.step.action):
            case BatchAction.DRAFT:
                return self.decision is None
            case BatchAction.PROPOSE:
                return self.decision is not None and self.decision.is_draft
            case BatchAction.SIGN:
                return self.decision is not None and self.decision.status == DecisionStatus.PROPOSED
            case BatchAction.EXPEDITE:
                return not self.expedited

    @property
    def expedited(self) -> bool:
        return self.decision is not None and hasattr(self.decision, "expedition")


@dataclass(frozen=True)
class Counts:
    """Of a whole batch: ``parts`` by the tab. Of those without a draft, ``reserves`` are on the reserve list.
    ``mine`` wait for this person's signature; in ``waiting`` a step is being taken."""

    parts: Mapping[str, int]
    reserves: int
    mine: int
    waiting: int

    @property
    def total(self) -> int:
        return self.parts[ALL]

    @property
    def missing(self) -> int:
        return self.parts["utan"] - self.reserves

    @property
    def drafts(self) -> int:
        return self.parts["utkast"]

    @property
    def proposed(self) -> int:
        return self.parts["underskrift"]

    @property
    def expedited(self) -> int:
        return self.parts["expedierade"]

    @property
    def to_expedite(self) -> int:
        return self.parts["undertecknade"] - self.expedited


def counts_of(batch: DecisionBatch, user: User) -> Counts:
    """One query."""
    parts = {key: Count("pk", filter=condition) for key, condition in _CONDITIONS.items()}
    found = _with_state(batch.items.order_by()).aggregate(
        **parts,
        reserves=Count("pk", filter=_CONDITIONS["utan"] & Q(proposal=Proposal.RESERVE)),
        mine=Count("pk", filter=_mine(user)),
        waiting=Count("pk", filter=Q(state=StepState.WAITING)),
    )
    return Counts({key: found.pop(key) for key in parts}, **found)


@dataclass(frozen=True)
class Progress:
    """Steps that are settled, of those that are asked for."""

    done: int
    whole: int

    @property
    def percent(self) -> float:
        return self.done * 100 / self.whole


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int


def tabs_of(counts: Counts) -> list[Tab]:
    """Those that hold something, and all."""
    held = counts.parts
    return [Tab(key, label, held[key]) for key, label in _LABELS.items() if held[key] or key == ALL]


def items_of(batch: DecisionBatch, wanted: str = ALL) -> QuerySet[BatchItem]:
    """In the order of the ranking."""
    return _with_facts(_with_state(batch.items.all()).filter(_CONDITIONS.get(wanted, Q())))


def waiting_for(batch: DecisionBatch, user: User) -> QuerySet[BatchItem]:
    """What this person has to sign, without what is being signed."""
    return _with_facts(_with_state(batch.items.all()).filter(_mine(user)))


def rows_of(found: Iterable[BatchItem], user: User, *, on: date, signs: bool = False) -> list[Row]:
    """A constant number of queries. ``signs``: as the person would sign it on the day."""
    items = list(found)
    decisions = {
        one.pk: one
        for one in Decision.objects.with_parts()
        .select_related("expedition")
        .prefetch_related("application__areas__strategy")
        .filter(pk__in=[item.decision_id for item in items if item.decision_id is not None])
    }
    access = access_in(items, user)
    steps = _latest_steps(items)
    standing = standing_of_many(list(decisions.values()))
    secret = set(
        TradeSecret.objects.filter(application__in=[item.application_id for item in items]).values_list(
            "application_id", flat=True
        )
    )
    listed = listed_of(item.application for item in items)
    signer = user if signs else None
    rows = []
    for item in items:
        decision = decisions.get(item.decision_id or 0)
        checks: list[Check] = []
        if decision is not None and not decision.is_signed:
            of_text = check_decision(decision, on=on, signer=signer, standing=standing[decision.pk])
            checks = [*ranked(item, decision), *of_text]
        rows.append(
            Row(
                item=item,
                decision=decision,
                step=steps.get(item.pk),
                access=access[item.pk],
                left=failing(checks),
                notices=[check for check in checks if check.notice],
                listed=listed[item.application_id],
                secret=item.application_id in secret,
            )
        )
    return rows


def unanswered_in(items: QuerySet[BatchItem], user: User) -> list[BatchItem]:
    """Those where this person has not answered whether there is jäv; two queries."""
    found = list(_with_facts(items))
    access = access_in(found, user)
    return [item for item in found if access[item.pk] is Access.ASK]


def access_in(items: Collection[BatchItem], user: User) -> dict[int, Access]:
    """By the item, which come with their applications: what meets this person there. Four queries."""
    cases = {one.application.case_id for one in items if one.application.case_id}
    barred = (pk for pk, people in barred_by_case(cases).items() if user.pk in people)
    access = access_to_cases(user, cases) | dict.fromkeys(barred, Access.BARRED)
    return {one.pk: access.get(one.application.case_id or 0, Access.ASK) for one in items}


@dataclass(frozen=True)
class Waiting:
    """A batch in which somebody has decisions to sign."""

    batch: DecisionBatch
    count: int


def waiting_batches(user: User) -> list[Waiting]:
    """Those in which something waits for this person's signature; the oldest first."""
    counts: dict[int, int] = dict(
        _with_state(BatchItem.objects.order_by())
        .filter(_mine(user), batch__lock__unlocked_at__isnull=True)
        .values_list("batch")
        .annotate(Count("pk"))
    )
    batches = DecisionBatch.objects.filter(pk__in=counts).select_related("lock__ranking__call")
    return [Waiting(one, counts[one.pk]) for one in batches.defer("lock__content").order_by("pk")]


def batch_of(decision: Decision) -> DecisionBatch | None:
    """The batch that the decision was made in, if any."""
    return DecisionBatch.objects.filter(items__decision=decision).first()


def of_lock(lock_id: int) -> DecisionBatch | None:
    return DecisionBatch.objects.filter(lock=lock_id).first()


# --- Parts ------------------------------------------------------------------------------------------------
def _mine(user: User) -> Q:
    """Of items with their ``state``: what waits for this person's signature and is not being signed."""
    return _CONDITIONS["underskrift"] & Q(decision__delegate__user=user) & ~Q(state=StepState.WAITING)


def _with_state(items: QuerySet[BatchItem]) -> QuerySet[Any]:
    """With the state and the action of the latest step, empty before the first."""
    latest = BatchStep.objects.filter(item=OuterRef("pk")).order_by("-pk")
    return items.annotate(
        state=Coalesce(Subquery(latest.values("state")[:1]), Value("")),
        latest_action=Coalesce(Subquery(latest.values("action")[:1]), Value("")),
    )


def _with_facts(items: QuerySet[BatchItem]) -> QuerySet[BatchItem]:
    return items.select_related("application__case", "application__organisation").defer(
        "application__case__search", *(f"application__{name}" for name in NOT_LISTED)
    )


def _latest_steps(items: Collection[BatchItem]) -> Mapping[int, BatchStep]:
    found: Any = BatchStep.objects.filter(item__in=items).select_related("actor")
    return {step.item_id: step for step in found.order_by("item_id", "-pk").distinct("item_id")}


# --- What has come to a halt ------------------------------------------------------------------------------
def stalled_steps(*, idle: timedelta, most: int) -> list[int]:
    """Ids of steps that have waited so long, in batches where nothing has been settled meanwhile; the oldest
    first."""
    before = timezone.now() - idle
    going_on = BatchStep.objects.filter(item__batch=OuterRef("item__batch"), settled_at__gt=before)
    stalled = BatchStep.objects.waiting().filter(~Exists(going_on), asked_at__lte=before)
    return list(stalled.order_by("asked_at", "pk").values_list("pk", flat=True)[:most])


def progress_of(batch: DecisionBatch) -> Progress | None:
    """Of what is asked for since the oldest step that is waited for; None when nothing is."""
    steps = BatchStep.objects.filter(item__batch=batch)
    first = steps.waiting().aggregate(first=Min("asked_at"))["first"]
    if first is None:
        return None
    facts = steps.filter(asked_at__gte=first).aggregate(
        whole=Count("pk"), left=Count("pk", filter=Q(state=StepState.WAITING))
    )
    return Progress(facts["whole"] - facts["left"], facts["whole"])
