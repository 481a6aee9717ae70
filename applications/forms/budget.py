"""The page with costs by year and financing: tables whose rows follow the period and what is typed."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from applications.budget import MOST_FINANCIERS, MOST_YEARS, BudgetSummary, FinancingRow
from applications.enums import CostCategory, FinancingKind, FinancingSource
from applications.forms.drafting import PartForm
from applications.models import Application
from applications.parts import BudgetPart, budget_years, period_years, summary_of
from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, KronorField


class WholeNumberField(KronorField):
    """A count or a price per hour: digits, with or without spaces between the groups."""

    def __init__(self, *, wrong: str, most: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.wrong, self.most = wrong, most

    def parse(self, text: str) -> int:
        try:
            number = super().parse(text)
        except Refusal as refusal:
            raise Refusal(self.wrong) from refusal
        if number > self.most:
            raise Refusal(self.wrong)
        return number


@dataclass(frozen=True)
class CostCells:
    """One row of the cost table. ``total`` is None for a form that has not been added up."""

    category: CostCategory
    cells: list[tuple[str, BoundField]]
    total: int
    note: str = ""


@dataclass(frozen=True)
class FinancingCells:
    """One row of the financing table."""

    index: int
    financier: BoundField
    kind: BoundField
    source: BoundField
    hours: BoundField | None
    hourly_rate: BoundField | None
    amount: BoundField | None
    value: int | None

    @property
    def number(self) -> int:
        return self.index + 1

    @property
    def index_text(self) -> str:
        return str(self.index)


_COST_NAME = re.compile(r"cost-(?:[a-z_]+)-(2[0-9]{3})")
_ROW_NAME = re.compile(r"fin-([0-9]{1,3})-[a-z_]+")
_NOTES = {
    CostCategory.PERSONNEL: "Lön och sociala avgifter, även arbetad tid",
    CostCategory.INCOME: "Dras av från kostnaderna",
}


class BudgetForm(PartForm):
    """Costs by year, financing and the applied amount. Its fields follow the period and the rows typed."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: Application,
        part: BudgetPart,
        extra: str = "",
    ) -> None:
        """``part`` is what is stored; ``extra`` is the kind of an empty row to add below it."""
        self.application = application
        initial = _initial(part)
        if data is not None:
            self.rows = _row_count(data)
        elif extra in FinancingKind.values:
            initial[f"fin-{len(part.financing)}-kind"] = extra
            self.rows = len(part.financing) + 1
        else:
            self.rows = max(1, len(part.financing))
        self.years = self._years(data, part)
        super().__init__(data, initial=initial if data is None else None)
        for category in CostCategory:
            for year in self.years:
                self.fields[f"cost-{category.value}-{year}"] = KronorField(
                    required=False, label=f"{category.label} {year}"
                )
        for index in range(self.rows):
            self._add_row(index)
        self.fields["applied_amount"] = KronorField(
            required=False,
            label="Belopp ni söker",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
        )

    def _years(self, data: QueryDict | None, part: BudgetPart) -> tuple[int, ...]:
        """Those of the period and of the stored amounts, and those the page was opened with: the period may
        have been changed meanwhile, and what was typed must not vanish for that."""
        years = {*period_years(self.application), *budget_years(self.application, part)}
        if data is not None:
            names = (_COST_NAME.fullmatch(name) for name in data if str(data.get(name)).strip())
            years |= {int(match[1]) for match in names if match}
        return tuple(sorted(years)[: 2 * MOST_YEARS])

    def _add_row(self, index: int) -> None:
        number = index + 1
        name = f"fin-{index}"
        self.fields[f"{name}-financier"] = CleanCharField(
            label=f"Namn på finansiär {number}", max_length=200, required=False
        )
        self.fields[f"{name}-kind"] = forms.ChoiceField(
            label=f"Slag för finansiär {number}", choices=FinancingKind, required=False
        )
        self.fields[f"{name}-source"] = forms.ChoiceField(
            label=f"Källa för finansiär {number}", choices=FinancingSource, required=False
        )
        self.fields[f"{name}-hours"] = WholeNumberField(
            label=f"Timmar för finansiär {number}",
            most=1_000_000,
            wrong="Ange hela timmar, till exempel 300.",
        )
        self.fields[f"{name}-hourly_rate"] = WholeNumberField(
            label=f"Kronor per timme för finansiär {number}",
            most=100_000,
            wrong="Ange hela kronor per timme, till exempel 500.",
        )
        self.fields[f"{name}-amount"] = KronorField(label=f"Belopp från finansiär {number}", required=False)

    # --- As values ------------------------------------------------------------------------------------
    def part(self) -> BudgetPart:
        """What was typed; cells that could not be read count as empty, for the sums shown meanwhile."""
        data = self.cleaned_data
        lines = [
            (category.value, year, amount)
            for category in CostCategory
            for year in self.years
            if (amount := data.get(f"cost-{category.value}-{year}")) is not None
        ]
        rows = [self._row(index) for index in range(self.rows)]
        return BudgetPart(
            lines=tuple(lines),
            financing=tuple(row for row in rows if row is not None),
            applied_amount=data.get("applied_amount"),
        )

    def _row(self, index: int) -> FinancingRow | None:
        data = {key: self.cleaned_data.get(f"fin-{index}-{key}") for key in _ROW_KEYS}
        kind = data["kind"] or FinancingKind.CASH.value
        in_kind = kind == FinancingKind.IN_KIND
        row = FinancingRow(
            financier=data["financier"] or "",
            kind=kind,
            source=data["source"] or FinancingSource.PRIVATE.value,
            hours=data["hours"] if in_kind else None,
            hourly_rate=data["hourly_rate"] if in_kind else None,
            amount=None if in_kind else data["amount"],
        )
        empty = not row.financier and row.hours is None and row.hourly_rate is None and row.amount is None
        return None if empty else row

    def summary(self) -> BudgetSummary:
        """The sums of what is in the form, typed or stored."""
        if self.is_bound:
            self.errors  # noqa: B018 - reads the fields
            return summary_of(self.application, self.part())
        return summary_of(self.application, BudgetPart.read(self.application))

    # --- As tables ------------------------------------------------------------------------------------
    def cost_rows(self) -> list[CostCells]:
        totals = {row.category: row.total for row in (*self._sums.rows, self._sums.income)}
        return [
            CostCells(
                category=category,
                cells=[(str(year), self[f"cost-{category.value}-{year}"]) for year in self.years],
                total=totals[category],
                note=_NOTES.get(category, ""),
            )
            for category in CostCategory
        ]

    @property
    def _sums(self) -> BudgetSummary:
        if not hasattr(self, "_kept_sums"):
            self._kept_sums = self.summary()
        return self._kept_sums

    def financing_rows(self) -> list[FinancingCells]:
        return [self._financing_cells(index) for index in range(self.rows)]

    def _financing_cells(self, index: int) -> FinancingCells:
        name = f"fin-{index}"
        in_kind = self[f"{name}-kind"].value() == FinancingKind.IN_KIND
        return FinancingCells(
            index=index,
            financier=self[f"{name}-financier"],
            kind=self[f"{name}-kind"],
            source=self[f"{name}-source"],
            hours=self[f"{name}-hours"] if in_kind else None,
            hourly_rate=self[f"{name}-hourly_rate"] if in_kind else None,
            amount=None if in_kind else self[f"{name}-amount"],
            value=self._value(index) if in_kind else None,
        )

    def _value(self, index: int) -> int | None:
        data = self.cleaned_data if self.is_bound else self.initial
        hours, rate = data.get(f"fin-{index}-hours"), data.get(f"fin-{index}-hourly_rate")
        return hours * rate if isinstance(hours, int) and isinstance(rate, int) else None


