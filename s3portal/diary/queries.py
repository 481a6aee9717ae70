"""What the diary's pages show."""

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.diary.enums import CaseStatus
from s3portal.diary.models import PROTECTED, Case, CaseQuerySet, Record, RecordFile
from s3portal.diary.numbers import read_number


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


DIRECTION_ICONS = {"incoming": "kuvert", "outgoing": "pil", "drawn_up": "penna"}


def public_records(case: Case) -> list[PublicRecord]:
    """What the public diary tells of each record: never files, never who a protected party is (OSL 5:2)."""
    return [
        PublicRecord(
            number=record.number,
            direction=record.direction,
            label=record.get_direction_display(),
            title=case.hide_counterpart(record.title),
            counterpart=PROTECTED
            if case.counterpart_protected and record.counterpart
            else record.counterpart,
            dated_at=record.dated_at,
            icon=DIRECTION_ICONS[record.direction],
        )
        for record in case.records.order_by("number")
    ]


def records_with_files(case: Case) -> QuerySet[Record]:
    return case.records.order_by("number").prefetch_related(
        Prefetch("files", queryset=RecordFile.objects.order_by("pk"))
    )


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
