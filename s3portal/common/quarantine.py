"""Stored files that nobody may have until they have been scanned for viruses.

A file in quarantine is stored and named by its row like any other, so nobody waits for the scanner and
nothing is lost while it is away. ``read_frozen`` refuses to read it, whoever asks. A verdict stands: of a
file with a virus only the row is left. The apps whose rows name the file are told by ``register``.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from s3portal.common.clamd import NoVerdict, is_clean
from s3portal.common.errors import Refusal
from s3portal.common.models import HeldFile, ScanStatus

logger = logging.getLogger(__name__)

WAITS: Final = "Filen genomsöks efter virus och går att öppna när den är klar. Försök igen om en stund."
WAS_INFECTED: Final = "Filen innehöll skadlig kod och är borttagen."
WAS_DISPOSED: Final = "Filen är gallrad enligt beslut och finns inte kvar."
_SENTENCES: Final = {
    ScanStatus.WAITING: WAITS,
    ScanStatus.INFECTED: WAS_INFECTED,
    ScanStatus.DISPOSED: WAS_DISPOSED,
}
#: Nothing but the row is left, or will be in a moment.
_REMOVED: Final = (ScanStatus.INFECTED, ScanStatus.DISPOSED)

#: How long a file that got no verdict rests before it is tried again, and when it has been tried often.
PAUSE: Final = timedelta(minutes=1)
LONG_PAUSE: Final = timedelta(minutes=10)
OFTEN: Final = 10
_BATCH: Final = 100

Hearer = Callable[[HeldFile], None]
_HEARERS: Final[list[Hearer]] = []


class FileHeld(Refusal):
    """The file is in quarantine, was found infected, or has been disposed of."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(_SENTENCES[ScanStatus(status)])


class Scanned:
    """For models whose rows name a stored file. Lists read the states at once with ``read_states``."""

    storage_name: str

    @cached_property
    def scan(self) -> str:
        """How it stands with the scan; a ``ScanStatus``."""
        return states_of([self.storage_name]).get(self.storage_name, ScanStatus.CLEAN)

    @property
    def is_waiting(self) -> bool:
        return self.scan == ScanStatus.WAITING

    @property
    def is_infected(self) -> bool:
        return self.scan == ScanStatus.INFECTED

    @property
    def is_disposed(self) -> bool:
        return self.scan == ScanStatus.DISPOSED

    @property
    def is_held(self) -> bool:
        """Whether nobody may read it now."""
        return self.scan != ScanStatus.CLEAN

    @property
    def why_held(self) -> str:
        """The sentence for who asks for a file that is held."""
        return _SENTENCES[ScanStatus(self.scan)]


S = TypeVar("S", bound=Scanned)


def states_of(names: Iterable[str]) -> dict[str, str]:
    """The states of those names that are or have been in quarantine."""
    return dict(HeldFile.objects.filter(name__in=set(names)).values_list("name", "status"))


def read_states(files: Iterable[S]) -> list[S]:
    """The files with their states, in one query."""
    found = list(files)
    states = states_of(file.storage_name for file in found) if found else {}
    for file in found:
        file.scan = states.get(file.storage_name, ScanStatus.CLEAN)
    return found


def require_usable(storage_name: str) -> None:
    """Raises FileHeld for a file that is in quarantine, was found infected or has been disposed of."""
    status = HeldFile.objects.filter(name=storage_name).values_list("status", flat=True).first()
    if status not in (None, ScanStatus.CLEAN):
        raise FileHeld(status)


def register(hearer: Hearer) -> None:
    """Have ``hearer`` called in the transaction that finds a file infected. From an app's ``ready``."""
    if hearer not in _HEARERS:
        _HEARERS.append(hearer)


