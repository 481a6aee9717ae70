"""What the region's people do with messages: send again, and stop."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox import queries
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services.enqueueing import deliver_after_commit
from s3portal.outbox.transitions import MessageAction, allowed

#: So many failed messages are sent again with one press, each with its own event.
MOST_AT_ONCE: Final = 500
TOO_LATE = "Det är för sent att skicka utskicket. Det skulle ha kommit fram tidigare."


@transaction.atomic
def resend_message(*, message_id: int, actor: User) -> Message:
    """Put a failed or cancelled message back in the queue. Raises Refusal for any other, and when its time
    is over."""
    message = _locked(
        message_id, MessageAction.RESEND, "Bara misslyckade och avbrutna utskick kan skickas igen."
    )
    if message.is_too_late:
        raise Refusal(TOO_LATE)
    _put_back(message, actor)
    return message


@transaction.atomic
def resend_failed(*, text: str, kind: str, actor: User) -> int:
    """Put the failed messages of a selection back in the queue, the latest first and at most
    ``MOST_AT_ONCE``. Those whose time is over stay failed. Returns how many."""
    found = (
        queries.failed_to_resend(text=text, kind=kind)
        .order_by("-created_at", "-pk")
        .select_for_update(of=("self",), skip_locked=True)
    )
    messages = list(found[:MOST_AT_ONCE])
    for message in messages:
        _put_back(message, actor)
    return len(messages)


def _put_back(message: Message, actor: User) -> None:
    message.status = MessageStatus.QUEUED
    message.attempts = 0
    message.not_before = timezone.now()
    message.save(update_fields=["status", "attempts", "not_before"])
    record_event(
        actor=actor, action="message_resent", obj=message, text=f"Skickas igen till {message.to_email}"
    )
    deliver_after_commit(message)


@transaction.atomic
def cancel_message(*, message_id: int, actor: User) -> Message:
    """Stop a message that still waits. Raises Refusal when it has left or already failed."""
    message = _locked(message_id, MessageAction.CANCEL, "Utskicket väntar inte längre och kan inte avbrytas.")
    message.status = MessageStatus.CANCELLED
    message.save(update_fields=["status"])
    record_event(
        actor=actor, action="message_cancelled", obj=message, text=f"Avbrutet: till {message.to_email}"
    )
    return message


def _locked(message_id: int, action: MessageAction, refusal: str) -> Message:
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if not allowed(action, message.status):
        raise Refusal(refusal)
    return message
