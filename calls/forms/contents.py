"""Forms of what belongs to a call. They read what was typed; the services decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from calls.enums import DecisionTiming, MilestoneKind, QuestionKind
from calls.forms.clock import ClockField
from calls.models import Call, CallDocument, CallQuestion, Criterion, Milestone
from calls.planned import PlannedDecision, parse_planned_decision
from calls.services.contents.attachments import AttachmentData
from calls.services.contents.criteria import CriterionContent
from calls.services.contents.milestones import MilestoneData
from calls.services.contents.opening import fingerprint
from calls.services.contents.questions import QuestionData
from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField
from s3portal.common.swedish import format_day, format_month

WHOLE_NUMBER = _("Skriv ett heltal med siffror.")
PICK_AGAIN = _("Välj filen igen. Webbläsaren skickar inte med den en gång till.")
YES_NO = (("ja", "Ja"), ("nej", "Nej"))


class WholeNumberField(forms.IntegerField):
    """A whole number, typed; the service knows its limits."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages = {"required": WHOLE_NUMBER, "invalid": WHOLE_NUMBER}


class WeightField(WholeNumberField):
    """A weight in percent: "60" or "60 %"."""

    def to_python(self, value: Any) -> int | None:
        return super().to_python(value.strip().removesuffix("%") if isinstance(value, str) else value)


