"""The page about the project."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import escape

from applications.budget import MOST_YEARS
from applications.enums import Municipality
from applications.forms.drafting import LONG_TEXT, SHORT_TEXT, PartForm
from applications.forms.rows import RowKind, RowsOf
from applications.forms.secrets import (
    TextWithSecret,
    add_secrets,
    secrets_initial,
    secrets_typed,
    with_secret,
)
from applications.parts import PROJECT_TEXTS, ActivityRow, IndicatorRow, ProjectPart
from calls.models import Call, StrengthArea
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField
from s3portal.common.swedish import format_amount

WRONG_AREA = "Välj bara styrkeområden som ingår i utlysningen."
END_BEFORE_START = "Välj en sista dag som inte ligger före den första dagen."


def _text(label: str, help_text: str, *, most: int = LONG_TEXT, rows: int = 6) -> CleanTextField:
    return CleanTextField(
        label=label,
        required=False,
        max_length=most,
        help_text=escape(f"{help_text} Högst {format_amount(most)} tecken."),
        widget=forms.Textarea(attrs={"rows": rows, "data-count": most}),
    )


def _activity(number: int) -> dict[str, forms.Field]:
    return {
        "what": CleanTextField(
            label="Vad ska göras?",
            required=False,
            max_length=SHORT_TEXT,
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        "starts_on": SwedishDateField(label="Från", required=False),
        "ends_on": SwedishDateField(label="Till", required=False),
        "responsible": CleanCharField(label="Ansvarig", max_length=200, required=False),
    }


def _indicator(number: int) -> dict[str, forms.Field]:
    return {
        "name": CleanCharField(label="Vad mäts?", max_length=200, required=False),
        "unit": CleanCharField(label="Enhet", max_length=60, required=False),
        "target": CleanCharField(label="Målvärde", max_length=60, required=False),
    }


ACTIVITIES = RowKind("akt", ActivityRow, 60, "aktiviteter", "aktiviteter", _activity)
INDICATORS = RowKind("ind", IndicatorRow, 40, "indikatorer", "indikatorer", _indicator)


class ProjectForm(PartForm):
    title = CleanCharField(label="Projektets namn", max_length=200, required=False)
    summary = _text(PROJECT_TEXTS["summary"], "Kort om vad ni vill göra och varför.", most=SHORT_TEXT, rows=5)
    areas = forms.ModelMultipleChoiceField(
        label="Styrkeområden",
        queryset=StrengthArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": WRONG_AREA, "invalid_pk_value": WRONG_AREA},
    )
    municipalities = forms.MultipleChoiceField(
        label="Kommuner",
        choices=Municipality.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Där projektet genomförs.",
        error_messages={"invalid_choice": "Välj bland kommunerna i listan."},
    )
    starts_on = SwedishDateField(label="Första dag", required=False)
    ends_on = SwedishDateField(label="Sista dag", required=False, help_text="Dagen ingår i perioden.")
    background = _text(
        PROJECT_TEXTS["background"], "Vilket problem eller vilken möjlighet utgår ni från? Hur vet ni det?"
    )
    aims = _text(
        PROJECT_TEXTS["aims"],
        "Vad ska vara annorlunda när projektet är klart? Skriv mål som går att följa upp.",
    )
    target_group = _text(
        PROJECT_TEXTS["target_group"], "Vilka är projektet till för, och hur har de varit med?", rows=4
    )
    activities = _text(
        PROJECT_TEXTS["activities"],
        "Det som gäller hela projektet och inte en enskild aktivitet. Kan lämnas tomt.",
    )
    project_organisation = _text(
        PROJECT_TEXTS["project_organisation"],
        "Vem leder, vem styr och vilka arbetar i projektet? Kan lämnas tomt.",
        rows=4,
    )
    expected_results = _text(
        PROJECT_TEXTS["expected_results"], "Vad finns när projektet är slut, och vad leder det till på sikt?"
    )
    strategy_link = _text(
        PROJECT_TEXTS["strategy_link"],
        "Hur bidrar projektet till strategin för smart specialisering och till de områden ni har valt?",
    )
    economic_sustainability = _text(
        PROJECT_TEXTS["economic_sustainability"],
        "Till exempel konkurrenskraft, jobb och hur verksamheten bär sig efteråt.",
        rows=4,
    )
    environmental_sustainability = _text(
        PROJECT_TEXTS["environmental_sustainability"],
        "Till exempel klimat, resurser och biologisk mångfald.",
        rows=4,
    )
    social_sustainability = _text(
        PROJECT_TEXTS["social_sustainability"],
        "Till exempel jämställdhet, tillgänglighet och delaktighet.",
        rows=4,
    )
    risks = _text(PROJECT_TEXTS["risks"], "Vad kan gå fel, och vad gör ni då?", rows=4)
    dissemination = _text(
        PROJECT_TEXTS["dissemination"],
        "Hur sprider ni resultaten, och hur tar ni reda på om målen har nåtts?",
        rows=4,
    )

    def __init__(
        self, data: QueryDict | None = None, *, part: ProjectPart, call: Call, extra: str = ""
    ) -> None:
        plain = {name: value for name, value in part.__dict__.items() if name in self.base_fields}
        plain["areas"] = [area.pk for area in part.areas]
        super().__init__(data, initial=plain | secrets_initial(part.secrets))
        self.fields["areas"].queryset = call.areas.order_by("order", "name")  # type: ignore[attr-defined]
        self.activity_rows = RowsOf(
            self,
            ACTIVITIES,
            data=data,
            stored=part.activity_rows,
            extra=extra == ACTIVITIES.prefix,
            at_least=1,
        )
        self.indicator_rows = RowsOf(
            self, INDICATORS, data=data, stored=part.indicators, extra=extra == INDICATORS.prefix
        )
        add_secrets(self, PROJECT_TEXTS)

    def texts(self) -> dict[str, TextWithSecret]:
        return {name: with_secret(self, name) for name in PROJECT_TEXTS}

    def clean(self) -> None:
        self.activity_rows.check()
        self.indicator_rows.check()
        self._check_order("starts_on", "ends_on")
        for index in self.activity_rows.indexes:
            self._check_order(f"akt-{index}-starts_on", f"akt-{index}-ends_on")
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if isinstance(first, date) and isinstance(last, date) and last.year - first.year >= MOST_YEARS:
            self.add_error("ends_on", f"Perioden får beröra högst {MOST_YEARS} kalenderår. Korta den.")

    def _check_order(self, first: str, last: str) -> None:
        starts_on, ends_on = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if isinstance(starts_on, date) and isinstance(ends_on, date) and ends_on < starts_on:
            self.add_error(last, END_BEFORE_START)

    def part(self) -> ProjectPart:
        data: dict[str, Any] = {name: self.cleaned_data[name] for name in self.base_fields}
        return ProjectPart(
            **data | {"areas": tuple(data["areas"]), "municipalities": tuple(data["municipalities"])},
            activity_rows=self.activity_rows.typed(),
            indicators=self.indicator_rows.typed(),
            secrets=secrets_typed(self, PROJECT_TEXTS),
        )
