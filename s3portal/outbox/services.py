"""Putting messages in the outbox and getting them out of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile
from s3portal.outbox.delivery import PermanentFailure, TemporaryFailure, send_mail
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message, MessageAttachment
from s3portal.outbox.transitions import MessageAction, allowed

# After the last pause a message is given up and shown as failed; together they span about a day.
PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
)


@transaction.atomic
def enqueue_mail(
    *,
    kind: str,
    key: str,
    to_email: str,
    context: Mapping[str, Any],
    obj: models.Model | None = None,
    attachments: Sequence[FrozenFile] = (),
    not_before: datetime | None = None,
) -> Message:
    """Write a mail to the outbox, in the caller's transaction; a worker sends it after commit.

    ``templates/mail/<kind>.subject.txt``, ``.txt`` and ``.html`` are its words. Asking again with the same
    ``key`` gives the first message back and sends nothing more.
    """
    facts = {**context, "region": settings.REGION, "base_url": settings.BASE_URL}
    message, created = Message.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "to_email": to_email,
            "subject": " ".join(render_to_string(f"mail/{kind}.subject.txt", facts).split())[:250],
            "text_body": render_to_string(f"mail/{kind}.txt", facts).strip() + "\n",
            "html_body": render_to_string(f"mail/{kind}.html", facts),
            "not_before": not_before or timezone.now(),
            "object_type": "" if obj is None else obj._meta.label_lower,
            "object_id": None if obj is None else obj.pk,
        },
    )
    if created:
        MessageAttachment.objects.bulk_create(
            MessageAttachment(
                message=message,
                filename=file.filename,
                content_type=file.content_type,
                storage_name=file.storage_name,
                sha256=file.sha256,
            )
            for file in attachments
        )
        _deliver_after_commit(message)
    return message


def _deliver_after_commit(message: Message) -> None:
    """Wake a worker once the row is there. Should the broker be away, the beat job finds the row instead."""
    from s3portal.outbox.tasks import deliver  # the task imports this module

    transaction.on_commit(lambda: deliver.delay(message.pk), robust=True)


@transaction.atomic
def deliver_message(*, message_id: int) -> bool:
    """Send one due message, unless another worker has it or it is already gone. True when it was sent.

    The row stays locked while the mail server answers, so no two workers send it; a worker killed before
    the answer was noted leaves the row queued, and only that one message may arrive twice (it carries the
    same Message-ID).
    """
    message = (
        Message.objects.due().filter(pk=message_id).select_for_update(of=("self",), skip_locked=True).first()
    )
    if message is None:
        return False
    message.attempts += 1
    try:
        send_mail(message)
    except TemporaryFailure as failure:
        _postpone(message, str(failure))
    except PermanentFailure as failure:
        message.status = MessageStatus.FAILED
        message.last_error = str(failure)
    else:
        message.status = MessageStatus.SENT
        message.sent_at = timezone.now()
        message.last_error = ""
    message.save(update_fields=["attempts", "status", "sent_at", "last_error", "not_before"])
    return message.status == MessageStatus.SENT


def _postpone(message: Message, error: str) -> None:
    message.last_error = error
    if message.attempts > len(PAUSES):
        message.status = MessageStatus.FAILED
    else:
        message.not_before = timezone.now() + PAUSES[message.attempts - 1]


@transaction.atomic
def resend_message(*, message_id: int, actor: User) -> Message:
    """Put a failed or cancelled message back in the queue. Raises Refusal for any other."""
    message = _locked(
        message_id, MessageAction.RESEND, "Bara misslyckade och avbrutna utskick kan skickas igen."
    )
    message.status = MessageStatus.QUEUED
    message.attempts = 0
    message.not_before = timezone.now()
    message.save(update_fields=["status", "attempts", "not_before"])
    record_event(
        actor=actor, action="message_resent", obj=message, text=f"Skickas igen till {message.to_email}"
    )
    _deliver_after_commit(message)
    return message


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
