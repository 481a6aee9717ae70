"""What is missing before an application can be sent. The same list at the review page and at the door."""

from applications.checks.aid import missing_in_aid
from applications.checks.attachments import missing_in_attachments
from applications.checks.budget import budget_problems, missing_letters
from applications.checks.partners import missing_in_partners
from applications.checks.project import missing_in_applicant, missing_in_project
from applications.checks.questions import missing_in_questions
from applications.checks.starting import PARTS, is_started
from applications.checks.steps import Problem, Step, parts_to_open, steps_of
from applications.models import Application
from applications.parts import BudgetPart, FinancingPart, summary_of

__all__ = [
    "PARTS",
    "Problem",
    "Step",
    "budget_problems",
    "is_started",
    "missing_letters",
    "parts_to_open",
    "steps_of",
    "submission_problems",
]


def submission_problems(application: Application) -> list[Problem]:
    """Everything that stops the application from being sent, in the order of the form.

    The consent to publication is not here: it is given at the moment of sending. Of a supplement, what is
    missing in the steps that are open, and what the changes have brought about in the others.
    """
    found = _problems(application)
    if application.answering is None:
        return found
    opened = set(steps_of(application))
    before = {(one.step, one.message) for one in _problems(application.answering.application)}
    return [one for one in found if one.step in opened or (one.step, one.message) not in before]


def _problems(application: Application) -> list[Problem]:
    budget, financing = BudgetPart.read(application), FinancingPart.read(application)
    return [
        *missing_in_applicant(application),
        *missing_in_partners(application),
        *missing_in_project(application),
        *missing_in_questions(application),
        *budget_problems(application, budget, financing, summary_of(application, budget, financing)),
        *missing_in_aid(application),
        *missing_in_attachments(application),
    ]
