"""What stands in the way of ending a case: asked of the apps that know what it is about.

The diary knows no domain. An app registers its holder when it is ready."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Exists, Q, QuerySet

from s3portal.common.quarantine import read_states
from s3portal.diary.models import Case, Record, RecordFile


@dataclass(frozen=True)
class Matter:
    """One line of the checklist that the portal can answer itself. A ``binding`` one stops the closing."""

    text: str
    binding: bool = True


@dataclass(frozen=True)
class Holder:
    """``matters``: what an app has left in a case. ``relies_on``: the rows that rest on a record, whose id is
    ``OuterRef("pk")``; it may then neither be cancelled nor disposed of. None when nothing ever does."""

    matters: Callable[[Case], Iterable[Matter]]
    relies_on: Callable[[], QuerySet[Any]] | None = None


HOLDERS: Final[list[Holder]] = []


def register(holder: Holder) -> None:
    """Called from an app's ``ready``; once, however often."""
    if holder not in HOLDERS:
        HOLDERS.append(holder)


def matters_of(case: Case) -> list[Matter]:
    """What is left to do in the case, the binding first."""
    found = [*_own(case), *(matter for holder in HOLDERS for matter in holder.matters(case))]
    return sorted(found, key=lambda matter: not matter.binding)


def relied_on() -> Q:
    """Of records: something rests on it."""
    resting = (Q(Exists(holder.relies_on())) for holder in HOLDERS if holder.relies_on is not None)
    return reduce(or_, resting, Q(pk__in=[]))


def is_relied_on(record: Record) -> bool:
    return Record.objects.filter(relied_on(), pk=record.pk).exists()


def _own(case: Case) -> Iterator[Matter]:
    files = read_states(RecordFile.objects.filter(record__case=case))
    if any(file.is_waiting for file in files):
        yield Matter("En fil i ärendet genomsöks fortfarande efter virus.")
    if not case.records.standing().exists():
        yield Matter("Det finns ingen handling i ärendet.", binding=False)
    if case.officer_id is None:
        yield Matter("Ärendet har ingen handläggare.", binding=False)
