"""Work for Celery: each task makes one domain call and may be run twice without harm."""

import logging
import time

from celery import shared_task

from s3portal.outbox.models import Message
from s3portal.outbox.services import deliver_message

logger = logging.getLogger(__name__)
BATCH = 200
#: A mail server that does not answer holds each message up; the worker has other work too.
MOST_SECONDS = 60


@shared_task
def deliver(message_id: int) -> None:
    """Send one message soon after it was written."""
    deliver_message(message_id=message_id)


@shared_task
def deliver_due() -> None:
    """Send what is due and was not sent when it was written: a later hour, a pause, a killed worker."""
    end = time.monotonic() + MOST_SECONDS
    for message_id in list(Message.objects.due().values_list("pk", flat=True)[:BATCH]):
        if time.monotonic() > end:
            # The next round goes on with what is left.
            return
        try:
            deliver_message(message_id=message_id)
        except Exception:
            # The oldest come first: one that cannot be sent at all must not keep the others waiting.
            logger.exception("Message %s could not be delivered.", message_id)
