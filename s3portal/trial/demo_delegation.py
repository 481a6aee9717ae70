"""Who may decide in the trial: the order of today, its delegates, and the draft of the next order."""

from datetime import date, timedelta
from typing import Final

from decisions.enums import DecisionKind, OrderStatus
from decisions.models import (
    Committee,
    Delegate,
    DelegationClause,
    DelegationOrder,
)
from decisions.services.delegating import ClauseData, OrderFacts, copy_order, save_clause
from decisions.services.entering import ClauseEntry, save_delegation_order
from decisions.services.holding import HolderData, add_delegate
from s3portal.accounts.models import User

DIRECTOR_OFFICE: Final = "regional utvecklingsdirektör"


def load_delegation(
    committee: Committee, *, director: User, deputy: User, registrar: User, today: date
) -> None:
    """The director holds every clause of the order in force; the deputy acts for a week."""
    order = _order_in_force(committee, today)
    _load_delegates(director, order)
    _load_acting(deputy, order, registrar, today)
    _load_next_order(deputy, order, registrar)


def _order_in_force(committee: Committee, today: date) -> DelegationOrder:
    """The order of today. The region's own end with 2026; then the trial makes up the next."""
    order = committee.delegation_orders.adopted().overlapping(today, today).first()
    if order is not None:
        return order
    # A mandate period is four calendar years: 2023–2026, 2027–2030 …
    first = 2023 + (today.year - 2023) // 4 * 4
    period = f"{first}–{first + 3}"
    title = f"Delegationsbestämmelser för regionala utvecklingsnämnden i Region Jämtland Härjedalen {period}"
    return save_delegation_order(
        actor=None,
        committee=committee.slug,
        title=title,
        period=period,
        adopted="",
        valid_from=date(first, 1, 1),
        valid_to=date(first + 3, 12, 31),
        clauses=[
            ClauseEntry(
                ClauseData(
                    number="8.2",
                    text="Stöd till, deltagande i och medfinansiering av projekt under 500 000 kronor. "
                    "Delegat är regional utvecklingsdirektör.",
                    kinds=list(DecisionKind),
                    ceiling=500_000,
                )
            )
        ],
    )[0]


def _load_delegates(director: User, order: DelegationOrder) -> None:
    for clause in DelegationClause.objects.filter(order=order):
        Delegate.objects.get_or_create(
            clause=clause,
            user=director,
            valid_from=order.valid_from,
            defaults={"office": DIRECTOR_OFFICE, "is_head": True},
        )


def _load_acting(deputy: User, order: DelegationOrder, registrar: User, today: date) -> None:
    """A week in two weeks when somebody else is director, the first time only; not past the order's end."""
    first = min(today + timedelta(days=14), order.valid_to)
    last = min(first + timedelta(days=6), order.valid_to)
    if Delegate.objects.filter(user=deputy).exists():
        return
    for clause in order.clauses.all():
        data = HolderData(deputy, DIRECTOR_OFFICE, first, last, acting=True)
        add_delegate(actor=registrar, clause_id=clause.pk, data=data)


def _load_next_order(deputy: User, order: DelegationOrder, registrar: User) -> None:
    """A draft of the order that is to follow, with a clause that the director has given on."""
    if order.committee.delegation_orders.filter(status=OrderStatus.DRAFT).exists():
        return
    first = order.valid_to.year + 1
    period = f"{first}–{first + 3}"
    facts = OrderFacts(
        f"Delegationsbestämmelser för regionala utvecklingsnämnden i Region Jämtland Härjedalen {period}",
        period,
        order.valid_to + timedelta(days=1),
        date(first + 3, 12, 31),
    )
    draft = copy_order(actor=registrar, order_id=order.pk, facts=facts)
    clause = draft.clauses.order_by("pk").first()
    if clause is None:
        return
    data = ClauseData(
        number=clause.number,
        text=clause.text.replace("under 500 000", "under 600 000"),
        kinds=[DecisionKind(kind) for kind in clause.kinds],
        ceiling=600_000,
        sub_delegation=True,
    )
    save_clause(
        actor=registrar,
        order_id=draft.pk,
        expected_version=draft.version,
        data=data,
        clause_id=clause.pk,
    )
    chief = clause.delegates.filter(is_head=True).first()
    if chief is not None:
        given_on = HolderData(deputy, "enhetschef", facts.valid_from, delegated_by=chief)
        add_delegate(actor=registrar, clause_id=clause.pk, data=given_on)
