"""Writing delegation orders: drafts are changed freely, an adopted one only by the next (KL 6:37, 7:5)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from decisions.enums import DecisionKind, OrderStatus
from decisions.models import Committee, Decision, Delegate, DelegationClause, DelegationOrder
from decisions.rules import may_write_delegation
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day

MAY_NOT: Final = "Bara en registrator eller en administratör kan ändra i delegationsordningar."
STANDS: Final = (
    "Delegationsordningen är antagen och kan inte ändras. Kopiera den till en ny ordning och ändra där."
)
CHANGED: Final = (
    "Någon har ändrat ordningen sedan du öppnade sidan. Inget sparades. Spara igen om det du skrev "
    "ändå ska gälla."
)


@dataclass(frozen=True)
class OrderFacts:
    """What an order says of itself. Both dates are inclusive."""

    title: str
    period: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class ClauseData:
    """A punkt. ``ceiling`` in kronor, exclusive unless ``ceiling_included``; None means none."""

    number: str
    text: str
    kinds: Sequence[DecisionKind]
    ceiling: int | None = None
    ceiling_included: bool = False
    own_budget: bool = False
    sub_delegation: bool = False
    reportable: bool = True
    urgent: bool = False

    def columns(self) -> dict[str, object]:
        return asdict(self) | {"kinds": [DecisionKind(kind).value for kind in self.kinds]}


# --- The order --------------------------------------------------------------------------------------------
@transaction.atomic
def start_order(*, actor: User, committee: Committee, facts: OrderFacts) -> DelegationOrder:
    """An empty draft. Drafts may overlap with what is in force; only the adoption is tried."""
    require_writer(actor)
    _require_dates(facts)
    order = DelegationOrder.objects.create(committee=committee, **asdict(facts))
    _note(order, actor, "delegation_order_started", f"Utkast till delegationsordning: {order}")
    return order


@transaction.atomic
def copy_order(*, actor: User, order_id: int, facts: OrderFacts) -> DelegationOrder:
    """A draft with the clauses of an adopted order, and those who hold them without an end.

    Who is acting is left out, and so is what a förvaltningschef has given on: that is decided anew under the
    new order (KL 7:6). Raises Refusal for a draft."""
    require_writer(actor)
    _require_dates(facts)
    old = DelegationOrder.objects.select_related("committee").get(pk=order_id)
    if old.is_draft:
        raise Refusal("Ordningen är ett utkast. Bara en antagen ordning går att kopiera.")
    new = DelegationOrder.objects.create(committee=old.committee, copied_from=old, **asdict(facts))
    for clause in old.clauses.prefetch_related("delegates"):
        holders = list(clause.delegates.all())
        clause.pk, clause.order = None, new
        clause._state.adding = True
        clause.save(force_insert=True)
        Delegate.objects.bulk_create(
            Delegate(
                clause=clause,
                user_id=holder.user_id,
                office=holder.office,
                is_head=holder.is_head,
                budget=holder.budget,
                valid_from=new.valid_from,
            )
            for holder in holders
            if holder.valid_to is None and not holder.acting and holder.delegated_by_id is None
        )
    _note(new, actor, "delegation_order_copied", f"Utkast till delegationsordning, efter {old}: {new}")
    return new


@transaction.atomic
def change_order(*, actor: User, order_id: int, expected_version: int, facts: OrderFacts) -> DelegationOrder:
    """Another title or other dates for a draft. Raises Conflict when somebody was first, Refusal when it is
    adopted or somebody in it would begin outside its dates."""
    order = lock_draft(order_id, actor, expected_version)
    _require_dates(facts)
    outside = Delegate.objects.filter(clause__order=order).exclude(
        valid_from__range=(facts.valid_from, facts.valid_to)
    )
    # Those who began with the draft follow when it is moved.
    moved = outside.filter(valid_from=order.valid_from, valid_to=None)
    moved.update(valid_from=facts.valid_from)
    left = outside.select_related("user").first()
    if left is not None:
        raise Refusal(
            f"{left.user} är delegat från {format_day(left.valid_from)}. Ta bort uppgiften först.",
            field="valid_from",
        )
    for name, value in asdict(facts).items():
        setattr(order, name, value)
    _touch(order, *asdict(facts))
    _note(order, actor, "delegation_order_changed", f"Utkast till delegationsordning ändrat: {order}")
    return order


@transaction.atomic
def delete_order(*, actor: User, order_id: int) -> None:
    """Remove a draft with its clauses and holders; an adopted one stays."""
    order = lock_draft(order_id, actor, None)
    Delegate.objects.filter(clause__order=order, delegated_by__isnull=False).delete()
    Delegate.objects.filter(clause__order=order).delete()
    order.clauses.all().delete()
    _note(order, actor, "delegation_order_deleted", f"Utkast till delegationsordning borttaget: {order}")
    order.delete()


@transaction.atomic
def adopt_order(
    *,
    actor: User,
    order_id: int,
    expected_version: int,
    adopted_on: date,
    adopted: str,
    ends_previous: bool = False,
) -> DelegationOrder:
    """Note that the nämnd has adopted the draft, on which day and under which §. From then on it stands.

    With ``ends_previous`` what is in force when it begins ends the day before. Raises Refusal when it would
    hold before the day it was adopted, when another order of the nämnd would be in force on the same day,
    when decisions have been signed under the other from that day on, and without clauses; Conflict when the
    draft has changed."""
    require_writer(actor)
    # The nämnd first: whoever adopts another order of it waits here (see OneOrderAtATime).
    committee_id = DelegationOrder.objects.values_list("committee_id", flat=True).get(pk=order_id)
    Committee.objects.select_for_update(of=("self",), no_key=True).get(pk=committee_id)
    order = lock_draft(order_id, actor, expected_version)
    if adopted_on > timezone.localdate():
        raise Refusal("Ange en dag som har varit. Ordningen antas av nämnden först.", field="adopted_on")
    if order.valid_from < adopted_on:
        # Nobody had the right before the nämnd gave it (KL 6:37).
        raise Refusal(
            f"Ordningen gäller från {format_day(order.valid_from)}, men kan inte gälla innan den är antagen. "
            "Ändra ordningens första dag i utkastet, eller dagen här.",
            field="adopted_on",
        )
    if not order.clauses.exists():
        raise Refusal("Ordningen har inga punkter. Lägg till minst en.")
    if ends_previous:
        _end_previous(order, actor)
    require_free(order.committee, order.valid_from, order.valid_to, but=order)
    order.adopted_on, order.adopted, order.status = adopted_on, adopted, OrderStatus.ADOPTED
    _touch(order, "adopted_on", "adopted", "status")
    _note(
        order,
        actor,
        "delegation_order_adopted",
        f"Delegationsordning antagen {format_day(adopted_on)}, {adopted}: {order}",
    )
    return order


def _end_previous(order: DelegationOrder, actor: User) -> None:
    """All that began earlier: what was entered before 0.4.0 may overlap."""
    others = DelegationOrder.objects.adopted().filter(committee=order.committee)
    # Locked before its decisions are looked at: whoever signs under it has it shared until then.
    earlier = (
        others.overlapping(order.valid_from, order.valid_to)
        .filter(valid_from__lt=order.valid_from)
        .select_for_update(of=("self",), no_key=True)
    )
    for previous in earlier.order_by("pk"):
        _end_one(previous, order, actor)


def _end_one(previous: DelegationOrder, order: DelegationOrder, actor: User) -> None:
    signed = Decision.objects.signed().filter(clause__order=previous, decided_on__gte=order.valid_from)
    if signed.exists():
        raise Refusal(
            f"Beslut har redan fattats enligt {previous} från {format_day(order.valid_from)}. Låt den nya "
            "ordningen börja gälla senare.",
            field="ends_previous",
        )
    previous.valid_to = order.valid_from - timedelta(days=1)
    previous.save(update_fields=["valid_to"])
    _note(
        previous,
        actor,
        "delegation_order_ended",
        f"Gäller till och med {format_day(previous.valid_to)}, ersätts av {order}",
    )


def require_free(
    committee: Committee, first: date, last: date, *, but: DelegationOrder | None = None
) -> None:
    """Raises Refusal when another adopted order of the nämnd is in force on any of the days (inclusive)."""
    others = DelegationOrder.objects.adopted().filter(committee=committee).overlapping(first, last)
    other = next((one for one in others.order_by("valid_from") if one != but), None)
    if other is not None:
        raise Refusal(f"En annan ordning gäller under samma tid: {other}.", field="valid_from")


# --- Its clauses ------------------------------------------------------------------------------------------
@transaction.atomic
def save_clause(
    *,
    actor: User,
    order_id: int,
    expected_version: int,
    data: ClauseData,
    clause_id: int | None = None,
) -> DelegationClause:
    """A new punkt of a draft, or another text for one that is there. Raises Conflict when the draft has
    changed, Refusal when the number is taken or somebody has been given it on and it may not be."""
    order = lock_draft(order_id, actor, expected_version)
    _require_reported_if_urgent(data)
    same = order.clauses.filter(number__iexact=data.number).first()
    if same is not None and same.pk != clause_id:
        raise Refusal(f"Punkt {data.number} finns redan i ordningen.", field="number")
    if clause_id is None:
        clause = DelegationClause(order=order, **data.columns())
        clause.save(force_insert=True)
        what = "tillagd"
    else:
        clause = order.clauses.get(pk=clause_id)
        if not data.sub_delegation and clause.delegates.filter(delegated_by__isnull=False).exists():
            raise Refusal(
                "Punkten är vidaredelegerad. Ta bort den som har fått den först.", field="sub_delegation"
            )
        for name, value in data.columns().items():
            setattr(clause, name, value)
        clause.save(update_fields=[*data.columns()])
        what = "ändrad"
    _touch(order)
    _note(order, actor, "delegation_clause_saved", f"Punkt {clause.number} {what}: {order}")
    return clause


@transaction.atomic
def remove_clause(*, actor: User, order_id: int, clause_id: int) -> None:
    """Take a punkt out of a draft, with those who hold it there."""
    order = lock_draft(order_id, actor, None)
    clause = order.clauses.filter(pk=clause_id).first()
    if clause is None:
        raise Conflict("Punkten är redan borttagen.")
    clause.delegates.filter(delegated_by__isnull=False).delete()
    clause.delegates.all().delete()
    clause.delete()
    _touch(order)
    _note(order, actor, "delegation_clause_removed", f"Punkt {clause.number} borttagen: {order}")


# --- Parts ------------------------------------------------------------------------------------------------
def require_writer(actor: User) -> None:
    if not may_write_delegation(actor):
        raise Refusal(MAY_NOT)


def lock_draft(order_id: int, actor: User, expected_version: int | None) -> DelegationOrder:
    """The draft, locked until the transaction ends. Raises Refusal, or Conflict when it has changed."""
    require_writer(actor)
    found = DelegationOrder.objects.select_for_update(of=("self",), no_key=True).filter(pk=order_id)
    order = found.select_related("committee").first()
    if order is None:
        raise Conflict("Utkastet är borttaget.")
    if not order.is_draft:
        raise Refusal(STANDS)
    if expected_version is not None and order.version != expected_version:
        raise Conflict(CHANGED)
    return order


def _require_reported_if_urgent(data: ClauseData) -> None:
    """KL 6:39–40: by the chair or a member herself, and reported at the next meeting."""
    if data.urgent and not data.reportable:
        raise Refusal(
            "Brådskande beslut ska anmälas vid nästa sammanträde (6 kap. 40 § kommunallagen).",
            field="reportable",
        )
    if data.urgent and data.sub_delegation:
        raise Refusal("Rätten att fatta brådskande beslut kan inte ges vidare.", field="sub_delegation")


def _require_dates(facts: OrderFacts) -> None:
    if facts.valid_to < facts.valid_from:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="valid_to")


def _touch(order: DelegationOrder, *fields: str) -> None:
    order.version += 1
    order.save(update_fields=[*fields, "version"])


def _note(order: DelegationOrder, actor: User, action: str, text: str) -> None:
    record_event(actor=actor, action=action, obj=order, text=text[:500])
