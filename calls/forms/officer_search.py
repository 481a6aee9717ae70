"""Finding a call among all of them."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.enums import CallPhase, CallStatus
from s3portal.common.forms import CleanCharField


class OfficerCallForm(forms.Form):
    """Words and a status. What is not understood narrows nothing."""

    show_optional = False
    q = CleanCharField(
        label=_("Sök"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    status = forms.ChoiceField(
        label=_("Läge"),
        required=False,
        choices=[
            ("", _("Alla")),
            (CallStatus.DRAFT.value, CallStatus.DRAFT.label),
            *[(phase.value, phase.label) for phase in CallPhase],
            (CallStatus.CONCLUDED.value, CallStatus.CONCLUDED.label),
        ],
    )

    def wanted(self, name: str) -> str:
        self.is_valid()
        cleaned: dict[str, Any] = self.cleaned_data
        return cast(str, cleaned.get(name) or "")
