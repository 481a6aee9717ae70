"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from celery import shared_task

from calls.services import asking


@shared_task
def clear_askers() -> None:
    """Take away who asked about calls, some weeks after the answer."""
    asking.clear_askers()
