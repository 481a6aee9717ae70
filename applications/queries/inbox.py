"""The officers' work list: its tabs, filters and orders, and pages that never count far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from applications.enums import AssessmentStatus, RecusalGround
from applications.models import (
    Application,
    ApplicationArea,
    ApplicationQuerySet,
    Assignment,
    CoHandler,
    ImpartialityDeclaration,
    InternalNote,
    SupplementRequest,
)
from applications.parts import PROJECT_TEXTS
from calls.models import Call
from s3portal.accounts.models import Membership, User
from s3portal.diary.models import Case

# Generic to the type checker only.
if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

#: No list counts or pages further than this; who has more rows than this filters.
MOST_COUNTED: Final = 1000


class Selection(StrEnum):
    """The tabs of the work list; the value is what stands in the address."""

    MINE = "mina"
    OPEN = "oppna"
    SHARED = "delade"
    UNASSIGNED = "utan"
    CLOSED = "avslutade"


class Due(StrEnum):
    """Which dates to wait for: an answer to a supplement, or an assessment."""

    OVERDUE = "forsenad"
    WEEK = "vecka"

    @property
    def label(self) -> str:
        return {Due.OVERDUE: "Försenad", Due.WEEK: "Inom sju dagar"}[self]


class Flag(StrEnum):
    """What sets an application apart."""

    RECUSED = "jav"
    UNCONFIRMED = "obekraftad"
    CHANGED = "ersatter"
    NOTED = "anteckning"

    @property
    def label(self) -> str:
        return {
            Flag.RECUSED: "Någon har anmält jäv",
            Flag.UNCONFIRMED: "Sökanden är inte bekräftad",
            Flag.CHANGED: "Ersätter en tidigare",
            Flag.NOTED: "Har anteckning",
        }[self]


def due_by(due: Due, *, today: date) -> Q:
    """Applications where a supplement or an assessment is overdue, or due within seven days."""
    last = today - timedelta(days=1) if due is Due.OVERDUE else today + timedelta(days=7)
    days = Q(due_on__lte=last) if due is Due.OVERDUE else Q(due_on__range=(today, last))
    supplements = SupplementRequest.objects.unanswered().filter(days).values("application")
    waiting = (
        Assignment.objects.active()
        .filter(days)
        .exclude(
            application__assessments__status=AssessmentStatus.SUBMITTED,
            application__assessments__assessor=F("assessor"),
        )
    )
    return Q(pk__in=supplements) | Q(pk__in=waiting.values("application"))


def flagged(flag: Flag) -> Q:
    if flag is Flag.RECUSED:
        grounds = ImpartialityDeclaration.objects.exclude(ground=RecusalGround.NONE)
        return Q(pk__in=grounds.values("application"))
    if flag is Flag.UNCONFIRMED:
        confirmed = Membership.objects.filter(confirmed_at__isnull=False)
        return ~Q(organisation__in=confirmed.values("organisation"))
    if flag is Flag.CHANGED:
        return Q(replaces__isnull=False)
    return Q(pk__in=InternalNote.objects.values("application"))


#: Column → the order of its rows, each with an index; the opposite order reads the same index backwards.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "arende": ("title", "-pk"),
    "status": ("status", "-submitted_at", "-pk"),
    "inkommen": ("-submitted_at", "-pk"),
    "belopp": ("applied_amount", "-pk"),
}
DEFAULT_ORDER: Final = "inkommen"


def selected(selection: Selection, user: User) -> ApplicationQuerySet:
    """Received applications of one tab. Drafts are in none."""
    applications = Application.objects.all()
    if selection is Selection.CLOSED:
        return applications.closed()
    if selection is Selection.MINE:
        return applications.open().filter(case__officer=user)
    if selection is Selection.SHARED:
        return applications.open().filter(pk__in=CoHandler.objects.filter(officer=user).values("application"))
    if selection is Selection.UNASSIGNED:
        # Through the case's own index: an outer join would go by every case there is.
        return applications.open().filter(case__in=Case.objects.filter(officer__isnull=True))
    return applications.open()


def work_list(*, selection: Selection, user: User, wanted: Mapping[str, Any]) -> QuerySet[Application]:
    """The rows of the work list, filtered and in order. ``wanted`` is ``WorkListForm.wanted()``."""
    rows = selected(selection, user)
    if wanted.get("q"):
        rows = rows.filter(case__in=Case.objects.search(wanted["q"]).values("pk"))
    if wanted.get("status"):
        rows = rows.filter(status=wanted["status"])
    if wanted.get("omrade"):
        in_area = ApplicationArea.objects.filter(strengtharea=wanted["omrade"]).values("application")
        rows = rows.filter(pk__in=in_area)
    if wanted.get("handlaggare"):
        rows = rows.filter(case__officer=wanted["handlaggare"])
    if wanted.get("utlysning"):
        rows = rows.filter(call=wanted["utlysning"])
    if wanted.get("frist"):
        rows = rows.filter(due_by(Due(wanted["frist"]), today=timezone.localdate()))
    if wanted.get("flagga"):
        rows = rows.filter(flagged(Flag(wanted["flagga"])))
    return (
        rows.order_by(*_order(wanted.get("ordning") or ""))
        .select_related("case__officer", "organisation", "call")
        .defer(*PROJECT_TEXTS, "case__search")
        .prefetch_related("areas")
    )


def _order(wanted: str) -> tuple[str, ...]:
    fields = ORDERS.get(wanted.removeprefix("-"), ORDERS[DEFAULT_ORDER])
    if not wanted.startswith("-"):
        return fields
    return tuple(field.removeprefix("-") if field.startswith("-") else f"-{field}" for field in fields)


@dataclass(frozen=True)
class BoundedCount:
    """How many there are, counted to ``MOST_COUNTED`` and no further."""

    number: int

    @property
    def more(self) -> bool:
        return self.number > MOST_COUNTED

    def __str__(self) -> str:
        return f"{MOST_COUNTED}+" if self.more else str(self.number)


def bounded_count(rows: QuerySet[Any]) -> BoundedCount:
    """One query that stops counting just past ``MOST_COUNTED``, however many rows there are."""
    return BoundedCount(rows.order_by().select_related(None).values("pk")[: MOST_COUNTED + 1].count())


class BoundedPaginator(_Paginator):
    """Pages of the first ``MOST_COUNTED`` rows, so that no page has a deep offset."""

    @cached_property
    def total(self) -> BoundedCount:
        return bounded_count(self.object_list)  # type: ignore[arg-type]

    @cached_property
    def count(self) -> int:
        return min(self.total.number, MOST_COUNTED)


def call_of_frame(wanted: Call | None) -> Call | None:
    """The call whose frame the work list shows: the chosen one, else the public one that closes last of
    those that have opened."""
    opened = Call.objects.public().filter(opens_at__lte=timezone.now())
    return wanted or opened.order_by("-closes_at", "-pk").first()
