"""Sending an application and taking it back."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from applications import frames
from applications.attachments import counted
from applications.checks import Problem, Step, steps_of, submission_problems
from applications.enums import ApplicationAction, AttachmentKind, SupplementEnd
from applications.models import Application, CoHandler, ImpartialityDeclaration
from applications.parts import summary_of
from applications.rules import may_attest, may_withdraw
from applications.services.copying import require_replaceable
from applications.services.door import clock, require_open
from applications.services.working_copy import lay_aside
from applications.snapshot import canonical_json, sent_content
from applications.transitions import require, status_after
from calls.models import Call
from calls.services.receiving import mark_received
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_sign_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import sha256_hex
from s3portal.common.quarantine import read_states
from s3portal.diary.enums import Direction
from s3portal.diary.models import Record
from s3portal.diary.services import open_case, register_record, store_record_file, take_into_record
from s3portal.outbox.services import enqueue_mail

MAY_NOT_SIGN = "Bara en firmatecknare kan skicka in ansökan."
ATTEST = "Kryssa i att du får företräda organisationen, eller be en firmatecknare att skicka in."
NO_PROOF = "Ladda först upp fullmakten eller ett annat bevis under Bilagor, Andra bilagor."
ATTACHMENTS_CLOSED = (
    "Be en firmatecknare att skicka, eller be handläggaren att öppna Bilagor så att ni kan lägga till "
    "fullmakten."
)
MAY_NOT_WITHDRAW = "Bara en ägare eller en firmatecknare kan återkalla ansökan."
CONSENT_NEEDED = "Kryssa i att ni samtycker till publicering. Annars kan stödet inte beviljas."


_SET_WHEN_SENT = (
    "status", "publication_consent", "submitted_by", "submitted_at", "case", "record", "total_cost",
)  # fmt: skip


class NotComplete(Refusal):
    """Something is missing; ``problems`` says what and where."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(problems[0].message)


class ReviewedOlder(Conflict):
    """The draft was changed after the person looked through it."""


@transaction.atomic
def submit_application(
    *,
    application_id: int,
    actor: User,
    arrived_at: datetime,
    reviewed_version: int | None = None,
    publication_consent: bool | None = None,
    authority_attested: bool = False,
) -> Application:
    """Receive the application: open its case, freeze what was sent as record 1, mail receipts.

    ``arrived_at`` is when the request reached the portal; waiting for locks after that costs nobody their
    place. The first application to a call locks the call before all else, so that nobody edits its questions
    meanwhile. Then locks are taken in one order everywhere: application, call, and last the diary's counter,
    which is held to the end so that a number is never lost; all that can be refused is asked before it.
    A file that waits for its scan goes along in quarantine: nobody misses the last day for the scanner's sake
    (docs/adr/0011). Who is no signatory but writes for the organisation sends with ``authority_attested`` and
    a proof of it among the attachments; the officer judges it. Raises TooLate, NotComplete, ReviewedOlder or
    Refusal.
    """
    mark_received(Application.objects.values_list("call_id", flat=True).get(pk=application_id), arrived_at)
    application = _locked_draft(application_id, actor, reviewed_version)
    attested = require_authority(application, actor, attested=authority_attested)
    require_open(application.call, application.organisation, arrived_at, what="Ansökan")
    consent = application.publication_consent if publication_consent is None else publication_consent
    if application.call.legal_basis.publication_consent_required and not consent:
        raise Refusal(CONSENT_NEEDED, field="publication_consent")
    problems = submission_problems(application)
    if problems:
        raise NotComplete(problems)
    total_cost = summary_of(application).total_cost
    before = _replaced(application)
    record = _register(application, actor, arrived_at, before)
    content = canonical_json(
        sent_content(
            application,
            by=actor,
            at=arrived_at,
            record=record,
            publication_consent=consent,
            authority_attested=attested,
        )
    )
    _freeze(application, record, content)
    if before is not None:
        _step_back(before, actor)
    application.publication_consent, application.total_cost = consent, total_cost
    application.submitted_by, application.submitted_at = actor, arrived_at
    application.case, application.record = record.case, record
    application.status = status_after(application.status, ApplicationAction.SUBMIT)
    application.save(update_fields=_SET_WHEN_SENT)
    record_event(
        actor=actor,
        action="application_submitted",
        obj=application,
        text=f"Ansökan inskickad som {record.case}",
        data={"diary_number": str(record.case), "sha256": sha256_hex(content)},
    )
    if before is not None:
        _keep_people(before, application)
    _mail_receipts(application, actor, sha256_hex(content))
    frames.forget_after_commit(application.call_id)
    render_after_commit(application.pk)
    return application


