"""Which nämnder there are, and who sits, has sat and will sit in them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Case, Count, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from decisions.enums import SeatOffice
from decisions.models import Committee, CommitteeMember
from decisions.models.committee import CommitteeMemberQuerySet, CommitteeQuerySet

_RANK: Final = Case(
    *(When(office=office, then=Value(place)) for place, office in enumerate(SeatOffice)),
    output_field=IntegerField(),
)


def committees_with_counts(day: date) -> CommitteeQuerySet:
    """All of them, with ``sitting``: how many seats are held on the day."""
    seats = CommitteeMember.objects.sitting_on(day).filter(committee=OuterRef("pk")).order_by()
    number = seats.values("committee").annotate(number=Count("pk")).values("number")
    return Committee.objects.annotate(
        sitting=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    ).order_by("name", "pk")


@dataclass(frozen=True)
class Seats:
    """As of one day. ``past`` and ``coming`` are seen from that day; ``cancelled`` are mistakes."""

    sitting: CommitteeMemberQuerySet
    coming: CommitteeMemberQuerySet
    past: CommitteeMemberQuerySet
    cancelled: CommitteeMemberQuerySet


def seats_on(committee: Committee, day: date) -> Seats:
    found = CommitteeMember.objects.filter(committee=committee).select_related("user")
    standing = found.standing()
    return Seats(
        # An account that is closed sat all the same: the history is told whole.
        sitting=standing.filter(valid_from__lte=day)
        .exclude(valid_to__lt=day)
        .order_by(_RANK, "user__full_name", "pk"),
        coming=standing.filter(valid_from__gt=day).order_by("valid_from", _RANK, "pk"),
        past=standing.filter(valid_to__lt=day).order_by("-valid_to", _RANK, "pk"),
        cancelled=found.filter(cancelled_at__isnull=False).select_related("cancelled_by").order_by("-pk"),
    )
