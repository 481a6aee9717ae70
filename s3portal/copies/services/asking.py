"""Somebody asks for copies. Nobody has to say who they are or why (TF 2:18)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.copies.enums import RequestStatus, Way
from s3portal.copies.models import CopyRequest
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case, Record
from s3portal.diary.services import register_record
from s3portal.outbox.services import enqueue_mail

#: The same request within this time is the same button pressed again.
PRESSED_TWICE: Final = timedelta(seconds=10)


@transaction.atomic
def request_copy(
    *, case_id: int, record_number: int | None, wish: str, way: Way, name: str = "", email: str = ""
) -> CopyRequest:
    """Take a request for one handling of the case (by its number), or for what ``wish`` says. It is
    registered in the case at once (OSL 5:1), without who asks.

    The registrar is told, and the requester if there is an address; that letter holds nothing that the
    requester wrote, since the address may be somebody else's. Raises Refusal for a cancelled case, for a
    number that is none, and for what is missing."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if case.is_cancelled:
        raise Refusal("Ärendet är makulerat. Skriv till registratorn i stället.")
    record = None
    if record_number is not None:
        record = Record.objects.filter(case=case, number=record_number).first()
        if record is None:
            raise Refusal("Välj en av handlingarna i listan.", field="record")
    if record is None and not wish.strip():
        raise Refusal("Välj en handling, eller skriv vad du vill läsa.", field="wish")
    if way == Way.LINK and not email:
        raise Refusal("Skriv din e-postadress, eller välj ett annat sätt.", field="email")
    typed = {"record": record, "wish": wish.strip(), "way": way, "name": name, "email": email}
    again = CopyRequest.objects.waiting().filter(case=case, **typed)
    found = again.filter(received_at__gte=timezone.now() - PRESSED_TWICE).first()
    if found is not None:
        return found
    made = CopyRequest(case=case, **typed)
    made.registered = register_request(made)
    made.save(force_insert=True)
    # Without who asks: the log is never cleared.
    record_event(actor=None, action="copy_requested", obj=case, text=f"Begäran {made.reference} om handling")
    _tell_registrar(made, "copy_request_waiting")
    if email:
        enqueue_mail(
            kind="copy_request_received",
            key=f"copy_request_received:{made.pk}",
            to_email=email,
            context={"request": made, "path": reverse("copies:follow", args=[made.token])},
            obj=made,
        )
    return made


def register_request(made: CopyRequest) -> Record:
    """The request becomes a record in its case, which the caller holds locked. Never who asked: that would be
    public."""
    return register_record(
        actor=None,
        case=made.case,
        direction=Direction.INCOMING,
        title=f"Begäran om handling, referens {made.reference}",
        dated_at=made.received_at,
    )


@transaction.atomic
def want_decision(*, token: UUID) -> CopyRequest:
    """The requester wants a written decision about what was masked, to appeal against (OSL 6:3 st. 3). Asked
    once. Raises Refusal when there is nothing to decide about, and when who asked is cleared."""
    made = CopyRequest.objects.select_for_update(of=("self",)).get(token=token)
    if made.decision_wanted_at is not None:
        return made
    if made.status != RequestStatus.MASKED:
        raise Refusal("Det finns inget att besluta om i den här begäran.")
    if made.cleared_at is not None:
        raise Refusal("Vi har tagit bort vem som frågade. Gör en ny begäran, så prövar vi den.")
    made.decision_wanted_at = timezone.now()
    made.save(update_fields=["decision_wanted_at"])
    record_event(
        actor=None,
        action="copy_decision_wanted",
        obj=made.case,
        text=f"Begäran {made.reference}: skriftligt beslut begärt",
    )
    _tell_registrar(made, "copy_decision_wanted")
    return made


def _tell_registrar(made: CopyRequest, kind: str) -> None:
    enqueue_mail(
        kind=kind,
        key=f"{kind}:{made.pk}",
        to_email=settings.REGION["email"],
        context={
            "request": made,
            "number": str(made.case),
            "path": reverse("copies:staff_detail", args=[made.pk]),
        },
        obj=made,
    )
