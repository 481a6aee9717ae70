"""Work for Celery: each task may be run twice without harm."""

from celery import shared_task

from s3portal.common import quarantine, stored


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types.
def clear_unreferenced_files() -> None:
    """Remove stored files that no row refers to and that are older than a day."""
    stored.clear_unreferenced()


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types.
def scan_file(held_id: int) -> None:
    """Ask the scanner about a file in quarantine, soon after it came."""
    quarantine.scan(held_id=held_id)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types.
def scan_waiting_files() -> None:
    """Ask again about files without a verdict, and remove what is left of those that nobody may have."""
    for held_id in quarantine.due():
        scan_file.delay(held_id)
    quarantine.empty_removed()
