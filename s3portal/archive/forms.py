"""Ordering a package: a case by its number, or a year."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from s3portal.common.forms import CleanCharField
from s3portal.diary.models import Case, Series
from s3portal.diary.numbers import read_number

NEITHER = _("Skriv ett diarienummer eller välj ett år.")
BOTH = _("Välj antingen ett ärende eller ett år.")


class OrderForm(forms.Form):
    number = CleanCharField(
        label=_("Ett ärende"),
        required=False,
        max_length=40,
        help_text=_("Diarienumret, till exempel RUN/664/2021."),
    )
    series = forms.ChoiceField(label=_("Eller alla ärenden ett år"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = settings.DIARY_PREFIX
        kept = Series.objects.filter(next_serial__gt=1).values_list("prefix", "year")
        # The region's own series first, the latest year first.
        ordered = sorted(kept, key=lambda one: (one[0] != own, one[0], -one[1]))
        series: Any = self.fields["series"]
        series.choices = [
            ("", _("Välj")),
            *((f"{prefix}-{year}", f"{prefix} {year}") for prefix, year in ordered),
        ]

    def clean_number(self) -> Case | None:
        text = self.cleaned_data["number"]
        if not text:
            return None
        number = read_number(text)
        if number is None:
            raise forms.ValidationError(_("Skriv diarienumret som RUN/664/2021."))
        found = list(Case.objects.filter(number.condition())[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("Inget ärende har just det numret. Skriv det som RUN/664/2021."))
        return found[0]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "number" in self.errors or "series" in self.errors:
            return given
        if given["number"] is not None and given["series"]:
            self.add_error("series", BOTH)
        elif given["number"] is None and not given["series"]:
            self.add_error("number", NEITHER)
        return given

    def order(self) -> dict[str, Any]:
        """As the service takes it."""
        if self.cleaned_data["number"] is not None:
            return {"case": self.cleaned_data["number"]}
        prefix, _dash, year = self.cleaned_data["series"].rpartition("-")
        return {"prefix": prefix, "year": int(year)}
