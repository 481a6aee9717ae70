"""What the project costs, and the sums of it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from applications.budget import BudgetRow, BudgetRules, BudgetSummary, summarise, years_of
from applications.enums import CostCategory
from applications.models import Application
from applications.parts.financing import FinancingPart
from applications.parts.tables import take_table
from applications.parts.text import FieldText, kr_text, number_text
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
            key, label = _field_key(row, number), f"Rad {number}"
            yield FieldText(
                key,
                label,
                line_text(row, names),
                cells=tuple(_cells(row, key, label, names)),
                kind="hours" if row.by_hours else "amounts",
                name=row.description or str(CostCategory(row.category).label),
            )

    def taking(self, other: "BudgetPart", keys: Collection[str]) -> "BudgetPart":
        lines = take_table(
            {_field_key(row, number): row for number, row in enumerate(self.lines, start=1)},
            {_field_key(row, number): row for number, row in enumerate(other.lines, start=1)},
            keys,
            _taking_cells,
        )
        return replace(self, lines=lines)


#: The columns of a line that are not years.
_COLUMNS = ("category", "description", "partner", "hourly_rate")


def _field_key(row: BudgetRow, number: int) -> str:
    return f"line-{row.key or number}"


def _cells(row: BudgetRow, key: str, label: str, names: dict[str, str]) -> Iterator[FieldText]:
    yield FieldText(f"{key}-category", f"{label}, kostnadsslag", str(CostCategory(row.category).label))
    yield FieldText(f"{key}-description", f"{label}, benämning", row.description)
    yield FieldText(f"{key}-partner", f"{label}, part", names.get(row.partner, ""))
    if row.by_hours:
        yield FieldText(f"{key}-hourly_rate", f"{label}, kronor per timme", kr_text(row.hourly_rate))
    for year, number in row.cells:
        yield FieldText(f"{key}-{year}", f"{label}, {year}", _number_text(row, number))


def _number_text(row: BudgetRow, number: int) -> str:
    return f"{format_amount(number)} timmar" if row.by_hours else format_kr(number)


def _taking_cells(mine: BudgetRow, theirs: BudgetRow, names: Collection[str]) -> BudgetRow:
    """My line, but the cells of these names as they stand in theirs. Both are of the same kind."""
    columns = {name: getattr(theirs, name) for name in _COLUMNS if name in names}
    cells = {year: number for year, number in mine.cells if str(year) not in names}
    cells |= {year: number for year, number in theirs.cells if str(year) in names}
    return replace(mine, **columns, cells=tuple(sorted(cells.items())))


def partners_of(application: Application) -> tuple[tuple[str, str], ...]:
    """Key and name of each partner, in order; those of the same name are numbered."""
    partners = [(partner.key, str(partner)) for partner in application.partners.all()]
    called = [name for _key, name in partners]
    return tuple(
        (key, name if called.count(name) == 1 else f"{name} ({called[: place + 1].count(name)})")
        for place, (key, name) in enumerate(partners)
    )


def line_text(row: BudgetRow, names: dict[str, str]) -> str:
    """One line as text: "Personal, Projektledare, 300 kr per timme, 2027: 800 timmar"."""
    words = [str(CostCategory(row.category).label), row.description, names.get(row.partner, "")]
    if row.by_hours:
        words.append(f"{number_text(row.hourly_rate)} kr per timme")
    for year, number in row.cells:
        words.append(f"{year}: {_number_text(row, number)}")
    return ", ".join(word for word in words if word)


def rules_of(call: Call) -> BudgetRules:
    """The call's own cap, or that of its legal basis when it is lower."""
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
