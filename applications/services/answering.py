"""The applicant answers a request for a supplement: in words, or by sending the opened parts anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.attachments import counted
from applications.changes import changes_between
from applications.checks import submission_problems
from applications.documents import JSON_TYPE, read_sent, sent_file
from applications.enums import ApplicationAction
from applications.models import Application, SupplementRequest
from applications.services.door import clock
from applications.services.registering import (
    FOLDER,
    Words,
    mail_applicants,
    names_of,
    register_words,
)
from applications.services.submitting import (
    NotComplete,
    ReviewedOlder,
    render_after_commit,
    require_authority,
)
from applications.services.supplementing import lock_sent, move_after
from applications.services.working_copy import lock_working_copy, take_in
from applications.snapshot import canonical_json, supplemented_content
from applications.transitions import status_after
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import FrozenFile, sha256_hex
from s3portal.common.receiving import stored_uploads
from s3portal.common.swedish import format_day
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, Record
from s3portal.diary.services import register_record, store_record_file, take_files
from s3portal.outbox.services import cancel_queued, enqueue_mail

MAY_NOT_ANSWER: Final = "Bara en ägare eller en medarbetare som får skriva kan svara."
BY_PARTS: Final = "Den här begäran besvaras i stegen. Skicka från Granska och skicka."
IN_WORDS: Final = "Den här begäran besvaras i ord."
NOTHING: Final = "Inget är ändrat. Ändra i något av stegen, eller skriv ett svar."


def answer_supplement(
    *,
    application_id: int,
    supplement_id: int,
    actor: User,
    answer: str,
    arrived_at: datetime,
    secret_reason: str = "",
    files: "Sequence[File[bytes]]" = (),
) -> SupplementRequest:
    """The answer in words to the request they read. One that comes late is taken, and marked as late.

    ``secret_reason`` says why the answer holds trade secrets. Raises Conflict when it has been answered or
    ended meanwhile, Refusal otherwise."""
    with stored_uploads(files, folder=FOLDER) as stored, transaction.atomic():
        application, case = lock_sent(application_id)
        if not may_write_for(actor, application.organisation):
            raise Refusal(MAY_NOT_ANSWER)
        request = _open_request(application, case, supplement_id)
        after = status_after(application.status, ApplicationAction.ANSWER)
        if request.by_parts:
            raise Refusal(BY_PARTS)
        if not answer.strip():
            raise Refusal("Skriv ert svar.", field="answer")
        _fill_in(request, actor, arrived_at, answer, secret_reason)
        words = Words(
            _title(request),
            "komplettering",
            f"Komplettering\n\n{answer}{names_of(stored)}\n\n{actor}, {application.organisation.name}\n"
            f"{clock(arrived_at)}",
        )
        request.answer_record = register_words(
            application, case, actor, direction=Direction.INCOMING, words=words, at=arrived_at, files=stored
        )
        _save(request)
        move_after(application, after, actor, timezone.now())
        _note(request, actor, {})
        _mail_answer(request, case, "")
    return request


@transaction.atomic
def send_supplement(
    *,
    application_id: int,
    supplement_id: int,
    actor: User,
    arrived_at: datetime,
    reviewed_version: int | None = None,
    authority_attested: bool = False,
    answer: str = "",
    secret_reason: str = "",
) -> SupplementRequest:
    """Send what has been changed in the opened parts: a new record with all of the application as it now is.

    The application's rows become what was sent; assignments, scores and judgements stay. Locks are taken in
    one order: application, working copy, and last the diary's counter. Who may send is who may submit. Raises
    Conflict (ReviewedOlder, or ended meanwhile), NotComplete or Refusal."""
    application, case = lock_sent(application_id)
    request = _open_request(application, case, supplement_id)
    after = status_after(application.status, ApplicationAction.ANSWER)
    if not request.by_parts:
        raise Refusal(IN_WORDS)
    copy = lock_working_copy(request)
    copy.organisation = application.organisation
    attested = require_authority(copy, actor, attested=authority_attested)
    if reviewed_version is not None and reviewed_version != copy.version:
        raise ReviewedOlder(
            f"{copy.updated_by} ändrade kompletteringen {clock(copy.updated_at)}, efter att du öppnade "
            "sidan. Läs igenom den igen och skicka sedan."
        )
    problems = submission_problems(copy)
    if problems:
        raise NotComplete(problems)
    _fill_in(request, actor, arrived_at, answer, secret_reason)
    before = read_sent(sent_file(application))
    content = supplemented_content(copy, before=before, request=request, authority_attested=attested)
    if not answer.strip() and not changes_between(before, content):
        raise Refusal(NOTHING)
    request.answer_record, sha256 = _register_content(application, case, actor, request, content)
    take_files(request.answer_record, _files_of(copy))
    _save(request)
    moved = take_in(copy, application, at=timezone.now())
    application.content_record = request.answer_record
    move_after(application, after, actor, timezone.now(), *moved, "content_record")
    _note(request, actor, {"sha256": sha256, "diary_record": request.answer_record.number})
    _mail_answer(request, case, sha256)
    _mail_assessors(request)
    render_after_commit(application.pk)
    return request


# --- Parts ------------------------------------------------------------------------------------------------
def _open_request(application: Application, case: Case, supplement_id: int) -> SupplementRequest:
    request = (
        application.supplements.select_related("answered_by", "record", "requested_by")
        .filter(pk=supplement_id)
        .first()
    )
    if request is None:
        raise Refusal("Den begäran finns inte. Öppna ansökan igen.")
    request.application = application
    if request.answered_at is not None:
        raise Conflict(f"{request.answered_by} svarade {clock(request.answered_at)}.")
    if request.closed_at is not None:
        raise Conflict(
            f"Kompletteringen avslutades {clock(request.closed_at)} och tar inte längre emot svar här. "
            f"Skriv till handläggaren och ange {case}."
        )
    return request


def _fill_in(request: SupplementRequest, actor: User, at: datetime, answer: str, secret_reason: str) -> None:
    request.answer, request.answered_by, request.answered_at = answer.strip(), actor, at
    request.answer_secret_reason = secret_reason


def _title(request: SupplementRequest) -> str:
    late = f", efter sista dagen {format_day(request.due_on)}" if request.came_late else ""
    return f"Komplettering{late}"


def _register_content(
    application: Application, case: Case, actor: User, request: SupplementRequest, content: dict[str, Any]
) -> tuple[Record, str]:
    """The record with the data of all that was sent. The data tell the number of their own record."""
    record = register_record(
        actor=actor,
        case=case,
        direction=Direction.INCOMING,
        title=_title(request),
        counterpart=application.organisation.name,
        dated_at=request.answered_at,
    )
    content["supplement"]["record_number"] = record.number
    data = canonical_json(content)
    store_record_file(
        record=record,
        filename=f"komplettering-{case.slug}-{record.number}.json",
        content_type=JSON_TYPE,
        content=data,
    )
    return record, sha256_hex(data)


def _files_of(copy: Application) -> list[tuple[FrozenFile, int]]:
    return [
        (FrozenFile(one.filename, one.content_type, one.storage_name, one.sha256), one.size)
        for one in counted(copy)
    ]


def _save(request: SupplementRequest) -> None:
    request.save(
        update_fields=["answer", "answer_secret_reason", "answered_by", "answered_at", "answer_record"]
    )


def _note(request: SupplementRequest, actor: User, data: dict[str, Any]) -> None:
    late = request.came_late
    cancel_queued(obj=request, kinds=["supplement_due", "supplement_overdue"], actor=actor)
    record_event(
        actor=actor,
        action="supplement_answered",
        obj=request.application,
        text="Komplettering inkommen efter sista dag" if late else "Komplettering inkommen",
        data={"supplement": request.pk, "late": late, **data},
    )


def _mail_answer(request: SupplementRequest, case: Case, sha256: str) -> None:
    """To the case's officer, else who asked; and a receipt to those who were asked."""
    officer = case.officer or request.requested_by
    application = request.application
    name = "officer_supplement_changes" if request.by_parts else "officer_supplement"
    numbers = [application.pk, request.pk] if request.by_parts else [application.pk]
    enqueue_mail(
        kind="supplement_answered",
        key=f"supplement_answered:{request.pk}",
        to_email=officer.email,
        obj=application,
        context={
            "application": application,
            "supplement": request,
            "path": reverse(f"applications:{name}", args=numbers),
            "late": request.came_late,
        },
    )
    path = reverse("applications:my_detail", args=[application.pk])
    number = request.answer_record.number if request.answer_record else None
    mail_applicants(
        "supplement_received",
        str(request.pk),
        application,
        {"supplement": request, "path": path, "sha256": sha256, "number": number},
    )


def _mail_assessors(request: SupplementRequest) -> None:
    """What they assess is another now, also what they have scored already."""
    application = request.application
    for assignment in application.assignments.active().select_related("assessor"):
        enqueue_mail(
            kind="assessed_changed",
            key=f"assessed_changed:{request.pk}:{assignment.assessor_id}",
            to_email=assignment.assessor.email,
            obj=application,
            context={
                "application": application,
                "path": reverse("applications:assessment", args=[application.pk]),
            },
        )
