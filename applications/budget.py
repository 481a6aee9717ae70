"""The arithmetic of a budget: pure, whole kronor as int, shares as Fraction, never a float.

The page as it is typed, the checks at submission, what is stored and what is printed all come from
``summarise``. Rules (domain.md §5):

- Indirect costs are a flat rate of the personnel costs, computed for each year and rounded to the nearest
  whole krona, halves upwards. The total is the sum of the years, so that the table adds up.
- Income is deducted. An empty cell counts as 0.
- Working time is hours × kronor per hour. It counts as financing and must also be among the personnel costs.
- Stödnivån is the applied amount as a share of the total cost. The budget holds when the financing equals
  the total cost to the krona.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from applications.enums import CostCategory, FinancingKind
from s3portal.common.swedish import format_kr, format_percent

COSTS = tuple(category for category in CostCategory if category is not CostCategory.INCOME)
MOST_YEARS = 10
MOST_FINANCIERS = 50


@dataclass(frozen=True)
class BudgetRules:
    """What a call asks of a budget. Amounts in kronor, both ends inclusive; 50 percent is half."""

    overhead_percent: int
    max_aid_percent: Decimal
    min_amount: int | None = None
    max_amount: int | None = None


@dataclass(frozen=True)
class FinancingRow:
    """One financier as typed. ``amount`` is for cash only; working time is worth its hours."""

    financier: str
    kind: str
    source: str
    hours: int | None = None
    hourly_rate: int | None = None
    amount: int | None = None

    @property
    def value(self) -> int | None:
        """Kronor, or None while something is missing."""
        if self.kind == FinancingKind.CASH:
            return self.amount
        if self.hours is None or self.hourly_rate is None:
            return None
        return self.hours * self.hourly_rate


@dataclass(frozen=True)
class CostRow:
    """One kind of cost over the years; ``amounts`` has one number for each year of the budget."""

    category: CostCategory
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True)
class BudgetSummary:
    """Everything that is shown, stored and printed about a budget."""

    years: tuple[int, ...]
    rows: tuple[CostRow, ...]
    income: CostRow
    indirect: tuple[int, ...]
    overhead_percent: int
    cap: Fraction
    cash: int
    in_kind: int
    applied: int

    @property
    def indirect_total(self) -> int:
        return sum(self.indirect)

    @property
    def year_totals(self) -> tuple[int, ...]:
        """Cost of each year: all rows and the indirect costs, less the income."""
        return tuple(
            sum(row.amounts[i] for row in self.rows) + self.indirect[i] - self.income.amounts[i]
            for i in range(len(self.years))
        )

    @property
    def totals_by_year(self) -> list[tuple[str, int]]:
        """For the page: the year as text, and its total."""
        return [(str(year), total) for year, total in zip(self.years, self.year_totals, strict=True)]

    @property
    def indirect_by_year(self) -> list[tuple[str, int]]:
        return [(str(year), amount) for year, amount in zip(self.years, self.indirect, strict=True)]

    @property
    def total_cost(self) -> int:
        return sum(self.year_totals)

    @property
    def financing(self) -> int:
        return self.applied + self.cash + self.in_kind

    @property
    def gap(self) -> int:
        """Kronor missing in the financing; negative when there is too much."""
        return self.total_cost - self.financing

    @property
    def balanced(self) -> bool:
        return self.gap == 0 and self.total_cost > 0

    @property
    def personnel(self) -> int:
        return next((row.total for row in self.rows if row.category is CostCategory.PERSONNEL), 0)

    @property
    def in_kind_among_costs(self) -> bool:
        return self.in_kind <= self.personnel

    @property
    def share(self) -> Fraction | None:
        """Stödnivån, where 1 is the whole; None while there are no costs."""
        return Fraction(self.applied, self.total_cost) if self.total_cost > 0 else None

    @property
    def max_applied(self) -> int:
        """The highest amount in whole kronor that keeps to the cap."""
        return int(max(0, self.total_cost) * self.cap)

    @property
    def over_cap(self) -> bool:
        return self.share is not None and self.share > self.cap

    @property
    def share_percent(self) -> Fraction | None:
        return None if self.share is None else self.share * 100

    @property
    def cap_percent(self) -> Fraction:
        return self.cap * 100

    @property
    def share_text(self) -> str:
        """ "52,8 %". A share above the cap never reads as the cap: then "mer än 50 %"."""
        if self.share_percent is None:
            return "–"
        text = format_percent(self.share_percent)
        if self.over_cap and _shown(self.share_percent) <= self.cap_percent:
            return f"mer än {self.cap_text}"
        return text

    @property
    def cap_text(self) -> str:
        return format_percent(self.cap_percent, 2 if self.cap_percent * 10 % 1 else 1)

    @property
    def gap_text(self) -> str:
        """What to do about a budget that does not hold, or that it does."""
        if self.total_cost <= 0:
            return "Fyll i kostnaderna, så räknas finansieringen ut."
        if self.gap > 0:
            return (
                f"Det saknas {format_kr(self.gap)}. "
                "Finansieringen ska täcka alla kostnader innan ni skickar in."
            )
        if self.gap < 0:
            return (
                f"Finansieringen är {format_kr(-self.gap)} större än kostnaderna. "
                "Den ska vara lika stor innan ni skickar in."
            )
        return "Finansieringen täcker kostnaderna på kronan."


def _shown(percent: Fraction) -> Fraction:
    """The number that ``format_percent`` prints: one decimal, halves upwards."""
    return Fraction(round_half_up(percent * 10), 10)


def round_half_up(value: Fraction) -> int:
    """To the nearest whole number, halves upwards. For amounts that are not negative."""
    return int(value + Fraction(1, 2))


def indirect_cost(personnel: int, overhead_percent: int) -> int:
    """The flat rate on one year's personnel costs, in whole kronor."""
    return round_half_up(Fraction(personnel * overhead_percent, 100))


