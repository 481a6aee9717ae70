"""Getting messages out of the outbox: taken, judged and noted in batches, sent one by one, with a receipt.

What every moment of a batch leaves to others is told in docs/adr/0008."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.utils import timezone

from s3portal.outbox.delivery import Mailer, PermanentFailure, TemporaryFailure
from s3portal.outbox.enums import CancelReason, MessageStatus
from s3portal.outbox.models import Message, MessageQuerySet
from s3portal.outbox.services.receipts import Receipts, fold, fold_leftovers, forget, is_held
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
#: So many are taken at most, and so many at first, before it is known how fast the mail server is.
MOST: Final = 100
FIRST: Final = 10
#: Seconds for which a batch is held: who stops a message in it waits, and what was judged may change.
HOLD: Final = 1.0


def deliver_message(*, message_id: int) -> bool:
    """Send one due message, unless another worker has it or it is already gone. True when it was sent."""
    with Mailer() as mailer, Receipts() as receipts:
        batch = _Batch(mailer, receipts)
        batch.deliver(Message.objects.due().filter(pk=message_id))
    return batch.sent == 1


def deliver_round(*, seconds: float) -> int:
    """Send what is due, the oldest first, over one connection, until nothing is or ``seconds`` have gone.

    Two rounds at once share the messages between them. Ends early when the mail server is away: the next
    round knocks again. Returns how many were sent.
    """
    fold_leftovers()
    # What could not be told about, or not even be noted, is not taken again in this round.
    end, sent, most, passed = time.monotonic() + seconds, 0, FIRST, set[int]()
    with Mailer() as mailer, Receipts() as receipts:
        while time.monotonic() < end and not mailer.server_away:
            batch = _Batch(mailer, receipts, end)
            started = time.monotonic()
            _deliver_or_log(batch, Message.objects.due().exclude(pk__in=list(passed))[:most])
            sent += batch.sent
            passed |= batch.passed
            if not batch.taken:
                break
            most = _size(len(batch.tried), time.monotonic() - started, most)
    return sent


def _size(tried: int, seconds: float, most: int) -> int:
    """So many as can be sent while they may be held."""
    return max(1, min(MOST, int(tried / seconds * HOLD))) if tried else most


def _deliver_or_log(batch: "_Batch", due: MessageQuerySet) -> None:
    try:
        batch.deliver(due)
    except Exception:
        if batch.at is None:
            raise
        # The oldest come first: one that cannot be handled must not keep the others waiting.
        logger.exception("Message %s could not be delivered.", batch.at.pk)
        batch.passed.add(batch.at.pk)


class _Batch:
    """Some messages, their rows locked from when they are taken until all are noted, with one commit.

    No two workers send a message and nobody stops it halfway. What the mail server takes gets a receipt at
    once, over another connection: a worker killed in the midst leaves the rows queued and the receipts, and
    only the one message that was on its way may arrive twice (it carries the same Message-ID).
    """

    def __init__(self, mailer: Mailer, receipts: Receipts, end: float = float("inf")) -> None:
        self.mailer, self.receipts, self.end = mailer, receipts, end
        #: How many rows were held, and how many the mail server took.
        self.taken = self.sent = 0
        self.tried: list[Message] = []
        self.passed: set[int] = set()
        #: Which message was being handled, to tell of when it went wrong.
        self.at: Message | None = None

    def deliver(self, due: MessageQuerySet) -> None:
        with transaction.atomic():
            self._send(self._take(due))
            if self.tried:
                self._note(self.tried)

    def _take(self, due: MessageQuerySet) -> list[Message]:
        """Those to send. What no longer holds is stopped; what could not be told waits for the next round."""
        locked = due.select_for_update(of=("self",), skip_locked=True, no_key=True)
        found = list(locked.prefetch_related("attachments"))
        self.taken = len(found)
        if not found:
            return []
        folded = fold([message.pk for message in found])
        waiting = [message for message in found if message.pk not in folded]
        verdict = judge(waiting)
        for reason in sorted(set(verdict.fallen.values())):
            fallen = [pk for pk, why in verdict.fallen.items() if why == reason]
            stop(Message.objects.filter(pk__in=fallen), reason)
        self.passed |= verdict.unknown
        return [message for message in waiting if message.pk not in verdict.unknown | set(verdict.fallen)]

    def _send(self, messages: Sequence[Message]) -> None:
        """One after the other, for as long as they may be held. The rest is let go and taken anew."""
        until = min(self.end, time.monotonic() + HOLD)
        for message in messages:
            if not is_held():
                return
            self.at = message
            _settle(self.mailer, message)
            self.tried.append(message)
            if message.status == MessageStatus.SENT:
                self.sent += 1
                # A message that is alone is noted at once.
                if len(messages) > 1 and not self.receipts.write(message):
                    return
            if self.mailer.server_away or time.monotonic() > until:
                return

    def _note(self, messages: Sequence[Message]) -> None:
        try:
            with transaction.atomic():
                _write(messages)
        except (DataError, IntegrityError):
            logger.exception("The messages could not be noted together.")
            for message in messages:
                self._note_alone(message)

    def _note_alone(self, message: Message) -> None:
        try:
            with transaction.atomic():
                _write([message])
        except (DataError, IntegrityError):
            logger.exception("Message %s could not be noted.", message.pk)
            self.passed.add(message.pk)


_NOTE: Final = f"""
    UPDATE {Message._meta.db_table} AS message
    SET status = one.status, cancelled_because = one.cancelled_because, attempts = one.attempts,
        sent_at = one.sent_at, last_error = one.last_error, not_before = one.not_before
    FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::text[], %s::timestamptz[]
    ) AS one (id, status, cancelled_because, attempts, sent_at, last_error, not_before)
    WHERE message.id = one.id
"""  # noqa: S608 - the table's name is our own


def _write(messages: Sequence[Message]) -> None:
    """What came of the messages, and that their receipts are needed no more: both or neither."""
    columns = (
        [message.pk for message in messages],
        [str(message.status) for message in messages],
        [str(message.cancelled_because) for message in messages],
        [message.attempts for message in messages],
        [message.sent_at for message in messages],
        [message.last_error for message in messages],
        [message.not_before for message in messages],
    )
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, columns)
    forget(columns[0])


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
