"""The pages of the application form about who applies and what the project is.

A draft may miss anything, so no field of the application is required; what cannot be read is refused.
"""

from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from applications.budget import MOST_YEARS
from applications.parts import ApplicantPart, Part, ProjectPart
from calls.models import Call, StrengthArea
from s3portal.common.forms import CleanCharField, CleanTextField, SwedishDateField
from s3portal.common.swedish import format_phone

LONG_TEXT = 10_000
SHORT_TEXT = 3_000


class PartForm(forms.Form):
    """One page of the application form."""

    show_optional = False

    def part(self) -> Part:
        """What was typed, as the domain's values. Each page's form has its own."""
        # Django's form metaclass leaves no room for an abstract base class.
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
