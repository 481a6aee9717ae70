"""What the apps know that may be secret in a case, beside the diary's own marks: read before a request is
answered.

This app knows no domain. An app registers its source when it is ready."""

from collections.abc import Callable, Iterable
from typing import Final

from s3portal.diary.models import Case

#: Whole sentences.
Source = Callable[[Case], Iterable[str]]
SOURCES: Final[list[Source]] = []


def register(source: Source) -> None:
    """Called from an app's ``ready``; once, however often."""
    if source not in SOURCES:
        SOURCES.append(source)


def hints_of(case: Case) -> list[str]:
    return [sentence for source in SOURCES for sentence in source(case)]
