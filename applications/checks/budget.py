"""What is missing or does not agree in the budget and the financing."""

from collections.abc import Iterator

from applications.budget import BudgetSummary, amount_problem
from applications.checks.steps import Problem, Step
from applications.enums import FinancingKind
from applications.models import Application
from applications.parts import BudgetPart, period_years, rules_of
from s3portal.common.swedish import format_kr


def missing_in_costs(application: Application, part: BudgetPart, summary: BudgetSummary) -> Iterator[Problem]:
    inside = period_years(application)
    outside = sorted({year for _category, year, amount in part.lines if amount and year not in inside})
    if inside:
        for year in outside:
            field = next(f"id_cost-{c}-{y}" for c, y, amount in part.lines if y == year and amount)
            yield Problem(
                Step.BUDGET, field, f"Flytta beloppen för {year}: året ligger utanför projektperioden."
            )
    if summary.total_cost > 0:
        return
    first = f"id_cost-personnel-{summary.years[0]}" if summary.years else "kostnader"
    if any(amount for _category, _year, amount in part.lines):
        yield Problem(Step.BUDGET, first, "Rätta kostnaderna: intäkterna är lika stora som eller större.")
    else:
        yield Problem(Step.BUDGET, first, "Fyll i kostnaderna.")


def missing_in_financing(part: BudgetPart) -> Iterator[Problem]:
    for number, row in enumerate(part.financing):
        name = row.financier or f"finansiär {number + 1}"
        if not row.financier:
            yield Problem(
                Step.BUDGET, f"id_fin-{number}-financier", f"Fyll i namnet på finansiär {number + 1}."
            )
        if row.kind == FinancingKind.CASH and row.amount is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-amount", f"Fyll i beloppet från {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hours is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-hours", f"Fyll i antal timmar för {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hourly_rate is None:
            yield Problem(Step.BUDGET, f"id_fin-{number}-hourly_rate", f"Fyll i kronor per timme för {name}.")


def missing_in_plan(application: Application, summary: BudgetSummary) -> Iterator[Problem]:
    wrong_amount = amount_problem(summary, rules_of(application.call))
    if wrong_amount:
        yield Problem(Step.BUDGET, "id_applied_amount", wrong_amount)
    if not summary.in_kind_among_costs:
        yield Problem(
            Step.BUDGET,
            f"id_cost-personnel-{summary.years[0]}" if summary.years else "kostnader",
            f"Ta upp den arbetade tiden bland personalkostnaderna: {format_kr(summary.in_kind)} är mer än "
            f"personalkostnaden {format_kr(summary.personnel)}.",
        )
    if summary.total_cost > 0 and summary.gap:
        yield Problem(Step.BUDGET, "plan", summary.gap_text)
