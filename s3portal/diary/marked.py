"""In which cases something is marked as secret, for searches and lists of many: what is marked in one of two
cases that are the same matter hides in both."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from s3portal.diary.merging import CaseMerger
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Part, SecrecyMark

_ALL = tuple(Part)


def nothing_marked(parts: Collection[Part] = _ALL) -> Q:
    """Of rows with a ``case``: none of the parts is marked in it, nor in one that it is merged with."""
    own = _marked(parts)
    return ~Q(case__in=own.union(*_merged_with(own)))


def marked_among(cases: Collection[int], parts: Collection[Part] = _ALL) -> set[int]:
    """Which of the cases one of the parts is marked in, or in one that they are merged with. One query."""
    own = _marked(parts)
    found = Case.objects.filter(pk__in=cases).filter(pk__in=own.union(*_merged_with(own)))
    return set(found.values_list("pk", flat=True))


def marked_elsewhere(cases: Collection[int]) -> set[int]:
    """Which of the cases are merged with one where something is marked. One query."""
    first, *others = _merged_with(_marked(_ALL))
    found = Case.objects.filter(pk__in=cases).filter(pk__in=first.union(*others))
    return set(found.values_list("pk", flat=True))


def _marked(parts: Collection[Part]) -> QuerySet[Any]:
    marks = SecrecyMark.objects.standing().order_by()
    return (marks if parts is _ALL else marks.filter(part__in=parts)).values("case")


def _merged_with(cases: QuerySet[Any]) -> tuple[QuerySet[Any], QuerySet[Any], QuerySet[Any]]:
    """The cases that stay, those taken over, and those taken over by the same."""
    mergers = CaseMerger.objects.standing().order_by()
    stays = mergers.filter(merged__in=cases).values("into")
    return (
        stays,
        mergers.filter(into__in=cases).values("merged"),
        mergers.filter(into__in=stays).values("merged"),
    )
