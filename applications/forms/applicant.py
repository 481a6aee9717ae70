"""Around the application form: starting, sending and taking back; searching the project bank."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from applications.forms.drafting import SHORT_TEXT
from s3portal.accounts.models import Organisation
from s3portal.common.forms import CleanCharField, CleanTextField


class StartForm(forms.Form):
    """Which organisation applies."""

    organisation = forms.ModelChoiceField(
        label="Vilken organisation söker?",
        queryset=Organisation.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Välj vilken organisation som söker.",
            "invalid_choice": "Välj en av dina organisationer.",
        },
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pks = [organisation.pk for organisation in organisations]
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=pks)
        if len(pks) == 1:
            field.widget = forms.HiddenInput()
            self.initial.setdefault("organisation", pks[0])


class SubmitForm(forms.Form):
    """Sent from the review page: which version was reviewed, and the consent where it is asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    publication_consent = forms.BooleanField(
        label="Vi samtycker till att uppgifter om stödet publiceras om vi beviljas stöd",
        help_text="Enligt stödets regler får det bara ges till den som samtycker.",
        required=False,
    )

    def __init__(self, *args: Any, consent_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not consent_needed:
            del self.fields["publication_consent"]


class WithdrawForm(forms.Form):
    reason = CleanTextField(
        label="Varför återkallar ni ansökan?",
        max_length=SHORT_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Texten blir en allmän handling i ärendet.",
    )


class ProjectSearchForm(forms.Form):
    q = CleanCharField(label="Sök projekt", required=False, widget=forms.TextInput(attrs={"type": "search"}))

    def clean_q(self) -> str:
        text = str(self.cleaned_data["q"] or "")
        if len(text) > 200:
            raise ValidationError("Sök med färre ord.")
        return text
