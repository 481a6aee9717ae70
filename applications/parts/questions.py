"""The answers to the call's own questions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from applications.models import Application
from applications.parts.text import FieldText
from applications.questions import answer_text
from calls.models import CallQuestion


@dataclass(frozen=True)
class QuestionsPart:
    """``answers``: (question's id, stored text) in the call's order; no answer is no entry."""

    questions: tuple[CallQuestion, ...] = field(compare=False)
    answers: tuple[tuple[int, str], ...]

    @classmethod
    def read(cls, application: Application) -> "QuestionsPart":
        stored = {answer.question_id: answer.value for answer in application.answers.all()}
        questions = tuple(application.call.questions.all())
        return cls(questions, tuple((one.pk, stored[one.pk]) for one in questions if stored.get(one.pk)))

    def texts(self) -> Iterator[FieldText]:
        answers = dict(self.answers)
        for question in self.questions:
            value = answers.get(question.pk, "")
            yield FieldText(f"q-{question.pk}", question.label, answer_text(question, value))
