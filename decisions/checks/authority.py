"""Who may decide (domain: delegation; KL 6:37, 7:5)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from decisions.checks.bound import bound_in_points, most_bound
from decisions.checks.check import Check, failed_check, passed
from decisions.enums import AmountKind, DecisionKind
from decisions.impartiality import barred_by_case, barred_ids
from decisions.kinds import amounts_beside
from decisions.models import CommitteeMember, Decision, Delegate, DelegationClause
from s3portal.accounts.enums import Role
from s3portal.accounts.models import StaffRole, User
from s3portal.common.swedish import (
    format_day,
    format_kr,
    format_period,
)

#: KL 6:39. Never an employee, nor a substitute.
BY_MEMBERS: Final = (
    "Brådskande beslut fattas av ordföranden eller en annan ledamot (6 kap. 39\u00a0§ kommunallagen)."
)


@dataclass(frozen=True)
class Standing:
    """What is known of people beside their mandates: who has declared jäv, who has the portal's role, and who
    is a member of a nämnd (KL 6:39), from when to when. And of the matter, what is decided in it beside this
    (``amounts_beside``), when that has been asked for many at once."""

    barred: frozenset[int]
    signers: frozenset[int]
    seats: tuple[CommitteeMember, ...] = ()
    beside: int | None = None

    @classmethod
    def of(cls, decision: Decision, people: Collection[int]) -> "Standing":
        """Of these people (ids), in one question each."""
        return cls(barred_ids(decision), _signers(people), _seats(people))

    def may_be_urgent(self, delegate: Delegate, clause: DelegationClause, on: date) -> bool:
        """Whether the delegate is a member of the clause's nämnd on the day."""
        return any(
            seat.user_id == delegate.user_id
            and seat.committee_id == clause.order.committee_id
            and seat.covers(on)
            for seat in self.seats
        )


def standing_of_many(decisions: Collection[Decision]) -> dict[int, Standing]:
    """By the decision, of the delegates of decisions on applications; seven queries for all, and those of
    what is decided beside them."""
    people = {one.delegate.user_id for one in decisions if one.delegate is not None}
    signers, seats = _signers(people), _seats(people)
    barred = barred_by_case({one.case_id for one in decisions})
    beside = amounts_beside([one for one in decisions if not one.is_signed])
    return {one.pk: Standing(barred[one.case_id], signers, seats, beside.get(one.pk)) for one in decisions}


def _signers(people: Collection[int]) -> frozenset[int]:
    roles = StaffRole.objects.filter(role=Role.DELEGATE, user__in=people)
    return frozenset(roles.values_list("user_id", flat=True))


def _seats(people: Collection[int]) -> tuple[CommitteeMember, ...]:
    return tuple(CommitteeMember.objects.standing().of_members().filter(user__in=people))


def authority(
    decision: Decision, on: date, signer: User | None, standing: Standing | None = None
) -> Iterator[Check]:
    """Clause, ceiling (kronor) and delegate on the day; with ``signer``, that it is their turn. ``standing``,
    when it has been asked for many at once."""
    clause, delegate = decision.clause, decision.delegate
    if clause is None:
        yield failed_check("clause", "Delegationspunkt saknas", field="id_clause", action="Välj")
    else:
        beside = None if standing is None else standing.beside
        yield from clause_checks(clause, decision, on, most_bound(decision, beside))
    if delegate is None:
        yield failed_check("delegate", "Undertecknare saknas", field="id_delegate", action="Välj")
    else:
        if standing is None:
            standing = Standing.of(decision, [delegate.user_id])
        yield delegate_check(delegate, clause, decision, on, standing)
    if signer is not None:
        yield _signer_check(decision, signer)


def clause_checks(
    clause: DelegationClause, decision: Decision, on: date, bound: tuple[int, int | None]
) -> Iterator[Check]:
    """Whether anybody may decide this by the clause on the day. ``bound``: ``most_bound`` of the decision,
    which is asked for once however many clauses there are."""
    yield _clause_check(clause, decision, on)
    amount, number = bound
    if amount:
        whole = number is None and amount != decision.amount
        yield _ceiling_check(clause, amount, number, whole=whole)


def has_amount(decision: Decision) -> bool:
    """In its form or in its points."""
    in_form = decision.amount_kind != AmountKind.NONE and bool(decision.amount)
    return in_form or next(bound_in_points(decision), None) is not None


