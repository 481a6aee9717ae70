"""What the pages on signed decisions show, and what is due."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from decisions import rules
from decisions.enums import AmountKind
from decisions.models import (
    Committee,
    CommitteeMeeting,
    Decision,
    DecisionDocument,
    DecisionReport,
    Delegate,
    DelegationOrder,
    Expedition,
    Publication,
)
from decisions.models.committee import CommitteeMeetingQuerySet, DecisionReportQuerySet
from decisions.models.decision import LONG_TEXTS, DecisionQuerySet
from decisions.services.expediting import message_key
from s3portal.accounts.models import User
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message


# --- One signed decision ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Delivery:
    """Where one recipient's extract is. ``detail`` is the mail server's own words when it failed."""

    name: str
    email: str
    label: str
    color: str
    icon: str
    at: Any = None
    detail: str = ""
    message_id: int | None = None


_DELIVERY_LOOKS = {
    MessageStatus.QUEUED: ("I kö", "info", "klocka"),
    MessageStatus.SENT: ("Skickat", "success", "bock-ring"),
    MessageStatus.FAILED: ("Misslyckat", "danger", "fel"),
    MessageStatus.CANCELLED: ("Avbrutet", "warning", "varning"),
}


def deliveries(decision: Decision, *, expedited: bool) -> list[Delivery]:
    """Each extract recipient and how far the decision has come to them, as the outbox tells it."""
    recipients = list(decision.extract_recipients.order_by("order"))
    keys = {recipient.pk: message_key(recipient) for recipient in recipients}
    sent = {
        message.key: message for message in Message.objects.filter(key__in=keys.values()).defer("html_body")
    }
    found = []
    for recipient in recipients:
        message = sent.get(keys[recipient.pk])
        if message is not None:
            label, color, icon = _DELIVERY_LOOKS[MessageStatus(message.status)]
            found.append(
                Delivery(
                    recipient.name, message.to_email, label, color, icon,
                    message.sent_at, message.last_error, message.pk,
                )
            )  # fmt: skip
        elif not recipient.email:
            found.append(Delivery(recipient.name, "", "Skickas på annat sätt", "warning", "kuvert"))
        else:
            label = "Inte skickat härifrån" if expedited or decision.signed_elsewhere else "Inte skickat"
            found.append(Delivery(recipient.name, recipient.email, label, "neutral", "kuvert"))
    return found


def document_of(decision: Decision) -> DecisionDocument | None:
    """The PDF, or None while it is being made (imported decisions get theirs a little later)."""
    return DecisionDocument.objects.select_related("file").filter(decision=decision).first()


def report_of(decision: Decision) -> DecisionReport | None:
    return DecisionReport.objects.select_related("meeting__committee").filter(decision=decision).first()


@dataclass(frozen=True)
class AfterSigning:
    """What has happened to a signed decision, and what this person may do with it."""

    decision: Decision
    document: DecisionDocument | None
    expedition: Expedition | None
    deliveries: list[Delivery]
    publication: Publication | None
    report: DecisionReport | None
    may_expedite: bool
    may_publish: bool
    may_see_meetings: bool

    @property
    def has_failed(self) -> bool:
        return any(delivery.color == "danger" for delivery in self.deliveries)

    @property
    def by_other_means(self) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if not delivery.email]


def after_signing(decision: Decision, user: User) -> dict[str, Any]:
    """The context of ``decisions/partials/after_signing.html``: the page of a signed decision merges it into
    its own."""
    expedition = Expedition.objects.select_related("expedited_by").filter(decision=decision).first()
    publication = Publication.objects.select_related("published_by").filter(decision=decision).first()
    after = AfterSigning(
        decision=decision,
        document=document_of(decision),
        expedition=expedition,
        deliveries=deliveries(decision, expedited=expedition is not None),
        publication=publication,
        report=report_of(decision),
        may_expedite=rules.may_expedite(user, decision),
        may_publish=rules.may_publish(user, decision),
        may_see_meetings=rules.may_see_meetings(user),
    )
    return {"after": after}


# --- Meetings and what is to be reported ------------------------------------------------------------------
def meetings_with_counts() -> CommitteeMeetingQuerySet:
    """Meetings with ``reported``: how many decisions are on the list."""
    counted = DecisionReport.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
    return CommitteeMeeting.objects.select_related("committee").annotate(
        reported=Coalesce(Subquery(counted.values(number=Count("pk")), output_field=IntegerField()), 0)
    )


@dataclass(frozen=True)
class Unreported:
    """A signed decision on no list. ``late``: the nämnd has met since it was made (KL 6:40)."""

    decision: Decision
    late: bool


def unreported_for(meeting: CommitteeMeeting) -> DecisionQuerySet:
    """What can be put on the meeting's list, oldest first. A meeting that has been held takes only what was
    signed elsewhere, on that day or earlier."""
    found = (
        Decision.objects.unreported()
        .of_committee(meeting.committee)
        .filter(decided_on__lte=meeting.day)
        .select_related("case")
        .defer(*LONG_TEXTS)
        .order_by("decided_on", "pk")
    )
    return found.filter(signed_elsewhere=True) if meeting.has_begun else found


def last_held_day(committee: Committee) -> date | None:
    """The day of the nämnd's latest meeting; decisions from before it should be on a list by now."""
    last = CommitteeMeeting.objects.filter(committee=committee).held().first()
    return None if last is None else last.day


def mark_late(decisions: list[Decision], meeting: CommitteeMeeting) -> list[Unreported]:
    last = last_held_day(meeting.committee)
    return [
        Unreported(
            decision, late=last is not None and decision.decided_on is not None and decision.decided_on < last
        )
        for decision in decisions
    ]


