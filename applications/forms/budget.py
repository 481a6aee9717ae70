"""The page with what the project costs: lines by year. The table follows the period and the rows typed."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from applications.budget import MOST_LINES, MOST_YEARS, BudgetRow, BudgetSummary, LineSum
from applications.enums import CostCategory
from applications.forms.drafting import PartForm
from applications.forms.tables import (
    BLOCK,
    BLOCK_AT,
    FILL,
    Row,
    WholeNumberField,
    change_rows,
    read_block,
    read_rows,
    row_key,
    write_rows,
)
from applications.models import Application, new_row_key
from applications.parts import BudgetPart, budget_years, period_years, summary_of
from s3portal.common.forms import CleanCharField, KronorField

LINES = "line"
#: The choice of a line's category says at once how its cells are read.
BY_HOURS = "personnel_hours"
CATEGORIES = [
    (BY_HOURS, "Personal, timmar × timkostnad"),
    (CostCategory.PERSONNEL.value, "Personal, belopp"),
    *((category.value, category.label) for category in CostCategory if category != CostCategory.PERSONNEL),
]
#: What an empty budget begins with.
FIRST_ROWS = (
    BY_HOURS,
    CostCategory.EXTERNAL_SERVICES.value,
    CostCategory.TRAVEL.value,
    CostCategory.MATERIAL.value,
)
_CELL_NAME = re.compile(r"line-[0-9]{1,3}-(2[0-9]{3})")
_MOST_HOURS = 1_000_000


@dataclass(frozen=True)
class LineCell:
    """One year of a line. ``value``: kronor of hours, None for an amount or while it is not known."""

    year: str
    field: BoundField
    value: int | None
    label: str


@dataclass(frozen=True)
class LineCells:
    """One line of the table, with its controls."""

    index: int
    last: bool
    key: BoundField
    category: BoundField
    description: BoundField
    partner: BoundField | None
    rate: BoundField | None
    cells: list[LineCell]
    total: int

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def index_text(self) -> str:
        return str(self.index)

    @property
    def number_text(self) -> str:
        return str(self.number)


class BudgetForm(PartForm):
    """The lines of the budget. Its fields follow the period, the partners and the rows typed."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: Application,
        part: BudgetPart,
        extra: str = "",
    ) -> None:
        """``part`` is what is stored; ``extra``: with an empty row to add below it."""
        self.application, self.stored = application, part
        self.partners = part.partners
        rows = _shown_rows(part, extra=bool(extra))
        self.years = shown_years(application, part, data)
        initial: dict[str, Any] = {}
        for index, row in enumerate(rows):
            initial |= {f"{LINES}-{index}-{name}": value for name, value in row.items()}
        self.modes = [row["category"] for row in rows]
        if data is not None:
            self.modes = [
                (row.get("category") or [""])[-1] for row in read_rows(data, LINES, most=MOST_LINES)
            ]
        super().__init__(data, initial=initial if data is None else None)
        for index, mode in enumerate(self.modes):
            self._add_row(index, by_hours=mode == BY_HOURS)

    def _add_row(self, index: int, *, by_hours: bool) -> None:
        number, name = index + 1, f"{LINES}-{index}"
        self.fields[f"{name}-key"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields[f"{name}-category"] = forms.ChoiceField(
            label=f"Kostnadsslag på rad {number}", choices=CATEGORIES, required=False
        )
        self.fields[f"{name}-description"] = CleanCharField(
            label=f"Benämning på rad {number}",
            max_length=200,
            required=False,
            widget=forms.TextInput(attrs={"data-row": index, "data-col": 0, "autocomplete": "off"}),
        )
        if self.partners:
            self.fields[f"{name}-partner"] = forms.ChoiceField(
                label=f"Part på rad {number}",
                choices=[("", self.application.organisation.name), *self.partners],
                required=False,
            )
        if by_hours:
            self.fields[f"{name}-rate"] = WholeNumberField(
                label=f"Kronor per timme på rad {number}",
                most=100_000,
                wrong="Ange hela kronor per timme, till exempel 500.",
            )
        for column, year in enumerate(self.years, start=1):
            label = f"Rad {number}, {year}"
            field = (
                WholeNumberField(label=label, most=_MOST_HOURS, wrong="Ange hela timmar, till exempel 300.")
                if by_hours
                else KronorField(label=label, required=False)
            )
            field.widget.attrs |= {"data-row": index, "data-col": column}
            self.fields[f"{name}-{year}"] = field

    def clean(self) -> None:
        data: Any = self.data
        if FILL in data and data.get(BLOCK) and (problem := block_problem(data, self.years)):
            self.add_error(None, problem)

    # --- As values ------------------------------------------------------------------------------------
    def part(self) -> BudgetPart:
        """What was typed; cells that could not be read count as empty, for the sums shown meanwhile."""
        rows = [self._row(index) for index in range(len(self.modes))]
        return BudgetPart(tuple(row for row in rows if not _empty(row)), self.partners)

    def _row(self, index: int) -> BudgetRow:
        data, name = self.cleaned_data, f"{LINES}-{index}"
        category = data.get(f"{name}-category") or CostCategory.EXTERNAL_SERVICES.value
        by_hours = category == BY_HOURS
        cells = [(year, data.get(f"{name}-{year}")) for year in self.years]
        return BudgetRow(
            category=CostCategory.PERSONNEL.value if by_hours else category,
            description=data.get(f"{name}-description") or "",
            partner=data.get(f"{name}-partner") or "",
            by_hours=by_hours,
            hourly_rate=data.get(f"{name}-rate") if by_hours else None,
            cells=tuple((year, number) for year, number in cells if number is not None),
            key=self._key(index),
        )

    def _key(self, index: int) -> str:
        data = self.cleaned_data
        return row_key([str(data.get(f"{LINES}-{row}-key") or "") for row in range(index + 1)])

    def summary(self) -> BudgetSummary:
        """The sums of what is in the form, typed or stored, against the financing that is stored."""
        if self.is_bound:
            self.errors  # noqa: B018 - reads the fields
            return summary_of(self.application, self.part())
        return summary_of(self.application, self.stored)

    # --- As a table -----------------------------------------------------------------------------------
    def line_rows(self) -> list[LineCells]:
        return [self._line_cells(index) for index in range(len(self.modes))]

    def _line_cells(self, index: int) -> LineCells:
        name, by_hours = f"{LINES}-{index}", self.modes[index] == BY_HOURS
        sums = self._line_sum(index)
        return LineCells(
            index=index,
            last=index == len(self.modes) - 1,
            key=self[f"{name}-key"],
            category=self[f"{name}-category"],
            description=self[f"{name}-description"],
            partner=self[f"{name}-partner"] if self.partners else None,
            rate=self[f"{name}-rate"] if by_hours else None,
            cells=[
                LineCell(
                    year=str(year),
                    field=self[f"{name}-{year}"],
                    value=amount if by_hours else None,
                    label=f"Rad {index + 1}, {year}, {'timmar' if by_hours else 'kronor'}",
                )
                for year, amount in zip(self.years, sums.amounts, strict=True)
            ],
            total=sums.total,
        )

    def _line_sum(self, index: int) -> LineSum:
        """Of one row of the table; an empty one, which is no line, is worth nothing."""
        if self.is_bound:
            row = self._row(index)
        elif index < len(self.stored.lines):
            row = self.stored.lines[index]
        else:
            row = BudgetRow(CostCategory.PERSONNEL.value)
        amounts = row.amounts
        return LineSum(row, tuple(amounts.get(year) for year in self.years))


class SalaryForm(forms.Form):
    """A monthly salary to be worked out as an hourly cost. Nothing of it is stored."""

    show_optional = False
    manadslon = KronorField(
        label="Månadslön, heltid",
        required=False,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
        help_text="Räkna med lönebikostnader, till exempel arbetsgivaravgifter, om ni vill ha med dem i "
        "timkostnaden.",
    )


def shown_years(application: Application, part: BudgetPart, data: QueryDict | None) -> tuple[int, ...]:
    """Those of the period and of the stored amounts, and those the page was opened with: the period may have
    been changed meanwhile, and what was typed must not vanish for that."""
    years = {*period_years(application), *budget_years(application, part)}
    if data is not None:
        names = (_CELL_NAME.fullmatch(name) for name in data if str(data.get(name)).strip())
        years |= {int(match[1]) for match in names if match}
    return tuple(sorted(years)[: 2 * MOST_YEARS])


def _empty(row: BudgetRow) -> bool:
    return not row.description and not row.cells and row.hourly_rate is None and not row.partner


def _mode(row: BudgetRow) -> str:
    return BY_HOURS if row.by_hours else row.category


def _shown_rows(part: BudgetPart, *, extra: bool) -> list[dict[str, Any]]:
    """The first values of the table's fields: what is stored, or the rows that a budget begins with."""
    rows: list[dict[str, Any]] = [
        {
            "key": row.key,
            "category": _mode(row),
            "description": row.description,
            "partner": row.partner,
            "rate": row.hourly_rate,
            **{str(year): number for year, number in row.cells},
        }
        for row in part.lines
    ]
    if not rows:
        rows = [{"key": new_row_key(), "category": category} for category in FIRST_ROWS]
    if extra and len(rows) < MOST_LINES:
        rows.append({"key": new_row_key(), "category": rows[-1]["category"]})
    return rows


# --- What the buttons do ------------------------------------------------------------------------------
def with_line_changes(data: QueryDict, years: tuple[int, ...]) -> QueryDict:
    """The posted data after the button that was pressed. A block that does not fit changes nothing: the form
    then says why (``block_problem``)."""
    if FILL in data:
        return data if block_problem(data, years) else _filled(data, years)
    return change_rows(data, LINES, most=MOST_LINES, new=lambda _kind, rows: _new_row(rows))


def _new_row(rows: list[Row]) -> Row:
    """An empty one of the category of the row above."""
    category = rows[-1].get("category", []) if rows else [FIRST_ROWS[0]]
    return {"key": [new_row_key()], "category": category}


def _place(data: QueryDict, rows: list[Row]) -> tuple[int, int]:
    """Row and column of the block's first cell; after all that is filled in when none is given."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})", data.get(BLOCK_AT, ""), re.ASCII)
    if match:
        return int(match[1]), int(match[2])
    kept = {"key", "category", "partner"}
    filled = [
        index
        for index, row in enumerate(rows)
        if any(text.strip() for name, texts in row.items() if name not in kept for text in texts)
    ]
    return (filled[-1] + 1 if filled else 0), 0


def _category_of(text: str) -> str:
    """The choice that a cell's words name ("Personal", "Resor och logi"), or nothing."""
    names = {str(label).casefold(): value for value, label in CATEGORIES}
    return {"personal": CostCategory.PERSONNEL.value, "lön": CostCategory.PERSONNEL.value, **names}.get(
        text.casefold(), ""
    )


def _block(data: QueryDict, years: tuple[int, ...]) -> list[list[str]]:
    """The block without a first row that only repeats the years."""
    rows = read_block(data.get(BLOCK, ""))
    wanted = [str(year) for year in years]
    if rows and wanted and [cell for cell in rows[0] if cell.isdigit()] == wanted:
        return rows[1:]
    return rows


def block_problem(data: QueryDict, years: tuple[int, ...]) -> str | None:
    """Why the block cannot be put in, as a sentence; None when it fits. Nothing is put in by halves."""
    block = _block(data, years)
    first, column = _place(data, read_rows(data, LINES, most=MOST_LINES))
    if not block:
        return "Klistra in minst en rad från kalkylbladet."
    if first + len(block) > MOST_LINES:
        return f"Budgeten rymmer högst {MOST_LINES} rader. Dela upp det du klistrar in eller slå ihop rader."
    named = column == 0 and all(_category_of(row[0]) and len(row) > 1 for row in block)
    room = 1 + len(years) - column + (1 if named else 0)
    widest = max(len(row) for row in block)
    if widest > room:
        return (
            f"Det du klistrade in har {widest} kolumner, men från den rutan finns {room}. "
            "Ta med benämningen och ett belopp för varje år, utan summor."
        )
    return None


def _filled(data: QueryDict, years: tuple[int, ...]) -> QueryDict:
    """The block's cells in the table, from its first cell to the right and down; rows are added as needed."""
    rows = read_rows(data, LINES, most=MOST_LINES)
    block = _block(data, years)
    first, column = _place(data, rows)
    named = column == 0 and all(_category_of(row[0]) and len(row) > 1 for row in block)
    names = ["description", *(str(year) for year in years)][column:]
    for offset, cells in enumerate(block):
        while len(rows) <= first + offset:
            rows.append(_new_row(rows))
        row = rows[first + offset]
        if named:
            row["category"] = [_category_of(cells[0])]
        elif column == 0 and row.get("category") == [BY_HOURS] and not any(row.get("rate", [])):
            # What is copied is amounts; only a row with an hourly rate is known to be filled with hours.
            row["category"] = [CostCategory.PERSONNEL.value]
        row |= {name: [cell] for name, cell in zip(names, cells[named:], strict=False)}
    changed = write_rows(data, LINES, rows)
    changed[BLOCK] = ""
    return changed
