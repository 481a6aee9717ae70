"""Who may decide (domain: delegation; KL 6:37, 7:5)."""

from collections.abc import Iterator
from datetime import date

from decisions.checks.check import Check, failed_check, passed
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision, DelegationClause
from s3portal.accounts.models import User
from s3portal.common.swedish import (
    format_day,
    format_kr,
    format_period,
)


def authority(decision: Decision, on: date, signer: User | None) -> Iterator[Check]:
    """Clause, ceiling (kronor) and delegate on the day; with ``signer``, that it is their turn."""
    clause = decision.clause
    if clause is None:
        yield failed_check("clause", "Delegationspunkt saknas", field="id_clause", action="Välj")
    else:
        yield _clause_check(clause, decision, on)
        if decision.amount_kind != AmountKind.NONE and decision.amount:
            yield _ceiling_check(clause, decision.amount)
    yield _delegate_check(decision, on)
    if signer is not None:
        yield _signer_check(decision, signer)


def _clause_check(clause: DelegationClause, decision: Decision, on: date) -> Check:
    order, number = clause.order, clause.number
    if not order.is_valid_on(on):
        label = f"Delegationsordningen gäller inte den {format_day(on)}"
        dates = f"Den gäller {format_period(order.valid_from, order.valid_to)}. Välj en punkt ur en annan."
        return failed_check("clause_valid", label, note=dates, field="id_clause")
    if decision.kind not in clause.kinds:
        label = f"Punkt {number} gäller inte för {DecisionKind(decision.kind).label.lower()}"
        return failed_check("clause_kind", label, note=clause.text, field="id_clause")
    return passed("clause_valid", f"Punkt {number} gäller för ärendet", note=order.title)


def _ceiling_check(clause: DelegationClause, amount: int) -> Check:
    """The ceiling counts for money and working time alike: both commit the region."""
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
    return failed_check("ceiling", label, note=note, field="id_amount", percent=percent)


def _delegate_check(decision: Decision, on: date) -> Check:
    delegate, clause = decision.delegate, decision.clause
    if delegate is None:
        return failed_check("delegate", "Undertecknare saknas", field="id_delegate", action="Välj")
    name = delegate.user.full_name
    who = f"{name}, {delegate.title_in_text}"
    if clause is not None and delegate.clause_id != clause.pk:
        label = f"{name} har inte punkt {clause.number}"
        return failed_check("delegate_clause", label, note="Välj någon som har punkten.", field="id_delegate")
    if not delegate.user.is_active:
        return failed_check("delegate_valid", f"{name} arbetar inte kvar", note=who, field="id_delegate")
    if delegate.valid_from > on:
        label = f"{name} får besluta först den {format_day(delegate.valid_from)}"
        return failed_check("delegate_valid", label, note=who, field="id_delegate")
    if delegate.valid_to is not None and delegate.valid_to < on:
        label = f"{name} fick besluta till och med den {format_day(delegate.valid_to)}"
        return failed_check("delegate_valid", label, note=who, field="id_delegate")
    return passed("delegate_valid", "Undertecknaren är behörig", note=who)


def _signer_check(decision: Decision, signer: User) -> Check:
    delegate = decision.delegate
    if delegate is not None and delegate.user_id == signer.pk:
        return passed("signer", "Du är den som ska skriva under")
    waiting = f"Beslutet väntar på {delegate.user.full_name}." if delegate is not None else ""
    return failed_check("signer", "Du är inte den som ska skriva under", note=waiting)