def _locked_draft(application_id: int, actor: User, reviewed_version: int | None) -> Application:
    """With the application that it takes the place of, in the order in which others lock the two."""
    replaces = Application.objects.values_list("replaces_id", flat=True).get(pk=application_id)
    if replaces is not None:
        both = Application.objects.filter(pk__in=(application_id, replaces)).order_by("pk")
        list(both.select_for_update(of=("self",)).values_list("pk"))
    application = (
        Application.objects.select_related("organisation", "updated_by")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    require(application.status, ApplicationAction.SUBMIT)
    if reviewed_version is not None and reviewed_version != application.version:
        raise ReviewedOlder(
            f"{application.updated_by} ändrade ansökan {clock(application.updated_at)}, efter att du öppnade "
            "sidan. Läs igenom den igen och skicka sedan in."
        )
    application.call = _call_as_it_stands(application.call_id)
    return application


def require_authority(application: Application, actor: User, *, attested: bool) -> bool:
    """Whether the actor sends on an attested authority. Raises Refusal for who may not send at all."""
    if may_sign_for(actor, application.organisation):
        return False
    if not may_attest(actor, application):
        raise Refusal(MAY_NOT_SIGN)
    if not attested:
        raise Refusal(ATTEST, field="authority_attested")
    proofs = read_states(application.attachments.filter(kind=AttachmentKind.AUTHORITY))
    if all(proof.is_infected for proof in proofs):
        if Step.ATTACHMENTS not in steps_of(application):
            raise Refusal(ATTACHMENTS_CLOSED, field="authority_attested")
        raise Refusal(NO_PROOF, field="authority_attested")
    return True


def _call_as_it_stands(call_id: int) -> Call:
    """The call with a shared lock: its closing time cannot be moved while applications come in, and those
    that come at once do not wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{Call._meta.db_table}" WHERE id = %s FOR SHARE', [call_id])  # noqa: S608
    return Call.objects.select_related("legal_basis").get(pk=call_id)


def _replaced(application: Application) -> Application | None:
    """The sent application that this one takes the place of, held until the end.

    Raises Refusal when it can no longer be replaced."""
    if application.replaces_id is None:
        return None
    before = (
        Application.objects.select_related("case")
        .select_for_update(of=("self",))
        .get(pk=application.replaces_id)
    )
    require_replaceable(before, by=application)
    return before


def _freeze(application: Application, record: Record, content: bytes) -> None:
    """What is sent, as it is, with the files that go along."""
    store_record_file(
        record=record,
        filename=f"ansokan-{record.case.slug}.json",
        content_type="application/json",
        content=content,
    )
    for attachment in counted(application):
        take_into_record(
            record=record,
            filename=attachment.filename,
            content_type=attachment.content_type,
            storage_name=attachment.storage_name,
            size=attachment.size,
            sha256=attachment.sha256,
        )


def _step_back(before: Application, actor: User) -> None:
    before.status = status_after(before.status, ApplicationAction.REPLACE)
    before.save(update_fields=["status"])
    record_event(
        actor=actor,
        action="application_replaced",
        obj=before,
        text=f"Ansökan {before.case} ersatt av en ny",
    )


def _keep_people(before: Application, application: Application) -> None:
    """Jäv and shared work are about the case: who was barred stays barred (KL 6:28–32)."""
    ImpartialityDeclaration.objects.bulk_create(
        ImpartialityDeclaration(
            application=application,
            person_id=row.person_id,
            ground=row.ground,
            text=row.text,
            declared_by_id=row.declared_by_id,
            declared_at=row.declared_at,
        )
        for row in before.declarations.order_by("pk")
    )
    CoHandler.objects.bulk_create(
        CoHandler(
            application=application,
            officer_id=row.officer_id,
            added_by_id=row.added_by_id,
            added_at=row.added_at,
        )
        for row in before.co_handlers.all()
    )


def _register(
    application: Application, actor: User, arrived_at: datetime, before: Application | None
) -> Record:
    if before is not None and before.case is not None:
        return register_record(
            actor=actor,
            case=before.case,
            direction=Direction.INCOMING,
            title=f"Ny ansökan till {application.call.title}, ersätter den förra"[:300],
            counterpart=application.organisation.name,
            dated_at=arrived_at,
        )
    case = open_case(
        actor=actor,
        prefix=application.call.diary_prefix,
        title=f"Ansökan: {application.title}",
        counterpart=application.organisation.name,
        opened_on=timezone.localdate(arrived_at),
    )
    return register_record(
        actor=actor,
        case=case,
        direction=Direction.INCOMING,
        title=f"Ansökan till {application.call.title}",
        counterpart=application.organisation.name,
        dated_at=arrived_at,
    )


def _mail_receipts(application: Application, actor: User, sha256: str) -> None:
    """To the sender, the contact person and the owners, once to each address."""
    path = reverse("applications:receipt", args=[application.pk])
    for email in _receivers(application, actor):
        enqueue_mail(
            kind="application_received",
            key=f"application_received:{application.pk}:{email}",
            to_email=email,
            obj=application,
            context={
                "application": application,
                "sent_at": clock(application.submitted_at) if application.submitted_at else "",
                "sha256": sha256,
                "url": f"{settings.BASE_URL}{path}",
            },
        )


def _receivers(application: Application, actor: User) -> Iterator[str]:
    owners = application.organisation.memberships.owners().emails()
    emails = [actor.email, application.contact_email, *owners]
    yield from dict.fromkeys(email.lower() for email in emails if email)


def render_after_commit(application_id: int) -> None:
    """Should the broker be away, the beat job finds what has no PDF yet."""
    from applications.tasks import render_application_pdf  # the task imports what this module imports

    transaction.on_commit(lambda: render_application_pdf.delay(application_id), robust=True)


@transaction.atomic
def withdraw_application(*, application_id: int, actor: User, reason: str) -> Application:
    """Take back an application that awaits its decision. The wish is a record of its own in the case.

    Raises Refusal without a reason, when it is decided or the person may not speak for the organisation."""
    # The case is read after the lock: who waited for the submission would see the row without one.
    application = (
        Application.objects.select_related("organisation")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )
    after = status_after(application.status, ApplicationAction.WITHDRAW)
    if not may_withdraw(actor, application):
        raise Refusal(MAY_NOT_WITHDRAW)
    if not reason.strip():
        raise Refusal("Skriv varför ni återkallar ansökan.", field="reason")
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    now = timezone.now()
    record = register_record(
        actor=actor,
        case=application.case,
        direction=Direction.INCOMING,
        title="Återkallelse av ansökan",
        counterpart=application.organisation.name,
        dated_at=now,
    )
    text = (
        f"Återkallelse av ansökan {application.case}\n{application.title}\n\n"
        f"Sökande: {application.organisation.name} ({application.organisation.org_number})\n"
        f"Återkallad av: {actor}\nTid: {clock(now)}\n\nSkäl:\n{reason}\n"
    )
    store_record_file(
        record=record,
        filename=f"aterkallelse-{application.case.slug}-{record.number}.txt",
        content_type="text/plain; charset=utf-8",
        content=text.encode(),
    )
    application.status = after
    application.updated_by = actor
    application.updated_at = now
    application.save(update_fields=["status", "updated_by", "updated_at"])
    # What was asked for is no longer missed.
    _stop_waiting(application, now)
    record_event(
        actor=actor,
        action="application_withdrawn",
        obj=application,
        text=f"Ansökan återkallad: {reason}",
    )
    _mail_withdrawal(application, actor, reason)
    frames.forget_after_commit(application.call_id)
    return application


def _stop_waiting(application: Application, now: datetime) -> None:
    for request in application.supplements.unanswered():
        request.closed_at, request.closed_as = now, SupplementEnd.WITHDRAWN
        request.save(update_fields=["closed_at", "closed_as"])
        lay_aside(request, at=now)


def _mail_withdrawal(application: Application, actor: User, reason: str) -> None:
    """To those who got the receipt, and to the case's officer."""
    emails = list(_receivers(application, actor))
    if application.case and application.case.officer:
        emails.append(application.case.officer.email.lower())
    for email in dict.fromkeys(emails):
        enqueue_mail(
            kind="application_withdrawn",
            key=f"application_withdrawn:{application.pk}:{email}",
            to_email=email,
            obj=application,
            context={"application": application, "actor": actor, "reason": reason},
        )
