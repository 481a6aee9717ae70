"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from celery import shared_task

from s3portal.outbox import services
from s3portal.outbox.services import deliver_message, deliver_round

#: A mail server that does not answer holds each message up; the worker has other work too.
MOST_SECONDS = 60


@shared_task
def deliver(message_id: int) -> None:
    """Send one message soon after it was written."""
    deliver_message(message_id=message_id)


@shared_task
def deliver_due() -> None:
    """Send what is due and was not sent when it was written: a later hour, a pause, a killed worker."""
    deliver_round(seconds=MOST_SECONDS)


@shared_task
def create_reminders() -> None:
    """Write the reminders that are due. Two at once, or one after a day's rest, write none twice."""
    services.create_reminders()


@shared_task
def clear_old() -> None:
    """Take addresses and texts from what was sent long ago."""
    services.clear_old()
