"""Letters between the region and the applicant: each a record of the case, and mailed to those it is for."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.impartiality import require_declared
from applications.models import Application, Letter
from applications.rules import may_handle
from applications.services.door import clock
from applications.services.handling import MAY_NOT_HANDLE
from applications.services.sharing import MOST_AT_ONCE
from applications.services.supplementing import supplement_receivers
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.enums import Direction
from s3portal.diary.services import register_record, store_record_file
from s3portal.outbox.services import enqueue_mail

MAY_NOT_WRITE = "Bara en ägare eller en redaktör kan skriva till regionen."


@transaction.atomic
def write_to_applicant(*, application_id: int, actor: User, subject: str, text: str) -> Letter:
    """An officer writes; the contact person and those who may write for the organisation are mailed.

    Raises Refusal for who is no officer, or has not answered the question of jäv."""
    application = _locked(application_id)
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_declared(actor, application)
    letter = _write(application, actor, subject=subject, text=text, at=timezone.now(), from_region=True)
    path = reverse("applications:letters", args=[application.pk])
    for email in supplement_receivers(application):
        _mail(letter, email, path)
    return letter


@transaction.atomic
def write_to_applicants(*, application_ids: Sequence[int], actor: User, subject: str, text: str) -> int:
    """The same letter to several applicants, to all or to none. Returns how many."""
    if not application_ids:
        raise Refusal("Kryssa i minst en ansökan.")
    if len(application_ids) > MOST_AT_ONCE:
        raise Refusal(f"Välj högst {MOST_AT_ONCE} ansökningar åt gången.")
    for application_id in sorted(application_ids):
        try:
            write_to_applicant(application_id=application_id, actor=actor, subject=subject, text=text)
        except Refusal as refusal:
            case = Application.objects.select_related("case").get(pk=application_id).case
            raise Refusal(f"{case}: {refusal.message} Inget meddelande är skickat.") from refusal
    return len(application_ids)


@transaction.atomic
def write_to_region(*, application_id: int, actor: User, subject: str, text: str) -> Letter:
    """The applicant writes; the case's officer is mailed, or when there is none it waits in the case."""
    application = _locked(application_id)
    if not may_write_for(actor, application.organisation):
        raise Refusal(MAY_NOT_WRITE)
    letter = _write(application, actor, subject=subject, text=text, at=timezone.now(), from_region=False)
    officer = application.case.officer if application.case else None
    if officer is not None:
        _mail(letter, officer.email, reverse("applications:officer_letters", args=[application.pk]))
    return letter


# --- Parts ------------------------------------------------------------------------------------------------
def _locked(application_id: int) -> Application:
    return (
        Application.objects.received()
        .select_related("case__officer", "organisation")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )


def _write(
    application: Application, actor: User, *, subject: str, text: str, at: datetime, from_region: bool
) -> Letter:
    if not subject.strip():
        raise Refusal("Skriv vad det gäller.", field="subject")
    if not text.strip():
        raise Refusal("Skriv ett meddelande.", field="text")
    case = application.case
    assert case is not None  # noqa: S101 - the database says so for what has been sent
    record = register_record(
        actor=actor,
        case=case,
        direction=Direction.OUTGOING if from_region else Direction.INCOMING,
        # The subject is for the two: the public diary shows titles.
        title="Meddelande till sökanden" if from_region else "Meddelande från sökanden",
        counterpart=application.organisation.name,
        dated_at=at,
    )
    sender = str(actor) if from_region else f"{actor}, {application.organisation.name}"
    store_record_file(
        record=record,
        filename=f"meddelande-{case.slug}-{record.number}.txt",
        content_type="text/plain; charset=utf-8",
        content=f"{case}\n{application.title}\n\n{subject}\n\n{text}\n\n{sender}\n{clock(at)}\n".encode(),
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
