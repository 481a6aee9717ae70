"""The page about who takes part beside the applicant."""

from typing import Any

from django import forms
from django.http import QueryDict

from applications.forms.drafting import SHORT_TEXT, PartForm
from applications.forms.rows import RowKind, RowsOf
from applications.parts import PartnerRow, PartnersPart
from s3portal.common.forms import CleanCharField, CleanTextField, OrgNumberField
from s3portal.common.swedish import OrgNumber


class _StoredOrgNumberField(OrgNumberField):
    """Cleans to the text that is stored, NNNNNN-NNNN, or nothing."""

    def clean(self, value: Any) -> str:
        number = super().clean(value)
        return str(number) if isinstance(number, OrgNumber) else ""


def yes_no(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("ja", "Ja"), ("nej", "Nej")],
        coerce=lambda value: value == "ja",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Välj Ja eller Nej."},
    )


def _columns(number: int) -> dict[str, forms.Field]:
    return {
        "name": CleanCharField(label="Namn", max_length=200, required=False),
        "org_number": _StoredOrgNumberField(
            label="Organisationsnummer",
            required=False,
            help_text="Lämna tomt om parten saknar svenskt organisationsnummer.",
        ),
        "contact_name": CleanCharField(label="Kontaktperson", max_length=150, required=False),
        "contact_email": forms.EmailField(label="E-post", max_length=254, required=False),
        "role": CleanTextField(
            label="Roll i projektet",
            max_length=SHORT_TEXT,
            required=False,
            help_text="Vad gör parten, och vad bidrar den med? Högst 3 000 tecken.",
            widget=forms.Textarea(attrs={"rows": 3, "data-count": SHORT_TEXT}),
        ),
        "receives_aid": yes_no("Tar parten del av stödet?"),
    }


PARTNERS = RowKind(
    prefix="par",
    row=PartnerRow,
    most=40,
    many="samverkansparter",
    anchor="samverkansparter",
    columns=_columns,
)


class PartnersForm(PartForm):
    def __init__(self, data: QueryDict | None = None, *, part: PartnersPart, extra: str = "") -> None:
        super().__init__(data)
        self.rows = RowsOf(self, PARTNERS, data=data, stored=part.partners, extra=extra == PARTNERS.prefix)
        for index, row in enumerate(part.partners if data is None else ()):
            answer = {True: "ja", False: "nej", None: ""}[row.receives_aid]
            self.initial[f"{PARTNERS.prefix}-{index}-receives_aid"] = answer

    def clean(self) -> None:
        self.rows.check()

    def part(self) -> PartnersPart:
        return PartnersPart(self.rows.typed())
