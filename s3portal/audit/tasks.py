"""Work for Celery: may be run twice without harm."""

from typing import Final

from celery import shared_task

from s3portal.audit.chain import BATCH, seal_waiting

#: In one run: 200 000 events. What was there before the chain is taken in during the first runs.
MOST_BATCHES: Final = 40


@shared_task
def seal_events() -> int:
    """Give the events that are committed since last their places in the chain; returns how many."""
    sealed = 0
    for _ in range(MOST_BATCHES):
        batch = seal_waiting()
        sealed += batch
        if batch < BATCH:
            break
    return sealed
