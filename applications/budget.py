"""The arithmetic of a budget: pure, whole kronor as int, shares as Fraction, never a float.

The page as it is typed, the checks at submission, what is stored and what is printed all come from
``summarise``. Rules, which are the region's practice:

- A salary counted in hours costs hours × kronor per hour (``hourly_cost`` of a monthly salary).
- Indirect costs are a flat rate of the personnel costs, computed for each year and rounded to the nearest
  whole krona, halves upwards. The total is the sum of the years, so that the table adds up.
- Income is deducted. An empty cell counts as 0.
- Working time and what else is given instead of money count as financing and must also be among the costs:
  working time among the personnel costs, the rest among the other costs.
- Stödnivån is the applied amount as a share of the total cost. The budget holds when the financing equals
  the total cost to the krona.
- The public share is the applied amount and what public financiers give, as a share of the financing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from applications.enums import CostCategory, FinancingKind, FinancingSource
from s3portal.common.swedish import format_kr, format_percent

COSTS = tuple(category for category in CostCategory if category is not CostCategory.INCOME)
MOST_YEARS = 10
MOST_LINES = 60
MOST_FINANCIERS = 50
#: A year's work of one person, in hours.
HOURS_OF_A_YEAR = 1720


@dataclass(frozen=True)
class BudgetRules:
    """What a call asks of a budget. Amounts in kronor, both ends inclusive; 50 percent is half."""

    overhead_percent: int
    max_aid_percent: Decimal
    min_amount: int | None = None
    max_amount: int | None = None


@dataclass(frozen=True)
class BudgetRow:
    """One line as typed. ``cells``: the year and its number, hours when ``by_hours``, otherwise kronor; an
    empty cell is left out. ``partner`` is the partner's key, nothing for the applicant."""

    category: str
    description: str = ""
    partner: str = ""
    by_hours: bool = False
    hourly_rate: int | None = None
    cells: tuple[tuple[int, int], ...] = ()
    key: str = ""

    def value(self, number: int) -> int | None:
        """A cell's number in kronor, or None while the rate of the hours is missing."""
        if not self.by_hours:
            return number
        return None if self.hourly_rate is None else number * self.hourly_rate

    @property
    def amounts(self) -> dict[int, int]:
        """Kronor by year, of the cells that are worth something known."""
        return {year: value for year, number in self.cells if (value := self.value(number)) is not None}


@dataclass(frozen=True)
class FinancingRow:
    """One financier as typed. Working time is worth its hours; all else has an ``amount``."""

    financier: str
    kind: str
    source: str
    hours: int | None = None
    hourly_rate: int | None = None
    amount: int | None = None
    own: bool = False
    confirmed: bool = False
    #: The name of the attachment in which somebody else has promised it, nothing when none is chosen.
    letter: str = ""
    key: str = ""

    @property
    def in_kind(self) -> bool:
        """Working time, counted in hours."""
        return self.kind == FinancingKind.IN_KIND

    @property
    def value(self) -> int | None:
        """Kronor, or None while something is missing."""
        if not self.in_kind:
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
class LineSum:
    """One line in kronor: None where a year's amount is not known yet or the cell is empty."""

    row: BudgetRow
    amounts: tuple[int | None, ...]

    @property
    def total(self) -> int:
        return sum(amount or 0 for amount in self.amounts)


