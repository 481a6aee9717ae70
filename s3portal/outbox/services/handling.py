"""What the region's people do with messages: send again, and stop."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox import queries
from s3portal.outbox.enums import CancelReason, MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.rules import require_outbox_staff
from s3portal.outbox.services.enqueueing import deliver_after_commit
from s3portal.outbox.services.receipts import fold, forget
from s3portal.outbox.services.standing import judge
from s3portal.outbox.transitions import MessageAction, allowed

#: So many failed messages are sent again with one press, each with its own event.
MOST_AT_ONCE: Final = 500
TOO_LATE: Final = "Det är för sent att skicka utskicket. Det skulle ha kommit fram tidigare."
CLEARED: Final = "Adressen och texten är gallrade. Utskicket kan inte skickas igen."
#: Why what was stopped stays stopped. What an officer stopped may be sent after all.
STOPPED: Final[dict[str, str]] = {
    CancelReason.TOO_LATE: TOO_LATE,
    CancelReason.CHANGED: (
        "Utskicket stoppades för att det som det handlar om har ändrats. Det kan inte skickas igen: portalen "
        "skriver ett nytt om det behövs."
    ),
    CancelReason.OPTED_OUT: "Mottagaren har valt bort utskicken. Det kan inte skickas igen.",
    CancelReason.LAPSED: "Utskicket gäller inte längre för mottagaren. Det kan inte skickas igen.",
}


def resend_refusal(message: Message) -> str:
    """Why the message may not be sent again, as a sentence; "" when it may."""
    if not allowed(MessageAction.RESEND, message.status):
        return "Bara misslyckade och avbrutna utskick kan skickas igen."
    if message.cleared_at is not None:
        return CLEARED
    if message.is_too_late:
        return TOO_LATE
    reason = message.cancelled_because
    if reason in ("", CancelReason.BY_HAND):
        reason = judge([message]).fallen.get(message.pk, "")
    return STOPPED.get(reason, "")


@transaction.atomic
def resend_message(*, message_id: int, actor: User) -> Message:
    """Put a failed message, or one that an officer stopped, back in the queue. Raises Refusal for any other,
    when its time is over, and when what it says no longer holds for who would get it."""
    require_outbox_staff(actor)
    message = _locked(message_id)
    if refusal := resend_refusal(message):
        raise Refusal(refusal)
    # A killed worker's receipt that came afterwards must not take this sending for the former.
    forget([message.pk])
    _put_back(message, actor)
    return message


@transaction.atomic
def resend_failed(*, text: str, kind: str, actor: User) -> int:
    """Put the failed messages of a selection back in the queue, the latest first and at most
    ``MOST_AT_ONCE``. Those whose time is over stay failed. Returns how many."""
    require_outbox_staff(actor)
    found = (
        queries.failed_to_resend(text=text, kind=kind)
        .order_by("-created_at", "-pk")
        .select_for_update(of=("self",), skip_locked=True)
    )
    messages = list(found[:MOST_AT_ONCE])
    forget([message.pk for message in messages])
    for message in messages:
        _put_back(message, actor)
    return len(messages)


def _put_back(message: Message, actor: User) -> None:
    message.status, message.cancelled_because = MessageStatus.QUEUED, ""
    message.attempts = 0
    message.not_before = timezone.now()
    message.save(update_fields=["status", "cancelled_because", "attempts", "not_before"])
    # To whom stands on the message until it is cleared; the log is never cleared.
    record_event(actor=actor, action="message_resent", obj=message, text=f"Skickas igen: {message.subject}")
    deliver_after_commit(message)


@transaction.atomic
def cancel_message(*, message_id: int, actor: User) -> Message:
    """Stop a message that still waits. Raises Refusal when it has left or already failed."""
    require_outbox_staff(actor)
    message = _locked(message_id)
    # It may have left, though the worker that sent it was killed before it noted it.
    if not allowed(MessageAction.CANCEL, message.status) or fold([message.pk]):
        raise Refusal("Utskicket väntar inte längre och kan inte avbrytas.")
    message.status, message.cancelled_because = MessageStatus.CANCELLED, CancelReason.BY_HAND
    message.save(update_fields=["status", "cancelled_because"])
    record_event(actor=actor, action="message_cancelled", obj=message, text=f"Avbrutet: {message.subject}")
    return message


def _locked(message_id: int) -> Message:
    return Message.objects.select_for_update(of=("self",)).get(pk=message_id)
