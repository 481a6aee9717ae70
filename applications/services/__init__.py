"""What happens to applications. Nothing else assigns their status."""

from applications.services.assessing import (
    AssessmentContent,
    abstain,
    reopen_assessment,
    save_assessment,
    submit_assessment,
)
from applications.services.assigning import assign_assessors, change_assignment, end_assignment
from applications.services.declaring import declare_impartiality, lift_recusal
from applications.services.drafting import DraftConflict, TooLate, delete_draft, save_draft, start_application
from applications.services.handling import (
    assign_officer,
    grant_application,
    note_opening,
    reject_application,
)
from applications.services.judging import NOT_ALL, Judged, judge_conditions, mark_assessed
from applications.services.submitting import (
    NotComplete,
    ReviewedOlder,
    submit_application,
    withdraw_application,
)
from applications.services.supplementing import (
    answer_supplement,
    ask_for_supplement,
    give_more_time,
    stop_asking,
)

__all__ = [
    "NOT_ALL",
    "AssessmentContent",
    "DraftConflict",
    "Judged",
    "NotComplete",
    "ReviewedOlder",
    "TooLate",
    "abstain",
    "answer_supplement",
    "ask_for_supplement",
    "assign_assessors",
    "assign_officer",
    "change_assignment",
    "declare_impartiality",
    "delete_draft",
    "end_assignment",
    "give_more_time",
    "grant_application",
    "judge_conditions",
    "lift_recusal",
    "mark_assessed",
    "note_opening",
    "reject_application",
    "reopen_assessment",
    "save_assessment",
    "save_draft",
    "start_application",
    "stop_asking",
    "submit_application",
    "submit_assessment",
    "withdraw_application",
]
