"""What in a signed decision is secret."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.masking import maskable_parts
from decisions.models import Decision
from s3portal.common.forms import CleanTextField
from s3portal.diary.secrecy_forms import ProvisionForm


class MaskForm(ProvisionForm):
    parts = forms.MultipleChoiceField(
        label=_("Delar som är hemliga i sin helhet"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    passages = CleanTextField(
        label=_("Ord eller stycken"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ett på varje rad, precis som det står i beslutet. Det döljs överallt i ärendet."),
    )
    field_order = ("parts", "passages", "provision", "provision_text", "reason", "until")

    def __init__(self, *args: Any, decision: Decision, marked: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts: Any = self.fields["parts"]
        parts.choices = [part for part in maskable_parts(decision) if part[0] not in marked]

    def content(self) -> dict[str, Any]:
        """As the service takes it."""
        lines = [line.strip() for line in self.cleaned_data["passages"].splitlines()]
        return {
            "parts": self.cleaned_data["parts"],
            "passages": list(dict.fromkeys(line for line in lines if line)),
            **self.by(),
        }
