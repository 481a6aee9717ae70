"""Taking over nämnder and their delegation orders from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from decisions.enums import OrderStatus
from decisions.models import Committee, Delegate, DelegationClause, DelegationOrder
from decisions.services.delegating import STANDS, ClauseData, require_free
from decisions.services.holding import HolderData, enter_delegate
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.upsert import Outcome, upsert, validate

OTHERWISE: Final = f"{STANDS} Filen säger något annat."


@transaction.atomic
def save_committee(*, actor: User | None, slug: str, name: str) -> tuple[Committee, Outcome]:
    """A nämnd by its address. ``name`` as in running text."""
    committee, outcome = upsert(Committee, key={"slug": slug}, values={"name": name})
    if outcome is not Outcome.UNCHANGED:
        record_event(
            actor=actor, action=f"committee_{outcome.value}", obj=committee, text=f"Nämnd: {committee}"
        )
    return committee, outcome


@dataclass(frozen=True)
class HolderEntry:
    """A delegate as a file names her, by the address she logs in with. ``valid_from`` None: from the order's
    first day. ``delegated_by`` is the address of the förvaltningschef who gave the clause on."""

    email: str
    office: str
    acting: bool = False
    is_head: bool = False
    budget: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    delegated_by: str = ""


@dataclass(frozen=True)
class ClauseEntry:
    data: ClauseData
    delegates: Sequence[HolderEntry] = ()


@transaction.atomic
def save_delegation_order(
    *,
    actor: User | None,
    committee: str,
    title: str,
    period: str,
    adopted: str,
    valid_from: date,
    valid_to: date,
    clauses: Sequence[ClauseEntry],
    adopted_on: date | None = None,
) -> tuple[DelegationOrder, Outcome]:
    """An adopted delegation order by its nämnd (address) and first day. Both days are inclusive.

    One that is here already must say the same, for an adopted order is changed by the next. Two things may
    differ: its last day may be earlier here, when a later order has ended it, and delegates who are not here
    are added. Raises Refusal when something else differs, and when two orders of one nämnd would be in force
    on one day; ``part`` is then the clause and the delegate.
    """
    if valid_to < valid_from:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="valid_to")
    if adopted_on is not None and adopted_on > timezone.localdate():
        raise Refusal("Ange en dag som har varit. Ordningen antas av nämnden först.", field="adopted_on")
    found = Committee.objects.select_for_update(of=("self",), no_key=True).filter(slug=committee).first()
    if found is None:
        raise Refusal(f"Nämnden ”{committee}” finns inte.", field="committee")
    facts = {"title": title, "period": period, "adopted": adopted, "adopted_on": adopted_on}
    order = DelegationOrder.objects.adopted().filter(committee=found, valid_from=valid_from).first()
    outcome = Outcome.UNCHANGED
    if order is None:
        require_free(found, valid_from, valid_to)
        order = DelegationOrder(committee=found, valid_from=valid_from, valid_to=valid_to, **facts)
        _enter_order(order, clauses)
        outcome = Outcome.CREATED
        record_event(
            actor=actor, action="delegation_order_created", obj=order, text=f"Delegationsordning: {order}"
        )
    else:
        _require_same(order, facts, valid_to, clauses)
    for place, entry in enumerate(clauses):
        try:
            outcome |= _enter_holders(order.clauses.get(number=entry.data.number), entry.delegates, actor)
        except Refusal as refusal:
            raise refusal.inside("clauses", place) from None
    return order, outcome


def _enter_order(order: DelegationOrder, clauses: Sequence[ClauseEntry]) -> None:
    validate(order)
    order.save(force_insert=True)
    for place, entry in enumerate(clauses):
        clause = DelegationClause(order=order, **entry.data.columns())
        try:
            validate(clause)
        except Refusal as refusal:
            raise refusal.inside("clauses", place) from None
        clause.save(force_insert=True)
    order.status = OrderStatus.ADOPTED
    order.save(update_fields=["status"])


def _require_same(
    order: DelegationOrder, facts: Mapping[str, object], valid_to: date, clauses: Sequence[ClauseEntry]
) -> None:
    for name, value in facts.items():
        if getattr(order, name) != value:
            raise Refusal(OTHERWISE, field=name)
    if valid_to < order.valid_to:
        raise Refusal(OTHERWISE, field="valid_to")
    stored = {clause.number: clause for clause in order.clauses.all()}
    for place, entry in enumerate(clauses):
        clause = stored.get(entry.data.number)
        if clause is None:
            raise Refusal(f"{STANDS} Punkten är ny i filen.", field="number").inside("clauses", place)
        for name, value in entry.data.columns().items():
            if getattr(clause, name) != value:
                raise Refusal(OTHERWISE, field=name).inside("clauses", place)


# --- Who holds the clauses --------------------------------------------------------------------------------
def _enter_holders(clause: DelegationClause, holders: Sequence[HolderEntry], actor: User | None) -> Outcome:
    """Those of the nämnd before those of a förvaltningschef, whatever their order in the file."""
    outcome = Outcome.UNCHANGED
    for place, entry in sorted(enumerate(holders), key=lambda row: bool(row[1].delegated_by)):
        try:
            outcome |= _enter_holder(clause, entry, actor)
        except Refusal as refusal:
            raise refusal.inside("delegates", place) from None
    return outcome


def _enter_holder(clause: DelegationClause, entry: HolderEntry, actor: User | None) -> Outcome:
    user = User.objects.filter(email__iexact=entry.email).first()
    if user is None:
        raise Refusal(f"Ingen i portalen har adressen {entry.email}.", field="email")
    first = entry.valid_from or clause.order.valid_from
    there = clause.delegates.filter(user=user, valid_from=first).select_related("delegated_by__user").first()
    if there is not None:
        _require_same_holder(there, entry)
        return Outcome.UNCHANGED
    data = HolderData(
        user=user,
        office=entry.office,
        valid_from=first,
        valid_to=entry.valid_to,
        acting=entry.acting,
        is_head=entry.is_head,
        budget=entry.budget,
        delegated_by=_chief(clause, entry.delegated_by, first),
    )
    try:
        enter_delegate(actor=actor, clause_id=clause.pk, data=data)
    except Refusal as refusal:
        if refusal.field == "user":
            refusal.field = "email"
        raise
    return Outcome.CREATED


def _chief(clause: DelegationClause, email: str, day: date) -> Delegate | None:
    if not email:
        return None
    heads = clause.delegates.filter(user__email__iexact=email, valid_from__lte=day).select_related("user")
    found = heads.order_by("-valid_from").first()
    if found is None:
        raise Refusal(f"{email} har inte punkten den dagen.", field="delegated_by")
    return found


def _require_same_holder(there: Delegate, entry: HolderEntry) -> None:
    """The last day may be another here: it is kept in the portal."""
    for name in ("office", "acting", "is_head", "budget"):
        if getattr(there, name) != getattr(entry, name):
            raise Refusal(f"{there.user} finns redan. Filen säger något annat.", field=name)
    chief = "" if there.delegated_by is None else there.delegated_by.user.email
    if chief.lower() != entry.delegated_by.lower():
        raise Refusal(f"{there.user} finns redan. Filen säger något annat.", field="delegated_by")