def summarise(
    *,
    years: Sequence[int],
    lines: Mapping[tuple[str, int], int | None],
    financing: Sequence[FinancingRow],
    applied: int | None,
    rules: BudgetRules,
) -> BudgetSummary:
    """Add everything up. ``lines``: (category, year) → kronor; what is missing counts as 0."""
    rows = {
        category: CostRow(category, tuple(lines.get((category.value, year)) or 0 for year in years))
        for category in CostCategory
    }
    personnel = rows[CostCategory.PERSONNEL].amounts
    values = [(row.kind, row.value or 0) for row in financing]
    return BudgetSummary(
        years=tuple(years),
        rows=tuple(rows[category] for category in COSTS),
        income=rows[CostCategory.INCOME],
        indirect=tuple(indirect_cost(amount, rules.overhead_percent) for amount in personnel),
        overhead_percent=rules.overhead_percent,
        cap=Fraction(rules.max_aid_percent) / 100,
        cash=sum(value for kind, value in values if kind == FinancingKind.CASH),
        in_kind=sum(value for kind, value in values if kind == FinancingKind.IN_KIND),
        applied=applied or 0,
    )


def years_of(first: int | None, last: int | None, *, also: Sequence[int] = ()) -> tuple[int, ...]:
    """The years of a period, and any others that hold amounts, in order."""
    inside = range(first, last + 1) if first is not None and last is not None else range(0)
    return tuple(sorted({*inside, *also}))


def amount_problem(summary: BudgetSummary, rules: BudgetRules) -> str | None:
    """What is wrong with the applied amount, as a sentence that says what to apply for; None if nothing."""
    applied = summary.applied
    if applied <= 0:
        return "Ange hur mycket stöd ni söker."
    if rules.max_amount is not None and applied > rules.max_amount:
        return f"Utlysningen ger högst {format_kr(rules.max_amount)}. Sänk det sökta stödet."
    if rules.min_amount is not None and applied < rules.min_amount:
        return f"Utlysningen ger minst {format_kr(rules.min_amount)}. Höj det sökta stödet."
    if summary.over_cap:
        return (
            f"Stödet är {format_kr(applied - summary.max_applied)} för högt. "
            f"Sök högst {format_kr(summary.max_applied)}."
        )
    return None
