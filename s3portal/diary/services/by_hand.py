"""Opening cases and registering records by hand: what comes by post or mail, or is drawn up elsewhere."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.receiving import stored_uploads
from s3portal.diary.endings import is_relied_on
from s3portal.diary.enums import CaseStatus, CaseStepKind, Direction
from s3portal.diary.guards import require_let_in
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Case, CaseStep, Record, RecordCancellation
from s3portal.diary.rules import may_correct, may_register
from s3portal.diary.services.registering import (
    StoredFiles,
    lock_series,
    open_case,
    register_record,
    take_files,
)

#: Where the files lie in the private storage.
FOLDER: Final = "diary/by-hand"
#: The same case or record within this time is the same button pressed again.
PRESSED_TWICE: Final = timedelta(seconds=10)
MAY_NOT_REGISTER: Final = "Bara en handläggare eller en registrator registrerar i diariet."
MAY_NOT_CORRECT: Final = "Bara en registrator makulerar och ändrar i diariet."


@transaction.atomic
def open_by_hand(
    *, actor: User, title: str, counterpart: str = "", officer: User | None = None, prefix: str = ""
) -> Case:
    """A case opened today by somebody, under the next number of ``prefix`` (DIARY_PREFIX when empty).

    The same one opened by the same person a moment ago is given back: no number is spent on a button that is
    pressed twice. Raises Refusal for who may not register, and for an officer who is none."""
    if not may_register(actor):
        raise Refusal(MAY_NOT_REGISTER)
    if not title.strip():
        raise Refusal("Skriv vad ärendet gäller.", field="title")
    if officer is not None and not (officer.is_active and officer.has_role(Role.OFFICER)):
        raise Refusal("Välj en handläggare.", field="officer")
    prefix = prefix or settings.DIARY_PREFIX
    # Who presses twice waits here for themselves.
    lock_series(prefix, timezone.localdate().year)
    opened = _opened_just_now(actor, prefix=prefix, title=title, counterpart=counterpart)
    if opened is not None:
        return opened
    case = open_case(actor=actor, prefix=prefix, title=title, counterpart=counterpart, officer=officer)
    CaseStep.objects.create(case=case, kind=CaseStepKind.OPENED, by=actor)
    return case


def register_by_hand(
    *,
    actor: User,
    case_id: int,
    direction: Direction,
    title: str,
    dated_on: date,
    dated_time: time | None = None,
    counterpart: str = "",
    files: "Sequence[File[bytes]]" = (),
) -> Record:
    """A record with its files, received or drawn up on ``dated_on`` (a Swedish day, at the latest today).

    Without a time of day only the day is known, which is what OSL 5:2 asks for. A closed case takes records
    too, since what comes in is registered at once (OSL 5:1). Raises Refusal for who may not register or has
    not answered about jäv, for a cancelled case, a day to come and a file we do not take; PermissionDenied
    for who has jäv."""
    with stored_uploads(files, folder=FOLDER) as stored, transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        if not may_register(actor):
            raise Refusal(MAY_NOT_REGISTER)
        require_let_in(actor, case)
        if (merger := merger_of(case)) is not None:
            raise Refusal(f"Ärendet är sammanfört med {merger.into}. Registrera handlingen där.")
        if not title.strip():
            raise Refusal("Skriv vad handlingen gäller.", field="title")
        dated_at = _moment(dated_on, dated_time)
        record = _registered_just_now(
            actor, case, stored, direction=direction, title=title, counterpart=counterpart, dated_at=dated_at
        )
        if record is not None:
            return record
        record = register_record(
            actor=actor,
            case=case,
            direction=direction,
            title=title,
            counterpart=counterpart,
            dated_at=dated_at,
            by_hand=actor,
        )
        take_files(record, stored)
    return record


@transaction.atomic
def cancel_record(*, actor: User, record_id: int, reason: str) -> RecordCancellation:
    """Makulera what was registered by mistake. The record stays with its number and its files, marked.

    What the portal has registered itself is not cancelled: its own pages rest on it. Nor is what a decision
    rests on."""
    if not may_correct(actor):
        raise Refusal(MAY_NOT_CORRECT)
    record = Record.objects.select_related("case").get(pk=record_id)
    case = Case.objects.select_for_update(of=("self",)).get(pk=record.case_id)
    require_let_in(actor, case)
    if not record.by_hand:
        raise Refusal("Handlingen har portalen själv registrerat. Den kan inte makuleras.")
    if RecordCancellation.objects.filter(record=record).exists():
        raise Refusal("Handlingen är redan makulerad.")
    if is_relied_on(record):
        raise Refusal("Handlingen står som underlag i ett beslut och kan inte makuleras.")
    if not reason.strip():
        raise Refusal("Skriv varför handlingen makuleras.", field="reason")
    return withdraw_record(record=record, actor=actor, reason=reason)


@transaction.atomic
def withdraw_record(*, record: Record, actor: User, reason: str) -> RecordCancellation:
    """As ``cancel_record``, for apps whose own step never came to anything. They ask who may, and hold the
    case locked."""
    cancellation = RecordCancellation.objects.create(record=record, reason=reason, by=actor)
    record_event(
        actor=actor,
        action="record_cancelled",
        obj=record.case,
        text=f"Handling {record.number} makulerad: {reason}",
        data={"record": record.pk},
    )
    return cancellation


# --- Parts ------------------------------------------------------------------------------------------------
def _moment(day: date, at: time | None) -> datetime:
    moment = timezone.make_aware(datetime.combine(day, at or time.min))
    if moment > timezone.now():
        field = "dated_on" if day > timezone.localdate() else "dated_time"
        raise Refusal(
            "Ange när handlingen kom in eller upprättades. Det kan inte vara i framtiden.", field=field
        )
    return moment


def _opened_just_now(actor: User, *, prefix: str, title: str, counterpart: str) -> Case | None:
    """Needs the series locked."""
    step = (
        CaseStep.objects.filter(
            kind=CaseStepKind.OPENED,
            by=actor,
            at__gte=timezone.now() - PRESSED_TWICE,
            case__prefix=prefix,
            case__title=title,
            case__counterpart=counterpart,
        )
        .exclude(case__status=CaseStatus.CANCELLED)
        .select_related("case")
        .order_by("-pk")
        .first()
    )
    return None if step is None else step.case


def _registered_just_now(actor: User, case: Case, stored: StoredFiles, **fields: object) -> Record | None:
    """The latest record, when it is this one, files too. Needs the case locked."""
    last = case.records.order_by("-number").first()
    if last is None or last.registered_by_id != actor.pk or last.cancelled:
        return None
    if timezone.now() - last.registered_at > PRESSED_TWICE:
        return None
    if any(getattr(last, name) != value for name, value in fields.items()):
        return None
    hashes = sorted(file.sha256 for file, _size in stored)
    return last if sorted(last.files.values_list("sha256", flat=True)) == hashes else None
