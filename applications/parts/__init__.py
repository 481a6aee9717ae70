"""A draft in the parts that are written each on its own page, as values.

A part can be read from a row or made from a form; two of them are compared field by field, so that who saves
on an older text is told what differs.
"""

from applications.parts.budget import (
    BudgetPart,
    budget_years,
    financing_text,
    period_years,
    rules_of,
    summary_of,
)
from applications.parts.comparing import Difference, Part, differences, seen_mark, still_stands
from applications.parts.project import ApplicantPart, ProjectPart
from applications.parts.questions import QuestionsPart
from applications.parts.text import FieldText

__all__ = [
    "ApplicantPart",
    "BudgetPart",
    "Difference",
    "FieldText",
    "Part",
    "ProjectPart",
    "QuestionsPart",
    "budget_years",
    "differences",
    "financing_text",
    "period_years",
    "rules_of",
    "seen_mark",
    "still_stands",
    "summary_of",
]
