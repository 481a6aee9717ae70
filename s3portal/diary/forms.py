"""Searching the diary, and giving a case to an officer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, DaysForm
from s3portal.diary import queries
from s3portal.diary.enums import CaseStatus
from s3portal.diary.finding import Wanted


class CaseFilterForm(forms.Form):
    """``cleaned`` is what to search for; a filter that cannot be read finds nothing and says why."""

    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    year = forms.TypedChoiceField(label=_("År"), required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Alla")), *CaseStatus.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["year"]
        field.choices = [("", "Alla"), *((str(year), str(year)) for year in queries.case_years())]


class PublicCaseFilterForm(DaysForm, CaseFilterForm):
    def wanted(self) -> Wanted | None:
        """None when a filter cannot be read: the form says why."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return Wanted(given["q"], given["year"], given["status"], given["fran"], given["till"])


class StaffCaseFilterForm(CaseFilterForm):
    """With the tab that is open, so that a search stays within it."""

    urval = forms.CharField(required=False, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    officer = forms.ModelChoiceField(
        label=_("Handläggare"),
        queryset=User.objects.none(),
        # Nobody is chosen beforehand: a hurried press must not give the case to the first in the list.
        empty_label=_("Välj handläggare"),
        error_messages={
            "required": _("Välj en handläggare."),
            "invalid_choice": _("Välj en av handläggarna i listan."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["officer"]
        field.queryset = queries.officers()
