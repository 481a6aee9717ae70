"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from celery import shared_task

from s3portal.copies import services


@shared_task
def clear_requesters() -> None:
    """Take away who has asked for copies, some time after the answer."""
    services.clear_requesters()
