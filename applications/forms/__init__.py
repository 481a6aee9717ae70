"""Forms of applicants and officers. They read what is typed into the domain's values and decide nothing."""

from applications.forms.applicant import ProjectSearchForm, StartForm, SubmitForm, WithdrawForm
from applications.forms.assessing import EligibilityForm, ImpartialityForm, LiftForm
from applications.forms.budget import ADD, REMOVE, BudgetForm, with_row_changes
from applications.forms.doors import DoorForm
from applications.forms.drafting import ApplicantForm, PartForm, ProjectForm
from applications.forms.officer import WorkListForm
from applications.forms.questions import QuestionsForm
from applications.forms.supplementing import AnswerForm, AskForm, MoreTimeForm

__all__ = [
    "ADD",
    "REMOVE",
    "AnswerForm",
    "ApplicantForm",
    "AskForm",
    "BudgetForm",
    "DoorForm",
    "EligibilityForm",
    "ImpartialityForm",
    "LiftForm",
    "MoreTimeForm",
    "PartForm",
    "ProjectForm",
    "ProjectSearchForm",
    "QuestionsForm",
    "StartForm",
    "SubmitForm",
    "WithdrawForm",
    "WorkListForm",
    "with_row_changes",
]