class ContentForm(forms.Form):
    """``row`` is what is changed, None for something new. ``seen`` stands for what the page showed of it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, call: Call, row: Any = None) -> None:
        self.call, self.row = call, row
        initial = {} if row is None else {"seen": fingerprint(row), **self.values_of(row)}
        super().__init__(data, files, initial=initial)

    def values_of(self, row: Any) -> dict[str, Any]:
        """What the form shows of a row: by default the columns that its fields are named after."""
        return {name: getattr(row, name) for name in self.base_fields if name != "seen"}

    def content(self) -> dict[str, Any]:
        """What the service that saves is told; only of a valid form."""
        # Django's form metaclass leaves no room for an abstract base class.
        raise NotImplementedError

    def see_again(self, row: Model) -> None:
        """The page now shows that somebody else has changed the row: what is typed may be saved on top."""
        self.data = {**self.data.dict(), "seen": fingerprint(row)}  # type: ignore[attr-defined] # a QueryDict


class QuestionForm(ContentForm):
    label = CleanCharField(label=_("Fråga"), max_length=300)
    help_text = CleanTextField(
        label=_("Hjälptext"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Står under frågan. Skriv vad ni vill veta och varför."),
    )
    kind = forms.ChoiceField(label=_("Svaret är"), choices=QuestionKind.choices, initial=QuestionKind.SHORT)
    choices = CleanTextField(
        label=_("Val"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ett val på varje rad. Bara för slaget Val ur en lista."),
    )
    max_length = WholeNumberField(
        label=_("Högsta antal tecken"),
        required=False,
        help_text=_("Bara för text. Mellanslag räknas. Tomt: 300 för kort text, 10 000 för lång."),
    )
    required = forms.BooleanField(
        label=_("Måste besvaras innan ansökan kan skickas in"), required=False, initial=True
    )
    condition = forms.ChoiceField(
        label=_("Frågan ställs"),
        required=False,
        # "Alltid" is an answer too.
        widget=forms.Select(attrs={"data-optional": "nej"}),
        help_text=_("Villkoret kan gälla en tidigare fråga av slaget Ja eller nej eller Val ur en lista."),
        error_messages={"invalid_choice": _("Svaret finns inte längre att välja. Välj igen.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["condition"]
        field.choices = [("", _("Alltid")), *self._conditions()]

    def _conditions(self) -> Iterable[tuple[str, list[tuple[str, str]]]]:
        for question in self.call.questions.all():
            if self.row is not None and question.order >= self.row.order:
                return
            if answers := question.possible_answers:
                group = f"Om svaret på ”{question.label}” är"
                yield group, [(f"{question.pk}:{one}", dict(YES_NO).get(one, one)) for one in answers]

    def values_of(self, row: CallQuestion) -> dict[str, Any]:
        names = ("label", "help_text", "kind", "max_length", "required")
        condition = f"{row.shown_if_id}:{row.shown_if_answer}" if row.shown_if_id else ""
        return {name: getattr(row, name) for name in names} | {
            "choices": "\n".join(row.choices),
            "condition": condition,
        }

    def content(self) -> dict[str, Any]:
        typed = self.cleaned_data
        parent, _colon, answer = typed["condition"].partition(":")
        lines = (" ".join(line.split()) for line in typed["choices"].split("\n"))
        return {
            "data": QuestionData(
                label=typed["label"],
                kind=QuestionKind(typed["kind"]),
                help_text=typed["help_text"],
                required=typed["required"],
                max_length=typed["max_length"],
                choices=tuple(line for line in lines if line),
                shown_if=int(parent) if parent else None,
                shown_if_answer=answer,
            )
        }


class CriterionForm(ContentForm):
    title = CleanCharField(label=_("Kriterium"), max_length=150)
    text = CleanTextField(
        label=_("Vägledning"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Vad ni bedömer och vad som ger höga poäng. Den visas för de sökande."),
    )
    weight = WeightField(
        label=_("Vikt i procent"),
        required=False,
        help_text=_("Alla kriterier har en vikt, tillsammans 100 %, eller inget."),
    )
    max_score = WholeNumberField(
        label=_("Högsta poäng"), initial=5, help_text=_("Poängen går från 1 till det här talet, högst 10.")
    )

    def content(self) -> dict[str, Any]:
        names = ("title", "text", "weight", "max_score")
        return {"data": CriterionContent(**{name: self.cleaned_data[name] for name in names})}


class AttachmentForm(ContentForm):
    name = CleanCharField(
        label=_("Bilaga"), max_length=150, help_text=_("Till exempel Årsredovisning för förra året")
    )
    help_text = CleanTextField(
        label=_("Hjälptext"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    required = forms.BooleanField(label=_("Måste skickas med"), required=False, initial=True)

    def content(self) -> dict[str, Any]:
        names = ("name", "help_text", "required")
        return {"data": AttachmentData(**{name: self.cleaned_data[name] for name in names})}


class MilestoneForm(ContentForm):
    kind = forms.ChoiceField(label=_("Slag"), choices=MilestoneKind.choices)
    title = CleanCharField(label=_("Rubrik"), max_length=150)
    when = CleanCharField(
        label=_("Dag eller månad"),
        required=False,
        help_text=_("Till exempel 2026-12-15, 15 december 2026 eller december 2026."),
    )
    clock = ClockField(label=_("Klockslag"), required=False, help_text=_("Till exempel 9.00"))
    text = CleanCharField(
        label=_("Förklaring"),
        required=False,
        max_length=300,
        help_text=_("Behövs när tiden inte är bestämd: skriv då när det blir."),
    )

    def values_of(self, row: Milestone) -> dict[str, Any]:
        when = "" if row.day is None else (format_month if row.whole_month else format_day)(row.day)
        names = ("kind", "title", "clock", "text")
        return {name: getattr(row, name) for name in names} | {"when": when}

    def clean_when(self) -> PlannedDecision:
        try:
            planned = parse_planned_decision(self.cleaned_data["when"])
        except Refusal:
            planned = PlannedDecision(DecisionTiming.RUNNING)
        if planned.timing == DecisionTiming.RUNNING:
            raise ValidationError("Skriv en dag (2026-12-15) eller en månad (december 2026).")
        return planned

    def content(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "data": MilestoneData(
                kind=MilestoneKind(typed["kind"]),
                title=typed["title"],
                text=typed["text"],
                day=typed["when"].on,
                clock=typed["clock"],
                whole_month=typed["when"].timing == DecisionTiming.MONTH,
            )
        }


class DocumentForm(ContentForm):
    title = CleanCharField(
        label=_("Rubrik"), max_length=200, help_text=_("Så heter dokumentet på utlysningens sida.")
    )
    upload = forms.FileField(
        label=_("Fil"),
        error_messages={
            "required": _("Välj en fil att ladda upp."),
            "missing": _("Välj en fil att ladda upp."),
            "invalid": _("Välj en fil att ladda upp."),
            "empty": _("Filen är tom."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.fields["upload"].required = False
            self.fields["upload"].label = _("Ny version")
            self.fields["upload"].help_text = _("Den gamla versionen finns kvar och kan fortfarande läsas.")

    def values_of(self, row: CallDocument) -> dict[str, Any]:
        return {"title": row.title}

    def content(self) -> dict[str, Any]:
        return {"title": self.cleaned_data["title"], "upload": self.cleaned_data["upload"]}

    def ask_for_the_file_again(self) -> None:
        """A browser sends a chosen file once; after a refusal for another reason it is to be chosen anew."""
        if self.files.get("upload") and not self.has_error("upload"):
            self.add_error("upload", PICK_AGAIN)


class WeightsForm(forms.Form):
    """The weights of all criteria of a call; ``seen`` tells what the page showed, as "7:40,8:60,9:"."""

    show_optional = False
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, criteria: list[Criterion]) -> None:
        seen = ",".join(f"{row.pk}:{'' if row.weight is None else row.weight}" for row in criteria)
        super().__init__(data, initial={"seen": seen})
        for row in criteria:
            self.fields[f"vikt-{row.pk}"] = WeightField(
                label=row.title,
                required=False,
                initial=row.weight,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "data-affix": "%", "size": 4}
                ),
            )

    def weights(self) -> dict[int, int | None]:
        return {
            int(name.removeprefix("vikt-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("vikt-")
        }

    def see_again(self) -> None:
        """The list now shows what somebody else has changed: what is typed may be saved on top."""
        self.data = {**self.data.dict(), "seen": self.initial["seen"]}  # type: ignore[attr-defined] # a QueryDict

    def seen_weights(self) -> dict[int, int | None]:
        """By the criterion's id; nothing when it cannot be read, which then agrees with no criteria."""
        pairs = [part.partition(":") for part in self.cleaned_data["seen"].split(",") if part]
        try:
            return {int(pk): int(weight) if weight else None for pk, _colon, weight in pairs}
        except ValueError:
            return {}


