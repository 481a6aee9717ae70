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

__all__ = [
    "DraftConflict",
    "NotComplete",
    "ReviewedOlder",
    "TooLate",
    "assign_officer",
    "delete_draft",
    "grant_application",
    "mark_assessed",
    "note_opening",
    "reject_application",
    "save_draft",
    "start_application",
    "submit_application",
    "withdraw_application",
]
