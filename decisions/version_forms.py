"""Which two versions of a draft to compare."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from decisions.models import DecisionVersion
from s3portal.common.swedish import format_isodate, in_stockholm


class CompareForm(forms.Form):
    """``rows`` are the draft's versions; ``pair`` is what it begins with."""

    show_optional = False
    fran = forms.TypedChoiceField(label=_("Från"), coerce=int)
    till = forms.TypedChoiceField(label=_("Till"), coerce=int)

    def __init__(
        self, data: QueryDict | None = None, *, rows: Sequence[DecisionVersion], pair: tuple[int, int]
    ) -> None:
        super().__init__(data, initial={"fran": pair[0], "till": pair[1]})
        fields: dict[str, Any] = self.fields
        for field in fields.values():
            field.choices = [(row.number, _choice(row)) for row in rows]
        self.pair = pair

    def chosen(self) -> tuple[int, int] | None:
        """None for a version that is not there."""
        if not self.is_bound:
            return self.pair
        return (self.cleaned_data["fran"], self.cleaned_data["till"]) if self.is_valid() else None


def _choice(row: DecisionVersion) -> str:
    moment = in_stockholm(row.saved_at)
    return (
        f"{row.number}: {format_isodate(moment.date())} kl. {moment:%H.%M}, {row.get_kind_display().lower()}"
    )
