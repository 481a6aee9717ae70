"""What else holds the bytes of a record that is disposed of: told to the apps that make copies.

The diary does not know them. An app registers how its copies are taken away when it is ready."""

from collections.abc import Callable
from typing import Final

from s3portal.diary.models import Case

#: Called in the transaction that disposes of a record of the case, which holds the case locked.
Removal = Callable[[Case], None]
REMOVALS: Final[list[Removal]] = []


def register(removal: Removal) -> None:
    """Called from an app's ``ready``; once, however often."""
    if removal not in REMOVALS:
        REMOVALS.append(removal)


def remove_copies(case: Case) -> None:
    for removal in REMOVALS:
        removal(case)
