"""Questions about calls, as officers see them."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from calls.enums import InquiryStatus
from calls.models import Call, Inquiry


@dataclass(frozen=True)
class InquiryTab:
    status: InquiryStatus
    count: int


def inquiry_tabs(call: Call) -> list[InquiryTab]:
    """Every status with how many questions have it, those that wait first. One query."""
    counts = dict(call.inquiries.order_by().values_list("status").annotate(Count("pk")))
    return [InquiryTab(status, counts.get(status, 0)) for status in InquiryStatus]


def inquiries_of(call: Call, *, status: InquiryStatus) -> "QuerySet[Inquiry]":
    """The oldest that waits first, since it has waited longest; the newest of the others first."""
    found = call.inquiries.filter(status=status).select_related("answered_by")
    return found.order_by("asked_at", "pk") if status == InquiryStatus.WAITING else found


def waiting_inquiries() -> "QuerySet[Inquiry]":
    """Those that nobody has answered, of all calls, the oldest first."""
    return Inquiry.objects.filter(status=InquiryStatus.WAITING).order_by("asked_at", "pk")
