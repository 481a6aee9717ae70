"""Komplettering: an officer asks for what is missing in a sent application, gives more time, and ends it.

What was sent stands as it is until the applicant has sent something else (``answering``). The question and
the answer are records of their own in the case."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications import frames
from applications.checks import Step, parts_to_open
from applications.enums import ApplicationAction, RankingStatus, SupplementEnd
from applications.impartiality import require_not_recused
from applications.models import Application, SupplementPart, SupplementRequest
from applications.rules import may_handle
from applications.services.days import require_coming
from applications.services.handling import MAY_NOT_HANDLE, lock_received
from applications.services.registering import (
    FOLDER,
    Words,
    mail_applicants,
    names_of,
    register_words,
)
from applications.services.working_copy import begin_working_copy, lay_aside
from applications.transitions import status_after
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.receiving import stored_uploads
from s3portal.common.swedish import format_day
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.outbox.services import cancel_queued

#: What an unanswered request leads to (FL 20 §: it must have been said beforehand).
CONSEQUENCE: Final = (
    "Om ni inte svarar prövas ansökan som den är. Räcker den inte för en prövning kan den avvisas "
    "(20 § förvaltningslagen)."
)
NOT_DUE: Final = "Sista dagen har inte passerat. Återta begäran i stället, om svaret inte behövs."


def ask_for_supplement(
    *,
    application_id: int,
    actor: User,
    text: str,
    due_on: date,
    parts: Mapping[Step, str] | None = None,
    files: "Sequence[File[bytes]]" = (),
) -> SupplementRequest:
    """Tell the applicant what is missing and by when to answer; ``due_on`` is inclusive.

    ``parts`` are the steps that the applicant may change, each with what is missing there (or nothing). With
    none the answer is in words. Raises Refusal when the application is not waiting to be gone through, for a
    step it does not have, a file we do not take, or a day that has been, and when steps are to be changed
    though a locked ranking rests on them."""
    with stored_uploads(files, folder=FOLDER) as stored, transaction.atomic():
        application, case = lock_sent(application_id)
        require_officer(actor, application)
        after = status_after(application.status, ApplicationAction.ASK)
        opened = _opened(application, parts or {})
        if opened:
            _require_not_ranked(application)
        if not text.strip():
            raise Refusal("Skriv vad som behöver kompletteras.", field="text")
        require_coming(due_on)
        now = timezone.now()
        words = Words(
            "Begäran om komplettering",
            "begaran-om-komplettering",
            f"Begäran om komplettering\n\n{text}{_parts_text(opened)}\n\nSvara senast {format_day(due_on)}. "
            f"{CONSEQUENCE}{names_of(stored)}\n\n{actor}",
        )
        record = register_words(
            application, case, actor, direction=Direction.OUTGOING, words=words, at=now, files=stored
        )
        request = SupplementRequest.objects.create(
            application=application,
            text=text,
            by_parts=bool(opened),
            due_on=due_on,
            record=record,
            requested_by=actor,
            requested_at=now,
        )
        SupplementPart.objects.bulk_create(
            SupplementPart(request=request, step=step, text=missing) for step, missing in opened.items()
        )
        if opened:
            begin_working_copy(request)
        move_after(application, after, actor, now)
        record_event(
            actor=actor,
            action="supplement_asked",
            obj=application,
            text=f"Komplettering begärd, svar senast {format_day(due_on)}",
            data={"supplement": request.pk, "steps": list(opened)},
        )
        _tell("supplement_requested", str(request.pk), request, actor=actor, opened=opened)
    return request


def _require_not_ranked(application: Application) -> None:
    if application.ranking_rows.filter(ranking__status=RankingStatus.LOCKED).exists():
        raise Refusal("Ansökan ingår i en låst rangordning. Lås upp den innan något i ansökan får ändras.")


@transaction.atomic
def give_more_time(*, application_id: int, actor: User, due_on: date, reason: str) -> SupplementRequest:
    """Move the last day to answer; the applicant is told, and reminders of the old day do not leave.

    Raises Refusal when nothing waits for an answer, for the same day, for a day that has been, or without a
    reason."""
    application, _case = lock_sent(application_id)
    require_officer(actor, application)
    after = status_after(application.status, ApplicationAction.POSTPONE)
    request = _waiting(application)
    require_coming(due_on)
    if due_on == request.due_on:
        raise Refusal("Det är redan sista dagen. Ange en annan dag.", field="due_on")
    _require_reason(reason)
    before, request.due_on = request.due_on, due_on
    request.save(update_fields=["due_on"])
    # Counts as touched: no reminder goes out whose hour was before this.
    move_after(application, after, actor, timezone.now())
    cancel_queued(obj=request, kinds=["supplement_due", "supplement_overdue"], actor=actor)
    event = record_event(
        actor=actor,
        action="supplement_postponed",
        obj=application,
        text=f"Komplettering: svar senast {format_day(due_on)} i stället för {format_day(before)}. {reason}",
        data={"supplement": request.pk, "reason": reason},
    )
    _tell("supplement_postponed", f"{request.pk}:{event.pk}", request, reason=reason)
    return request


@transaction.atomic
def stop_asking(*, application_id: int, actor: User, reason: str) -> SupplementRequest:
    """Take back a request that need not be answered any more; the application is gone through as it is.

    Raises Refusal when nothing waits for an answer, or without a reason."""
    application, case = lock_sent(application_id)
    require_officer(actor, application)
    _require_reason(reason)
    words = Words(
        "Begäran om komplettering återtagen",
        "aterkallad-begaran",
        f"Begäran om komplettering är återtagen. Ansökan granskas som den är.\n\n{reason}\n\n{actor}",
    )
    return _end(application, case, actor, end=SupplementEnd.TAKEN_BACK, reason=reason, words=words)


@transaction.atomic
def judge_unanswered(*, application_id: int, actor: User, reason: str) -> SupplementRequest:
    """Note, after the last day, that no answer has come. The application is tried as it stands (FL 20 §).

    Raises Refusal before the last day has passed, when nothing waits for an answer, or without a reason."""
    application, case = lock_sent(application_id)
    require_officer(actor, application)
    status_after(application.status, ApplicationAction.STOP_ASKING)
    request = _waiting(application)
    if not request.is_overdue(now=timezone.now()):
        raise Refusal(NOT_DUE)
    _require_reason(reason)
    words = Words(
        "Tjänsteanteckning: komplettering har inte kommit in",
        "obesvarad-komplettering",
        f"Sökanden har inte svarat på begäran om komplettering (handling {request.record.number}) senast "
        f"{format_day(request.due_on)}. Ansökan prövas på det underlag som finns. Sökanden har fått veta i "
        f"begäran vad som händer om svaret uteblir (20 § förvaltningslagen).\n\n{reason}\n\n{actor}",
    )
    return _end(application, case, actor, end=SupplementEnd.UNANSWERED, reason=reason, words=words)


# --- Parts ------------------------------------------------------------------------------------------------
def lock_sent(application_id: int) -> tuple[Application, Case]:
    application = lock_received(application_id)
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    return application, application.case


def move_after(application: Application, after: str, actor: User, now: datetime, *also: str) -> None:
    """Save the step that has been taken, with the fields ``also``."""
    application.status, application.updated_by, application.updated_at = after, actor, now
    application.save(update_fields=["status", "updated_by", "updated_at", *also])
    frames.forget_after_commit(application.call_id)


def require_officer(actor: User, application: Application) -> None:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_not_recused(actor, application)


def _opened(application: Application, parts: Mapping[Step, str]) -> dict[Step, str]:
    """In the order of the form."""
    possible = parts_to_open(application)
    if set(parts) - set(possible):
        raise Refusal("Ansökan har inte alla de delar som du har markerat. Läs in sidan igen.", field="parts")
    return {step: parts[step].strip() for step in possible if step in parts}


def _parts_text(opened: Mapping[Step, str]) -> str:
    if not opened:
        return ""
    lines = [f"- {step.label}{f': {missing}' if missing else ''}" for step, missing in opened.items()]
    return "\n\nDe här delarna av ansökan är öppna för ändring:\n" + "\n".join(lines)


def _waiting(application: Application) -> SupplementRequest:
    return application.supplements.unanswered().select_related("record").get()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("Skriv varför.", field="reason")


def _end(
    application: Application,
    case: Case,
    actor: User,
    *,
    end: SupplementEnd,
    reason: str,
    words: Words,
) -> SupplementRequest:
    """What the applicant has begun to write is laid aside: it was never sent."""
    after = status_after(application.status, ApplicationAction.STOP_ASKING)
    request = _waiting(application)
    now = timezone.now()
    direction = Direction.DRAWN_UP if end == SupplementEnd.UNANSWERED else Direction.OUTGOING
    request.closed_record = register_words(application, case, actor, direction=direction, words=words, at=now)
    request.closed_at, request.closed_as, request.closed_by = now, end, actor
    request.closed_reason = reason
    request.save(update_fields=["closed_at", "closed_as", "closed_by", "closed_reason", "closed_record"])
    lay_aside(request, at=now)
    cancel_queued(obj=request, kinds=["supplement_due", "supplement_overdue"], actor=actor)
    move_after(application, after, actor, now)
    record_event(
        actor=actor,
        action="supplement_ended",
        obj=application,
        text=f"Komplettering avslutad utan svar: {end.label.lower()}. {reason}",
        data={"supplement": request.pk, "end": end},
    )
    _tell("supplement_ended", str(request.pk), request, actor=actor)
    return request


def _tell(kind: str, mark: str, request: SupplementRequest, **more: object) -> None:
    path = reverse("applications:supplement", args=[request.application_id])
    mail_applicants(
        kind,
        mark,
        request.application,
        {"supplement": request, "path": path, "consequence": CONSEQUENCE, **more},
    )
