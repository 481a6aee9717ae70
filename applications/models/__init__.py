"""Applications with their budget and financing, what is asked about them, and the project bank."""

from applications.models.answer import Answer
from applications.models.application import Application, ApplicationArea, ApplicationQuerySet
from applications.models.plan import BudgetLine, Financing
from applications.models.project import Project, ProjectQuerySet
from applications.models.supplement import SupplementRequest, SupplementRequestQuerySet

__all__ = [
    "Answer",
    "Application",
    "ApplicationArea",
    "ApplicationQuerySet",
    "BudgetLine",
    "Financing",
    "Project",
    "ProjectQuerySet",
    "SupplementRequest",
    "SupplementRequestQuerySet",
]
