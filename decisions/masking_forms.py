"""What in a decision is secret."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from decisions.enums import SecrecyOutcome
from decisions.masking import holds_secret_parts, maskable_parts
from decisions.models import Decision
from decisions.models.considered import is_tried, latest_review
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


# --- Beside the button that sends the draft ---------------------------------------------------------------
#: The form of the draft, which the panel with the button stands beside.
_IN_DRAFT: Final = {"form": "utkast"}


class TriedForm(forms.Form):
    """What the officer says of the secrecy when the draft is sent: a box to tick, or, where something was
    secret in a former text, whether the same is still so."""

    provad: forms.Field = forms.BooleanField(
        label=_("Jag har prövat sekretessen: inget i beslutet är hemligt"),
        widget=forms.CheckboxInput(attrs=_IN_DRAFT),
        error_messages={"required": _("Säg om något i beslutet är hemligt.")},
    )

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        review = latest_review(decision)
        if review is None or not holds_secret_parts(decision, review):
            return
        same = ", ".join(review.parts.values()) or "de ord som är märkta"
        self.fields["provad"] = forms.ChoiceField(
            label=_("Jag har prövat sekretessen i texten som den är nu"),
            choices=[
                (SecrecyOutcome.SOME, f"Samma som förut är hemligt, inget mer: {same}"),
                (SecrecyOutcome.NONE, _("Inget i beslutet är hemligt")),
            ],
            widget=forms.RadioSelect(attrs=_IN_DRAFT),
            error_messages={"required": _("Säg om något i beslutet är hemligt.")},
        )

    def outcome(self) -> SecrecyOutcome | None:
        """None when nothing was said."""
        if not self.is_valid():
            return None
        said = self.cleaned_data["provad"]
        return SecrecyOutcome.NONE if said is True else SecrecyOutcome(said)


def tried_form(decision: Decision, data: Mapping[str, Any] | None = None) -> TriedForm | None:
    """None when the very text is tried. What is typed in ``data`` stands, and nothing is complained of."""
    if is_tried(decision):
        return None
    return TriedForm(decision=decision, initial={} if data is None else {"provad": data.get("provad")})
