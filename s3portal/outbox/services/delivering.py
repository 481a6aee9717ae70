"""Getting messages out of the outbox: looked up and judged in batches, taken, sent and noted one by one."""

import logging
import time
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from s3portal.outbox.delivery import Mailer, PermanentFailure, TemporaryFailure
from s3portal.outbox.enums import CancelReason, MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services.standing import judge
from s3portal.outbox.services.stopping import stop

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
#: So many are looked up and judged at a time; each is still taken, sent and noted by itself.
BATCH: Final = 100
#: Seconds after which what was judged is judged anew: a slow mail server gives time for much to happen.
FRESH: Final = 10.0


def deliver_message(*, message_id: int) -> bool:
    """Send one due message, unless another worker has it or it is already gone. True when it was sent."""
    batch = list(Message.objects.due().filter(pk=message_id).prefetch_related("attachments"))
    with Mailer() as mailer:
        delivered = [_deliver(mailer, message) for message in _standing(batch, set())]
    return delivered == [True]


def deliver_round(*, seconds: float) -> int:
    """Send what is due, the oldest first, over one connection, until nothing is or ``seconds`` have gone.

    Two rounds at once share the messages between them. Ends early when the mail server is away: the next
    round knocks again. Returns how many were sent.
    """
    # What was stopped, or could not even be noted, is not looked up again in this round.
    end, sent, passed = time.monotonic() + seconds, 0, set[int]()
    with Mailer() as mailer:
        while batch := _due(but_not=passed):
            known, moved = len(passed), False
            standing = _standing(batch, passed)
            fresh = time.monotonic() + FRESH
            for message in standing:
                if mailer.server_away or time.monotonic() > end:
                    return sent
                done = _deliver_or_log(mailer, message, passed)
                moved |= done is not None
                sent += done is True
                if time.monotonic() > fresh:
                    break
            if not moved and len(passed) == known:
                # Another round has all of them.
                return sent
    return sent


def _due(*, but_not: Collection[int]) -> list[Message]:
    return list(Message.objects.due().exclude(pk__in=list(but_not)).prefetch_related("attachments")[:BATCH])


def _standing(batch: Sequence[Message], passed: set[int]) -> list[Message]:
    """Those to send; the others are added to ``passed``. What no longer holds is stopped; what could not be
    told waits for the next round."""
    verdict = judge(batch)
    for reason in sorted(set(verdict.fallen.values())):
        fallen = [pk for pk, why in verdict.fallen.items() if why == reason]
        with transaction.atomic():
            stop(Message.objects.filter(pk__in=fallen), reason, pass_locked=True)
    passed |= verdict.unknown | set(verdict.fallen)
    return [message for message in batch if message.pk not in passed]


def _deliver_or_log(mailer: Mailer, message: Message, passed: set[int]) -> bool | None:
    try:
        return _deliver(mailer, message)
    except Exception:
        # The oldest come first: one that cannot be handled must not keep the others waiting.
        logger.exception("Message %s could not be delivered.", message.pk)
        passed.add(message.pk)
        return None


def _deliver(mailer: Mailer, message: Message) -> bool | None:
    """Try the message and note what came of it: True when it was sent, None when it is not due or another
    worker has it.

    The row stays locked while the mail server answers, so no two workers send it and nobody stops it halfway;
    a worker killed before the answer was noted leaves the row queued, and only that one message may arrive
    twice (it carries the same Message-ID).
    """
    # Nobody else has begun a transaction, except in tests: two round trips for each message, and not four.
    own = not connection.in_atomic_block
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                _BEGIN + _TAKE if own else _TAKE, [message.pk, MessageStatus.QUEUED, timezone.now()]
            )
            found = cursor.fetchone()
            if found is not None:
                message.attempts = found[0]
                _settle(mailer, message)
            _note(cursor, message if found else None, own=own)
        except BaseException:
            if own:
                cursor.execute("ROLLBACK")
            raise
    return None if found is None else message.status == MessageStatus.SENT


#: The commit does not wait for the disk: what a killed worker had noted is noted all the same, since it is
#: the database server that writes it. See docs/adr/0008.
_BEGIN: Final = "BEGIN; SET LOCAL synchronous_commit TO OFF; "
_TAKE: Final = f"""
    SELECT attempts FROM {Message._meta.db_table}
    WHERE id = %s AND status = %s AND not_before <= %s
    FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - the table's name is our own
_NOTE: Final = f"""
    UPDATE {Message._meta.db_table}
    SET status = %s, cancelled_because = %s, attempts = %s, sent_at = %s, last_error = %s, not_before = %s
    WHERE id = %s
"""  # noqa: S608


def _note(cursor: Any, message: Message | None, *, own: bool) -> None:
    if message is None:
        if own:
            cursor.execute("COMMIT")
        return
    values = [
        message.status,
        message.cancelled_because,
        message.attempts,
        message.sent_at,
        message.last_error,
        message.not_before,
        message.pk,
    ]
    cursor.execute(_NOTE + "; COMMIT" if own else _NOTE, values)


def _settle(mailer: Mailer, message: Message) -> None:
    if message.is_too_late:
        message.status, message.cancelled_because = MessageStatus.CANCELLED, CancelReason.TOO_LATE
    else:
        _try(mailer, message)


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
