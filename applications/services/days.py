"""Last days that the region sets: for an answer to a supplement, for an assessment."""

from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from s3portal.common.errors import Refusal

#: What the forms propose, and what is taken for a slip of the pen.
DEFAULT_DAYS: Final = 14
MOST_DAYS: Final = 366


def proposed_day() -> date:
    """What a form begins with."""
    return timezone.localdate() + timedelta(days=DEFAULT_DAYS)


def require_coming(due_on: date) -> None:
    """Raises Refusal (field "due_on") unless the day, which is inclusive, is today or within a year."""
    today = timezone.localdate()
    if due_on < today:
        raise Refusal("Ange i dag eller en senare dag.", field="due_on")
    if due_on > today + timedelta(days=MOST_DAYS):
        raise Refusal("Ange en dag inom ett år.", field="due_on")
