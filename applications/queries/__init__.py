"""What is shown: the applicant's list, the work list, one received application, the project bank."""

from applications.queries.applicant import (
    earlier_versions,
    my_applications,
    organisations_to_write_for,
    removed_drafts,
    signatories,
    sources_for,
)
from applications.queries.assessing import (
    AssignmentState,
    Declared,
    assessors,
    assessors_left,
    assignments_of,
    declarations_of,
    my_assignments,
    my_recusals,
    open_of_call,
    own_statuses,
)
from applications.queries.inbox import (
    DEFAULT_ORDER,
    MOST_COUNTED,
    ORDERS,
    BoundedCount,
    BoundedPaginator,
    Selection,
    bounded_count,
    call_of_frame,
    selected,
    work_list,
)
from applications.queries.public import published_projects
from applications.queries.received import received_application, status_color, supplements_of

__all__ = [
    "DEFAULT_ORDER",
    "MOST_COUNTED",
    "ORDERS",
    "AssignmentState",
    "BoundedCount",
    "BoundedPaginator",
    "Declared",
    "Selection",
    "assessors",
    "assessors_left",
    "assignments_of",
    "bounded_count",
    "call_of_frame",
    "declarations_of",
    "earlier_versions",
    "my_applications",
    "my_assignments",
    "my_recusals",
    "open_of_call",
    "organisations_to_write_for",
    "own_statuses",
    "published_projects",
    "received_application",
    "removed_drafts",
    "selected",
    "signatories",
    "sources_for",
    "status_color",
    "supplements_of",
    "work_list",
]
