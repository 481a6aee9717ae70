"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from celery import shared_task

from s3portal.diary.retention import services as retention
from s3portal.diary.retention.queries import approved_lists


@shared_task
def propose_disposal() -> None:
    """Make a list of the records whose time is out, for the registrar to decide on."""
    retention.propose_list()


@shared_task
def carry_out_disposal(list_id: int) -> None:
    """Dispose of what a person has approved."""
    retention.carry_out(list_id=list_id)


@shared_task
def carry_out_approved_disposals() -> None:
    """Go on with what a killed worker left."""
    for list_id in approved_lists():
        carry_out_disposal.delay(list_id)
