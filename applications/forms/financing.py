"""The page with who pays: the amount applied for, the applicant's own money and time, and others'."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from applications.budget import MOST_FINANCIERS, BudgetSummary, FinancingRow
from applications.enums import FinancingKind, FinancingSource
from applications.forms.attachments import ACCEPT
from applications.forms.drafting import PartForm
from applications.forms.tables import Row, WholeNumberField, change_rows, read_rows, row_key
from applications.models import Application, new_row_key
from applications.parts import FinancingPart, summary_of
from s3portal.common.forms import CleanCharField, KronorField
from s3portal.common.quarantine import read_states

FINANCIERS = "fin"
#: The file field of a row is "brev-0": it is no column, since a file is not typed anew with the row.
UPLOAD = "brev"
#: What can be added: whether it is the applicant's own, and of which kind it begins.
NEW_ROWS = {
    "egna": (True, FinancingKind.CASH.value),
    "egen_tid": (True, FinancingKind.IN_KIND.value),
    **{kind: (False, kind) for kind in FinancingKind.values},
}
_KEYS = ("key", "financier", "kind", "source", "hours", "hourly_rate", "amount", "own", "confirmed", "letter")


@dataclass(frozen=True)
class FinancingCells:
    """One row of the financing table."""

    index: int
    key: BoundField
    own: BoundField
    financier: BoundField
    kind: BoundField
    source: BoundField
    confirmed: BoundField
    letter: BoundField
    hours: BoundField | None
    hourly_rate: BoundField | None
    amount: BoundField | None
    value: int | None
    is_own: bool
    number: int

    @property
    def index_text(self) -> str:
        return str(self.index)

    @property
    def name(self) -> str:
        """How the row is called on the page, for buttons and labels."""
        return f"{'egna medel, rad' if self.is_own else 'finansiär'} {self.number}"

    @property
    def name_label(self) -> str:
        return f"Namn, {self.name}"

    @property
    def kind_label(self) -> str:
        return f"Slag, {self.name}"

    @property
    def source_label(self) -> str:
        return f"Källa, {self.name}"

    @property
    def hours_label(self) -> str:
        return f"Timmar, {self.name}"

    @property
    def rate_label(self) -> str:
        return f"Kr per timme, {self.name}"

    @property
    def letter_label(self) -> str:
        return f"Brev, {self.name}"

    @property
    def upload_id(self) -> str:
        return f"{UPLOAD}-{self.index}"

    @property
    def amount_label(self) -> str:
        return f"Värde, kr, {self.name}"


class FinancingForm(PartForm):
    """The financiers and the amount applied for."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        application: Application,
        part: FinancingPart,
        extra: str = "",
    ) -> None:
        """``part`` is what is stored; ``extra`` names an empty row to add below it (``NEW_ROWS``)."""
        self.application, self.stored = application, part
        self.letters = _letter_choices(application)
        rows = _shown_rows(part, extra)
        initial: dict[str, Any] = {"applied_amount": part.applied_amount}
        for index, row in enumerate(rows):
            initial |= {f"{FINANCIERS}-{index}-{key}": value for key, value in row.items()}
        self.owned = [bool(row.get("own")) for row in rows]
        if data is not None:
            posted = read_rows(data, FINANCIERS, most=MOST_FINANCIERS)
            self.owned = [(row.get("own") or [""])[-1] == "1" for row in posted]
        super().__init__(data, initial=initial if data is None else None)
        for index, own in enumerate(self.owned):
            self._add_row(index, self._called(index, own=own))
        self.fields["applied_amount"] = KronorField(
            required=False,
            label="Belopp ni söker",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "kr"}),
        )

    #: What the file dialog of a letter proposes.
    accept = ACCEPT

    @property
    def rows(self) -> int:
        return len(self.owned)

    def _number(self, index: int) -> int:
        """Counted among those of its own table, from 1."""
        return self.owned[: index + 1].count(self.owned[index])

    def _called(self, index: int, *, own: bool) -> str:
        return f"{'egna medel, rad' if own else 'finansiär'} {self._number(index)}"

    def _add_row(self, index: int, called: str) -> None:
        name = f"{FINANCIERS}-{index}"
        self.fields[f"{name}-key"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields[f"{name}-own"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.fields[f"{name}-financier"] = CleanCharField(
            label=f"Namn på {called}",
            max_length=200,
            required=False,
            widget=forms.TextInput(attrs={"data-col": "financier", "list": "parter", "autocomplete": "off"}),
        )
        self.fields[f"{name}-kind"] = forms.ChoiceField(
            label=f"Slag för {called}", choices=FinancingKind, required=False
        )
        self.fields[f"{name}-source"] = forms.ChoiceField(
            label=f"Källa för {called}", choices=FinancingSource, required=False
        )
        self.fields[f"{name}-hours"] = WholeNumberField(
            label=f"Timmar för {called}", most=1_000_000, wrong="Ange hela timmar, till exempel 300."
        )
        self.fields[f"{name}-hourly_rate"] = WholeNumberField(
            label=f"Kronor per timme för {called}",
            most=100_000,
            wrong="Ange hela kronor per timme, till exempel 500.",
        )
        self.fields[f"{name}-amount"] = KronorField(label=f"Belopp från {called}", required=False)
        self.fields[f"{name}-confirmed"] = forms.BooleanField(label="Bekräftad skriftligt", required=False)
        self.fields[f"{name}-letter"] = forms.ChoiceField(
            label=f"Brev från {called}",
            choices=self.letters,
            required=False,
            error_messages={"invalid_choice": "Filen finns inte längre. Välj en annan."},
        )
        for column in ("hours", "hourly_rate", "amount"):
            self.fields[f"{name}-{column}"].widget.attrs["data-col"] = column

    # --- As values ------------------------------------------------------------------------------------
    def part(self) -> FinancingPart:
        """What was typed; cells that could not be read count as empty, for the sums shown meanwhile."""
        rows = [self._row(index) for index in range(self.rows)]
        return FinancingPart(
            rows=tuple(row for row in rows if row is not None),
            applied_amount=self.cleaned_data.get("applied_amount"),
        )

    def _row(self, index: int) -> FinancingRow | None:
        data = {key: self.cleaned_data.get(f"{FINANCIERS}-{index}-{key}") for key in _KEYS}
        own = self.owned[index]
        kind = data["kind"] or FinancingKind.CASH.value
        in_kind = kind == FinancingKind.IN_KIND
        row = FinancingRow(
            financier="" if own else data["financier"] or "",
            kind=kind,
            source=data["source"] or FinancingSource.PRIVATE.value,
            hours=data["hours"] if in_kind else None,
            hourly_rate=data["hourly_rate"] if in_kind else None,
            amount=None if in_kind else data["amount"],
            own=own,
            confirmed=bool(data["confirmed"]) and not own,
            letter="" if own else data["letter"] or "",
            key=self._key(index),
        )
        typed = (row.financier, row.letter, row.hours, row.hourly_rate, row.amount)
        return None if all(one in ("", None) for one in typed) else row

    def _key(self, index: int) -> str:
        data = self.cleaned_data
        return row_key([str(data.get(f"{FINANCIERS}-{row}-key") or "") for row in range(index + 1)])

    def summary(self) -> BudgetSummary:
        """The sums of what is in the form, typed or stored, against the costs that are stored."""
        if self.is_bound:
            self.errors  # noqa: B018 - reads the fields
            return summary_of(self.application, financing=self.part())
        return summary_of(self.application, financing=self.stored)

    # --- As tables ------------------------------------------------------------------------------------
    def own_rows(self) -> list[FinancingCells]:
        return [row for row in self.all_rows() if row.is_own]

    def other_rows(self) -> list[FinancingCells]:
        return [row for row in self.all_rows() if not row.is_own]

    def all_rows(self) -> list[FinancingCells]:
        return [self._cells(index) for index in range(self.rows)]

    def _cells(self, index: int) -> FinancingCells:
        name = f"{FINANCIERS}-{index}"
        in_kind = self[f"{name}-kind"].value() == FinancingKind.IN_KIND
        return FinancingCells(
            index=index,
            key=self[f"{name}-key"],
            own=self[f"{name}-own"],
            financier=self[f"{name}-financier"],
            kind=self[f"{name}-kind"],
            source=self[f"{name}-source"],
            confirmed=self[f"{name}-confirmed"],
            letter=self[f"{name}-letter"],
            hours=self[f"{name}-hours"] if in_kind else None,
            hourly_rate=self[f"{name}-hourly_rate"] if in_kind else None,
            amount=None if in_kind else self[f"{name}-amount"],
            value=self._value(index) if in_kind else None,
            is_own=self.owned[index],
            number=self._number(index),
        )

    def _value(self, index: int) -> int | None:
        data = self.cleaned_data if self.is_bound else self.initial
        hours = data.get(f"{FINANCIERS}-{index}-hours")
        rate = data.get(f"{FINANCIERS}-{index}-hourly_rate")
        return hours * rate if isinstance(hours, int) and isinstance(rate, int) else None


def _shown_rows(part: FinancingPart, extra: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {key: getattr(row, key) for key in _KEYS} | {"own": "1" if row.own else ""} for row in part.rows
    ]
    if extra in NEW_ROWS and len(rows) < MOST_FINANCIERS:
        own, kind = NEW_ROWS[extra]
        rows.append({"key": new_row_key(), "own": "1" if own else "", "kind": kind})
    return rows or [{"key": new_row_key(), "own": "", "kind": FinancingKind.CASH.value}]


def _letter_choices(application: Application) -> list[tuple[str, str]]:
    files = read_states(application.attachments.all())
    named = [
        (file.filename, f"{file.filename} (borttagen, skadlig kod)" if file.is_infected else file.filename)
        for file in files
    ]
    return [("", "Välj bland bilagorna"), *named]


def with_letter(data: QueryDict, index: int, filename: str) -> QueryDict:
    """What was posted, with the file as the letter of the row, which is confirmed by it."""
    changed = data.copy()
    changed[f"{FINANCIERS}-{index}-letter"] = filename
    changed[f"{FINANCIERS}-{index}-confirmed"] = "on"
    return changed


def with_financing_changes(data: QueryDict) -> QueryDict:
    """The posted data after the button that was pressed. Unknown values change nothing."""
    return change_rows(data, FINANCIERS, most=MOST_FINANCIERS, new=_new_row)


def _new_row(wanted: str, _rows: list[Row]) -> Row | None:
    if wanted not in NEW_ROWS:
        return None
    own, kind = NEW_ROWS[wanted]
    return {"key": [new_row_key()], "own": ["1" if own else ""], "kind": [kind]}
