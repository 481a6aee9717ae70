"""The officers' work list: its tabs, filters and orders, and pages that never count far."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least
from django.utils import timezone

from applications.enums import RecusalGround
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
from applications.parts import NOT_LISTED
from calls.models import Call
from s3portal.accounts.models import Membership, User
from s3portal.diary.models import Case


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
    waiting = Assignment.objects.waiting().filter(days)
    return Q(pk__in=supplements) | Q(pk__in=waiting.values("application"))


def flagged(flag: Flag) -> Q:
    if flag is Flag.RECUSED:
        later = ImpartialityDeclaration.objects.filter(
            application=OuterRef("application"), person=OuterRef("person"), pk__gt=OuterRef("pk")
        )
        standing = ImpartialityDeclaration.objects.exclude(ground=RecusalGround.NONE).filter(~Exists(later))
        return Q(pk__in=standing.values("application"))
    if flag is Flag.UNCONFIRMED:
        confirmed = Membership.objects.filter(confirmed_at__isnull=False)
        return ~Q(organisation__in=confirmed.values("organisation"))
    if flag is Flag.CHANGED:
        return Q(replaces__isnull=False)
    return Q(pk__in=InternalNote.objects.values("application"))


#: Column → the order of its rows, each with an index; the opposite order reads the same index backwards. Only
#: the dates are worked out row by row.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "arende": ("title", "-pk"),
    "status": ("status", "-submitted_at", "-pk"),
    "inkommen": ("-submitted_at", "-pk"),
    "belopp": ("applied_amount", "-pk"),
    "frist": ("next_due", "-pk"),
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
        _with_dates(rows)
        .order_by(*_order(wanted.get("ordning") or ""))
        .select_related("case__officer", "organisation", "call")
        .defer(*NOT_LISTED, "case__search")
        .prefetch_related("areas")
    )


def _with_dates(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """With the last days that are waited for: ``supplement_due`` and ``assessment_due`` (inclusive, None when
    nothing is waited for), and ``next_due``, the nearer of them."""
    supplements = SupplementRequest.objects.unanswered().filter(application=OuterRef("pk"))
    assessments = Assignment.objects.waiting().filter(application=OuterRef("pk")).order_by("due_on")
    return rows.annotate(
        supplement_due=Subquery(supplements.values("due_on")[:1]),
        assessment_due=Subquery(assessments.values("due_on")[:1]),
    ).annotate(next_due=Least("supplement_due", "assessment_due"))


def _order(wanted: str) -> tuple[str | OrderBy, ...]:
    fields = ORDERS.get(wanted.removeprefix("-"), ORDERS[DEFAULT_ORDER])
    if wanted == "-frist":
        # What waits for nothing is last whichever way the dates run.
        return (F("next_due").desc(nulls_last=True), "pk")
    if not wanted.startswith("-"):
        return fields
    return tuple(field.removeprefix("-") if field.startswith("-") else f"-{field}" for field in fields)


def call_of_frame(wanted: Call | None) -> Call | None:
    """The call whose frame the work list shows: the chosen one, else the public one that closes last of
    those that have opened."""
    opened = Call.objects.public().filter(opens_at__lte=timezone.now())
    return wanted or opened.order_by("-closes_at", "-pk").first()
