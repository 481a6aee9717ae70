"""What is not final, whose time runs and what is stuck: asked of the database in one query each.

The conditions say the same as ``decisions/finality.py`` does of one decision; a test holds them together.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, NullIf

from calls.enums import AppealRule
from decisions.clock import DAYS_TO_APPROVE
from decisions.enums import AppealOutcome, AppealRoute, AppealStatus
from decisions.finality import NOT_APPEALABLE_KINDS, Finality, finality_of
from decisions.models import Addressee, Appeal, BoardNotice, Decision, PartyReceipt
from decisions.models.decision import LONG_TEXTS
from decisions.models.decision_queryset import DecisionQuerySet
from s3portal.common.swedish import STOCKHOLM

_STOP = Q(legal_basis__appeal_rule=AppealRule.STOP_AND_RECOVERY_ONLY)
_CLOSED_KINDS = Q(kind__in=NOT_APPEALABLE_KINDS)
ROUTES: Final = {
    AppealRoute.NONE: Q(legal_basis__appeal_rule=AppealRule.NOT_APPEALABLE) | (_STOP & _CLOSED_KINDS),
    AppealRoute.SERVICE: _STOP & ~_CLOSED_KINDS,
    AppealRoute.BOARD: Q(legal_basis__isnull=True) | Q(legal_basis__appeal_rule=AppealRule.LEGALITY_REVIEW),
}
_CHANGING = [AppealOutcome.ANNULLED, AppealOutcome.REJECTED, AppealOutcome.CHANGED]


# --- One decision, or a page of them ----------------------------------------------------------------------
def with_finality(decisions: DecisionQuerySet) -> DecisionQuerySet:
    """With all that ``finality_of`` reads: a constant number of queries for a list."""
    return decisions.select_related("legal_basis", "report__meeting__committee").prefetch_related(
        Prefetch("notices", queryset=BoardNotice.objects.order_by("pk")),
        Prefetch("report__meeting__notices", queryset=BoardNotice.objects.order_by("pk")),
        "receipts",
        Prefetch("addressees", queryset=Addressee.objects.unserved(), to_attr="unserved_addressees"),
        "appeals",
    )


def finality_by_id(ids: list[int], *, today: date) -> dict[int, Finality]:
    """Of the signed ones among these decisions."""
    found = with_finality(Decision.objects.signed().filter(pk__in=ids)).defer(*LONG_TEXTS)
    return {decision.pk: finality_of(decision, today=today) for decision in found}


def finality_of_id(decision_id: int, *, today: date) -> Finality | None:
    """None for a decision that is not signed."""
    return finality_by_id([decision_id], today=today).get(decision_id)


# --- Sets -------------------------------------------------------------------------------------------------
def with_clock(decisions: DecisionQuerySet) -> DecisionQuerySet:
    """Signed ones with ``until`` (the last day to appeal, None while no clock runs), ``waits`` (somebody has
    appealed in time, and it is not settled) and ``annulled``. Costs one query at once."""
    valid = BoardNotice.objects.filter(early=False)
    of_meeting = Subquery(valid.filter(meeting=OuterRef("report__meeting")).values("appeal_until")[:1])
    own = Subquery(valid.filter(decision=OuterRef("pk")).values("appeal_until")[:1])
    served = (
        PartyReceipt.objects.filter(decision=OuterRef("pk"))
        .order_by()
        .values("decision")
        .annotate(last=Max("appeal_until"))
        .values("last")
    )
    # By their keys: the question is too deep to be asked inside another, and they are few.
    served_by_receipts = Addressee.objects.filter(
        decision__in=Decision.objects.signed().filter(ROUTES[AppealRoute.SERVICE])
    )
    unserved = set(served_by_receipts.unserved().values_list("decision", flat=True))
    until = Case(
        When(ROUTES[AppealRoute.BOARD], then=Coalesce(of_meeting, own)),
        When(ROUTES[AppealRoute.SERVICE] & ~Q(pk__in=unserved), then=Subquery(served)),
        default=None,
        output_field=DateField(),
    )
    appeals = Appeal.objects.filter(decision=OuterRef("pk"))
    # Each party has a time of its own (FL 44 §). Before a clock has begun nothing is too late.
    appeals = appeals.annotate(whose=Coalesce(NullIf("party", Value("")), "appellant"))
    own_last_day = PartyReceipt.objects.filter(
        decision=OuterRef("decision"), party__iexact=OuterRef("whose")
    ).values("appeal_until")[:1]
    last_day = Coalesce(Subquery(own_last_day), OuterRef("until"), Value(date.max), output_field=DateField())
    stops = Q(received_on__lte=last_day) | Q(outcome__in=_CHANGING)
    return (
        decisions.signed()
        .annotate(until=until)
        .annotate(
            annulled=Exists(appeals.filter(outcome=AppealOutcome.ANNULLED, status=AppealStatus.CLOSED)),
            waits=Exists(appeals.exclude(status=AppealStatus.CLOSED).filter(stops)),
            noticed=Exists(BoardNotice.objects.filter(meeting=OuterRef("report__meeting"))),
        )
    )


def _conditions(today: date) -> dict[str, Q]:
    none, board = ROUTES[AppealRoute.NONE], ROUTES[AppealRoute.BOARD]
    open_ = ~none & Q(waits=False)
    overdue = datetime.combine(today - timedelta(days=DAYS_TO_APPROVE), time.min, STOCKHOLM)
    unapproved = board & Q(report__meeting__approved_on__isnull=True, noticed=False)
    # A list that waits for its minutes is not stuck until they are late.
    patient = unapproved & Q(report__meeting__starts_at__gte=overdue)
    return {
        "not_final": ~none & (Q(until__isnull=True) | Q(until__gte=today) | Q(waits=True)),
        "running": open_ & Q(until__gte=today),
        "appealed": ~none & Q(waits=True),
        "warnings": ~none & Q(until__isnull=True) & ~patient,
        "final": none | Q(until__lt=today, waits=False),
    }


#: In the address → what it is called, and the condition. The first is shown when nothing is asked for.
CHOICES: Final = {
    "varningar": ("Varningar", "warnings"),
    "lopande": ("Överklagandetiden löper", "running"),
    "overklagade": ("Överklagade", "appealed"),
    "inte-slutliga": ("Alla som inte har fått laga kraft", "not_final"),
    "laga-kraft": ("Laga kraft", "final"),
}


@dataclass(frozen=True)
class FinalList:
    """``counts``: of each choice."""

    current: str
    counts: dict[str, int]
    decisions: DecisionQuerySet


def final_list(wanted: str, *, today: date) -> FinalList:
    """Signed decisions by how far they have come. Two queries count all choices; an annulled decision is in
    none of them."""
    conditions = _conditions(today)
    found = with_clock(Decision.objects.all()).filter(Q(("annulled", False)))
    totals: dict[str, Any] = {
        key: Count("pk", filter=conditions[name]) for key, (_label, name) in CHOICES.items()
    }
    counts = found.order_by().aggregate(**totals)
    current = wanted if wanted in CHOICES else next(iter(CHOICES))
    rows = found.filter(conditions[CHOICES[current][1]]).select_related("case").defer(*LONG_TEXTS)
    # What ends first comes first; of what has no end yet, the oldest.
    order = F("until").desc(nulls_last=True) if current == "laga-kraft" else F("until").asc(nulls_first=True)
    return FinalList(current, counts, with_finality(rows).order_by(order, "decided_on", "pk"))


def count_warnings(today: date) -> int:
    """Decisions that never become final as it stands."""
    found = with_clock(Decision.objects.all()).filter(Q(("annulled", False)))
    return found.filter(_conditions(today)["warnings"]).count()
