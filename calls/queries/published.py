"""What feeds and open data tell of calls, and when it last changed."""

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from calls.enums import CallPhase
from calls.models import Call, CallQuerySet
from calls.queries.filters import LONG

#: A feed holds the calls that were published last, as many as this.
FEED_LENGTH = 50


def newest_calls() -> list[Call]:
    """The calls that were published last, newest first, each with its changes."""
    calls = Call.objects.public().defer(*LONG).prefetch_related("areas", "changes")
    return list(calls.order_by("-published_at", "-pk")[:FEED_LENGTH])


def open_calls(*, now: datetime | None = None) -> CallQuerySet:
    """The calls that take applications now, the one that closes first first; each with ``changed_at``, None
    when it stands as it was published."""
    return (
        Call.objects.in_phase(CallPhase.OPEN, now=now or timezone.now())
        .defer(*LONG)
        .select_related("legal_basis")
        .prefetch_related("areas__strategy", "contacts")
        .annotate(changed_at=Max("changes__at"))
        .order_by("closes_at", "pk")
    )


def changed_at(call: Call) -> datetime:
    """When what the public reads of the call last changed: when it was published, or by its last change."""
    moments = [change.at for change in call.changes.all()]
    return max(filter(None, [call.published_at, *moments]), default=call.opens_at)
