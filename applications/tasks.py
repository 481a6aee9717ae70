"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from applications.documents import applications_without_pdf, store_application_pdf
from applications.ranking.appendix import locks_without_appendix, store_appendix
from applications.services.discarding import (
    discard_unused_drafts,
    purge_discarded,
    warn_of_unused_drafts,
)

BATCH = 100
WAIT_BEFORE_RETRY = timedelta(minutes=1)


@shared_task
def render_application_pdf(application_id: int) -> None:
    """Make the PDF of what was sent, soon after it was sent."""
    store_application_pdf(application_id=application_id)


@shared_task
def render_ranking_appendix(lock_id: int) -> None:
    """Make the sealed appendix of a ranking, soon after it was locked."""
    store_appendix(lock_id=lock_id)


@shared_task
def tidy_drafts() -> None:
    """The nightly round: tell of drafts that lie unused, remove those that have, and delete the removed."""
    now = timezone.now()
    warn_of_unused_drafts(now=now)
    discard_unused_drafts(now=now)
    purge_discarded(now=now)


@shared_task
def render_missing_pdfs() -> None:
    """Ask again for PDFs that did not come: a worker was killed, or the broker was away."""
    for application_id in applications_without_pdf(older_than=WAIT_BEFORE_RETRY, most=BATCH):
        render_application_pdf.delay(application_id)
    for lock_id in locks_without_appendix(older_than=WAIT_BEFORE_RETRY, most=BATCH):
        render_ranking_appendix.delay(lock_id)
