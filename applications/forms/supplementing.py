"""Asking for a supplement, giving more time, ending it, and answering."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from applications.checks import Step
from applications.forms.attachments import ACCEPT
from s3portal.common.forms import CleanCharField, CleanTextField, FilesField, SwedishDateField

LONGEST = 10_000
FILES_HELP = "Pdf, Word, Excel, OpenDocument eller bild. Högst tio filer."
CHOOSE = "Markera minst en del som får ändras, eller ”Bara ett svar i ord”."
BOTH = "Ta bort markeringen här, eller de andra: svaret ges antingen i ord eller i delarna."


def files_field(label: str = "Filer") -> FilesField:
    return FilesField(
        label=label,
        required=False,
        help_text=FILES_HELP,
        widget=FilesField.widget(attrs={"accept": ACCEPT}),
    )


class AskForm(forms.Form):
    """One checkbox and one text for each of ``steps``, the parts of the application that can be opened."""

    text = CleanTextField(
        label="Det här behöver kompletteras",
        max_length=LONGEST,
        help_text="Skriv så att det går att svara på: vad som saknas, var i ansökan, och varför det behövs. "
        "Texten blir en allmän handling i ärendet.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    words_only = forms.BooleanField(label="Bara ett svar i ord", required=False)
    due_on = SwedishDateField(label="Svara senast", help_text="Dagen ut.")
    uploads = files_field()

    def __init__(self, *args: Any, steps: Sequence[Step] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = list(steps)
        for step in self.steps:
            self.fields[f"open_{step}"] = forms.BooleanField(label=step.label, required=False)
            self.fields[f"missing_{step}"] = CleanTextField(
                label=f"Vad saknas i {step.label}?",
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"open_{step}"], self[f"missing_{step}"]) for step in self.steps]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        opened = [step for step in self.steps if cleaned.get(f"open_{step}")]
        for step in self.steps:
            if step not in opened and cleaned.get(f"missing_{step}"):
                self.add_error(f"open_{step}", f"Markera {step.label}, eller ta bort texten.")
        if opened and cleaned.get("words_only"):
            self.add_error("words_only", BOTH)
        elif not opened and not cleaned.get("words_only"):
            self.add_error("words_only", CHOOSE)
        return cleaned

    def content(self) -> dict[str, Any]:
        """As ``services.ask_for_supplement`` takes it."""
        cleaned = self.cleaned_data
        parts = {step: cleaned[f"missing_{step}"] for step in self.steps if cleaned[f"open_{step}"]}
        return {
            "text": cleaned["text"],
            "due_on": cleaned["due_on"],
            "files": cleaned["uploads"],
            "parts": parts,
        }


class MoreTimeForm(forms.Form):
    due_on = SwedishDateField(label="Ny sista dag", help_text="Dagen ut.")
    reason = CleanTextField(
        label="Varför?",
        max_length=2000,
        help_text="Sökanden får läsa det.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndForm(forms.Form):
    reason = CleanTextField(
        label="Varför?",
        max_length=2000,
        help_text="Blir en handling i ärendet.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class _WithSecretForm(forms.Form):
    secret_reason = CleanCharField(
        label="Innehåller svaret affärshemligheter: varför?",
        required=False,
        max_length=500,
        help_text="Lämna tomt om det inte gör det. Märkningen är en upplysning till regionen.",
    )


class AnswerForm(_WithSecretForm):
    """``supplement`` is the request that was read: an answer is never given to another."""

    supplement = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    answer = CleanTextField(
        label="Ert svar",
        max_length=LONGEST,
        help_text="Svaret blir en allmän handling i ärendet. Det går inte att ändra när det är skickat.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    uploads = files_field()
    field_order = ["supplement", "answer", "uploads", "secret_reason"]


class SendForm(_WithSecretForm):
    """Sends what is changed. ``version`` is that of the working copy that was looked through."""

    supplement = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    answer = CleanTextField(
        label="Något mer vi behöver veta",
        required=False,
        max_length=LONGEST,
        help_text="Skriv om något inte syns i ändringarna.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    authority_attested = forms.BooleanField(
        label="Jag intygar att jag får företräda organisationen", required=False
    )
    field_order = ["supplement", "version", "answer", "secret_reason", "authority_attested"]

    def __init__(self, *args: Any, attests: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not attests:
            del self.fields["authority_attested"]
