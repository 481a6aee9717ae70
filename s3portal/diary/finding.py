"""Searching the public diary: cases by their number and their words, and by the titles of their records.

Nothing answers that is marked as secret (OSL 5:2 st. 2). What stands in a case is asked of the case's own
columns, which leave it out (``Case.search``). Of a record only the title is asked for, and none in a matter
where anything is marked: a title may tell what is secret in another record.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from s3portal.common.found import Found, Way
from s3portal.common.search import swedish_query
from s3portal.common.swedish.clock import whole_day
from s3portal.diary.marked import nothing_marked
from s3portal.diary.models import RECORD_TITLE_WORDS, Case, Record
from s3portal.diary.numbers import read_number
from s3portal.diary.querysets import CaseQuerySet, case_words

#: So many of a case's records are shown under it in the list.
MOST_SHOWN: Final = 3
_NEWEST_FIRST: Final = ("-year", "-serial", "-pk")


@dataclass(frozen=True)
class Wanted:
    """What is searched for; ``since`` and ``until`` are included. The days are those when the case was
    registered, or when a record that answers to the text came in or was drawn up."""

    text: str = ""
    year: int | None = None
    status: str = ""
    since: date | None = None
    until: date | None = None


def public_cases(wanted: Wanted) -> Found:
    """The cases that answer to a text, the newest number first."""
    together = len(wanted.text.split()) > 1
    ways = [
        Way(case_words(wanted.text) & _opened(wanted), together=together),
        Way(Q(pk__in=_records(wanted).order_by().values("case")), together=together),
    ]
    number = read_number(wanted.text)
    if number is not None:
        ways.append(Way(number.condition() & _opened(wanted)))
    return Found(_filtered(wanted), _NEWEST_FIRST, ways)


def every_case(wanted: Wanted) -> CaseQuerySet:
    """All that the filters let through, the newest number first: what one browses without a text."""
    return _filtered(wanted).filter(_opened(wanted)).order_by(*_NEWEST_FIRST)


def records_found(cases: Collection[int], wanted: Wanted) -> Mapping[int, list[Record]]:
    """By the case's key, the first of its records whose titles answer to the text. One query; none without a
    text."""
    found: dict[int, list[Record]] = {}
    if not wanted.text or not cases:
        return found
    place = Window(RowNumber(), partition_by=F("case"), order_by=F("number").asc())
    rows = _records(wanted).filter(case__in=cases).annotate(place=place).filter(place__lte=MOST_SHOWN)
    for record in rows.select_related("cancellation").order_by("number"):
        found.setdefault(record.case_id, []).append(record)
    return found


def _filtered(wanted: Wanted) -> CaseQuerySet:
    rows = Case.objects.defer("search")
    if wanted.year is not None:
        rows = rows.filter(year=wanted.year)
    return rows.filter(status=wanted.status) if wanted.status else rows


def _records(wanted: Wanted) -> QuerySet[Record]:
    answering = Q(title_words=swedish_query(wanted.text)) & nothing_marked()
    return Record.objects.alias(title_words=RECORD_TITLE_WORDS).filter(answering, _dated(wanted))


def _opened(wanted: Wanted) -> Q:
    since = Q() if wanted.since is None else Q(opened_on__gte=wanted.since)
    return since if wanted.until is None else since & Q(opened_on__lte=wanted.until)


def _dated(wanted: Wanted) -> Q:
    since = Q() if wanted.since is None else Q(dated_at__gte=whole_day(wanted.since)[0])
    return since if wanted.until is None else since & Q(dated_at__lt=whole_day(wanted.until)[1])
