"""Forms of the assessing side: jäv, assignments, conditions and points."""

from collections.abc import Sequence
from typing import Any

from django import forms

from applications.enums import EligibilityJudgement, RecusalGround
from applications.services.judging import ConditionState, Judged
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


class EligibilityForm(forms.Form):
    """A judgement and its reasons for each condition; what is left empty stays as it is."""

    def __init__(self, *args: Any, states: Sequence[ConditionState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = states
        for state in states:
            code, check = state.condition.code, state.check
            self.fields[f"{code}-judgement"] = forms.ChoiceField(
                label=f"Din bedömning: {state.condition.label}",
                required=False,
                choices=[("", "Inte bedömt"), *EligibilityJudgement.choices],
                initial=check.judgement if check else "",
                error_messages={"invalid_choice": "Välj en av bedömningarna."},
            )
            self.fields[f"{code}-reason"] = CleanTextField(
                label=f"Skäl: {state.condition.label}",
                required=False,
                max_length=LONGEST,
                initial=check.reason if check else "",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each condition with its two fields, for the page."""
        return [
            {
                "state": state,
                "judgement": self[f"{state.condition.code}-judgement"],
                "reason": self[f"{state.condition.code}-reason"],
                "open": state.condition.needs_judgement
                or bool(state.check and state.check.judgement)
                or bool(self[f"{state.condition.code}-reason"].errors)
                or bool(self[f"{state.condition.code}-judgement"].errors),
            }
            for state in self.states
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for state in self.states:
            code = state.condition.code
            judgement, reason = cleaned.get(f"{code}-judgement"), cleaned.get(f"{code}-reason")
            if judgement and reason == "":
                self.add_error(f"{code}-reason", "Skriv skälen för bedömningen.")
            if judgement == "" and reason:
                self.add_error(f"{code}-judgement", "Välj en bedömning.")
        return cleaned

    def judged(self) -> dict[str, Judged]:
        """What has been filled in, by the condition's code."""
        pairs = {
            state.condition.code: Judged(
                self.cleaned_data[f"{state.condition.code}-judgement"],
                self.cleaned_data[f"{state.condition.code}-reason"],
            )
            for state in self.states
        }
        return {code: one for code, one in pairs.items() if one.judgement}
