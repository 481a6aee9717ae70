"""Forms of applicants and officers. They read what is typed into the domain's values and decide nothing."""

from applications.forms.applicant import ProjectSearchForm, StartForm, SubmitForm, WithdrawForm
from applications.forms.assessing import (
    AssessmentForm,
    AssignForm,
    AssignmentForm,
    BulkAssignForm,
    EligibilityForm,
    ImpartialityForm,
    LiftForm,
    ReasonForm,
)
from applications.forms.budget import ADD, REMOVE, BudgetForm, with_row_changes
from applications.forms.doors import DoorForm
from applications.forms.drafting import ApplicantForm, PartForm
from applications.forms.officer import LetterForm, NoteForm, SaveViewForm, WorkListForm
from applications.forms.openings import OpeningsForm
from applications.forms.partners import PARTNERS, PartnersForm
from applications.forms.project import ACTIVITIES, INDICATORS, ProjectForm
from applications.forms.questions import QuestionsForm
from applications.forms.rows import with_keyed_row_changes
from applications.forms.supplementing import AnswerForm, AskForm, MoreTimeForm

__all__ = [
    "ACTIVITIES",
    "ADD",
    "INDICATORS",
    "PARTNERS",
    "REMOVE",
    "AnswerForm",
    "ApplicantForm",
    "AskForm",
    "AssessmentForm",
    "AssignForm",
    "AssignmentForm",
    "BudgetForm",
    "BulkAssignForm",
    "DoorForm",
    "EligibilityForm",
    "ImpartialityForm",
    "LetterForm",
    "LiftForm",
    "MoreTimeForm",
    "NoteForm",
    "OpeningsForm",
    "PartForm",
    "PartnersForm",
    "ProjectForm",
    "ProjectSearchForm",
    "QuestionsForm",
    "ReasonForm",
    "SaveViewForm",
    "StartForm",
    "SubmitForm",
    "WithdrawForm",
    "WorkListForm",
    "with_keyed_row_changes",
    "with_row_changes",
]
