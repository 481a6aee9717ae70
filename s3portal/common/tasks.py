"""Work for Celery: each task may be run twice without harm."""

from celery import shared_task

from s3portal.common import stored


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types.
def clear_unreferenced_files() -> None:
    """Remove stored files that no row refers to and that are older than a day."""
    stored.clear_unreferenced()
