"""What happens in the diary: registering, by the portal and by hand, and the steps of a case."""

from s3portal.diary.services.assigning import assign_case, log_file_opened, unassign_case
from s3portal.diary.services.by_hand import (
    cancel_record,
    open_by_hand,
    register_by_hand,
    withdraw_record,
)
from s3portal.diary.services.locking import lock_matter
from s3portal.diary.services.marking import (
    Target,
    lift_mark,
    log_protected_read,
    place_mark,
    require_ground,
    require_time,
    set_mark,
)
from s3portal.diary.services.merging import merge_case, undo_merger
from s3portal.diary.services.registering import (
    StoredFiles,
    import_case,
    lock_series,
    open_case,
    register_record,
    store_record_file,
    take_files,
    take_into_record,
)
from s3portal.diary.services.steps import cancel_case, change_case, close_case, reopen_case

__all__ = [
    "StoredFiles",
    "Target",
    "assign_case",
    "cancel_case",
    "cancel_record",
    "change_case",
    "close_case",
    "import_case",
    "lift_mark",
    "lock_matter",
    "lock_series",
    "log_file_opened",
    "log_protected_read",
    "merge_case",
    "open_by_hand",
    "open_case",
    "place_mark",
    "register_by_hand",
    "register_record",
    "reopen_case",
    "require_ground",
    "require_time",
    "set_mark",
    "store_record_file",
    "take_files",
    "take_into_record",
    "unassign_case",
    "undo_merger",
    "withdraw_record",
]
