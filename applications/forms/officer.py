"""The filters of the officers' work list."""

from typing import Any

from django import forms

from applications.enums import ApplicationStatus
from calls.models import Call, StrengthArea
from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField
from s3portal.diary.queries import officers


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
    handlaggare = forms.ModelChoiceField(
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
