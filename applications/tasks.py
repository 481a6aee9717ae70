"""Work for Celery: each task makes one domain call and may be run twice without harm."""

from datetime import timedelta

from celery import shared_task

from applications.documents import applications_without_pdf, store_application_pdf

BATCH = 100
WAIT_BEFORE_RETRY = timedelta(minutes=1)


@shared_task
def render_application_pdf(application_id: int) -> None:
    """Make the PDF of what was sent, soon after it was sent."""
    store_application_pdf(application_id=application_id)


@shared_task
def render_missing_pdfs() -> None:
    """Ask again for PDFs that did not come: a worker was killed, or the broker was away."""
    for application_id in applications_without_pdf(older_than=WAIT_BEFORE_RETRY, most=BATCH):
        render_application_pdf.delay(application_id)