@dataclass(frozen=True)
class PartnerSum:
    """What one of those who take part has of the costs, less income; indirect costs are not divided."""

    partner: str
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True)
class BudgetSummary:
    """Everything that is shown, stored and printed about a budget."""

    years: tuple[int, ...]
    lines: tuple[LineSum, ...]
    rows: tuple[CostRow, ...]
    income: CostRow
    partners: tuple[PartnerSum, ...]
    indirect: tuple[int, ...]
    overhead_percent: int
    cap: Fraction
    cash: int
    in_kind: int
    other_in_kind: int
    public: int
    own: int
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
    def total_cost(self) -> int:
        return sum(self.year_totals)

    @property
    def financing(self) -> int:
        return self.applied + self.cash + self.in_kind + self.other_in_kind

    @property
    def gap(self) -> int:
        """Kronor missing in the financing; negative when there is too much."""
        return self.total_cost - self.financing

    @property
    def balanced(self) -> bool:
        return self.gap == 0 and self.total_cost > 0

    @property
    def personnel(self) -> int:
        """The base of the indirect costs."""
        return next(row.total for row in self.rows if row.category is CostCategory.PERSONNEL)

    @property
    def other_costs(self) -> int:
        """What is bought, travelled and used: all costs that are typed but the personnel's."""
        return sum(row.total for row in self.rows) - self.personnel

    @property
    def in_kind_among_costs(self) -> bool:
        return self.in_kind <= self.personnel

    @property
    def other_in_kind_among_costs(self) -> bool:
        return self.other_in_kind <= self.other_costs

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
    def public_share(self) -> Fraction | None:
        """Public money and work as a share of all financing, where 1 is the whole."""
        return Fraction(self.public, self.financing) if self.financing > 0 else None

    @property
    def public_share_text(self) -> str:
        return "–" if self.public_share is None else format_percent(self.public_share * 100)

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


def hourly_cost(monthly_salary: int) -> int:
    """Kronor per hour of a monthly salary: × 12 / 1 720, to the nearest whole krona, halves upwards."""
    return round_half_up(Fraction(monthly_salary * 12, HOURS_OF_A_YEAR))


def summarise(
    *,
    years: Sequence[int],
    lines: Sequence[BudgetRow],
    financing: Sequence[FinancingRow],
    applied: int | None,
    rules: BudgetRules,
    partners: Sequence[str] = (),
) -> BudgetSummary:
    """Add everything up. ``partners``: the keys of those who take part beside the applicant, in order."""
    worth = [(line, line.amounts) for line in lines]
    rows = {
        category: CostRow(
            category,
            tuple(
                sum(amounts.get(year, 0) for line, amounts in worth if line.category == category)
                for year in years
            ),
        )
        for category in CostCategory
    }
    personnel = rows[CostCategory.PERSONNEL].amounts
    return BudgetSummary(
        years=tuple(years),
        lines=tuple(LineSum(line, tuple(amounts.get(year) for year in years)) for line, amounts in worth),
        rows=tuple(rows[category] for category in COSTS),
        income=rows[CostCategory.INCOME],
        partners=_by_partner(years, worth, partners),
        indirect=tuple(indirect_cost(amount, rules.overhead_percent) for amount in personnel),
        overhead_percent=rules.overhead_percent,
        cap=Fraction(rules.max_aid_percent) / 100,
        cash=_worth(row for row in financing if row.kind == FinancingKind.CASH),
        in_kind=_worth(row for row in financing if row.kind == FinancingKind.IN_KIND),
        other_in_kind=_worth(row for row in financing if row.kind == FinancingKind.OTHER_IN_KIND),
        public=(applied or 0) + _worth(row for row in financing if row.source != FinancingSource.PRIVATE),
        own=_worth(row for row in financing if row.own),
        applied=applied or 0,
    )


def _by_partner(
    years: Sequence[int], worth: Sequence[tuple[BudgetRow, dict[int, int]]], partners: Sequence[str]
) -> tuple[PartnerSum, ...]:
    """The applicant first; a line of a partner that is no longer there is the applicant's."""
    owners = ["", *partners]
    sums = {owner: [0] * len(years) for owner in owners}
    for line, amounts in worth:
        sign = -1 if line.category == CostCategory.INCOME else 1
        mine = sums[line.partner if line.partner in sums else ""]
        for place, year in enumerate(years):
            mine[place] += sign * amounts.get(year, 0)
    return tuple(PartnerSum(owner, tuple(sums[owner])) for owner in owners)


def _worth(rows: Iterable[FinancingRow]) -> int:
    return sum(row.value or 0 for row in rows)


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
