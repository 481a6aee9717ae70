"""The pages of the application form."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

from applications.models import Application
from calls.enums import QuestionKind


class Step(StrEnum):
    """The pages of the form; the value is the last part of the address."""

    APPLICANT = "sokande"
    PARTNERS = "samverkan"
    PROJECT = "projekt"
    QUESTIONS = "fragor"
    BUDGET = "budget"
    FINANCING = "finansiering"
    STATE_AID = "stod"
    ATTACHMENTS = "bilagor"
    REVIEW = "granska"

    @property
    def label(self) -> str:
        return {
            Step.APPLICANT: "Organisation och kontakter",
            Step.PARTNERS: "Samverkansparter",
            Step.PROJECT: "Projektet",
            Step.QUESTIONS: "Utlysningens frågor",
            Step.BUDGET: "Budget",
            Step.FINANCING: "Finansiering",
            Step.STATE_AID: "Statligt stöd och intyganden",
            Step.ATTACHMENTS: "Bilagor",
            Step.REVIEW: "Granska och skicka in",
        }[self]


@dataclass(frozen=True)
class Problem:
    """Something to put right: where, and what to do about it. ``field`` is the id of the control. ``wrong``:
    what is written cannot stand, rather than that something is left to write."""

    step: Step
    field: str
    message: str
    wrong: bool = dataclass_field(default=False, compare=False)


def steps_of(application: Application) -> list[Step]:
    """The pages of this application's form: that of the call's own questions only when it has any. Of a
    supplement, those that the request opens."""
    if application.answering is not None:
        opened = {part.step for part in application.answering.parts.all()}
        return [step for step in Step if step in opened or step is Step.REVIEW]
    has_questions = any(one.kind != QuestionKind.FILE for one in application.call.questions.all())
    return [step for step in Step if step is not Step.QUESTIONS or has_questions]


def parts_to_open(application: Application) -> list[Step]:
    """The pages that a request for a supplement may open."""
    return [step for step in steps_of(application) if step is not Step.REVIEW]
