"""What the pages on requests for copies show."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, OuterRef, Q, QuerySet

from s3portal.common.quarantine import read_states
from s3portal.copies.enums import RequestStatus
from s3portal.copies.models import CAN_BE_APPEALED, WANTS_DECISION, CopyRequest, CopyRequestQuerySet
from s3portal.diary.merging import matter_of, merged_with
from s3portal.diary.models import Case, RecordFile, SecrecyMark
from s3portal.diary.retention.stops import Stop
from s3portal.diary.secrecy import Part

#: Marks on words: any file of the case may hold them. A title tells who the case is about.
_ANYWHERE = (Part.CASE, Part.TITLE, Part.COUNTERPART, Part.PASSAGE)
#: Marks on a record: the letter that came in is signed by its sender and says what its title says.
_IN_RECORD = (*Part.of_record(), Part.FIELD)


def requests_in(wanted: str) -> CopyRequestQuerySet:
    """Those that wait, the longest first, and those where a written decision is asked for; the refusals that
    are not final ("avslag"), the oldest first; or the answered ones ("besvarade"), the latest first."""
    found = CopyRequest.objects.select_related("case", "record", "answered_by")
    to_do = Q(status=RequestStatus.WAITING) | WANTS_DECISION
    if wanted == "besvarade":
        return found.exclude(status=RequestStatus.WAITING).order_by("-answered_at", "-pk")
    if wanted == "avslag":
        return found.filter(CAN_BE_APPEALED).order_by("refused_at", "pk")
    return found.filter(to_do).order_by("received_at", "pk")


@dataclass(frozen=True)
class Counts:
    to_do: int
    refused: int
    answered: int


def counts() -> Counts:
    facts = CopyRequest.objects.aggregate(
        waiting=Count("pk", filter=Q(status=RequestStatus.WAITING)),
        wanted=Count("pk", filter=WANTS_DECISION),
        refused=Count("pk", filter=CAN_BE_APPEALED),
        answered=Count("pk", filter=~Q(status=RequestStatus.WAITING)),
    )
    return Counts(facts["waiting"] + facts["wanted"], facts["refused"], facts["answered"])


def oldest_waiting() -> CopyRequest | None:
    return CopyRequest.objects.waiting().select_related("case").first()


def keeping() -> CopyRequestQuerySet:
    """Requests that keep a record (``OuterRef("pk")`` and its ``matter``) from being disposed of: somebody
    has asked to read it or has got it, or has asked for what is in its matter, by either of its numbers."""
    about = (
        Q(record=OuterRef("pk"))
        | Q(released__file__record=OuterRef("pk"))
        | Q(record__isnull=True, matter=OuterRef("matter"))
    )
    return CopyRequest.objects.unfinished().annotate(matter=matter_of()).filter(about)


STOP: Final = Stop("Någon har begärt att få läsa handlingen, och begäran är inte slutbehandlad.", keeping)


def files_in(case: Case) -> list[RecordFile]:
    """The files of the matter, those of the case itself first, in the order of the records and with how it
    stands with the scan of each: the public diary shows the records of both numbers together."""
    found = RecordFile.objects.filter(record__case__in=matter_ids(case)).select_related("record__case")
    ordered = found.order_by("record__case", "record__number", "pk")
    return read_states(sorted(ordered, key=lambda file: file.record.case_id != case.pk))


def matter_ids(case: Case) -> set[int]:
    """Of the case and all that it is merged with."""
    return merged_with([case.pk])[case.pk]


def standing_marks(case: Case) -> QuerySet[SecrecyMark]:
    """In the case and in those that it is merged with: they are the same matter."""
    marks = SecrecyMark.objects.standing().filter(case__in=matter_ids(case))
    return marks.select_related("record", "file", "lift")


def covering(case: Case) -> dict[int, list[SecrecyMark]]:
    """File id → the standing marks that may cover something in it."""
    marks = list(standing_marks(case))
    if not marks:
        return {}
    found: dict[int, list[SecrecyMark]] = {}
    for file in RecordFile.objects.filter(record__case__in=matter_ids(case)):
        covers = [mark for mark in marks if _covers(mark, file)]
        if covers:
            found[file.pk] = covers
    return found


def _covers(mark: SecrecyMark, file: RecordFile) -> bool:
    if mark.record_id is None:
        return mark.part in _ANYWHERE
    if mark.file_id is not None:
        return mark.file_id == file.pk
    return mark.record_id == file.record_id and mark.part in _IN_RECORD
