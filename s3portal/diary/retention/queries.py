"""What the pages about retention show."""

from django.db.models import Count, Q, QuerySet

from s3portal.diary.models import Case, Record
from s3portal.diary.retention.models import DisposalItem, DisposalList, RecordClass


def classes() -> QuerySet[RecordClass]:
    """Every class with how many records are of it."""
    return RecordClass.objects.annotate(records=Count("classings")).order_by("name")


def lists() -> QuerySet[DisposalList]:
    """The latest first, with how many records are left on each and how many are struck out."""
    return (
        DisposalList.objects.select_related("approved_by")
        .annotate(
            left=Count("items", filter=Q(items__struck_at__isnull=True)),
            struck=Count("items", filter=Q(items__struck_at__isnull=False)),
        )
        .order_by("-created_at", "-pk")
    )


def items_of(made: DisposalList) -> QuerySet[DisposalItem]:
    """By diary number."""
    return made.items.select_related("record__case", "record_class", "struck_by", "disposal").order_by(
        "record__case__year", "record__case__serial", "record__case_id", "record__number", "pk"
    )


def records_to_class(case: Case) -> list[Record]:
    """Those of the case that are not disposed of, with the class of each."""
    found = case.records.filter(disposal__isnull=True).select_related("classing__record_class")
    return list(found.order_by("number"))


def approved_lists() -> list[int]:
    """Ids of lists that somebody has approved and that are not carried out."""
    found = DisposalList.objects.filter(approved_at__isnull=False, done_at__isnull=True)
    return list(found.order_by("pk").values_list("pk", flat=True))
