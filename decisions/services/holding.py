"""Who holds a clause, from when to when: delegates, acting ones, and one step of giving on (KL 7:5–6)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max, ProtectedError, Q
from django.urls import reverse
from django.utils import timezone

from decisions.checks.authority import BY_MEMBERS
from decisions.enums import DecisionStatus
from decisions.models import CommitteeMember, Decision, Delegate, DelegationClause
from decisions.services.delegating import require_writer
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day, format_period
from s3portal.outbox.services import enqueue_mail


@dataclass(frozen=True)
class HolderData:
    """Both days inclusive; ``valid_to`` None: as long as the order. ``delegated_by``: the förvaltningschef
    who gives the clause on."""

    user: User
    office: str
    valid_from: date
    valid_to: date | None = None
    acting: bool = False
    is_head: bool = False
    budget: str = ""
    delegated_by: Delegate | None = None


@transaction.atomic
def add_delegate(*, actor: User, clause_id: int, data: HolderData) -> Delegate:
    """Note that somebody holds the clause. Right in an adopted order too: there a person comes and goes while
    the clauses stand. Raises Refusal with the field that is wrong."""
    require_writer(actor)
    return enter_delegate(actor=actor, clause_id=clause_id, data=data)


@transaction.atomic
def enter_delegate(*, actor: User | None, clause_id: int, data: HolderData) -> Delegate:
    """As ``add_delegate``, for a file too; who may is for whoever calls."""
    # Two who write of the same person at once wait for each other.
    clause = (
        DelegationClause.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order")
        .get(pk=clause_id)
    )
    _require_person(data.user)
    _require_dates(clause, data.valid_from, data.valid_to, acting=data.acting)
    _require_alone(clause, data.user, data.valid_from, data.valid_to)
    _require_seat_if_urgent(clause, data)
    if data.delegated_by is not None:
        _require_one_step(clause, data, data.delegated_by)
    delegate = Delegate.objects.create(clause=clause, **vars(data))
    record_event(
        actor=actor,
        action="delegate_added",
        obj=clause.order,
        text=f"Punkt {clause.number}: {delegate} {_period(delegate)}"
        + (f", vidaredelegerad av {data.delegated_by}" if data.delegated_by else ""),
        data={"delegate": delegate.pk, "clause": clause.number},
    )
    return delegate


@transaction.atomic
def end_delegate(*, actor: User, delegate_id: int, last_day: date) -> Delegate:
    """Set the last day (inclusive) of somebody who holds a clause or will, earlier or later than it was.

    Whoever is signing right now is waited for, and those whose decisions wait for her signature get a mail.
    Raises Refusal for a day before a decision she has signed, and
    for one whose time is over: that is history."""
    require_writer(actor)
    delegate = lock_delegate(delegate_id)
    clause = delegate.clause
    if delegate.valid_to is not None and delegate.valid_to < timezone.localdate():
        raise Refusal("Tiden är över. Lägg in en ny rad om personen ska få punkten igen.", field="last_day")
    if last_day < delegate.valid_from:
        raise Refusal(f"Ange {format_day(delegate.valid_from)} eller en senare dag.", field="last_day")
    if last_day > clause.order.valid_to:
        raise Refusal(f"Ordningen gäller till och med {format_day(clause.order.valid_to)}.", field="last_day")
    latest = Decision.objects.signed().filter(delegate=delegate).aggregate(day=Max("decided_on"))["day"]
    if latest is not None and last_day < latest:
        raise Refusal(
            f"{delegate.user} har fattat beslut {format_day(latest)}. Ange den dagen eller en senare.",
            field="last_day",
        )
    _require_alone(clause, delegate.user, delegate.valid_from, last_day, but=delegate)
    delegate.valid_to = last_day
    delegate.save(update_fields=["valid_to"])
    tell_of_waiting(delegate, last_day)
    record_event(
        actor=actor,
        action="delegate_ended",
        obj=clause.order,
        text=f"Punkt {clause.number}: {delegate} till och med {format_day(last_day)}",
        data={"delegate": delegate.pk, "clause": clause.number},
    )
    return delegate


def tell_of_waiting(delegate: Delegate, last_day: date) -> None:
    """Whoever sent a decision for her signature: after the last day she cannot sign it."""
    waiting = Decision.objects.filter(delegate=delegate, status=DecisionStatus.PROPOSED)
    for decision in waiting.select_related("case", "proposed_by").order_by("pk"):
        officer = decision.proposed_by
        if officer is None or not officer.is_active:
            continue
        enqueue_mail(
            kind="delegate_ended",
            key=f"delegate_ended:{decision.pk}:{decision.version}:{delegate.pk}:{last_day.isoformat()}",
            to_email=officer.email,
            context={
                "decision": decision,
                "delegate": delegate,
                "last_day": last_day,
                "path": reverse("decisions:officer_detail", args=[decision.pk]),
            },
            obj=decision,
        )


@transaction.atomic
def remove_delegate(*, actor: User, delegate_id: int) -> None:
    """Take away what was written by mistake: in a draft, or before it holds. What has held stays."""
    require_writer(actor)
    delegate = lock_delegate(delegate_id)
    order = delegate.clause.order
    if not order.is_draft and delegate.valid_from <= timezone.localdate():
        raise Refusal(f"{delegate.user} är delegat redan. Ange en sista dag i stället.")
    try:
        delegate.delete()
    except ProtectedError as error:
        raise Refusal(
            f"{delegate.user} står som undertecknare i ett utkast eller har gett punkten vidare. Ändra det "
            "först."
        ) from error
    record_event(
        actor=actor,
        action="delegate_removed",
        obj=order,
        text=f"Punkt {delegate.clause.number}: {delegate} borttagen",
    )


def lock_delegate(delegate_id: int) -> Delegate:
    """Locked until the transaction ends, so that nobody signs with it meanwhile."""
    found = (
        Delegate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "clause__order")
        .filter(pk=delegate_id)
        .first()
    )
    if found is None:
        raise Conflict("Uppgiften är redan borttagen.")
    return found


def _require_person(user: User) -> None:
    if not user.is_active:
        raise Refusal(f"{user} arbetar inte kvar.", field="user")
    if not user.has_role(Role.DELEGATE):
        raise Refusal(f"{user} har inte rollen delegat i portalen. Ge rollen först.", field="user")


def _require_dates(clause: DelegationClause, first: date, last: date | None, *, acting: bool) -> None:
    order = clause.order
    if not order.valid_from <= first <= order.valid_to:
        period = format_period(order.valid_from, order.valid_to)
        raise Refusal(f"Ordningen gäller {period}. Ange en dag då den gäller.", field="valid_from")
    if last is None:
        if acting:
            raise Refusal("Ange den sista dagen som tillförordnad.", field="valid_to")
        return
    if last < first:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="valid_to")
    if last > order.valid_to:
        raise Refusal(f"Ordningen gäller till och med {format_day(order.valid_to)}.", field="valid_to")


def _require_alone(
    clause: DelegationClause, user: User, first: date, last: date | None, *, but: Delegate | None = None
) -> None:
    """One person holds a clause once on each day, or nobody could say by which office she decided."""
    others = clause.delegates.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first), user=user)
    if last is not None:
        others = others.filter(valid_from__lte=last)
    other = next((one for one in others if one != but), None)
    if other is not None:
        raise Refusal(f"{user} har redan punkten {_period(other)}.", field="user")


def _require_seat_if_urgent(clause: DelegationClause, data: HolderData) -> None:
    """KL 6:39: the chair, or another member whom the nämnd has named. Never an employee, nor a substitute.

    Asked of the first day only: seats change, and it is asked again when a decision is signed."""
    seats = CommitteeMember.objects.sitting_on(data.valid_from).of_members()
    if clause.urgent and not seats.filter(committee=clause.order.committee, user=data.user).exists():
        raise Refusal(f"{data.user} är inte ledamot i nämnden den dagen. {BY_MEMBERS}", field="user")


def _require_one_step(clause: DelegationClause, data: HolderData, chief: Delegate) -> None:
    """KL 7:6: by a förvaltningschef whom the nämnd allowed it, and no further."""
    if not clause.sub_delegation:
        raise Refusal("Nämnden har inte tillåtit att punkten vidaredelegeras.", field="delegated_by")
    if chief.clause_id != clause.pk:
        raise Refusal("Välj en förvaltningschef som har punkten.", field="delegated_by")
    if chief.delegated_by_id is not None:
        raise Refusal(
            "Punkten är redan vidaredelegerad en gång och kan inte ges vidare.", field="delegated_by"
        )
    if not chief.is_head:
        raise Refusal("Bara en förvaltningschef kan vidaredelegera.", field="delegated_by")
    if chief.user_id == data.user.pk:
        raise Refusal("Förvaltningschefen har redan punkten.", field="user")
    held = chief.valid_from <= data.valid_from and (
        chief.valid_to is None or data.valid_from <= chief.valid_to
    )
    if not held:
        raise Refusal(f"{chief.user} är inte förvaltningschef den dagen.", field="valid_from")


def _period(delegate: Delegate) -> str:
    if delegate.valid_to is None:
        return f"från {format_day(delegate.valid_from)}"
    return f"{format_day(delegate.valid_from)} – {format_day(delegate.valid_to)}"
