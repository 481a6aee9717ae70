"""What the project costs and who pays, and the sums of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from applications.budget import BudgetRules, BudgetSummary, FinancingRow, summarise, years_of
from applications.enums import CostCategory, FinancingKind, FinancingSource
from applications.models import Application
from applications.parts.text import FieldText, kr_text, number_text
from calls.models import Call
from s3portal.common.swedish import format_amount


@dataclass(frozen=True)
class BudgetPart:
    """``lines``: (category, year, kronor) in that order; an empty cell is no line."""

    lines: tuple[tuple[str, int, int], ...]
    financing: tuple[FinancingRow, ...]
    applied_amount: int | None

    @classmethod
    def read(cls, application: Application) -> "BudgetPart":
        order = CostCategory.values
        lines = sorted(
            ((line.category, line.year, line.amount) for line in application.budget_lines.all()),
            key=lambda line: (order.index(line[0]), line[1]),
        )
        financing = tuple(
            FinancingRow(
                financier=row.financier,
                kind=row.kind,
                source=row.source,
                hours=row.hours,
                hourly_rate=row.hourly_rate,
                amount=row.amount if row.kind == FinancingKind.CASH else None,
            )
            for row in application.financing.all()
        )
        return cls(tuple(lines), financing, application.applied_amount)

    def texts(self) -> Iterator[FieldText]:
        for category, year, amount in self.lines:
            label = f"{CostCategory(category).label} {year}"
            yield FieldText(f"cost-{category}-{year}", label, format_amount(amount))
        for number, row in enumerate(self.financing, start=1):
            yield FieldText(f"financing-{number}", f"Finansiär {number}", financing_text(row))
        yield FieldText("applied_amount", "Sökt stöd", kr_text(self.applied_amount))


def financing_text(row: FinancingRow) -> str:
    """One financier on one line: "SVID, kontant, privat, 420 000 kr"."""
    words = [
        row.financier or "Utan namn",
        str(FinancingKind(row.kind).label).lower(),
        str(FinancingSource(row.source).label),
    ]
    if row.kind == FinancingKind.IN_KIND:
        words.append(f"{number_text(row.hours)} timmar à {number_text(row.hourly_rate)} kr")
    words.append(kr_text(row.value) or "belopp saknas")
    return ", ".join(words)


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
    also = [year for _category, year, amount in part.lines if amount or not inside]
    return tuple(sorted({*inside, *also}))


def summary_of(application: Application, part: BudgetPart | None = None) -> BudgetSummary:
    """The budget of a draft or a sent application; ``part`` instead of what is stored while it is typed."""
    budget = part or BudgetPart.read(application)
    return summarise(
        years=budget_years(application, budget),
        lines={(category, year): amount for category, year, amount in budget.lines},
        financing=budget.financing,
        applied=budget.applied_amount,
        rules=rules_of(application.call),
    )
