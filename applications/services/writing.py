"""Letters between the region and the applicant: each a record of the case, and mailed to those it is for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.impartiality import require_declared
from applications.models import Application, Letter
from applications.rules import may_handle
from applications.services.door import clock
from applications.services.handling import MAY_NOT_HANDLE, lock_received
from applications.services.registering import (
    FOLDER,
    Words,
    applicant_receivers,
    names_of,
    register_words,
)
from applications.services.several import with_each
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.receiving import stored_uploads
from s3portal.diary.enums import Direction
from s3portal.diary.services import StoredFiles
from s3portal.outbox.services import enqueue_mail

#: The same letter within this time is the same button pressed again.
PRESSED_TWICE: Final = timedelta(minutes=10)
MAY_NOT_WRITE = "Bara en ägare eller en redaktör kan skriva till regionen."


def write_to_applicant(
    *, application_id: int, actor: User, subject: str, text: str, files: "Sequence[File[bytes]]" = ()
) -> Letter:
    """An officer writes; the contact person and those who may write for the organisation are mailed.

    Raises Refusal for who is no officer, or has not answered the question of jäv, or for a file we do not
    take."""
    with stored_uploads(files, folder=FOLDER) as stored, transaction.atomic():
        application = lock_received(application_id)
        if not may_handle(actor):
            raise Refusal(MAY_NOT_HANDLE)
        require_declared(actor, application)
        sent = _sent_already(application, actor, subject=subject, text=text)
        if sent is not None:
            return sent
        letter = _write(application, actor, subject=subject, text=text, from_region=True, files=stored)
        path = reverse("applications:letters", args=[application.pk])
        for email in applicant_receivers(application):
            _mail(letter, email, path)
    return letter


@transaction.atomic
def write_to_applicants(*, application_ids: Sequence[int], actor: User, subject: str, text: str) -> int:
    """The same letter to several applicants, to all or to none. Returns how many."""
    return with_each(
        application_ids,
        lambda pk: write_to_applicant(application_id=pk, actor=actor, subject=subject, text=text),
        undone="Inget meddelande är skickat.",
    )


def write_to_region(
    *, application_id: int, actor: User, subject: str, text: str, files: "Sequence[File[bytes]]" = ()
) -> Letter:
    """The applicant writes; the case's officer is mailed, or when there is none it waits in the case."""
    with stored_uploads(files, folder=FOLDER) as stored, transaction.atomic():
        application = lock_received(application_id)
        if not may_write_for(actor, application.organisation):
            raise Refusal(MAY_NOT_WRITE)
        sent = _sent_already(application, actor, subject=subject, text=text)
        if sent is not None:
            return sent
        letter = _write(application, actor, subject=subject, text=text, from_region=False, files=stored)
        officer = application.case.officer if application.case else None
        if officer is not None:
            _mail(letter, officer.email, reverse("applications:officer_letters", args=[application.pk]))
    return letter


# --- Parts ------------------------------------------------------------------------------------------------
def _sent_already(application: Application, actor: User, *, subject: str, text: str) -> Letter | None:
    """The last letter, when it is this one: a button pressed twice makes one record and one mail. Needs the
    application locked."""
    last = application.letters.order_by("-sent_at", "-pk").first()
    if last is None or last.author_id != actor.pk or timezone.now() - last.sent_at > PRESSED_TWICE:
        return None
    return last if (last.subject, last.text) == (subject, text) else None


def _write(
    application: Application, actor: User, *, subject: str, text: str, from_region: bool, files: StoredFiles
) -> Letter:
    at = timezone.now()
    if not subject.strip():
        raise Refusal("Skriv vad det gäller.", field="subject")
    if not text.strip():
        raise Refusal("Skriv ett meddelande.", field="text")
    case = application.case
    assert case is not None  # noqa: S101 - the database says so for what has been sent
    sender = str(actor) if from_region else f"{actor}, {application.organisation.name}"
    record = register_words(
        application,
        case,
        actor,
        direction=Direction.OUTGOING if from_region else Direction.INCOMING,
        words=Words(
            # The subject is for the two: the public diary shows titles.
            "Meddelande till sökanden" if from_region else "Meddelande från sökanden",
            "meddelande",
            f"{subject}\n\n{text}{names_of(files)}\n\n{sender}\n{clock(at)}",
        ),
        at=at,
        files=files,
    )
    letter = Letter.objects.create(
        application=application,
        record=record,
        author=actor,
        from_region=from_region,
        subject=subject,
        text=text,
        sent_at=at,
    )
    record_event(
        actor=actor,
        action="letter_sent" if from_region else "letter_received",
        obj=application,
        text=f"Meddelande {'till' if from_region else 'från'} sökanden",
        data={"record": record.pk},
    )
    return letter


def _mail(letter: Letter, email: str, path: str) -> None:
    enqueue_mail(
        kind="letter",
        key=f"letter:{letter.pk}:{email.lower()}",
        to_email=email,
        obj=letter.application,
        context={"letter": letter, "application": letter.application, "path": path},
    )
