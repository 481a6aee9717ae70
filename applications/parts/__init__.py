"""A draft in the parts that are written each on its own page, as values.

A part can be read from a row or made from a form; two of them are compared field by field, so that who saves
on an older text is told what differs.
"""

from applications.parts.aid import (
    AidPart,
    DeMinimisRow,
    OtherAidRow,
    declaration_key,
    headroom_of,
    in_order,
)
from applications.parts.budget import (
    BudgetPart,
    budget_years,
    line_text,
    partners_of,
    period_years,
    rules_of,
    summary_of,
)
from applications.parts.comparing import (
    Difference,
    Part,
    differences,
    meet,
    seen_mark,
    taking_theirs,
    with_choices,
)
from applications.parts.financing import FinancingPart, financing_text
from applications.parts.frozen import frozen, thawed
from applications.parts.partners import PartnersPart
from applications.parts.project import NOT_LISTED, PROJECT_TEXTS, ApplicantPart, ProjectPart
from applications.parts.questions import QuestionsPart, question_key
from applications.parts.rows import ActivityRow, IndicatorRow, PartnerRow
from applications.parts.text import FieldText

__all__ = [
    "NOT_LISTED",
    "PROJECT_TEXTS",
    "ActivityRow",
    "AidPart",
    "ApplicantPart",
    "BudgetPart",
    "DeMinimisRow",
    "Difference",
    "FieldText",
    "FinancingPart",
    "IndicatorRow",
    "OtherAidRow",
    "Part",
    "PartnerRow",
    "PartnersPart",
    "ProjectPart",
    "QuestionsPart",
    "budget_years",
    "declaration_key",
    "differences",
    "financing_text",
    "frozen",
    "headroom_of",
    "in_order",
    "line_text",
    "meet",
    "partners_of",
    "period_years",
    "question_key",
    "rules_of",
    "seen_mark",
    "summary_of",
    "taking_theirs",
    "thawed",
    "with_choices",
]
