"""What is shown of a draft's history, and what has changed for the one who signs. A constant number of
queries each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from decisions.comparing import Comparison, compare
from decisions.enums import VersionKind
from decisions.models import Decision, DecisionVersion, DraftReading
from s3portal.accounts.models import User

STEPS: Final = (VersionKind.PROPOSED, VersionKind.RETURNED)


def history(decision: Decision) -> QuerySet[DecisionVersion]:
    """The newest first, without what stood in them."""
    return decision.versions.select_related("saved_by").defer("content")


def as_read(decision: Decision, version: int) -> DecisionVersion | None:
    """The row of the text that stood at the draft's own ``version``."""
    return decision.versions.select_related("saved_by").filter(version__lte=version).first()


def pair_to_compare(decision: Decision, user: User) -> tuple[int, int] | None:
    """The numbers that a comparison begins with: from what ``user`` read before the latest, else from when it
    was last sent or returned, else from the one before, to the newest. None with fewer than two."""
    kinds = dict(decision.versions.order_by("-number").values_list("number", "kind"))
    if len(kinds) < 2:
        return None
    newest, *older = kinds
    reading = _reading(decision, user)
    if reading is not None and reading.earlier_version is not None:
        read = as_read(decision, reading.earlier_version)
        if read is not None and read.number != newest:
            return read.number, newest
    return next((number for number in older if kinds[number] in STEPS), older[0]), newest


@dataclass(frozen=True)
class SinceRead:
    """From the text that somebody read before this one, to the newest."""

    before: DecisionVersion
    after: DecisionVersion
    read_at: datetime
    comparison: Comparison


def since_read(decision: Decision, user: User) -> SinceRead | None:
    """None for who reads the draft for the first time."""
    reading = _reading(decision, user)
    if reading is None or reading.earlier_version is None or reading.earlier_read_at is None:
        return None
    before, after = as_read(decision, reading.earlier_version), decision.versions.first()
    if before is None or after is None:
        return None
    return SinceRead(before, after, reading.earlier_read_at, compare(before.content, after.content))


def _reading(decision: Decision, user: User) -> DraftReading | None:
    return DraftReading.objects.filter(decision=decision, user=user).first()
