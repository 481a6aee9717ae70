"""The staff's search: one box for all that can be typed, and filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, DaysForm
from s3portal.diary import queries
from s3portal.home.search.queries import Kind, Wanted
from s3portal.home.search.typed import Typed, read_typed


class SearchForm(DaysForm):
    show_optional = False
    field_order = ("flik", "q", "fran", "till", "handlaggare")
    flik = forms.CharField(required=False, widget=forms.HiddenInput)
    q = CleanCharField(
        label=_("Sök efter"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    handlaggare = forms.ModelChoiceField(
        label=_("Handläggare"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Alla"),
        error_messages={"invalid_choice": _("Välj en av handläggarna i listan.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officer: Any = self.fields["handlaggare"]
        officer.queryset = queries.officers()

    def wanted(self) -> Wanted:
        """Nothing when a filter cannot be read: the form says why."""
        if not self.is_valid():
            return Wanted(Typed())
        given = self.cleaned_data
        return Wanted(read_typed(given["q"]), given["fran"], given["till"], given["handlaggare"])

    def tab(self) -> Kind | None:
        """The tab that was asked for; None when it is for the search to choose."""
        given = self.data.get("flik", "")
        return Kind(given) if given in set(Kind) else None
