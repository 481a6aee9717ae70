"""Applications with their budget and financing, what is asked about them, and the project bank."""

from applications.models.answer import Answer
from applications.models.application import Application, ApplicationArea, ApplicationQuerySet
from applications.models.history import DraftVersion
from applications.models.plan import BudgetLine, Financing
from applications.models.project import Project, ProjectQuerySet
from applications.models.rows import Activity, Indicator, Partner
from applications.models.secret import TradeSecret
from applications.models.supplement import SupplementRequest, SupplementRequestQuerySet

__all__ = [
    "Activity",
    "Answer",
    "Application",
    "ApplicationArea",
    "ApplicationQuerySet",
    "BudgetLine",
    "DraftVersion",
    "Financing",
    "Indicator",
    "Partner",
    "Project",
    "ProjectQuerySet",
    "SupplementRequest",
    "SupplementRequestQuerySet",
    "TradeSecret",
]
