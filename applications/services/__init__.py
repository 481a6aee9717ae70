"""What happens to applications. Nothing else assigns their status."""

from applications.services.answering import answer_supplement, send_supplement
from applications.services.assessing import (
    AssessmentContent,
    abstain,
    reopen_assessment,
    save_assessment,
    submit_assessment,
)
from applications.services.assigning import assign_assessors, change_assignment, end_assignment
from applications.services.attaching import add_attachment, mark_attachment, remove_attachment
from applications.services.copying import begin_change, copy_application, require_replaceable
from applications.services.declaring import declare_impartiality, lift_recusal
from applications.services.discarding import discard_draft, restore_draft
from applications.services.drafting import DraftConflict, TooLate, save_draft, start_application
from applications.services.handling import (
    assign_officer,
    change_grant,
    dismiss_application,
    grant_application,
    note_export,
    note_opening,
    reject_application,
    reopen_application,
)
from applications.services.judging import NOT_ALL, Judged, judge_conditions, mark_assessed, review_again
from applications.services.letting_in import close_door, open_door_for
from applications.services.ranking import (
    change_row,
    move_line,
    note_ranking_taken,
    start_ranking,
    update_ranking,
)
from applications.services.ranking_lock import lock_ranking, unlock_ranking
from applications.services.sharing import (
    add_co_handler,
    assign_many,
    change_note,
    remove_co_handler,
    remove_note,
    remove_view,
    save_view,
    write_note,
)
from applications.services.submitting import (
    NotComplete,
    ReviewedOlder,
    submit_application,
    withdraw_application,
)
from applications.services.supplementing import (
    ask_for_supplement,
    give_more_time,
    judge_unanswered,
    stop_asking,
)
from applications.services.writing import write_to_applicant, write_to_applicants, write_to_region

__all__ = [
    "NOT_ALL",
    "AssessmentContent",
    "DraftConflict",
    "Judged",
    "NotComplete",
    "ReviewedOlder",
    "TooLate",
    "abstain",
    "add_attachment",
    "add_co_handler",
    "answer_supplement",
    "ask_for_supplement",
    "assign_assessors",
    "assign_many",
    "assign_officer",
    "begin_change",
    "change_assignment",
    "change_grant",
    "change_note",
    "change_row",
    "close_door",
    "copy_application",
    "declare_impartiality",
    "discard_draft",
    "dismiss_application",
    "end_assignment",
    "give_more_time",
    "grant_application",
    "judge_conditions",
    "judge_unanswered",
    "lift_recusal",
    "lock_ranking",
    "mark_assessed",
    "mark_attachment",
    "move_line",
    "note_export",
    "note_opening",
    "note_ranking_taken",
    "open_door_for",
    "reject_application",
    "remove_attachment",
    "remove_co_handler",
    "remove_note",
    "remove_view",
    "reopen_application",
    "reopen_assessment",
    "require_replaceable",
    "restore_draft",
    "review_again",
    "save_assessment",
    "save_draft",
    "save_view",
    "send_supplement",
    "start_application",
    "start_ranking",
    "stop_asking",
    "submit_application",
    "submit_assessment",
    "unlock_ranking",
    "update_ranking",
    "withdraw_application",
    "write_note",
    "write_to_applicant",
    "write_to_applicants",
    "write_to_region",
]
