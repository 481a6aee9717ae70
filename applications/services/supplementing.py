"""Komplettering: an officer asks for what is missing in a sent application, and the applicant answers.

What was sent stands as it is; the question and the answer are records of their own in the case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications import frames
from applications.enums import ApplicationAction
from applications.impartiality import require_not_recused
from applications.models import Application, SupplementRequest
from applications.rules import may_handle
from applications.services.door import clock
from applications.services.handling import MAY_NOT_HANDLE
from applications.transitions import status_after
from s3portal.accounts.enums import MembershipRole
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, Record
from s3portal.diary.services import register_record, store_record_file
from s3portal.outbox.services import cancel_queued, enqueue_mail

MAY_NOT_ANSWER = "Bara en ägare eller en medarbetare som får skriva kan svara."
#: What the form proposes, and what is taken for a slip of the pen.
DEFAULT_DAYS: Final = 14
MOST_DAYS: Final = 366


@dataclass(frozen=True)
class _Letter:
    """What is registered: the record's title, its file's name and the words."""

    title: str
    filename: str
    text: str


@transaction.atomic
def ask_for_supplement(*, application_id: int, actor: User, text: str, due_on: date) -> SupplementRequest:
    """Tell the applicant what is missing and by when to answer; ``due_on`` is inclusive.

    Raises Refusal when the application is not waiting to be gone through, or for a day that has been."""
    application, case = _locked(application_id)
    _require_officer(actor, application)
    after = status_after(application.status, ApplicationAction.ASK)
    if not text.strip():
        raise Refusal("Skriv vad som behöver kompletteras.", field="text")
    _require_coming(due_on)
    now = timezone.now()
    letter = _Letter(
        "Begäran om komplettering",
        "begaran-om-komplettering",
        f"Begäran om komplettering\n\n{text}\n\nSvara senast {format_day(due_on)}.\n\n{actor}",
    )
    record = _register(application, case, actor, direction=Direction.OUTGOING, letter=letter, at=now)
    request = SupplementRequest.objects.create(
        application=application, text=text, due_on=due_on, record=record, requested_by=actor, requested_at=now
    )
    _move(application, after, actor, now)
    record_event(
        actor=actor,
        action="supplement_asked",
        obj=application,
        text=f"Komplettering begärd, svar senast {format_day(due_on)}",
        data={"supplement": request.pk},
    )
    _mail_applicants("supplement_requested", str(request.pk), request, {"actor": actor})
    return request


@transaction.atomic
def give_more_time(*, application_id: int, actor: User, due_on: date) -> SupplementRequest:
    """Move the last day to answer; the applicant is told, and reminders of the old day do not leave.

    Raises Refusal when nothing waits for an answer, for the same day, or for a day that has been."""
    application, _case = _locked(application_id)
    _require_officer(actor, application)
    after = status_after(application.status, ApplicationAction.POSTPONE)
    request = _waiting(application)
    _require_coming(due_on)
    if due_on == request.due_on:
        raise Refusal("Det är redan sista dagen. Ange en annan dag.", field="due_on")
    before, request.due_on = request.due_on, due_on
    request.save(update_fields=["due_on"])
    # Counts as touched: no reminder goes out whose hour was before this.
    _move(application, after, actor, timezone.now())
    cancel_queued(obj=request, kinds=["supplement_due"], actor=actor)
    event = record_event(
        actor=actor,
        action="supplement_postponed",
        obj=application,
        text=f"Komplettering: svar senast {format_day(due_on)} i stället för {format_day(before)}",
        data={"supplement": request.pk},
    )
    _mail_applicants("supplement_postponed", f"{request.pk}:{event.pk}", request, {})
    return request


@transaction.atomic
def answer_supplement(
    *, application_id: int, supplement_id: int, actor: User, answer: str, arrived_at: datetime
) -> SupplementRequest:
    """The applicant's answer to the request they read. One that comes late is taken, and marked as late.

    Raises Conflict when it has been answered or ended meanwhile, Refusal otherwise."""
    application, case = _locked(application_id)
    if not may_write_for(actor, application.organisation):
        raise Refusal(MAY_NOT_ANSWER)
    request = application.supplements.select_related("answered_by").filter(pk=supplement_id).first()
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
    after = status_after(application.status, ApplicationAction.ANSWER)
    if not answer.strip():
        raise Refusal("Skriv ert svar.", field="answer")
    request.answer, request.answered_by, request.answered_at = answer, actor, arrived_at
    late = request.came_late
    letter = _Letter(
        f"Komplettering, efter sista dagen {format_day(request.due_on)}" if late else "Komplettering",
        "komplettering",
        f"Komplettering\n\n{answer}\n\n{actor}, {application.organisation.name}\n{clock(arrived_at)}",
    )
    request.answer_record = _register(
        application, case, actor, direction=Direction.INCOMING, letter=letter, at=arrived_at
    )
    request.save(update_fields=["answer", "answered_by", "answered_at", "answer_record"])
    cancel_queued(obj=request, kinds=["supplement_due"], actor=actor)
    _move(application, after, actor, timezone.now())
    record_event(
        actor=actor,
        action="supplement_answered",
        obj=application,
        text="Komplettering inkommen efter sista dag" if late else "Komplettering inkommen",
        data={"supplement": request.pk, "late": late},
    )
    _mail_answer(request, case, late=late)
    return request


@transaction.atomic
def stop_asking(*, application_id: int, actor: User) -> SupplementRequest:
    """End a request without an answer; the application is gone through as it is. The applicant is told.

    Raises Refusal when nothing waits for an answer."""
    application, _case = _locked(application_id)
    _require_officer(actor, application)
    after = status_after(application.status, ApplicationAction.STOP_ASKING)
    request = _waiting(application)
    now = timezone.now()
    request.closed_at = now
    request.save(update_fields=["closed_at"])
    cancel_queued(obj=request, kinds=["supplement_due"], actor=actor)
    _move(application, after, actor, now)
    record_event(
        actor=actor,
        action="supplement_ended",
        obj=application,
        text="Komplettering avslutad utan svar",
        data={"supplement": request.pk},
    )
    _mail_applicants("supplement_ended", str(request.pk), request, {"actor": actor})
    return request


# --- Parts ------------------------------------------------------------------------------------------------
def _locked(application_id: int) -> tuple[Application, Case]:
    application = (
        Application.objects.received()
        .select_related("case__officer", "organisation")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    return application, application.case


def _waiting(application: Application) -> SupplementRequest:
    return application.supplements.unanswered().get()


def _require_officer(actor: User, application: Application) -> None:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_not_recused(actor, application)


def _require_coming(due_on: date) -> None:
    today = timezone.localdate()
    if due_on < today:
        raise Refusal("Ange i dag eller en senare dag.", field="due_on")
    if due_on > today + timedelta(days=MOST_DAYS):
        raise Refusal("Ange en dag inom ett år.", field="due_on")


def _move(application: Application, after: str, actor: User, now: datetime) -> None:
    application.status, application.updated_by, application.updated_at = after, actor, now
    application.save(update_fields=["status", "updated_by", "updated_at"])
    frames.forget_after_commit(application.call_id)


def _register(
    application: Application, case: Case, actor: User, *, direction: Direction, letter: _Letter, at: datetime
) -> Record:
    """A record with the letter's own words as its file."""
    record = register_record(
        actor=actor,
        case=case,
        direction=direction,
        title=letter.title,
        counterpart=application.organisation.name,
        dated_at=at,
    )
    store_record_file(
        record=record,
        filename=f"{letter.filename}-{case.slug}-{record.number}.txt",
        content_type="text/plain; charset=utf-8",
        content=f"{case}\n{application.title}\n\n{letter.text}\n".encode(),
    )
    return record


