"""Around the application form: starting, sending and taking back; searching the project bank."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from applications.forms.drafting import SHORT_TEXT
from applications.models import Application
from s3portal.accounts.models import Organisation
from s3portal.common.forms import CleanCharField, CleanTextField
from s3portal.common.swedish import format_day, in_stockholm


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

    source = forms.ModelChoiceField(
        label="Börja med text från en tidigare ansökan",
        queryset=Application.objects.none(),
        required=False,
        empty_label="Nej, börja tomt",
        help_text="Det som inte passar i utlysningen följer inte med. Den tidigare ansökan ändras inte.",
        error_messages={"invalid_choice": "Välj en av era egna ansökningar."},
    )

    def __init__(
        self,
        *args: Any,
        organisations: Sequence[Organisation],
        sources: Sequence[Application] | QuerySet[Application] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if sources:
            earlier: Any = self.fields["source"]
            earlier.queryset = Application.objects.filter(pk__in=[one.pk for one in sources])
            earlier.label_from_instance = _label_of_source
        else:
            del self.fields["source"]
        pks = [organisation.pk for organisation in organisations]
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=pks)
        if len(pks) == 1:
            field.widget = forms.HiddenInput()
            # Nothing may be chosen before, and then there is nothing to choose among.
            self.initial["organisation"] = pks[0]

    def clean(self) -> dict[str, Any]:
        """An earlier application tells the organisation: one chosen beside it must be the same."""
        data = self.cleaned_data
        source = data.setdefault("source", None)
        if source is not None and data.get("organisation") not in (None, source.organisation):
            self.add_error("source", f"Den ansökan hör till {source.organisation}. Välj den organisationen.")
        return data


def _label_of_source(application: Application) -> str:
    """As in "Kluster i fjällen, Peak Jämtland, 24 november 2026"."""
    saved = format_day(in_stockholm(application.updated_at).date())
    return f"{application}, {application.organisation}, {saved}"


class SubmitForm(forms.Form):
    """Sent from the review page: which version was reviewed, and the consent where it is asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    publication_consent = forms.BooleanField(
        label="Vi samtycker till att uppgifter om stödet publiceras om vi beviljas stöd",
        help_text="Enligt stödets regler får det bara ges till den som samtycker.",
        required=False,
    )

    authority_attested = forms.BooleanField(
        label="Jag intygar att jag får företräda organisationen",
        help_text="Fullmakten eller ett annat bevis ska ligga bland bilagorna.",
        required=False,
    )

    def __init__(self, *args: Any, consent_needed: bool, attests: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not consent_needed:
            del self.fields["publication_consent"]
        if not attests:
            del self.fields["authority_attested"]


class WithdrawForm(forms.Form):
    reason = CleanTextField(
        label="Varför återkallar ni ansökan?",
        error_messages={"required": "Skriv varför ni återkallar ansökan."},
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