def hold(storage_name: str) -> HeldFile:
    """Put a stored file in quarantine and have it scanned as soon as the caller's transaction is done.

    Must be in that transaction: a row that names the file may never be seen before its quarantine."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A file is held in the transaction that makes its row.")
    held = HeldFile.objects.create(name=storage_name)
    from s3portal.common.tasks import scan_file  # the task imports this module

    # Should the broker be away, the beat job finds what waits.
    transaction.on_commit(lambda: scan_file.delay(held.pk), robust=True)
    return held


@transaction.atomic
def scan(*, held_id: int) -> None:
    """Ask the scanner about one file and keep what it says. May be called any number of times, by any number
    of workers: the row is locked meanwhile, and a worker that is killed lets go of it unchanged."""
    held = (
        HeldFile.objects.select_for_update(skip_locked=True)
        .filter(pk=held_id, status=ScanStatus.WAITING)
        .first()
    )
    if held is None:
        return
    try:
        clean = _ask(held.name)
    except FileNotFoundError:
        # The upload was undone, and the file with it.
        held.delete()
    except NoVerdict as error:
        _note_fault(held, str(error))
    else:
        _note_verdict(held, ScanStatus.CLEAN if clean else ScanStatus.INFECTED)


def _ask(name: str) -> bool:
    if not settings.CLAMD_URL:
        raise NoVerdict("CLAMD_URL är inte angiven")
    with default_storage.open(name) as stored:
        return is_clean(stored, clamd_url=settings.CLAMD_URL)


def _note_fault(held: HeldFile, fault: str) -> None:
    held.tries, held.tried_at, held.fault = held.tries + 1, timezone.now(), fault[:300]
    held.save(update_fields=["tries", "tried_at", "fault"])
    level = logging.ERROR if held.tries == OFTEN else logging.WARNING
    logger.log(level, "No verdict on %s after %d tries: %s", held.name, held.tries, fault)


def _note_verdict(held: HeldFile, status: ScanStatus) -> None:
    held.status, held.checked_at, held.fault = status, timezone.now(), ""
    held.save(update_fields=["status", "checked_at", "fault"])
    if status != ScanStatus.INFECTED:
        return
    logger.warning("A virus in %s", held.name)
    for hearer in _HEARERS:
        hearer(held)
    transaction.on_commit(lambda: empty(held_id=held.pk), robust=True)


def dispose(storage_name: str) -> None:
    """Nobody reads the file any more, and its bytes are removed as soon as the caller's transaction is done.
    A worker that is killed in between leaves them to ``empty_removed``."""
    held, _made = HeldFile.objects.get_or_create(
        name=storage_name, defaults={"status": ScanStatus.DISPOSED, "checked_at": timezone.now()}
    )
    if held.status not in _REMOVED:
        held.status = ScanStatus.DISPOSED
        held.save(update_fields=["status"])
    transaction.on_commit(lambda: empty(held_id=held.pk), robust=True)


def empty(*, held_id: int) -> None:
    """Remove the bytes of a file that was infected or is disposed of. Its rows stay and tell what became of
    it."""
    held = HeldFile.objects.filter(pk=held_id, status__in=_REMOVED, emptied_at__isnull=True).first()
    if held is None:
        return
    default_storage.delete(held.name)
    HeldFile.objects.filter(pk=held.pk).update(emptied_at=timezone.now())


def due(*, now: datetime | None = None) -> Sequence[int]:
    """Ids of files that wait for a scan that has not come: a worker was killed, or no scanner answered."""
    moment = now or timezone.now()
    rested = Q(tried_at__isnull=True) | Q(tries__lt=OFTEN) | Q(tried_at__lte=moment - LONG_PAUSE)
    waiting = HeldFile.objects.filter(
        rested,
        Q(tried_at__isnull=True) | Q(tried_at__lte=moment - PAUSE),
        status=ScanStatus.WAITING,
        held_at__lte=moment - PAUSE,
    )
    return list(
        waiting.order_by(F("tried_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:_BATCH]
    )


def empty_removed() -> None:
    """Remove the bytes that a killed worker left."""
    left = HeldFile.objects.filter(status__in=_REMOVED, emptied_at__isnull=True)
    for held_id in left.values_list("pk", flat=True)[:_BATCH]:
        empty(held_id=held_id)


def forget(names: Iterable[str]) -> None:
    """Of files that are gone, nothing need be known. Called by the sweep of the storage."""
    HeldFile.objects.filter(name__in=set(names)).delete()
