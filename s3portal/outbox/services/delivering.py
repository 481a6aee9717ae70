"""Getting messages out of the outbox: one at a time, each in a transaction of its own."""

import logging
import time
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from s3portal.outbox.delivery import Mailer, PermanentFailure, TemporaryFailure
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message

logger = logging.getLogger(__name__)

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
TOO_LATE = "För sent att skicka"
#: So many are looked up at a time; each is still taken, sent and noted by itself.
BATCH: Final = 200


def deliver_message(*, message_id: int) -> bool:
    """Send one due message, unless another worker has it or it is already gone. True when it was sent."""
    with Mailer() as mailer:
        message = _deliver(mailer, message_id)
    return message is not None and message.status == MessageStatus.SENT


def deliver_round(*, seconds: float) -> int:
    """Send what is due, the oldest first, over one connection, until nothing is or ``seconds`` have gone.

    Two rounds at once share the messages between them. Ends early when the mail server is away: the next
    round knocks again. Returns how many were sent.
    """
    end, sent, tried = time.monotonic() + seconds, 0, set[int]()
    with Mailer() as mailer:
        # What was tried is not due again in this round; what could not even be noted waits for the next.
        while batch := list(Message.objects.due().exclude(pk__in=tried).values_list("pk", flat=True)[:BATCH]):
            settled = 0
            for message_id in batch:
                if mailer.server_away or time.monotonic() > end:
                    return sent
                try:
                    message = _deliver(mailer, message_id)
                except Exception:
                    # The oldest come first: one that cannot be handled must not keep the others waiting.
                    logger.exception("Message %s could not be delivered.", message_id)
                    tried.add(message_id)
                    continue
                settled += message is not None
                sent += message is not None and message.status == MessageStatus.SENT
            if not settled:
                # Another round has all of them.
                return sent
    return sent


@transaction.atomic
def _deliver(mailer: Mailer, message_id: int) -> Message | None:
    """The message, tried and noted; None when it is not due or another worker has it.

    The row stays locked while the mail server answers, so no two workers send it; a worker killed before
    the answer was noted leaves the row queued, and only that one message may arrive twice (it carries the
    same Message-ID).
    """
    message = (
        Message.objects.due().filter(pk=message_id).select_for_update(of=("self",), skip_locked=True).first()
    )
    if message is None:
        return None
    if message.is_too_late:
        message.status, message.last_error = MessageStatus.CANCELLED, TOO_LATE
    else:
        _try(mailer, message)
    message.save(update_fields=["attempts", "status", "sent_at", "last_error", "not_before"])
    return message


def _try(mailer: Mailer, message: Message) -> None:
    message.attempts += 1
    try:
        mailer.send(message)
    except TemporaryFailure as failure:
        _postpone(message, str(failure))
    except PermanentFailure as failure:
        message.status = MessageStatus.FAILED
        message.last_error = str(failure)
    except DatabaseError:
        # Nothing more can be written in this transaction.
        raise
    except Exception as error:
        logger.exception("Message %s could not be sent.", message.pk)
        _postpone(message, f"Oväntat fel: {type(error).__name__}")
    else:
        message.status = MessageStatus.SENT
        message.sent_at = timezone.now()
        message.last_error = ""


def _postpone(message: Message, error: str) -> None:
    message.last_error = error
    if message.attempts > len(PAUSES):
        message.status = MessageStatus.FAILED
    else:
        message.not_before = timezone.now() + PAUSES[message.attempts - 1]
