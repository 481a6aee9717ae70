"""Forms of applicants and officers. They read what is typed into the domain's values and decide nothing."""

from applications.forms.aid import DE_MINIMIS, OTHER_AID, AidForm
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
    ReviewAgainForm,
)
from applications.forms.attachments import MarkForm, UploadForm
from applications.forms.budget import BudgetForm, SalaryForm, shown_years, with_line_changes
from applications.forms.doors import DoorForm
from applications.forms.drafting import ApplicantForm, PartForm
from applications.forms.financing import FinancingForm, with_financing_changes, with_letter
from applications.forms.officer import LetterForm, NoteForm, SaveViewForm, ThreadForm, WorkListForm
from applications.forms.openings import OpeningsForm
from applications.forms.partners import PARTNERS, PartnersForm
from applications.forms.project import ACTIVITIES, INDICATORS, ProjectForm
from applications.forms.questions import QuestionsForm
from applications.forms.rows import with_keyed_row_changes
from applications.forms.supplementing import AnswerForm, AskForm, EndForm, MoreTimeForm, SendForm
from applications.forms.tables import ADD, BLOCK, BLOCK_AT, BUTTONS, FILL, REMOVE, UPLOAD_LETTER

__all__ = [
    "ACTIVITIES",
    "ADD",
    "BLOCK",
    "BLOCK_AT",
    "BUTTONS",
    "DE_MINIMIS",
    "FILL",
    "INDICATORS",
    "OTHER_AID",
    "PARTNERS",
    "REMOVE",
    "UPLOAD_LETTER",
    "AidForm",
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
    "EndForm",
    "FinancingForm",
    "ImpartialityForm",
    "LetterForm",
    "LiftForm",
    "MarkForm",
    "MoreTimeForm",
    "NoteForm",
    "OpeningsForm",
    "PartForm",
    "PartnersForm",
    "ProjectForm",
    "ProjectSearchForm",
    "QuestionsForm",
    "ReasonForm",
    "ReviewAgainForm",
    "SalaryForm",
    "SaveViewForm",
    "SendForm",
    "StartForm",
    "SubmitForm",
    "ThreadForm",
    "UploadForm",
    "WithdrawForm",
    "WorkListForm",
    "shown_years",
    "with_financing_changes",
    "with_keyed_row_changes",
    "with_letter",
    "with_line_changes",
]
