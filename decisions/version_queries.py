"""What is shown of a draft's history, and what has changed for the one who signs. A constant number of
queries each."""

from collections.abc import Sequence
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


def _as_read(decision: Decision, version: int) -> DecisionVersion | None:
    """The row of the text that stood at the draft's own ``version``."""
    return decision.versions.select_related("saved_by").filter(version__lte=version).first()


def pair_to_compare(rows: Sequence[DecisionVersion], user: User) -> tuple[int, int] | None:
    """Of a draft's ``history``: the numbers that a comparison begins with, from what ``user`` read before the
    latest, else from when it was last sent or returned, else from the one before, to the newest. None with
    fewer than two."""
    if len(rows) < 2:
        return None
    newest, *older = rows
    reading = DraftReading.objects.filter(decision=newest.decision_id, user=user).first()
    if reading is not None and reading.earlier_version is not None:
        read = next((row for row in rows if row.version <= reading.earlier_version), newest)
        if read is not newest:
            return read.number, newest.number
    return next((row for row in older if row.kind in STEPS), older[0]).number, newest.number


@dataclass(frozen=True)
class SinceRead:
    """From the text that somebody read before this one, to the newest."""

    before: DecisionVersion
    after: DecisionVersion
    read_at: datetime
    comparison: Comparison


def since_read(decision: Decision, user: User) -> SinceRead | None:
    """None for who reads the draft for the first time."""
    reading = DraftReading.objects.filter(decision=decision, user=user).first()
    if reading is None or reading.earlier_version is None or reading.earlier_read_at is None:
        return None
    before, after = _as_read(decision, reading.earlier_version), decision.versions.first()
    if before is None or after is None:
        return None
    return SinceRead(before, after, reading.earlier_read_at, compare(before.content, after.content))
