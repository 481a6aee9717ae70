"""The forms of applicants and officers. They read what is typed into the domain's values and decide nothing.

A draft may miss anything, so no field of the application is required; what cannot be read is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict

from applications.budget import MOST_FINANCIERS, MOST_YEARS, BudgetSummary, FinancingRow
from applications.enums import ApplicationStatus, CostCategory, FinancingKind, FinancingSource
from applications.models import Application
from applications.parts import (
    ApplicantPart,
    BudgetPart,
    Part,
    ProjectPart,
    budget_years,
    period_years,
    summary_of,
)
from calls.models import Call, StrengthArea
from s3portal.accounts.enums import Role
from s3portal.accounts.models import Organisation, User
from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField
from s3portal.common.swedish import format_phone

LONG_TEXT = 10_000
SHORT_TEXT = 3_000


class PartForm(forms.Form):
    """One page of the application form."""

    show_optional = False

    def part(self) -> Part:
        raise NotImplementedError

    def typed(self) -> list[tuple[str, str]]:
        """Label and text of every field as the person typed it, also what could not be read."""
        return [(str(field.label), self.typed_text(field)) for field in self if not field.is_hidden]

    def typed_text(self, field: BoundField) -> str:
        value = field.value()
        choices: Any = getattr(field.field, "choices", None)
        if choices is None:
            return "" if value is None else str(value)
        chosen = {str(item) for item in (value if isinstance(value, list | tuple) else [value])}
        return ", ".join(str(label) for key, label in choices if str(key) in chosen)


class ApplicantForm(PartForm):
    contact_name = CleanCharField(
        label="Kontaktperson", max_length=150, required=False, help_text="Den vi kan ställa frågor till."
    )
    contact_email = forms.EmailField(
        label="E-post",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = CleanCharField(
        label="Telefon", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )

    def clean_contact_phone(self) -> str:
        return format_phone(self.cleaned_data["contact_phone"] or "")

    def part(self) -> ApplicantPart:
        data = self.cleaned_data
        return ApplicantPart(data["contact_name"], data["contact_email"], data["contact_phone"])


def _text(label: str, help_text: str, *, most: int, rows: int) -> CleanTextField:
    return CleanTextField(
        label=label,
        required=False,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ProjectForm(PartForm):
    title = CleanCharField(label="Projektets namn", max_length=200, required=False)
    summary = _text(
        "Sammanfattning", "Kort om vad ni vill göra och varför. Högst 3 000 tecken.", most=SHORT_TEXT, rows=5
    )
    aims = _text(
        "Syfte och mål",
        "Vad ska vara annorlunda när projektet är klart? Skriv mål som går att följa upp.",
        most=LONG_TEXT,
        rows=8,
    )
    activities = _text(
        "Aktiviteter",
        "Vad ska ni göra, när och av vem? Ta med hur ni arbetar med hållbarhet och jämställdhet.",
        most=LONG_TEXT,
        rows=8,
    )
    areas = forms.ModelMultipleChoiceField(
        label="Styrkeområden",
        queryset=StrengthArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Välj bara styrkeområden som ingår i utlysningen.",
            "invalid_pk_value": "Välj bara styrkeområden som ingår i utlysningen.",
        },
    )
    starts_on = SwedishDateField(label="Första dag", required=False)
    ends_on = SwedishDateField(label="Sista dag", required=False, help_text="Dagen ingår i perioden.")

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["areas"].queryset = call.areas.order_by("order", "name")  # type: ignore[attr-defined]

    def clean(self) -> None:
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if not isinstance(starts_on, date) or not isinstance(ends_on, date):
            return
        if ends_on < starts_on:
            self.add_error("ends_on", "Välj en sista dag som inte ligger före den första dagen.")
        elif ends_on.year - starts_on.year >= MOST_YEARS:
            self.add_error("ends_on", f"Perioden får beröra högst {MOST_YEARS} kalenderår. Korta den.")

    def part(self) -> ProjectPart:
        data = self.cleaned_data
        return ProjectPart(
            title=data["title"],
            summary=data["summary"],
            aims=data["aims"],
            activities=data["activities"],
            areas=tuple(data["areas"]),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
        )


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


# --- Around the form --------------------------------------------------------------------------------------
class StartForm(forms.Form):
    """Which organisation applies."""

    organisation = forms.ModelChoiceField(
        label="Vilken organisation söker?",
        queryset=Organisation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Välj vilken organisation som söker.",
            "invalid_choice": "Välj en av dina organisationer.",
        },
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pks = [organisation.pk for organisation in organisations]
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=pks)
        if len(pks) == 1:
            field.widget = forms.HiddenInput()
            self.initial.setdefault("organisation", pks[0])


class SubmitForm(forms.Form):
    """Sent from the review page: which version was reviewed, and the consent where it is asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    publication_consent = forms.BooleanField(
        label="Vi samtycker till att uppgifter om stödet publiceras om vi beviljas stöd",
        help_text="Enligt stödets regler får det bara ges till den som samtycker.",
        required=False,
    )

    def __init__(self, *args: Any, consent_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not consent_needed:
            del self.fields["publication_consent"]


class WithdrawForm(forms.Form):
    reason = CleanTextField(
        label="Varför återkallar ni ansökan?",
        max_length=SHORT_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Texten blir en allmän handling i ärendet.",
    )


# --- The officer ------------------------------------------------------------------------------------------
class OfficerChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


def officers() -> Any:
    return User.objects.filter(staff_roles__role=Role.OFFICER, is_active=True).order_by("full_name", "pk")


class AssignForm(forms.Form):
    officer = OfficerChoiceField(
        label="Handläggare",
        queryset=User.objects.none(),
        empty_label="Välj handläggare",
        error_messages={"required": "Välj en handläggare.", "invalid_choice": "Välj en handläggare."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers()  # type: ignore[attr-defined]


class WorkListForm(forms.Form):
    """The filters of the work list. What is unknown is left out rather than refused."""

    urval = forms.CharField(required=False, widget=forms.HiddenInput)
    ordning = forms.CharField(required=False, widget=forms.HiddenInput)
    q = CleanCharField(
        label="Sök",
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Diarienummer, rubrik eller sökande"}),
    )
    status = forms.ChoiceField(label="Status", required=False)
    omrade = forms.ModelChoiceField(
        label="Styrkeområde", required=False, queryset=StrengthArea.objects.order_by("order", "name"),
        empty_label="Alla",
    )  # fmt: skip
    handlaggare = OfficerChoiceField(
        label="Handläggare", required=False, queryset=User.objects.none(), empty_label="Alla"
    )
    utlysning = forms.ModelChoiceField(
        label="Utlysning", required=False, queryset=Call.objects.public().order_by("-closes_at", "-pk"),
        empty_label="Alla",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = [(value, label) for value, label in ApplicationStatus.choices if value != "draft"]
        self.fields["status"].choices = [("", "Alla"), *sent]  # type: ignore[attr-defined]
        self.fields["handlaggare"].queryset = officers()  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What to filter by; fields that could not be read are as if not given."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class ProjectSearchForm(forms.Form):
    q = CleanCharField(label="Sök projekt", required=False, widget=forms.TextInput(attrs={"type": "search"}))

    def clean_q(self) -> str:
        text = str(self.cleaned_data["q"] or "")
        if len(text) > 200:
            raise ValidationError("Sök med färre ord.")
        return text
