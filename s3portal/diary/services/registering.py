"""Opening cases and registering records (OSL 5:1–2)."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile, sha256_hex
from s3portal.common.receiving import free_name
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case, Record, RecordFile, Series

#: Files that lie in the private storage, with their sizes.
StoredFiles = Sequence[tuple[FrozenFile, int]]


def lock_series(prefix: str, year: int) -> Series:
    """The counter of that prefix and year, made if it is the first, and locked until the caller's
    transaction ends."""
    Series.objects.get_or_create(prefix=prefix, year=year)
    return Series.objects.select_for_update(of=("self",)).get(prefix=prefix, year=year)


@transaction.atomic
def open_case(
    *,
    actor: User | None,
    prefix: str,
    title: str,
    counterpart: str = "",
    officer: User | None = None,
    opened_on: date | None = None,
) -> Case:
    """Open a case with the next number of its year.

    The counter's row stays locked until the caller's transaction ends, so numbers are given in turn and a
    number whose transaction fails is given to the next: the series has neither doubles nor gaps.
    """
    day = opened_on or timezone.localdate()
    series = lock_series(prefix, day.year)
    case = Case.objects.create(
        prefix=prefix,
        serial=series.next_serial,
        year=day.year,
        title=title,
        counterpart=counterpart,
        officer=officer,
        opened_on=day,
    )
    series.next_serial += 1
    series.save(update_fields=["next_serial"])
    record_event(actor=actor, action="case_opened", obj=case, text=f"Ärende {case} öppnat: {title}")
    return case


@transaction.atomic
def import_case(
    *,
    actor: User | None,
    prefix: str,
    serial: int,
    year: int,
    title: str,
    opened_on: date,
    counterpart: str = "",
    status: CaseStatus = CaseStatus.CLOSED,
) -> Case:
    """Take over a case that got its number elsewhere. The series goes on after it.

    Raises Refusal when the number is taken."""
    series = lock_series(prefix, year)
    if Case.objects.filter(prefix=prefix, serial=serial, year=year).exists():
        raise Refusal(f"Diarienumret {prefix}/{serial}/{year} är redan taget.")
    case = Case.objects.create(
        prefix=prefix,
        serial=serial,
        year=year,
        title=title,
        counterpart=counterpart,
        opened_on=opened_on,
        status=status,
    )
    if serial >= series.next_serial:
        series.next_serial = serial + 1
        series.save(update_fields=["next_serial"])
    record_event(actor=actor, action="case_imported", obj=case, text=f"Ärende {case} infört: {title}")
    return case


@transaction.atomic
def register_record(
    *,
    actor: User | None,
    case: Case,
    direction: Direction,
    title: str,
    counterpart: str = "",
    dated_at: datetime | None = None,
    by_hand: User | None = None,
) -> Record:
    """Register a handling in the case under its next number. ``dated_at``: received or drawn up. ``by_hand``:
    who has registered it, when it was not the portal itself. Raises Refusal for a cancelled case."""
    if Case.objects.select_for_update(of=("self",)).get(pk=case.pk).is_cancelled:
        raise Refusal(f"Ärende {case} är makulerat. Inget mer kan registreras i det.")
    last = Record.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    record = Record.objects.create(
        case=case,
        number=last + 1,
        direction=direction,
        title=title,
        counterpart=counterpart,
        dated_at=dated_at or timezone.now(),
        registered_by=by_hand,
    )
    record_event(
        actor=actor,
        action="record_registered",
        obj=case,
        # The log is never cleared. What people have typed may tell of persons, and may be disposed of.
        text=f"Handling {record.number} registrerad" + (f": {title}" if by_hand is None else ""),
        data={"record": record.pk, "direction": direction},
    )
    return record


@transaction.atomic
def store_record_file(*, record: Record, filename: str, content_type: str, content: bytes) -> RecordFile:
    """Freeze bytes in the private storage and note their SHA-256. A second file of the same name in
    one record is refused by the database (IntegrityError)."""
    name = default_storage.save(f"diary/{record.case.slug}/{record.number}/{filename}", BytesIO(content))
    return RecordFile.objects.create(
        record=record,
        filename=filename,
        content_type=content_type,
        storage_name=name,
        size=len(content),
        sha256=sha256_hex(content),
    )


def take_into_record(
    *, record: Record, filename: str, content_type: str, storage_name: str, size: int, sha256: str
) -> RecordFile:
    """Make a file that lies in the private storage already a file of the record. No byte is copied, so this
    may be done while the diary's counter is held. From then on nobody changes or removes it."""
    return RecordFile.objects.create(
        record=record,
        filename=filename,
        content_type=content_type,
        storage_name=storage_name,
        size=size,
        sha256=sha256,
    )


def take_files(record: Record, files: StoredFiles) -> None:
    """Files that have been received already become files of the record, each under a name of its own."""
    taken = set(record.files.values_list("filename", flat=True))
    for file, size in files:
        name = free_name(file.filename, taken)
        taken.add(name)
        take_into_record(
            record=record,
            filename=name,
            content_type=file.content_type,
            storage_name=file.storage_name,
            size=size,
            sha256=file.sha256,
        )
