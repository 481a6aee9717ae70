"""The filters of the officers' work list, and what is written in a case."""

from typing import Any

from django import forms

from applications.enums import ApplicationStatus
from applications.forms.supplementing import files_field
from applications.inbox_columns import Column
from applications.queries import Due, Flag
from calls.models import Call, StrengthArea
from s3portal.accounts.models import User
from s3portal.common.forms import CleanCharField, CleanTextField
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

    frist = forms.ChoiceField(
        label="Frist", required=False, choices=[("", "Alla"), *((due.value, due.label) for due in Due)]
    )
    flagga = forms.ChoiceField(
        label="Särskilt", required=False, choices=[("", "Alla"), *((flag.value, flag.label) for flag in Flag)]
    )
    kolumner = forms.MultipleChoiceField(
        required=False,
        choices=[(column.value, column.label) for column in Column],
        widget=forms.MultipleHiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = (*ApplicationStatus.unsent(), ApplicationStatus.REPLACED)
        sent = [(value, label) for value, label in ApplicationStatus.choices if value not in hidden]
        self.fields["status"].choices = [("", "Alla"), *sent]  # type: ignore[attr-defined]
        self.fields["handlaggare"].queryset = officers()  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What to filter by; fields that could not be read are as if not given."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class SaveViewForm(forms.Form):
    """The list as it is filtered now, under a name of one's own."""

    name = CleanCharField(
        label="Spara urvalet som",
        max_length=60,
        error_messages={"required": "Skriv vad vyn ska heta."},
    )


class NoteForm(forms.Form):
    text = CleanTextField(
        label="Anteckning",
        max_length=5_000,
        help_text="Syns bara för dem som handlägger. Är ingen handling i ärendet.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LetterForm(forms.Form):
    """A message in the thread of a case."""

    subject = CleanCharField(label="Ämne", max_length=150)
    text = CleanTextField(
        label="Meddelande",
        max_length=10_000,
        help_text="Blir en handling i ärendet.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ThreadForm(LetterForm):
    """A message in the thread of one case, where files can go along."""

    uploads = files_field()

    def content(self) -> dict[str, Any]:
        """As the services of letters take it."""
        cleaned = dict(self.cleaned_data)
        return {"files": cleaned.pop("uploads"), **cleaned}