def supplement_receivers(application: Application) -> Iterator[str]:
    """The contact person and those of the organisation who may write, once to each address."""
    writers = application.organisation.memberships.filter(
        role__in=MembershipRole.writers(), user__is_active=True
    )
    emails = [application.contact_email, *writers.values_list("user__email", flat=True)]
    yield from dict.fromkeys(email.lower() for email in emails if email)


def _mail_applicants(kind: str, mark: str, request: SupplementRequest, more: dict[str, object]) -> None:
    application = request.application
    path = reverse("applications:supplement", args=[application.pk])
    for email in supplement_receivers(application):
        enqueue_mail(
            kind=kind,
            key=f"{kind}:{mark}:{email}",
            to_email=email,
            obj=application,
            context={"application": application, "supplement": request, "path": path, **more},
        )


def _mail_answer(request: SupplementRequest, case: Case, *, late: bool) -> None:
    """To the case's officer, else who asked; and a receipt to those who were asked."""
    officer = case.officer or request.requested_by
    path = reverse("applications:officer_supplement", args=[request.application_id])
    enqueue_mail(
        kind="supplement_answered",
        key=f"supplement_answered:{request.pk}",
        to_email=officer.email,
        obj=request.application,
        context={"application": request.application, "supplement": request, "path": path, "late": late},
    )
    _mail_applicants("supplement_received", str(request.pk), request, {})
