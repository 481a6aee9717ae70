"""The financing plan and the aid level of a grant, as the tables in its document.

The whole plan is what förordning (2003:596) 9 § asks for. It is the application's, with the granted amount in
place of the one that was applied for. A draft reads it anew each time; the signature freezes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.conf import settings

from applications.enums import FinancingKind, FinancingSource
from applications.models import Application, Financing
from calls.enums import AppealRule
from decisions.amounts import amounts_in, shares_in
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision
from s3portal.common.swedish import format_amount, format_percent

#: Of the financier that nobody has found yet: the grant is lower than what was applied for.
NOT_YET = "Återstår att finansiera"


@dataclass(frozen=True)
class PlanRow:
    """``kronor`` whole, and ``share`` of the total cost as printed ("33,3 %"). ``kind`` and ``source`` are
    empty for what is not financed yet."""

    financier: str
    kind: str
    source: str
    kronor: int
    share: str

    @property
    def name(self) -> str:
        """As in "Östersunds kommun (kontant, kommunal)"."""
        if not self.kind:
            return self.financier
        source = self.source if self.source.isupper() else self.source.lower()
        return f"{self.financier} ({self.kind.lower()}, {source})"

    @property
    def amount(self) -> str:
        return format_amount(self.kronor)


@dataclass(frozen=True)
class FinancingPlan:
    """``total_kronor``: the project's total cost, which the rows add up to unless more is promised.

    ``share``: the aid level, which is the grant's part of that cost; ``cap``: the highest that the call and
    the legal basis let it be. Both as printed."""

    rows: tuple[PlanRow, ...]
    total_kronor: int
    granted_kronor: int
    is_ceiling: bool
    share: str
    cap: str

    @property
    def total(self) -> str:
        return format_amount(self.total_kronor)

    @property
    def granted(self) -> str:
        return format_amount(self.granted_kronor)

    @property
    def amounts(self) -> set[int]:
        """Every amount (kronor) that is printed in the tables."""
        return {self.total_kronor, self.granted_kronor, *(row.kronor for row in self.rows)}

    @property
    def shares(self) -> set[Fraction]:
        """Every share (percent) of the total cost that is printed in the tables."""
        printed = (self.share, *(row.share for row in self.rows))
        return {share for text in printed for share in shares_in(text)}

    def as_stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def stored(cls, value: Mapping[str, Any]) -> "FinancingPlan":
        return cls(**{**value, "rows": tuple(PlanRow(**row) for row in value["rows"])})


def plan_of(decision: Decision) -> FinancingPlan | None:
    """The frozen one of a signed decision, of a draft what would be frozen now. None for all but grants of
    money on an application with costs, and for those that were signed before there was a plan in them."""
    if decision.is_signed:
        return FinancingPlan.stored(decision.financing_plan) if decision.financing_plan else None
    return current_plan(decision)


def current_plan(decision: Decision) -> FinancingPlan | None:
    """As the application stands. Reads its call, its organisation and its financiers."""
    application = decision.application
    if application is None or decision.kind != DecisionKind.GRANT or not application.total_cost:
        return None
    if decision.amount is None or decision.amount_kind != AmountKind.CASH:
        return None
    total = application.total_cost
    return FinancingPlan(
        rows=tuple(_rows(decision, decision.amount, application)),
        total_kronor=total,
        granted_kronor=decision.amount,
        is_ceiling=decision.amount_is_ceiling,
        share=_share(decision.amount, total),
        cap=format_percent(aid_cap(decision), 2),
    )


def aid_cap(decision: Decision) -> Fraction:
    """The stricter of the basis' and the call's highest share of the costs, in percent; 100 without both."""
    caps = [Fraction(100)]
    if decision.application is not None:
        caps.append(Fraction(decision.application.call.max_aid_percent))
    if decision.legal_basis is not None and decision.legal_basis.max_aid_percent is not None:
        caps.append(Fraction(decision.legal_basis.max_aid_percent))
    return min(caps)


def _rows(decision: Decision, granted: int, application: Application) -> Iterator[PlanRow]:
    total = application.total_cost or 0
    yield PlanRow(
        f"{settings.REGION['name']}, bidrag enligt beslutet",
        str(FinancingKind.CASH.label),
        str(_source(decision).label),
        granted,
        _share(granted, total),
    )
    left = total - granted
    for financing in application.financing.all():
        value = financing.amount or 0
        left -= value
        yield PlanRow(
            _financier(financing, application),
            str(FinancingKind(financing.kind).label),
            str(FinancingSource(financing.source).label),
            value,
            _share(value, total),
        )
    if left > 0:
        yield PlanRow(NOT_YET, "", "", left, _share(left, total))


def _source(decision: Decision) -> FinancingSource:
    """The region's own money, or the state's (anslag 1:1) that it decides on under an ordinance."""
    basis = decision.legal_basis
    own = basis is None or basis.appeal_rule == AppealRule.LEGALITY_REVIEW
    return FinancingSource.REGIONAL if own else FinancingSource.STATE


def _financier(financing: Financing, application: Application) -> str:
    if not financing.own:
        return financing.financier
    return f"{financing.financier or application.organisation.name}, egna medel"


def _share(part: int, total: int) -> str:
    return format_percent(Fraction(part * 100, total), 2)


def tells(plan: FinancingPlan, passage: str) -> bool:
    """Whether the tables would give away an amount or a share that stands in the passage, or that it is."""
    return not (plan.amounts.isdisjoint(amounts_in(passage)) and plan.shares.isdisjoint(shares_in(passage)))
