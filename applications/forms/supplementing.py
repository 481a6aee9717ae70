"""Asking for a supplement, giving more time, and answering."""

from django import forms

from s3portal.common.forms import CleanTextField, SwedishDateField

LONGEST = 10_000


class AskForm(forms.Form):
    text = CleanTextField(
        label="Det här behöver kompletteras",
        max_length=LONGEST,
        help_text="Skriv så att det går att svara på: vad som saknas, var i ansökan, och varför det behövs. "
        "Texten blir en allmän handling i ärendet.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    due_on = SwedishDateField(label="Svara senast", help_text="Dagen ut.")


class MoreTimeForm(forms.Form):
    due_on = SwedishDateField(label="Ny sista dag", help_text="Dagen ut.")


class AnswerForm(forms.Form):
    """``supplement`` is the request that was read: an answer is never given to another."""

    supplement = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    answer = CleanTextField(
        label="Ert svar",
        max_length=LONGEST,
        help_text="Svaret blir en allmän handling i ärendet. Det går inte att ändra när det är skickat.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