ADD, REMOVE = "lagg_till", "ta_bort"
_ROW_KEYS = ("financier", "kind", "source", "hours", "hourly_rate", "amount")


def _row_count(data: QueryDict) -> int:
    """How many rows were posted, at most as many as are taken."""
    indexes = [int(match[1]) for name in data if (match := _ROW_NAME.fullmatch(name))]
    return min(max(indexes, default=-1) + 1, MOST_FINANCIERS)


def _initial(part: BudgetPart) -> dict[str, Any]:
    initial: dict[str, Any] = {"applied_amount": part.applied_amount}
    for category, year, amount in part.lines:
        initial[f"cost-{category}-{year}"] = amount
    for index, row in enumerate(part.financing):
        for key in _ROW_KEYS:
            initial[f"fin-{index}-{key}"] = getattr(row, key)
    return initial


def with_row_changes(data: QueryDict) -> QueryDict:
    """The posted data after the button that was pressed: ``REMOVE`` a row by its index, or ``ADD`` an empty
    one of a kind. Unknown values change nothing."""
    changed = data.copy()
    count = _row_count(data)
    removed = data.get(REMOVE, "")
    if removed.isascii() and removed.isdigit() and len(removed) < 5 and int(removed) < count:
        for index in range(int(removed), count):
            for key in _ROW_KEYS:
                changed.pop(f"fin-{index}-{key}", None)
                following = f"fin-{index + 1}-{key}"
                if following in data and index + 1 < count:
                    changed.setlist(f"fin-{index}-{key}", data.getlist(following))
    elif data.get(ADD) in FinancingKind.values and count < MOST_FINANCIERS:
        changed.setlist(f"fin-{count}-kind", data.getlist(ADD)[-1:])
    return changed
