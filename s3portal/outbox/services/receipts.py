"""What the mail server has taken of a batch that is not noted yet: one small row for each message, committed
over a connection of its own while the batch's rows stay locked. See docs/adr/0008."""

import logging
import select
from collections.abc import Collection
from types import TracebackType
from typing import Final, Self

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import DeliveryReceipt, Message

logger = logging.getLogger(__name__)
_RECEIPTS: Final = DeliveryReceipt._meta.db_table
_MESSAGES: Final = Message._meta.db_table


class Receipts:
    """Writes receipts, each committed when ``write`` returns; ``with Receipts() as receipts`` closes.

    The connection is opened with the first receipt. Within somebody else's transaction (tests) there is none
    of its own: what is not committed yet is seen by no other.
    """

    def __init__(self) -> None:
        self._own = not connection.in_atomic_block
        self._connection: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write(self, message: Message) -> bool:
        """False when it could not be written: send nothing more before the batch is noted."""
        try:
            with self._connected().cursor() as cursor:
                cursor.execute(_WRITE, [message.pk, message.sent_at])
        except DatabaseError:
            if not self._own:
                raise
            logger.exception("The receipt of message %s could not be written.", message.pk)
            self.close()
            return False
        return True

    def _connected(self) -> BaseDatabaseWrapper:
        if not self._own:
            return connections[DEFAULT_DB_ALIAS]
        if self._connection is None:
            self._connection = connections[DEFAULT_DB_ALIAS].copy()
            with self._connection.cursor() as cursor:
                # What a killed worker had committed stays: it is the database server that writes it.
                cursor.execute("SET synchronous_commit TO OFF")
        return self._connection


#: A killed worker's last receipt may arrive after another has taken the message over.
_WRITE: Final = f"INSERT INTO {_RECEIPTS} (message_id, sent_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"  # noqa: S608 - the table's name is our own
_FOLD: Final = f"""
    UPDATE {_MESSAGES} AS message
    SET status = %s, sent_at = receipt.sent_at, attempts = LEAST(message.attempts + 1, 32767), last_error = ''
    FROM {_RECEIPTS} AS receipt
    WHERE receipt.message_id = message.id AND message.id = ANY(%s) AND message.status = %s
    RETURNING message.id
"""  # noqa: S608


def fold(messages: Collection[int]) -> set[int]:
    """Note as sent what a worker that died had receipts for. The caller holds the rows; which they were.

    Ask in a statement after the one that locked: only that one sees all that the dead worker committed."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [MessageStatus.SENT, list(messages), MessageStatus.QUEUED])
        folded = {pk for (pk,) in cursor.fetchall()}
    if folded:
        forget(folded)
    return folded


def forget(messages: Collection[int]) -> None:
    """The messages themselves tell what became of them."""
    DeliveryReceipt.objects.filter(pk__in=messages).delete()


@transaction.atomic
def fold_leftovers() -> None:
    """Fold every receipt of a message that nobody holds, also those that came after it was settled."""
    found = Message.objects.filter(pk__in=DeliveryReceipt.objects.values("pk")).order_by("pk")
    free = found.select_for_update(of=("self",), skip_locked=True, no_key=True)
    if keys := list(free.values_list("pk", flat=True)):
        fold(keys)
        forget(keys)


def is_held() -> bool:
    """Whether the rows of the open transaction are still ours, told without asking the database server.

    A server that ends the session says so unasked, and with it the locks are gone."""
    poll = select.poll()
    poll.register(connection.connection.fileno(), select.POLLIN)
    return not poll.poll(0)