def preview_form(questions: Iterable[CallQuestion]) -> forms.Form:
    """The questions as applicants meet them, to look at; what is filled in goes nowhere."""
    form = forms.Form(prefix="prov")
    questions = list(questions)
    for question in questions:
        field = _preview_field(question)
        field.label, field.required = question.label, question.required
        parent = next((one for one in questions if one.pk == question.shown_if_id), None)
        words = [question.help_text]
        if parent is not None:
            answer = dict(YES_NO).get(question.shown_if_answer, question.shown_if_answer)
            words.insert(0, f"Svara om ni svarade ”{answer}” på ”{parent.label}”.")
        # The field's template takes help as markup, and this is what officers have typed.
        field.help_text = escape(" ".join(filter(None, words)))
        form.fields[str(question.pk)] = field
    return form


def _preview_field(question: CallQuestion) -> forms.Field:
    match QuestionKind(question.kind):
        case QuestionKind.LONG:
            return CleanTextField(widget=forms.Textarea(attrs={"rows": 6}))
        case QuestionKind.AMOUNT:
            return KronorField()
        case QuestionKind.DATE:
            return SwedishDateField()
        case QuestionKind.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(
                choices=[(one, one) for one in question.choices], widget=forms.RadioSelect
            )
        case QuestionKind.FILE:
            return forms.FileField()
        case _:
            return CleanCharField()
