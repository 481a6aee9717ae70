"""What the diary's pages show."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet
from django.utils import timezone

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.quarantine import read_states
from s3portal.diary.enums import CaseStatus
from s3portal.diary.merging import CaseMerger, mergers_into, same_matter
from s3portal.diary.models import PROTECTED, Case, CaseStep, Record, RecordFile, Series
from s3portal.diary.numbers import read_number
from s3portal.diary.querysets import CaseQuerySet
from s3portal.diary.retention.models import RecordDisposal
from s3portal.diary.secrecy import (
    RecordMask,
    SecrecyMark,
    hide_in_title,
    hide_words,
    masks_of,
    told_by,
)


def case_years() -> list[int]:
    """The years a case may be of, newest first. Two look-ups in the index, not a walk through all cases."""
    ends = Case.objects.aggregate(first=Min("year"), last=Max("year"))
    if ends["first"] is None:
        return []
    return list(range(ends["last"], ends["first"] - 1, -1))


def cases(*, text: str = "", year: int | None = None, status: str = "") -> CaseQuerySet:
    """Cases for a list, newest number first."""
    found = Case.objects.order_by("-year", "-serial", "-pk").defer("search")
    if text:
        found = found.search(text)
    if year is not None:
        found = found.filter(year=year)
    if status:
        found = found.filter(status=status)
    return found


def case_by_slug(slug: str) -> Case | None:
    """The case of an address like RUN-138-2024, in any case of letters."""
    number = read_number(slug)
    if number is None or not number.prefix:
        return None
    return Case.objects.filter(number.condition()).select_related("officer").first()


@dataclass(frozen=True)
class PublicRecord:
    number: int
    direction: str
    label: str
    title: str
    counterpart: str
    dated_at: object
    icon: str
    cancelled: bool
    #: None until it is disposed of.
    disposed: RecordDisposal | None = None


DIRECTION_ICONS = {"incoming": "kuvert", "outgoing": "pil", "drawn_up": "penna"}


def public_records(case: Case) -> list[PublicRecord]:
    """What the public diary tells of each record: never files, never who a protected party is (OSL 5:2)."""
    masks, open_to_all, hidden = masks_of(case), RecordMask(), _hidden_in(same_matter(case))
    records = case.records.order_by("number").select_related("cancellation", "disposal")
    return [_public(record, hidden, masks.get(record.pk, open_to_all)) for record in records]


@dataclass(frozen=True)
class _Hidden:
    """What marks in a matter hide in its records beside those that they are set on."""

    titles: bool
    counterparts: bool
    words: list[str]


def _hidden_in(cases: Iterable[Case]) -> _Hidden:
    """By the marks of all of them: who is protected in one of two numbers of a matter is it in the other, and
    what is marked in a record's title is not told by what the portal registers about it."""
    cases = list(cases)
    marked = Record.objects.by_the_portal().with_marked_title().filter(case__in=cases)
    return _Hidden(
        titles=any(case.title_protected for case in cases),
        counterparts=any(case.counterpart_protected for case in cases),
        words=[
            *(word for case in cases for word in case.secret_words),
            *(words for record in marked for words in told_by(record.title)),
        ],
    )


@dataclass(frozen=True)
class PublicCase:
    """A case that is merged into the one on the page."""

    case: Case
    records: list[PublicRecord]


def public_merged(case: Case) -> list[PublicCase]:
    """The cases that are merged into this one, each with its records under their own numbers."""
    cases = [merger.merged for merger in mergers_into(case)]
    if not cases:
        return []
    masks, open_to_all, hidden = masks_of(*cases), RecordMask(), _hidden_in([case, *cases])
    records: dict[int, list[Record]] = {one.pk: [] for one in cases}
    found = Record.objects.filter(case__in=cases).order_by("number")
    for record in found.select_related("cancellation", "disposal"):
        records[record.case_id].append(record)
    return [
        PublicCase(
            one, [_public(record, hidden, masks.get(record.pk, open_to_all)) for record in records[one.pk]]
        )
        for one in cases
    ]


