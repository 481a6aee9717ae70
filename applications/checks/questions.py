"""What is missing of the answers to the call's own questions."""

from collections.abc import Iterator

from applications.checks.steps import Problem, Step
from applications.models import Application
from applications.parts import QuestionsPart
from applications.questions import asked, misfit
from calls.enums import QuestionKind


def missing_in_questions(application: Application) -> Iterator[Problem]:
    part = QuestionsPart.read(application)
    answers = dict(part.answers)
    for question in asked(part.questions, answers):
        value = answers.get(question.pk, "")
        # A file cannot be missing here: it is sent by mail.
        if not value and question.required and question.kind != QuestionKind.FILE:
            yield Problem(Step.QUESTIONS, f"div_id_q-{question.pk}", f"Svara på frågan ”{question.label}”.")
        elif wrong := misfit(question, value):
            message = f"”{question.label}”: {wrong}"
            yield Problem(Step.QUESTIONS, f"div_id_q-{question.pk}", message, wrong=True)
