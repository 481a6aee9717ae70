"""The private storage swept: bytes that no row refers to any longer, or never came to.

A file is written before the row that names it, since a row without its bytes is worse than bytes without a
row. So a transaction that is undone leaves a file, and so does a deleted draft, whose copies may share its
bytes. ``REFERENCES`` names every column that holds a name in the storage; a test holds it against the models.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone

from s3portal.common import quarantine

logger = logging.getLogger(__name__)

#: Every column that holds a name in the private storage, as "app.model.column".
REFERENCES: Final = (
    "applications.attachment.storage_name",
    "archive.archivepackage.storage_name",
    "archive.archivestamp.storage_name",
    "calls.calldocumentversion.storage_name",
    "diary.recordfile.storage_name",
    "outbox.messageattachment.storage_name",
)
#: The folders of ours; whatever else somebody keeps in the same storage is not looked at.
FOLDERS: Final = ("applications/", "archive/", "calls/", "diary/", "letters/")
#: Younger files may belong to a transaction that is not done.
REST: Final = timedelta(days=1)
_BATCH: Final = 500


def clear_unreferenced(*, now: datetime | None = None) -> int:
    """Remove the files that no row refers to and that are older than ``REST``. Returns how many.

    What is referred to is asked after the names are read, so a file that gets its row meanwhile stays."""
    limit = (now or timezone.now()) - REST
    names = (name for folder in FOLDERS for name in _names(folder) if _is_older(name, limit))
    removed = 0
    while batch := list(islice(names, _BATCH)):
        removed += _remove(batch)
    return removed


def _is_older(name: str, limit: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < limit
    except FileNotFoundError:
        # An upload that was refused has taken its file away.
        return False


def _remove(names: list[str]) -> int:
    orphans = sorted(set(names) - _referenced(names))
    for name in orphans:
        default_storage.delete(name)
        logger.warning("Removed from the storage, since no row refers to it: %s", name)
    quarantine.forget(orphans)
    return len(orphans)


def _referenced(names: list[str]) -> set[str]:
    """Those of ``names`` that a row refers to: one query for each column."""
    found: set[str] = set()
    for reference in REFERENCES:
        label, column = reference.rsplit(".", 1)
        rows = apps.get_model(label)._base_manager.filter(**{f"{column}__in": names})
        found.update(rows.values_list(column, flat=True))
    return found


def _names(folder: str) -> Iterator[str]:
    """Every file in the folder, which ends with a slash, by its whole name."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        yield f"{folder}{file}"
    for inner in folders:
        yield from _names(f"{folder}{inner}/")