def _public(record: Record, hidden: _Hidden, mask: RecordMask) -> PublicRecord:
    anonymous = record.counterpart and (hidden.counterparts or mask.counterpart)
    return PublicRecord(
        number=record.number,
        direction=record.direction,
        label=record.get_direction_display(),
        title=PROTECTED if mask.title or hidden.titles else hide_in_title(record.title, hidden.words),
        counterpart=PROTECTED if anonymous else hide_words(record.counterpart, hidden.words),
        dated_at=record.dated_at,
        icon=DIRECTION_ICONS[record.direction],
        cancelled=record.cancelled is not None,
        disposed=record.disposed,
    )


def records_with_files(*cases: Case) -> list[Record]:
    """In order, cancelled ones too, with their files and how it stands with the scan of each."""
    files = Prefetch("files", queryset=RecordFile.objects.order_by("pk"))
    found = Record.objects.filter(case__in=cases).order_by("case_id", "number")
    found = found.select_related("case", "cancellation__by", "disposal", "registered_by")
    records = list(found.prefetch_related(files))
    read_states(file for record in records for file in record.files.all())
    return records


@dataclass(frozen=True)
class MergedCase:
    """A case that is merged into the one on the page, for those who handle them."""

    merger: CaseMerger
    records: list[Record]

    @property
    def case(self) -> Case:
        return self.merger.merged


def merged_with_files(case: Case) -> list[MergedCase]:
    """The cases that are merged into this one, each with its records under their own numbers."""
    mergers = mergers_into(case)
    if not mergers:
        return []
    records = records_with_files(*(merger.merged for merger in mergers))
    return [
        MergedCase(merger, [record for record in records if record.case_id == merger.merged_id])
        for merger in mergers
    ]


def marks_of(case: Case) -> QuerySet[SecrecyMark]:
    """Every secrecy mark in the case, standing ones first, then the latest first."""
    return (
        SecrecyMark.objects.filter(case=case)
        .select_related("record", "file", "marked_by", "lift__by")
        .order_by(F("lift__at").desc(nulls_first=True), "-marked_at", "-pk")
    )


def standing_marks() -> QuerySet[SecrecyMark]:
    """Standing marks in all cases, by their last day: those whose time is out come first."""
    return (
        SecrecyMark.objects.standing()
        .select_related("case__officer", "record", "file", "marked_by", "lift")
        .order_by(F("until").asc(nulls_last=True), "-marked_at", "-pk")
    )


def steps_of(case: Case) -> QuerySet[CaseStep]:
    """What people have done with the case by hand, the latest first."""
    return case.steps.select_related("by").order_by("-at", "-pk")


def series_in_use() -> list[str]:
    """The prefixes a case can be opened under today: the region's own first, then those of this year and the
    last."""
    used = Series.objects.filter(year__gte=timezone.localdate().year - 1).values_list("prefix", flat=True)
    own = settings.DIARY_PREFIX
    return [own, *sorted(set(used) - {own})]


def counts_by_owner(user: User) -> dict[str, int]:
    """Open cases: all of them, this person's, and those without an officer."""
    return Case.objects.filter(status=CaseStatus.OPEN).aggregate(
        open=Count("pk"),
        mine=Count("pk", filter=Q(officer=user)),
        nobody=Count("pk", filter=Q(officer__isnull=True)),
    )


def count_unassigned() -> int:
    """Open cases that nobody has been given."""
    return Case.objects.filter(status=CaseStatus.OPEN, officer__isnull=True).count()


def officers() -> QuerySet[User]:
    """Those a case can be given to."""
    return (
        User.objects.filter(is_active=True, staff_roles__role=Role.OFFICER)
        .order_by("full_name", "pk")
        .distinct()
    )