def reports_on(meeting: CommitteeMeeting) -> DecisionReportQuerySet:
    """The meeting's list as the registrar sees it, oldest decision first."""
    return (
        DecisionReport.objects.filter(meeting=meeting)
        .select_related("decision__case", "reported_by")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
        .order_by("decision__decided_on", "decision_id")
    )


def count_unreported() -> int:
    return Decision.objects.unreported().count()


def next_meeting() -> CommitteeMeeting | None:
    return CommitteeMeeting.objects.select_related("committee").coming().first()


# --- The nämnd's own pages --------------------------------------------------------------------------------
def member_meetings(user: User) -> CommitteeMeetingQuerySet:
    """The member's meetings, with ``reported`` and ``unread`` decisions."""
    mine = (
        DecisionReport.objects.filter(meeting=OuterRef("pk"), readings__user=user)
        .order_by()
        .values("meeting")
    )
    read = Coalesce(Subquery(mine.values(number=Count("pk")), output_field=IntegerField()), 0)
    return meetings_with_counts().of_member(user).annotate(unread=F("reported") - read)


def member_reports(
    meeting: CommitteeMeeting, user: User, *, read: bool | None = None
) -> DecisionReportQuerySet:
    """The meeting's list as one member sees it, or only what she has (not) read.

    Unread first, then the latest decision first."""
    found = (
        DecisionReport.objects.filter(meeting=meeting)
        .read_by(user)
        .select_related("decision__case", "decision__document")
        .prefetch_related("decision__points")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
        .order_by(F("read_on").asc(nulls_first=True), "-decision__decided_on", "-decision_id")
    )
    return found if read is None else found.filter(Q(("read_on__isnull", not read)))


@dataclass(frozen=True)
class ListSummary:
    """What a meeting's list amounts to. Sums in whole kronor."""

    total: int
    read: int
    amount: int
    working_time: int

    @property
    def unread(self) -> int:
        return self.total - self.read


def summarise(meeting: CommitteeMeeting, user: User) -> ListSummary:
    reports = DecisionReport.objects.filter(meeting=meeting)
    in_kind = Q(decision__amount_kind=AmountKind.IN_KIND)
    facts = reports.aggregate(
        total=Count("pk"),
        amount=Coalesce(Sum("decision__amount"), 0, output_field=BigIntegerField()),
        working_time=Coalesce(Sum("decision__amount", filter=in_kind), 0, output_field=BigIntegerField()),
    )
    read = reports.filter(readings__user=user).count()
    return ListSummary(facts["total"], read, int(facts["amount"]), int(facts["working_time"]))


def earlier_reported(meeting: CommitteeMeeting, number: int = 5) -> QuerySet[DecisionReport]:
    """What was reported to the same nämnd at meetings before this one, latest first."""
    return (
        DecisionReport.objects.filter(
            meeting__committee=meeting.committee_id, meeting__starts_at__lt=meeting.starts_at
        )
        .select_related("decision__case", "meeting")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
        .order_by("-meeting__starts_at", "-decision__decided_on", "-decision_id")[:number]
    )


# --- The public -------------------------------------------------------------------------------------------
def published_decisions(*, text: str = "", year: int | None = None) -> DecisionQuerySet:
    """Published decisions, the latest first."""
    found = (
        Decision.objects.published().select_related("case").defer(*LONG_TEXTS).order_by("-decided_on", "-pk")
    )
    if text:
        found = found.search(text)
    if year is not None:
        found = found.filter(decided_on__range=(date(year, 1, 1), date(year, 12, 31)))
    return found


def published_by_slug(slug: str) -> Decision | None:
    """The published decision of an address like RUN-138-2024, in any case of letters."""
    return (
        Decision.objects.published()
        .filter(slug__in={slug, slug.upper()})
        .select_related("case", "clause__order", "legal_basis", "publication")
        .prefetch_related("points", "basis_documents", "extract_recipients")
        .first()
    )


def published_years() -> list[int]:
    """The years published decisions may be of, newest first."""
    ends = Decision.objects.published().aggregate(first=Min("decided_on"), last=Max("decided_on"))
    if ends["first"] is None:
        return []
    return list(range(ends["last"].year, ends["first"].year - 1, -1))


# --- Delegation -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Holder:
    delegate: Delegate
    today: bool


@dataclass(frozen=True)
class ClauseRow:
    clause: Any
    holders: list[Holder]


@dataclass(frozen=True)
class OrderRow:
    order: DelegationOrder
    today: bool
    clauses: list[ClauseRow]


def delegation_on(day: date) -> list[OrderRow]:
    """Every order with its clauses and holders: those in force on the day first, then the latest first.
    Within a clause those who hold it on the day come first."""
    delegates = Prefetch(
        "clauses__delegates", queryset=Delegate.objects.select_related("user").order_by("-valid_from", "pk")
    )
    orders = DelegationOrder.objects.select_related("committee").prefetch_related("clauses", delegates)
    rows = [
        OrderRow(order, order.is_valid_on(day), _clause_rows(order, day))
        for order in orders.order_by("-valid_from")
    ]
    return sorted(rows, key=lambda row: not row.today)


def _clause_rows(order: DelegationOrder, day: date) -> list[ClauseRow]:
    rows = []
    for clause in sorted(order.clauses.all(), key=lambda clause: _natural(clause.number)):
        clause.order = order
        holders = []
        for delegate in clause.delegates.all():
            delegate.clause = clause
            holders.append(Holder(delegate, delegate.is_valid_on(day)))
        rows.append(ClauseRow(clause, sorted(holders, key=lambda holder: not holder.today)))
    return rows


def _natural(number: str) -> list[tuple[int, str]]:
    """8.2 before 8.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in number.split(".")]
