"""What the project costs, and the sums of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from applications.budget import BudgetRow, BudgetRules, BudgetSummary, summarise, years_of
from applications.enums import CostCategory
from applications.models import Application
from applications.parts.financing import FinancingPart
from applications.parts.text import FieldText, number_text
from calls.models import Call
from s3portal.common.swedish import format_amount, format_kr


@dataclass(frozen=True)
class BudgetPart:
    """The lines in the order of the page. ``partners``: key and name of each partner, for those who read."""

    lines: tuple[BudgetRow, ...]
    partners: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, application: Application) -> "BudgetPart":
        lines = application.budget_lines.select_related("partner").prefetch_related("amounts")
        rows = tuple(
            BudgetRow(
                category=line.category,
                description=line.description,
                partner=line.partner.key if line.partner else "",
                by_hours=line.by_hours,
                hourly_rate=line.hourly_rate,
                cells=tuple(
                    (cell.year, number)
                    for cell in line.amounts.all()
                    if (number := cell.hours if line.by_hours else cell.amount) is not None
                ),
                key=line.key,
            )
            for line in lines
        )
        return cls(rows, partners_of(application))

    def texts(self) -> Iterator[FieldText]:
        names = dict(self.partners)
        for number, row in enumerate(self.lines, start=1):
            yield FieldText(f"line-{row.key or number}", f"Rad {number}", line_text(row, names))
        yield FieldText("line-order", "Radernas ordning", self._order())

    def _order(self) -> str:
        """The lines by name, in order; those of the same name are told apart by their keys."""
        called = [row.description or str(CostCategory(row.category).label) for row in self.lines]
        return ", ".join(
            name if called.count(name) == 1 else f"{name} ({row.key[:4]})"
            for name, row in zip(called, self.lines, strict=True)
        )


def partners_of(application: Application) -> tuple[tuple[str, str], ...]:
    """Key and name of each partner, in order."""
    return tuple((partner.key, str(partner)) for partner in application.partners.all())


def line_text(row: BudgetRow, names: dict[str, str]) -> str:
    """One line as text: "Personal, Projektledare, 300 kr per timme, 2027: 800 timmar"."""
    words = [str(CostCategory(row.category).label), row.description, names.get(row.partner, "")]
    if row.by_hours:
        words.append(f"{number_text(row.hourly_rate)} kr per timme")
    for year, number in row.cells:
        words.append(f"{year}: {f'{format_amount(number)} timmar' if row.by_hours else format_kr(number)}")
    return ", ".join(word for word in words if word)


def rules_of(call: Call) -> BudgetRules:
    """The call's own cap, or that of its legal basis when it is lower (domain.md §5)."""
    caps = [call.max_aid_percent, call.legal_basis.max_aid_percent]
    return BudgetRules(
        overhead_percent=call.overhead_percent,
        max_aid_percent=min(cap for cap in caps if cap is not None),
        min_amount=call.min_amount,
        max_amount=call.max_amount,
    )


def period_years(application: Application) -> tuple[int, ...]:
    """The calendar years of the project period; none while it is not given."""
    if application.starts_on is None or application.ends_on is None:
        return ()
    return years_of(application.starts_on.year, application.ends_on.year)


def budget_years(application: Application, part: BudgetPart) -> tuple[int, ...]:
    """The years the table shows: those of the period, and any other year that an amount stands in."""
    inside = period_years(application)
    also = {year for row in part.lines for year, number in row.cells if number or not inside}
    return tuple(sorted({*inside, *also}))


def summary_of(
    application: Application, budget: BudgetPart | None = None, financing: FinancingPart | None = None
) -> BudgetSummary:
    """The sums of a draft or a sent application; a part given is taken instead of the one that is stored."""
    costs = budget or BudgetPart.read(application)
    paid = financing or FinancingPart.read(application)
    partners = costs.partners or partners_of(application)
    return summarise(
        years=budget_years(application, costs),
        lines=costs.lines,
        financing=paid.rows,
        applied=paid.applied_amount,
        rules=rules_of(application.call),
        partners=[key for key, _name in partners],
    )
