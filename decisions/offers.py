"""Which clauses and people can decide a draft on a day, and of each other one why not.

The offer asks the very checks that stop a signature, so that exactly those who are offered can sign."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Prefetch

from decisions.checks.authority import Standing, clause_checks, delegate_check
from decisions.checks.bound import most_bound
from decisions.checks.check import Check
from decisions.delegation_queries import in_order
from decisions.models import Decision, Delegate, DelegationClause, DelegationOrder

#: Orders that ended longer ago are not told of.
LOOKS_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Seat:
    """One clause in one person's hands; ``delegate`` None: nobody holds it. ``reasons`` why not, as sentences
    without a full stop; none: can decide."""

    clause: DelegationClause
    delegate: Delegate | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    on: date
    can: list[Seat] = field(default_factory=list)
    cannot: list[Seat] = field(default_factory=list)

    @property
    def clause_ids(self) -> list[int]:
        return list(dict.fromkeys(seat.clause.pk for seat in self.can))

    @property
    def delegate_ids(self) -> list[int]:
        return [seat.delegate.pk for seat in self.can if seat.delegate is not None]


def offer_for(decision: Decision, *, on: date) -> Offer:
    """Every clause of the adopted orders of the day and the year round it, with everybody who holds it."""
    orders = _orders(on)
    holders = [d for order in orders for clause in order.clauses.all() for d in clause.delegates.all()]
    standing = Standing.of(decision, {holder.user_id for holder in holders})
    offer = Offer(on)
    for seat in _seats(orders, decision, on, standing):
        (offer.cannot if seat.reasons else offer.can).append(seat)
    return offer


def _orders(on: date) -> list[DelegationOrder]:
    delegates = Delegate.objects.select_related("user", "delegated_by__user").order_by("valid_from", "pk")
    found = DelegationOrder.objects.adopted().overlapping(on - LOOKS_BACK, on + LOOKS_BACK)
    found = found.select_related("committee").prefetch_related(
        "clauses", Prefetch("clauses__delegates", queryset=delegates)
    )
    return sorted(found, key=lambda order: (not order.is_valid_on(on), order.valid_from, order.pk))


def _seats(orders: list[DelegationOrder], decision: Decision, on: date, standing: Standing) -> Iterator[Seat]:
    bound = most_bound(decision)
    for order in orders:
        for clause in in_order(order.clauses.all()):
            clause.order = order
            closed = _sentences(clause_checks(clause, decision, on, bound))
            holders = list(clause.delegates.all())
            if not holders:
                yield Seat(clause, None, (*closed, f"Ingen har punkt {clause.number}"))
            for delegate in holders:
                delegate.clause = clause
                own = _sentences([delegate_check(delegate, clause, decision, on, standing)])
                yield Seat(clause, delegate, (*closed, *own))


def _sentences(checks: Iterator[Check] | list[Check]) -> tuple[str, ...]:
    return tuple(check.label for check in checks if not check.ok)


def the_one(holders: Iterable[Delegate]) -> Delegate | None:
    """The only one who holds a clause; where it has been given on, the only one who has it of the nämnd."""
    every = list(holders)
    named = [holder for holder in every if holder.delegated_by_id is None] or every
    return named[0] if len(named) == 1 else None
