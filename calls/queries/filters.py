"""Finding a call: by words, strength area, phase and the amount one wants."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from calls.enums import CallPhase
from calls.models import Call, CallQuerySet

#: More than these of one phase stand on a page of their own.
MOST_TOGETHER = 50
#: What is never shown in a list, and may be long.
LONG = ("text", "search", "internal_notes")


@dataclass(frozen=True)
class CallFilter:
    """What a visitor looks for. ``amount`` is what they want to apply for, in kronor: a call is left out when
    its lowest or highest amount or its whole frame does not allow that. Both ends are inclusive."""

    text: str = ""
    area: str = ""
    phase: CallPhase | None = None
    amount: int | None = None

    def __bool__(self) -> bool:
        return bool(self.text or self.area or self.phase or self.amount is not None)

    def narrow(self, calls: CallQuerySet) -> CallQuerySet:
        """Those of ``calls`` that answer to everything but the phase, which follows from the clock."""
        if self.text:
            calls = calls.search(self.text)
        if self.area:
            tied = Call.areas.through.objects.filter(call_id=OuterRef("pk"), strengtharea__slug=self.area)
            calls = calls.filter(Exists(tied))
        if self.amount is not None:
            calls = calls.filter(
                Q(min_amount__isnull=True) | Q(min_amount__lte=self.amount),
                Q(max_amount__isnull=True) | Q(max_amount__gte=self.amount),
                frame__gte=self.amount,
            )
        return calls


EVERYTHING = CallFilter()
ORDER = {
    CallPhase.OPEN: ("closes_at", "pk"),
    CallPhase.COMING: ("opens_at", "pk"),
    CallPhase.CLOSED: ("-closes_at", "-pk"),
}


@dataclass(frozen=True)
class CallLists:
    """Published calls by phase: the one that closes first leads the open, the newest leads the closed.

    ``open`` and ``coming`` hold the first ``MOST_TOGETHER``, and ``more_…`` tells of others; ``paged`` are
    those of the phase asked for, or the closed."""

    paged: CallQuerySet
    paged_phase: CallPhase
    open: list[Call] = field(default_factory=list)
    more_open: bool = False
    coming: list[Call] = field(default_factory=list)
    more_coming: bool = False


def public_calls(wanted: CallFilter = EVERYTHING, *, now: datetime | None = None) -> CallLists:
    """The published calls that answer to ``wanted``."""
    moment = now or timezone.now()
    calls = wanted.narrow(Call.objects.public().defer(*LONG).prefetch_related("areas"))

    def of(phase: CallPhase) -> CallQuerySet:
        return calls.in_phase(phase, now=moment).order_by(*ORDER[phase])

    if wanted.phase:
        return CallLists(paged=of(wanted.phase), paged_phase=wanted.phase)
    opened, coming = (list(of(phase)[: MOST_TOGETHER + 1]) for phase in (CallPhase.OPEN, CallPhase.COMING))
    return CallLists(
        open=opened[:MOST_TOGETHER],
        more_open=len(opened) > MOST_TOGETHER,
        coming=coming[:MOST_TOGETHER],
        more_coming=len(coming) > MOST_TOGETHER,
        paged=of(CallPhase.CLOSED),
        paged_phase=CallPhase.CLOSED,
    )
