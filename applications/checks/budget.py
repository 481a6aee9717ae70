"""What is missing or does not agree in the budget and the financing."""

from collections.abc import Iterator

from applications.budget import BudgetRow, BudgetSummary, amount_problem
from applications.checks.steps import Problem, Step
from applications.enums import CostCategory, FinancingKind
from applications.models import Application
from applications.parts import BudgetPart, FinancingPart, period_years, rules_of
from s3portal.common.quarantine import read_states
from s3portal.common.swedish import format_kr

ROWS, PLAN = "rader", "plan"


def budget_problems(
    application: Application, budget: BudgetPart, financing: FinancingPart, summary: BudgetSummary
) -> list[Problem]:
    """All that is wrong with the two pages, in their order: as typed, or as stored at the door."""
    return [
        *missing_in_costs(application, budget, summary),
        *missing_in_financing(financing),
        *(missing_letters(application, financing) if application.call.letters_required else ()),
        *missing_in_plan(application, budget, summary),
    ]


def missing_in_costs(application: Application, part: BudgetPart, summary: BudgetSummary) -> Iterator[Problem]:
    yield from _outside_the_period(application, part)
    for index, row in enumerate(part.lines):
        yield from _missing_in_line(index, row, summary)
    if summary.total_cost > 0:
        return
    if any(number for row in part.lines for _year, number in row.cells):
        yield Problem(
            Step.BUDGET,
            _first_cell(part, summary),
            "Rätta kostnaderna: intäkterna är lika stora som eller större.",
            wrong=True,
        )
    else:
        yield Problem(Step.BUDGET, _first_cell(part, summary), "Fyll i kostnaderna.")


def _outside_the_period(application: Application, part: BudgetPart) -> Iterator[Problem]:
    inside = period_years(application)
    if not inside:
        return
    cells = [(year, index) for index, row in enumerate(part.lines) for year, number in row.cells if number]
    for year in sorted({year for year, _index in cells if year not in inside}):
        index = next(index for found, index in cells if found == year)
        yield Problem(
            Step.BUDGET,
            f"id_line-{index}-{year}",
            f"Flytta beloppen för {year}: året ligger utanför projektperioden.",
            wrong=True,
        )


def _missing_in_line(index: int, row: BudgetRow, summary: BudgetSummary) -> Iterator[Problem]:
    number = index + 1
    if row.by_hours and row.cells and row.hourly_rate is None:
        yield Problem(
            Step.BUDGET, f"id_line-{index}-rate", f"Fyll i kronor per timme på rad {number} i budgeten."
        )
    if not row.cells and summary.years:
        what = "timmarna" if row.by_hours else "beloppen"
        yield Problem(
            Step.BUDGET,
            f"id_line-{index}-{summary.years[0]}",
            f"Fyll i {what} på rad {number} i budgeten, eller ta bort raden.",
        )


def _first_cell(part: BudgetPart, summary: BudgetSummary) -> str:
    return f"id_line-0-{summary.years[0]}" if summary.years else ROWS


def missing_in_financing(part: FinancingPart) -> Iterator[Problem]:
    for index, row in enumerate(part.rows):
        place = sum(one.own == row.own for one in part.rows[: index + 1])
        name = f"egna medel, rad {place}" if row.own else row.financier or f"finansiär {place}"
        if not row.financier and not row.own:
            yield _fill(index, "financier", f"Fyll i namnet på finansiär {place}.")
        if row.kind != FinancingKind.IN_KIND and row.amount is None:
            yield _fill(index, "amount", f"Fyll i beloppet {'för' if row.own else 'från'} {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hours is None:
            yield _fill(index, "hours", f"Fyll i antal timmar för {name}.")
        if row.kind == FinancingKind.IN_KIND and row.hourly_rate is None:
            yield _fill(index, "hourly_rate", f"Fyll i kronor per timme för {name}.")


def missing_letters(application: Application, part: FinancingPart) -> Iterator[Problem]:
    """Financiers that have confirmed, without a letter that says so. A letter with a virus is none."""
    confirmed = [(index, row) for index, row in enumerate(part.rows) if row.confirmed and not row.own]
    if not confirmed:
        return
    files = read_states(application.attachments.all())
    usable = {file.filename for file in files if not file.is_infected}
    for index, row in confirmed:
        if row.letter not in usable:
            name = row.financier or "finansiären"
            yield _fill(index, "letter", f"Välj eller ladda upp brevet där {name} bekräftar sin del.")


def _fill(index: int, column: str, message: str) -> Problem:
    return Problem(Step.FINANCING, f"id_fin-{index}-{column}", message)


def missing_in_plan(application: Application, part: BudgetPart, summary: BudgetSummary) -> Iterator[Problem]:
    wrong_amount = amount_problem(summary, rules_of(application.call))
    if wrong_amount:
        wrong = summary.applied > 0
        yield Problem(Step.FINANCING, "id_applied_amount", wrong_amount, wrong=wrong)
    if not summary.in_kind_among_costs:
        yield Problem(
            Step.BUDGET,
            _cell_of_personnel(part, summary),
            f"Ta upp den arbetade tiden bland personalkostnaderna: {format_kr(summary.in_kind)} är mer än "
            f"personalkostnaden {format_kr(summary.personnel)}.",
            wrong=True,
        )
    if not summary.other_in_kind_among_costs:
        yield Problem(
            Step.BUDGET,
            ROWS,
            f"Ta upp det som ni får i annat än pengar bland kostnaderna: {format_kr(summary.other_in_kind)} "
            f"är mer än kostnaderna utöver personal, {format_kr(summary.other_costs)}.",
            wrong=True,
        )
    if summary.total_cost > 0 and summary.gap:
        # What is missing is left to fill in; too much cannot stand.
        yield Problem(Step.FINANCING, PLAN, summary.gap_text, wrong=summary.gap < 0)


def _cell_of_personnel(part: BudgetPart, summary: BudgetSummary) -> str:
    for index, row in enumerate(part.lines):
        if row.category == CostCategory.PERSONNEL and summary.years:
            return f"id_line-{index}-{summary.years[0]}"
    return ROWS
