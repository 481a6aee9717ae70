"""Forms of those who ask about calls or follow them by mail, and of the officers who answer."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from calls.models import Inquiry, StrengthArea
from s3portal.common.forms import CleanCharField, CleanTextField
from s3portal.common.visitors import VisitorForm

EVERYTHING, SOME_AREAS = "allt", "omraden"
LONGEST_QUESTION = 3000
LONGEST_ANSWER = 10_000


# --- Visitors -------------------------------------------------------------------------------------------
class AskForm(VisitorForm):
    """A question about a call. Who asks need not say who they are."""

    question = CleanTextField(
        label="Din fråga",
        help_text="Skriv inga personuppgifter och inget som är hemligt för er: frågan publiceras för alla.",
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = CleanCharField(
        label="Ditt namn",
        help_text="Publiceras inte.",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="E-post",
        help_text="Fyll i om du vill ha svaret med e-post. Publiceras inte.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class FollowForm(forms.Form):
    """What is followed: everything, or one or more areas."""

    follow = forms.ChoiceField(
        label="Vad vill du följa?",
        choices=[(EVERYTHING, "Alla utlysningar och möten"), (SOME_AREAS, "Bara vissa styrkeområden")],
        initial=EVERYTHING,
        widget=forms.RadioSelect,
    )
    areas = forms.ModelMultipleChoiceField(
        label="Styrkeområden",
        help_text="Gäller om du har valt bara vissa styrkeområden.",
        queryset=StrengthArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"data-optional": "nej"}),
    )

    def __init__(self, *args: Any, followed: Iterable[StrengthArea] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelMultipleChoiceField, self.fields["areas"]).queryset = areas_to_follow(followed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("follow") == SOME_AREAS and not self.errors and not cleaned.get("areas"):
            self.add_error("areas", "Välj minst ett styrkeområde, eller alla utlysningar och möten.")
        return cleaned

    @property
    def everything(self) -> bool:
        return bool(self.cleaned_data["follow"] == EVERYTHING)

    @property
    def chosen_areas(self) -> list[StrengthArea]:
        return [] if self.everything else list(self.cleaned_data["areas"])


def areas_to_follow(followed: Iterable[StrengthArea] = ()) -> "QuerySet[StrengthArea]":
    """The areas of strategies that are not over, and those that are ``followed`` already."""
    current = Q(strategy__last_year__gte=timezone.localdate().year)
    return StrengthArea.objects.filter(current | Q(pk__in=[area.pk for area in followed])).order_by(
        "-strategy__first_year", "order", "name"
    )


class SubscribeForm(VisitorForm, FollowForm):
    email = forms.EmailField(
        label="E-post", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    field_order = ("email", "follow", "areas")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


# --- Officers -------------------------------------------------------------------------------------------
class AnswerForm(forms.Form):
    """The question as the public will read it, and the answer. ``keep_traces`` stands there only when
    something of who asked is left in the words (``traces``)."""

    published_question = CleanTextField(
        label="Frågan som den publiceras",
        help_text="Ta bort det som visar vem som har frågat. Rätta gärna stavning och korta.",
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    answer = CleanTextField(
        label="Svar",
        help_text="Du kan använda rubriker, listor, fetstil och länkar (Markdown).",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    keep_traces = forms.BooleanField(label="Texten ska stå så ändå", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, inquiry: Inquiry) -> None:
        initial = {
            "published_question": inquiry.published_question or inquiry.question,
            "answer": inquiry.answer,
            "version": inquiry.version,
        }
        super().__init__(data, initial=initial)
        typed = [] if data is None else [data.get("published_question", ""), data.get("answer", "")]
        if not inquiry.traces_in(*typed):
            del self.fields["keep_traces"]


class DeclineForm(forms.Form):
    reason = CleanTextField(
        label="Varför frågan inte besvaras",
        help_text="Den som har frågat och lämnat sin e-post får läsa det. Publiceras inte.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
