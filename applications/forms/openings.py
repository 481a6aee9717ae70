"""The filters of who has opened what."""

from typing import Any

from django import forms

from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, SwedishDateField
from s3portal.diary.models import Case
from s3portal.diary.numbers import read_number


class OpeningsForm(forms.Form):
    """A filter that cannot be read finds nothing and says why. ``wanted`` is what to look for."""

    show_optional = False
    arende = CleanCharField(label="Diarienummer", required=False, max_length=40)
    person = forms.ModelChoiceField(
        label="Person", required=False, queryset=User.objects.none(), empty_label="Alla"
    )
    fran = SwedishDateField(label="Från och med", required=False)
    till = SwedishDateField(label="Till och med", required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def clean_arende(self) -> Case | None:
        typed = self.cleaned_data["arende"]
        if not typed:
            return None
        number = read_number(typed)
        case = Case.objects.filter(number.condition()).first() if number is not None else None
        if case is None:
            raise forms.ValidationError(
                "Det finns inget ärende med det numret. Skriv till exempel RUN/1/2026."
            )
        return case

    def wanted(self) -> dict[str, Any]:
        return {
            "case": self.cleaned_data["arende"],
            "person": self.cleaned_data["person"],
            "first": self.cleaned_data["fran"],
            "last": self.cleaned_data["till"],
        }
