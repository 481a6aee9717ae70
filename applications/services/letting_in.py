"""Opening a door for one applicant after the call has closed: for a reason, until a time, on the record."""

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.models import DoorOpening
from applications.rules import may_handle
from applications.services.door import clock
from applications.services.handling import MAY_NOT_HANDLE
from calls.enums import CallStatus
from calls.models import Call
from s3portal.accounts.models import Organisation, User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox.services import Mail, enqueue_many

#: Longer than this is a new call, not a door.
LONGEST: Final = timedelta(days=60)


@transaction.atomic
def open_door_for(
    *, call_id: int, organisation_id: int, actor: User, reason: str, open_until: datetime
) -> DoorOpening:
    """Let the organisation write and send until ``open_until`` (inclusive). Its people are told by mail.

    Raises Refusal for a call that is not published or still open to all, a time that has been or is too far
    away, or when there is an open door already."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    call = Call.objects.get(pk=call_id)
    now = timezone.now()
    if call.status != CallStatus.PUBLISHED:
        raise Refusal("Utlysningen är inte publicerad eller är avslutad.")
    if call.closes_at >= now:
        raise Refusal("Utlysningen är fortfarande öppen för alla.")
    if not reason.strip():
        raise Refusal("Skriv varför.", field="reason")
    if open_until <= now:
        raise Refusal("Ange en tid som inte har varit.", field="open_until")
    if open_until > now + LONGEST:
        raise Refusal(f"Ange en tid inom {LONGEST.days} dagar.", field="open_until")
    organisation = Organisation.objects.get(pk=organisation_id)
    # One whose time has run out makes room for the new one.
    DoorOpening.objects.filter(
        call=call, organisation=organisation, closed_at__isnull=True, open_until__lt=now
    ).update(closed_at=now, closed_by=actor)
    try:
        with transaction.atomic():
            door = DoorOpening.objects.create(
                call=call,
                organisation=organisation,
                reason=reason,
                opened_by=actor,
                opened_at=now,
                open_until=open_until,
            )
    except IntegrityError as error:
        raise Refusal("Organisationen har redan en öppen dörr. Stäng den först.") from error
    record_event(
        actor=actor,
        action="door_opened",
        obj=call,
        text=f"Öppet för {organisation} till {clock(open_until)}: {reason}",
        data={"door": door.pk, "organisation": organisation.pk},
    )
    _tell(door)
    return door


@transaction.atomic
def close_door(*, door_id: int, actor: User) -> DoorOpening:
    """End it before its time. Raises Refusal when it is closed already."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    door = (
        DoorOpening.objects.select_related("call", "organisation")
        .select_for_update(of=("self",))
        .get(pk=door_id)
    )
    if door.closed_at is not None:
        raise Refusal("Dörren är redan stängd.")
    door.closed_at, door.closed_by = timezone.now(), actor
    door.save(update_fields=["closed_at", "closed_by"])
    record_event(
        actor=actor,
        action="door_closed",
        obj=door.call,
        text=f"Stängt för {door.organisation} i förtid",
        data={"door": door.pk},
    )
    return door


def _tell(door: DoorOpening) -> None:
    enqueue_many(
        Mail(
            kind="door_opened",
            key=f"door_opened:{door.pk}:{email}",
            to_email=email,
            obj=door.call,
            context={
                "door": door,
                "open_until": clock(door.open_until),
                "path": reverse("applications:start", args=[door.call.slug]),
            },
        )
        for email in door.organisation.memberships.writers().emails()
    )
