"""The page with the call's own questions: one field for each, of the question's kind."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import escape

from applications.forms.drafting import PartForm
from applications.forms.secrets import (
    TextWithSecret,
    add_secrets,
    secrets_initial,
    secrets_typed,
    with_secret,
)
from applications.parts import QuestionsPart, question_key
from applications.parts.secrets import Secrets
from applications.questions import YES_NO, condition_text, format_number, longest, misfit, parse_number
from calls.enums import QuestionKind
from calls.models import CallQuestion
from s3portal.common.errors import Refusal
from s3portal.common.forms import CleanCharField, CleanTextField, KronorField, SwedishDateField
from s3portal.common.swedish import format_amount, format_isodate

#: With more choices than this a list takes less room than buttons.
MOST_BUTTONS = 6


class NumberField(forms.CharField):
    """A number with a decimal comma, as ``Decimal``; empty becomes None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_number(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code="invalid") from refusal

    def prepare_value(self, value: Any) -> Any:
        return format_number(value) if isinstance(value, Decimal) else value


class QuestionsForm(PartForm):
    """``part`` holds the questions and what is stored. A draft may miss any answer."""

    def __init__(self, data: Any = None, *, part: QuestionsPart) -> None:
        self.questions = [one for one in part.questions if one.kind != QuestionKind.FILE]
        stored = dict(part.answers)
        initial = {name_of(one): _initial(one, stored.get(one.pk, "")) for one in self.questions}
        super().__init__(data, initial=initial)
        for question in self.questions:
            self.fields[name_of(question)] = self._field(question, stored.get(question.pk, ""))
        self.initial.update(secrets_initial(part.secrets))
        add_secrets(self, self._long())
        self.secrets = part.secrets
        self.part_questions = part.questions

    def _long(self) -> dict[str, str]:
        """The questions that are answered with a text, by name: those can hold trade secrets."""
        return {
            name_of(one): one.label for one in self.questions if QuestionKind(one.kind) == QuestionKind.LONG
        }

    def _secrets(self) -> Secrets:
        """Those typed, and those on questions that no longer ask for a text."""
        typed = dict(secrets_typed(self, self._long()))
        kept = {field: reason for field, reason in self.secrets if field not in self._long()}
        marks = typed | kept
        order = [name_of(one) for one in self.part_questions]
        return tuple((field, marks[field]) for field in order if field in marks)

    def answers(self) -> list[TextWithSecret]:
        return [with_secret(self, name_of(one)) for one in self.questions]

    def _field(self, question: CallQuestion, value: str) -> forms.Field:
        field = _field_of(question)
        field.required = False
        field.label = question.label if question.required else f"{question.label} (frivilligt)"
        condition = condition_text(question, self.questions)
        words = [condition, question.help_text, _limit(question)]
        if question.shown_if_id:
            field.widget.attrs |= {
                "data-shown-if": f"q-{question.shown_if_id}",
                "data-shown-answer": question.shown_if_answer,
            }
        if value and (wrong := misfit(question, value)) and not self.is_bound:
            # An officer has changed the question: what was answered is told, since it may not fit the field.
            words.append(f"Ert tidigare svar var ”{value}”. {wrong}")
        # The field's template takes help as markup, and this is what officers and applicants have typed.
        field.help_text = escape(" ".join(filter(None, words)))
        return field

    def part(self) -> QuestionsPart:
        """Also the answers to questions that are not put right now: they come back if the condition does."""
        answers = [(one.pk, _stored(self.cleaned_data[name_of(one)])) for one in self.questions]
        return QuestionsPart(
            self.part_questions,
            tuple((pk, value) for pk, value in answers if value),
            self._secrets(),
        )


name_of = question_key


def _field_of(question: CallQuestion) -> forms.Field:
    match QuestionKind(question.kind):
        case QuestionKind.SHORT:
            return CleanCharField(max_length=longest(question))
        case QuestionKind.LONG:
            attrs = {"rows": 6, "data-count": longest(question)}
            return CleanTextField(max_length=longest(question), widget=forms.Textarea(attrs=attrs))
        case QuestionKind.NUMBER:
            return NumberField()
        case QuestionKind.AMOUNT:
            return KronorField()
        case QuestionKind.DATE:
            return SwedishDateField()
        case QuestionKind.YES_NO:
            return _choice(list(YES_NO))
        case _:
            return _choice([(choice, choice) for choice in question.choices])


def _choice(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    wrong = {"invalid_choice": "Välj ett av svaren i listan."}
    if len(choices) <= MOST_BUTTONS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=wrong)
    return forms.ChoiceField(choices=[("", "Välj ett svar"), *choices], error_messages=wrong)


def _limit(question: CallQuestion) -> str:
    if not QuestionKind(question.kind).is_text:
        return ""
    return f"Högst {format_amount(longest(question))} tecken."


def _initial(question: CallQuestion, value: str) -> Any:
    if not value or misfit(question, value):
        return value
    if question.kind == QuestionKind.NUMBER:
        return Decimal(value)
    return int(value) if question.kind == QuestionKind.AMOUNT else value


def _stored(value: Any) -> str:
    """The one way an answer is written in the database."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return format_isodate(value) if hasattr(value, "isoformat") else str(value)
