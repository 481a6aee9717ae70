"""What keeps a record from being disposed of though its time is out: asked of the apps that know.

The diary knows no domain. An app registers its stop when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, QuerySet

from s3portal.diary.endings import is_relied_on, relied_on
from s3portal.diary.merging import matter_of
from s3portal.diary.models import Record
from s3portal.diary.querysets import RecordQuerySet


@dataclass(frozen=True)
class Stop:
    """``sentence``: a whole one, for the list. ``rows``: those that keep a record, whose id is
    ``OuterRef("pk")`` and whose matter is ``OuterRef("matter")`` (see ``matter_of``)."""

    sentence: str
    rows: Callable[[], QuerySet[Any]]


STOPS: Final[list[Stop]] = []
RELIED_ON: Final = "Handlingen står som underlag i ett beslut."


def register(stop: Stop) -> None:
    """Called from an app's ``ready``; once, however often."""
    if stop not in STOPS:
        STOPS.append(stop)


def in_their_matters() -> RecordQuerySet:
    """All records, each with its ``matter``."""
    return Record.objects.annotate(matter=matter_of())


def unstopped(records: RecordQuerySet) -> RecordQuerySet:
    """Those of ``records``, which have their ``matter``, that nothing stops. Adds no query."""
    for stop in STOPS:
        records = records.exclude(Exists(stop.rows()))
    return records.exclude(relied_on())


def stop_of(record: Record) -> str:
    """Why the record may not be disposed of now; empty when it may."""
    if is_relied_on(record):
        return RELIED_ON
    this = in_their_matters().filter(pk=record.pk)
    return next((stop.sentence for stop in STOPS if this.filter(Exists(stop.rows())).exists()), "")
