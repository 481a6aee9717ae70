"""Which records have had their time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from s3portal.diary.enums import CaseStatus, CaseStepKind
from s3portal.diary.models import Case, CaseStep, Record
from s3portal.diary.querysets import RecordQuerySet
from s3portal.diary.retention.enums import Handling, StartsFrom
from s3portal.diary.retention.models import DisposalItem, RecordClass
from s3portal.diary.retention.stops import in_their_matters, unstopped

#: What a person has struck out is not proposed again for so long.
REST: Final = timedelta(days=365)
#: A merged case is no end: its matter goes on in the one that stays, and ends with that.
ENDINGS: Final = (CaseStepKind.CLOSED, CaseStepKind.CANCELLED)


@dataclass(frozen=True)
class Due:
    record: Record
    record_class: RecordClass
    started_on: date


def is_due(*, started_on: date, years: int, on: date) -> bool:
    """Whether ``years`` whole calendar years have passed after the one of ``started_on``: what closed in
    2026 and is kept for two years has had its time on 1 January 2029."""
    return started_on.year + years < on.year


def due_records(on: date) -> Iterator[Due]:
    """Records whose time is out on the day, oldest first, and that nothing stops. One query, however many.

    Only what people have registered: the content of what the portal registers itself lies in other places
    too. Never in an open matter, nor in one of which nobody knows when it was closed: a case that is merged
    with another is as open as the one that stays, and ends when that does."""
    for record in unstopped(_candidates(on)).iterator(chunk_size=500):
        started_on = _had_its_time(record, on)
        if started_on is not None:
            yield Due(record, record.classing.record_class, started_on)


def is_still_due(record: Record, on: date) -> bool:
    """Whether the record's time was out on the day, by the rule and the end of the matter as they are now.
    Stops are asked for apart."""
    found = _timed().filter(pk=record.pk).first()
    return found is not None and _had_its_time(found, on) is not None


def _had_its_time(record: Record, on: date) -> date | None:
    """The day that the record's years are counted from when they have passed on the day, else None. Needs the
    annotations of ``_timed``."""
    kind, started_on = record.classing.record_class, _started(record)
    if started_on is None or not is_due(started_on=started_on, years=kind.years or 0, on=on):
        return None
    return started_on


def _started(record: Record) -> date | None:
    """None when nobody knows it."""
    if record.classing.record_class.starts_from == StartsFrom.RECORD_DATED:
        return timezone.localdate(record.dated_at)
    closed_at = record.closed_at  # type: ignore[attr-defined]  # Annotated.
    return None if closed_at is None else timezone.localdate(closed_at)


def _timed() -> RecordQuerySet:
    """Records of classes that are disposed of, in matters that are not open, with when the matter ended."""
    ended = CaseStep.objects.filter(case=OuterRef("matter"), kind__in=ENDINGS).values("case")
    goes_on = Case.objects.filter(pk=OuterRef("matter"), status=CaseStatus.OPEN)
    return (
        in_their_matters()
        .filter(~Exists(goes_on), classing__record_class__handling=Handling.DISPOSE)
        .exclude(case__status=CaseStatus.OPEN)
        .annotate(closed_at=Subquery(ended.annotate(last=Max("at")).values("last")))
        .select_related("case", "classing__record_class")
    )


def _candidates(on: date) -> RecordQuerySet:
    listed = DisposalItem.objects.filter(record=OuterRef("pk")).filter(
        Q(struck_at__isnull=True) | Q(struck_at__date__gt=on - REST)
    )
    found = _timed().filter(
        ~Exists(listed),
        # What is younger cannot be due, whatever it is counted from.
        dated_at__year__lt=on.year - F("classing__record_class__years"),
        registered_by__isnull=False,
        disposal__isnull=True,
    )
    return found.order_by("dated_at", "pk")
