"""Opening cases and registering records (OSL 5:1–2)."""

from datetime import date, datetime
from io import BytesIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import sha256_hex
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.guards import require_assignable
from s3portal.diary.models import Case, Record, RecordFile, Series


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
    Series.objects.get_or_create(prefix=prefix, year=day.year)
    series = Series.objects.select_for_update(of=("self",)).get(prefix=prefix, year=day.year)
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
    Series.objects.get_or_create(prefix=prefix, year=year)
    series = Series.objects.select_for_update(of=("self",)).get(prefix=prefix, year=year)
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
) -> Record:
    """Register a handling in the case under its next number. ``dated_at``: received or drawn up."""
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    last = Record.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    record = Record.objects.create(
        case=case,
        number=last + 1,
        direction=direction,
        title=title,
        counterpart=counterpart,
        dated_at=dated_at or timezone.now(),
    )
    record_event(
        actor=actor,
        action="record_registered",
        obj=case,
        text=f"Handling {record.number} registrerad: {title}",
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


@transaction.atomic
def assign_case(*, actor: User, case: Case, officer: User) -> Case:
    """Give the case to an officer. Raises Refusal when the case is cancelled, or somebody has jäv in it."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.status == CaseStatus.CANCELLED:
        raise Refusal("Ärendet är makulerat och kan inte tilldelas någon.")
    require_assignable(actor, locked, officer)
    locked.officer = officer
    locked.save(update_fields=["officer"])
    record_event(actor=actor, action="case_assigned", obj=locked, text=f"Ärendet tilldelat {officer}")
    return locked


@transaction.atomic
def unassign_case(*, actor: User, case: Case) -> Case:
    """Nobody has the case until it is assigned again."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    locked.officer = None
    locked.save(update_fields=["officer"])
    record_event(actor=actor, action="case_unassigned", obj=locked, text="Ärendet har ingen handläggare")
    return locked


def log_file_opened(*, actor: User, file: RecordFile) -> None:
    """Note who opened a file of a case. The one write that a GET of the diary makes (architecture.md §3)."""
    record_event(
        actor=actor,
        action="file_opened",
        obj=file.record.case,
        text=f"Öppnade {file.filename} i handling {file.record.number}",
        data={"file": file.pk, "sha256": file.sha256},
    )
