"""Forms of the assessing side: jäv, assignments, conditions and points."""

from django import forms

from applications.enums import RecusalGround
from s3portal.common.forms import CleanTextField

LONGEST = 5_000


class ImpartialityForm(forms.Form):
    """The answer to the question of jäv. ``barred``: only grounds, for who has declared one already."""

    ground = forms.ChoiceField(
        label="Finns det något jäv?",
        widget=forms.RadioSelect,
        choices=RecusalGround.choices,
        error_messages={
            "required": "Svara på om det finns något jäv.",
            "invalid_choice": "Välj ett av svaren.",
        },
    )
    text = CleanTextField(
        label="Beskrivning",
        required=False,
        max_length=LONGEST,
        help_text="Behövs när det är något annat som kan rubba förtroendet. Skriv inte mer om andra personer "
        "än vad som behövs. Svaret blir kvar i ärendet.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LiftForm(forms.Form):
    """Another officer has tried the question."""

    person = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    text = CleanTextField(
        label="Varför det inte finns något jäv",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv varför det inte finns något jäv."},
    )
