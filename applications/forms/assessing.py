"""Forms of the assessing side: jäv, assignments, conditions and points."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html

from applications.enums import EligibilityJudgement, RecusalGround
from applications.models import Application, Assessment
from applications.services.assessing import AssessmentContent
from applications.services.judging import ConditionState, Judged
from calls.models import Criterion
from s3portal.accounts.models import User
from s3portal.common.forms import CleanTextField, SwedishDateField

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
    """Another officer has tried the question. It stands on the page of the question itself, whose ids it
    must not share."""

    person = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)
    text = CleanTextField(
        label="Varför det inte finns något jäv",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv varför det inte finns något jäv."},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="lift_%s")


class ReviewAgainForm(forms.Form):
    """Why the review is opened again. It stands beside the form of the judgements, whose ids it must not
    share."""

    reason = CleanTextField(
        label="Varför granskas ansökan igen?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Skriv varför ansökan granskas igen."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="again_%s")


def _of(words: str, what: object) -> str:
    """A label that names what it is about to who hears it; to the eye it stands under that heading."""
    return format_html('{}<span class="ds-sr-only">: {}</span>', words, what)


class EligibilityForm(forms.Form):
    """A judgement and its reasons for each condition; what is left empty stays as it is."""

    show_optional = False

    def __init__(self, *args: Any, states: Sequence[ConditionState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = states
        for state in states:
            code, check = state.condition.code, state.check
            self.fields[f"{code}-judgement"] = forms.ChoiceField(
                label=_of("Din bedömning", state.condition.label),
                required=False,
                choices=[("", "Inte bedömt"), *EligibilityJudgement.choices],
                initial=check.judgement if check else "",
                error_messages={"invalid_choice": "Välj en av bedömningarna."},
            )
            self.fields[f"{code}-reason"] = CleanTextField(
                label=_of("Skäl", state.condition.label),
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
                # What is settled is folded; what is to be put right is not.
                "open": not state.is_settled
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


class AssessmentForm(forms.Form):
    """Points and a rationale for each criterion. ``whole``: nothing may be missing, for handing in."""

    show_optional = False
    comment = CleanTextField(
        label="Sammanfattande kommentar",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        *args: Any,
        criteria: Sequence[Criterion],
        assessment: Assessment | None = None,
        whole: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criteria, self.whole = criteria, whole
        stored = {score.criterion_id: score for score in assessment.scores.all()} if assessment else {}
        self.fields["comment"].initial = assessment.comment if assessment else ""
        for criterion in criteria:
            score = stored.get(criterion.pk)
            self.fields[f"points-{criterion.pk}"] = forms.TypedChoiceField(
                label=_of("Poäng", criterion),
                required=False,
                coerce=int,
                empty_value=None,
                choices=[("", "Inte satt"), *((n, str(n)) for n in range(1, criterion.max_score + 1))],
                initial=score.points if score else None,
                error_messages={"invalid_choice": "Välj en av poängen."},
            )
            self.fields[f"rationale-{criterion.pk}"] = CleanTextField(
                label=_of("Motivering", criterion),
                required=False,
                max_length=LONGEST,
                initial=score.rationale if score else "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "criterion": criterion,
                "points": self[f"points-{criterion.pk}"],
                "rationale": self[f"rationale-{criterion.pk}"],
            }
            for criterion in self.criteria
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for criterion in self.criteria if self.whole else ():
            points, rationale = f"points-{criterion.pk}", f"rationale-{criterion.pk}"
            if points in cleaned and cleaned[points] is None:
                self.add_error(points, forms.ValidationError("Ge poäng.", code="required"))
            if cleaned.get(rationale) == "":
                self.add_error(rationale, forms.ValidationError("Skriv en motivering.", code="required"))
        return cleaned

    def points(self) -> dict[int, int | None]:
        """What is chosen, by the criterion; what could not be read is as not given."""
        data = (
            self.cleaned_data if self.is_bound else {name: one.initial for name, one in self.fields.items()}
        )
        return {criterion.pk: data.get(f"points-{criterion.pk}") for criterion in self.criteria}

    def content(self) -> AssessmentContent:
        points = self.points()
        return AssessmentContent(
            comment=self.cleaned_data["comment"],
            scores={pk: (points[pk], self.cleaned_data[f"rationale-{pk}"]) for pk in points},
        )


class ReasonForm(forms.Form):
    """Why somebody abstains, or why an assessment is opened again."""

    reason = CleanTextField(label="Skäl", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


class AssignForm(forms.Form):
    """Who shall assess, and by when."""

    assessors = forms.ModelMultipleChoiceField(
        label="Bedömare",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Välj minst en bedömare.",
            "invalid_choice": "Välj bland dem som är bedömare.",
        },
    )
    due_on = SwedishDateField(label="Bedöm senast", help_text="Dagen ut.")
    allow_trade_secrets = forms.BooleanField(
        label="Får se det som är märkt som affärshemligheter",
        required=False,
        help_text="Gäller externa bedömare. Handläggare ser alltid hela ansökan.",
    )

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assessors"].queryset = people  # type: ignore[attr-defined]


class BulkAssignForm(AssignForm):
    """As ``AssignForm``, for several applications of one call."""

    applications = forms.ModelMultipleChoiceField(
        label="Ansökningar",
        queryset=Application.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Välj minst en ansökan.",
            "invalid_choice": "Välj bland ansökningarna i listan.",
        },
    )
    field_order = ("applications", "assessors", "due_on", "allow_trade_secrets")

    def __init__(self, *args: Any, applications: "QuerySet[Application]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applications"].queryset = applications  # type: ignore[attr-defined]


class AssignmentForm(forms.Form):
    """Another last day, or another answer about trade secrets."""

    due_on = SwedishDateField(label="Bedöm senast")
    allow_trade_secrets = forms.BooleanField(label="Får se affärshemligheter", required=False)
