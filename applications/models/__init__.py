"""Applications with their budget and financing, what is asked about them and found of them, and the project
bank."""

from applications.models.aid import Declaration, DeMinimisAid, OtherAid
from applications.models.answer import Answer
from applications.models.application import Application, ApplicationArea, ApplicationQuerySet
from applications.models.assessment import (
    Assessment,
    AssessmentQuerySet,
    Assignment,
    AssignmentQuerySet,
    Score,
)
from applications.models.attachment import Attachment
from applications.models.door import DoorOpening
from applications.models.eligibility import EligibilityCheck
from applications.models.handling import CoHandler, InternalNote, SavedView
from applications.models.history import DraftVersion
from applications.models.impartiality import ImpartialityDeclaration
from applications.models.letter import Letter
from applications.models.plan import BudgetAmount, BudgetLine, Financing
from applications.models.project import Project, ProjectQuerySet
from applications.models.ranking import Ranking, RankingLock, RankingRow
from applications.models.rows import ROW_KEY, Activity, Indicator, Partner, new_row_key
from applications.models.secret import TradeSecret
from applications.models.supplement import SupplementPart, SupplementRequest, SupplementRequestQuerySet

__all__ = [
    "ROW_KEY",
    "Activity",
    "Answer",
    "Application",
    "ApplicationArea",
    "ApplicationQuerySet",
    "Assessment",
    "AssessmentQuerySet",
    "Assignment",
    "AssignmentQuerySet",
    "Attachment",
    "BudgetAmount",
    "BudgetLine",
    "CoHandler",
    "DeMinimisAid",
    "Declaration",
    "DoorOpening",
    "DraftVersion",
    "EligibilityCheck",
    "Financing",
    "ImpartialityDeclaration",
    "Indicator",
    "InternalNote",
    "Letter",
    "OtherAid",
    "Partner",
    "Project",
    "ProjectQuerySet",
    "Ranking",
    "RankingLock",
    "RankingRow",
    "SavedView",
    "Score",
    "SupplementPart",
    "SupplementRequest",
    "SupplementRequestQuerySet",
    "TradeSecret",
    "new_row_key",
]
