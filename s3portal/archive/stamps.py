"""Archive time stamps renewed before they run out (docs/adr/0025): a new copy, and the file stays."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from s3portal.archive.models import ArchiveStamp, SealedFile
from s3portal.audit.services import record_event
from s3portal.common.files import AlteredFile, read_frozen, sha256_hex
from s3portal.common.pdf import Seal, SealingFailed, stamp_again, stamped_until
from s3portal.common.quarantine import FileHeld
from s3portal.diary.enums import Direction
from s3portal.diary.models import RecordFile

#: How the sealed refusals of copies are named (``copies.services.refusing``).
REFUSAL_FILE: Final = "beslut-utlamnande-"

logger = logging.getLogger(__name__)

FOLDER: Final = "archive/stamps"
#: So many keys are read at a time.
_BATCH: Final = 500


@dataclass(frozen=True)
class Renewal:
    """``looked_at``: files that were read for the first time. ``renewed`` got a new stamp, and ``failed`` did
    not, though theirs runs out."""

    looked_at: int = 0
    renewed: int = 0
    failed: int = 0


def makes_stamps() -> bool:
    """Whether the settings name what archive time stamps take: a time stamp service and the roots (B-LTA)."""
    return bool(settings.SEAL_TSA_URL and settings.SEAL_ROOTS)


def renew_stamps(*, seal: Seal, now: datetime | None = None) -> Renewal:
    """Look at the sealed files that nobody has looked at, and give a new archive time stamp to each whose
    last one runs out within SEAL_RENEW_DAYS. May be broken off and run again: each file is a transaction of
    its own. One that cannot be renewed is logged, and the rest go on."""
    limit = (now or timezone.now()) + timedelta(days=settings.SEAL_RENEW_DAYS)
    looked_at = sum(_look_at(file) for file in _unread())
    done = [_tried(file_id, seal, limit) for file_id in _running_out(limit)]
    return Renewal(looked_at, renewed=done.count(True), failed=done.count(None))


def _unread() -> Iterator[RecordFile]:
    """What the portal itself has drawn up, and the refusals of copies, which are registered as sent. Nothing
    of that is disposed of, and nothing comes from others."""
    read = SealedFile.objects.filter(file=OuterRef("pk"))
    sealed = Q(record__direction=Direction.DRAWN_UP, record__registered_by__isnull=True) | Q(
        record__direction=Direction.OUTGOING, filename__startswith=REFUSAL_FILE
    )
    own = RecordFile.objects.filter(~Exists(read), sealed, content_type="application/pdf")
    return own.order_by("pk").iterator(chunk_size=_BATCH)


def _look_at(file: RecordFile) -> bool:
    try:
        until = stamped_until(read_frozen(file.storage_name, sha256=file.sha256))
    except (AlteredFile, FileHeld, OSError, ValueError):
        # It is looked at again in the next round.
        logger.exception("A sealed file could not be read: %s", file.storage_name)
        return False
    SealedFile.objects.get_or_create(file=file, defaults={"stamped_until": until})
    return True


def _running_out(limit: datetime) -> Iterator[int]:
    """Keys of the files whose stamp does, the first to run out first."""
    due = SealedFile.objects.filter(stamped_until__lte=limit).order_by("stamped_until", "pk")
    return iter(list(due.values_list("file", flat=True)))


def _tried(file_id: int, seal: Seal, limit: datetime) -> bool | None:
    """True for a new stamp, False where another worker had been there, None where it could not be made."""
    try:
        return _renew(file_id, seal, limit)
    except (SealingFailed, AlteredFile, FileHeld, OSError):
        logger.exception("The archive time stamp of file %s was not renewed.", file_id)
        return None


@transaction.atomic
def _renew(file_id: int, seal: Seal, limit: datetime) -> bool:
    sealed = (
        SealedFile.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("file__record__case")
        .filter(file=file_id, stamped_until__lte=limit)
        .first()
    )
    if sealed is None:
        return False
    file = sealed.file
    latest = file.stamps.order_by("-number").first()
    source = file if latest is None else latest
    content = stamp_again(read_frozen(source.storage_name, sha256=source.sha256), seal=seal)
    until = stamped_until(content)
    if until is None or sealed.stamped_until is None or until <= sealed.stamped_until:
        # Else there would be a stamp a month until the service has a new certificate.
        raise SealingFailed("Tidsstämpeltjänstens certifikat gäller inte längre än den stämpel som finns.")
    number = 2 if latest is None else latest.number + 1
    stamp = ArchiveStamp.objects.create(
        file=file,
        number=number,
        storage_name=default_storage.save(f"{FOLDER}/{file.pk}-{number}.pdf", BytesIO(content)),
        size=len(content),
        sha256=sha256_hex(content),
        valid_until=until,
    )
    sealed.stamped_until = until
    sealed.save(update_fields=["stamped_until"])
    record_event(
        actor=None,
        action="archive_stamp_renewed",
        obj=file.record.case,
        text=f"Ny arkivstämpel på {file.filename} i handling {file.record.number}",
        data={"file": file.pk, "number": number, "sha256": stamp.sha256},
    )
    return True
