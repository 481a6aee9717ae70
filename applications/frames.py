"""What is applied for and granted of a call's frame. Added up once and kept until an application moves."""

from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, Sum
from redis.exceptions import RedisError

from applications.enums import ApplicationStatus
from applications.models import Application
from calls.models import Call

KEEP_SECONDS = 300


@dataclass(frozen=True)
class FrameUse:
    """Kronor of one call. ``waiting`` is applied for and not decided."""

    frame: int
    granted: int
    waiting: int

    @property
    def left(self) -> int:
        return self.frame - self.granted

    @property
    def granted_percent(self) -> float:
        return min(100.0, self.granted * 100 / self.frame)

    @property
    def waiting_percent(self) -> float:
        return min(100.0, self.waiting * 100 / self.frame)

    @property
    def waiting_is_more(self) -> bool:
        return self.waiting > self.left


def frame_use(call: Call) -> FrameUse:
    """The sums may be up to five minutes old when rows were changed by other hands than the services'."""
    granted, waiting = _kept(call.pk) or _add_up_and_keep(call.pk)
    return FrameUse(frame=call.frame, granted=granted, waiting=waiting)


def frame_now(call: Call) -> FrameUse:
    """Added up now, past what is kept: for what must not be exceeded."""
    granted, waiting = _add_up(call.pk)
    return FrameUse(frame=call.frame, granted=granted, waiting=waiting)


def _kept(call_id: int) -> tuple[int, int] | None:
    """None also when Redis is away: the work list does without it."""
    sums: tuple[int, int] | None = None
    with suppress(RedisError):
        sums = cache.get(_key(call_id))
    return sums


def _add_up_and_keep(call_id: int) -> tuple[int, int]:
    sums = _add_up(call_id)
    with suppress(RedisError):
        cache.set(_key(call_id), sums, KEEP_SECONDS)
    return sums


def _add_up(call_id: int) -> tuple[int, int]:
    sums = Application.objects.filter(call_id=call_id).aggregate(
        granted=Sum("granted_amount", filter=Q(status=ApplicationStatus.GRANTED)),
        waiting=Sum("applied_amount", filter=Q(status__in=ApplicationStatus.open())),
    )
    return sums["granted"] or 0, sums["waiting"] or 0


def forget_after_commit(call_id: int) -> None:
    transaction.on_commit(lambda: cache.delete(_key(call_id)), robust=True)


def _key(call_id: int) -> str:
    return f"applications:frame:{call_id}"
