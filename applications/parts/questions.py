"""The answers to the call's own questions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from applications.models import Application
from applications.parts.secrets import Secrets, read_secrets, secret_texts, take_secrets
from applications.parts.text import FieldText
from applications.questions import answer_text
from calls.models import CallQuestion


def question_key(question: CallQuestion) -> str:
    return f"q-{question.pk}"


@dataclass(frozen=True)
class QuestionsPart:
    """``answers``: (question's id, stored text) in the call's order; no answer is no entry."""

    questions: tuple[CallQuestion, ...] = field(compare=False)
    answers: tuple[tuple[int, str], ...]
    secrets: Secrets = ()

    @classmethod
    def read(cls, application: Application) -> "QuestionsPart":
        stored = {answer.question_id: answer.value for answer in application.answers.all()}
        questions = tuple(application.call.questions.all())
        return cls(
            questions,
            tuple((one.pk, stored[one.pk]) for one in questions if stored.get(one.pk)),
            read_secrets(application, [question_key(one) for one in questions]),
        )

    def texts(self) -> Iterator[FieldText]:
        answers = dict(self.answers)
        for question in self.questions:
            value = answers.get(question.pk, "")
            yield FieldText(question_key(question), question.label, answer_text(question, value))
        yield from secret_texts(self.secrets, {question_key(one): one.label for one in self.questions})

    def taking(self, other: "QuestionsPart", keys: Collection[str]) -> "QuestionsPart":
        mine, theirs = dict(self.answers), dict(other.answers)
        for question in self.questions:
            if question_key(question) in keys:
                mine[question.pk] = theirs.get(question.pk, "")
        return replace(
            self,
            answers=tuple((one.pk, mine[one.pk]) for one in self.questions if mine.get(one.pk)),
            secrets=take_secrets(
                self.secrets, other.secrets, keys, [question_key(one) for one in self.questions]
            ),
        )