def _clause_check(clause: DelegationClause, decision: Decision, on: date) -> Check:
    order, number = clause.order, clause.number
    if not order.is_valid_on(on):
        label = f"Delegationsordningen gäller inte den {format_day(on)}"
        dates = f"Den gäller {format_period(order.valid_from, order.valid_to)}. Välj en punkt ur en annan."
        return failed_check("clause_valid", label, note=dates, field="id_clause")
    if decision.kinds_to_hold().isdisjoint(clause.kinds):
        label = f"Punkt {number} gäller inte för {DecisionKind(decision.kind).label.lower()}"
        return failed_check("clause_kind", label, note=clause.text, field="id_clause")
    return passed("clause_valid", f"Punkt {number} gäller för ärendet", note=order.title)


def _ceiling_check(clause: DelegationClause, amount: int, number: int | None, *, whole: bool) -> Check:
    """The ceiling counts for money and working time alike: both commit the region. ``number``: the place of
    the point where the amount stands, when it is not that of the form. ``whole``: it is that of more than
    this decision."""
    if clause.ceiling is None:
        return passed("ceiling", "Punkten har inget tak", value=format_kr(amount))
    percent = min(100.0, amount * 100 / clause.ceiling)
    limit = format_kr(clause.ceiling)
    if clause.covers_amount(amount):
        return passed(
            "ceiling",
            "Beloppet ryms inom delegationen",
            note=f"Taket är {limit}",
            value=format_kr(amount),
            percent=percent,
        )
    rule = f"högst {limit}" if clause.ceiling_included else f"under {limit}"
    label = f"Beloppet {format_kr(amount)} är för högt för punkt {clause.number}"
    note = f"Punkten gäller belopp {rule}."
    field = "id_amount" if number is None else f"id_punkt-{number}-text"
    if number is not None:
        note = f"Beloppet står i beslutspunkt {number + 1}. {note}"
    if whole:
        note = f"Det är hela ärendets belopp, med det som redan är beslutat. {note}"
    return failed_check("ceiling", label, note=note, field=field, percent=percent)


def delegate_check(
    delegate: Delegate, clause: DelegationClause | None, decision: Decision, on: date, standing: Standing
) -> Check:
    """Whether this person may decide by the clause on the day: the mandate, the person, the seat in the nämnd
    for what is urgent, jäv, own budget. The first fault that is found."""
    for code, label, note in _faults(delegate, clause, decision, on, standing):
        return failed_check(code, label, note=note or _named(delegate), field="id_delegate")
    return passed("delegate_valid", "Undertecknaren är behörig", note=_named(delegate))


def _named(delegate: Delegate) -> str:
    return f"{delegate.user.full_name}, {delegate.title_in_text}"


def _faults(
    delegate: Delegate, clause: DelegationClause | None, decision: Decision, on: date, standing: Standing
) -> Iterator[tuple[str, str, str]]:
    """Code, label and note; an empty note says who it is."""
    name = delegate.user.full_name
    if clause is not None and delegate.clause_id != clause.pk:
        yield "delegate_clause", f"{name} har inte punkt {clause.number}", "Välj någon som har punkten."
    if not delegate.user.is_active:
        yield "delegate_valid", f"{name} arbetar inte kvar", ""
    if delegate.valid_from > on:
        yield "delegate_valid", f"{name} får besluta först den {format_day(delegate.valid_from)}", ""
    if delegate.valid_to is not None and delegate.valid_to < on:
        yield "delegate_valid", f"{name} fick besluta till och med den {format_day(delegate.valid_to)}", ""
    if clause is not None and clause.urgent and not standing.may_be_urgent(delegate, clause, on):
        yield "delegate_seat", f"{name} är inte ledamot i nämnden den {format_day(on)}", BY_MEMBERS
    if delegate.user_id not in standing.signers:
        yield "delegate_role", f"{name} har inte rollen delegat i portalen", "En administratör ger den."
    if delegate.user_id in standing.barred:
        yield "delegate_barred", f"{name} har anmält jäv i ärendet", "Välj en annan undertecknare."
    if clause is not None and clause.own_budget and has_amount(decision) and not delegate.budget:
        note = f"Punkt {clause.number} gäller bara inom egen budget. En registrator anger den."
        yield "own_budget", f"{name} har ingen egen budget", note


def _signer_check(decision: Decision, signer: User) -> Check:
    delegate = decision.delegate
    if delegate is not None and delegate.user_id == signer.pk:
        return passed("signer", "Du är den som ska skriva under")
    waiting = f"Beslutet väntar på {delegate.user.full_name}." if delegate is not None else ""
    return failed_check("signer", "Du är inte den som ska skriva under", note=waiting)
