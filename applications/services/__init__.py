"""What happens to applications. Nothing else assigns their status."""

from applications.services.drafting import DraftConflict, TooLate, delete_draft, save_draft, start_application
from applications.services.handling import (
    assign_officer,
    grant_application,
    mark_assessed,
    note_opening,
    reject_application,
)
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
    "DraftConflict",
    "NotComplete",
    "ReviewedOlder",
    "TooLate",
    "answer_supplement",
    "ask_for_supplement",
    "assign_officer",
    "delete_draft",
    "give_more_time",
    "grant_application",
    "mark_assessed",
    "note_opening",
    "reject_application",
    "save_draft",
    "start_application",
    "stop_asking",
    "submit_application",
    "withdraw_application",
]
