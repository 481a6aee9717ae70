"""The nämnd's own pages: what a member's lists hold, cut as she asks, and the way from one to the next."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear

from applications.models import Application
from calls.models import StrengthArea
from decisions.asked import Asked, asked_on_lists, counts_of
from decisions.changes import ties_of
from decisions.delegation_queries import by_number
from decisions.enums import AmountKind, DecisionKind
from decisions.final_queries import finality_by_id
from decisions.models import Committee, CommitteeMeeting, Decision, DecisionReport, MemberQuestion
from decisions.models.committee import URGENT, CommitteeMeetingQuerySet, DecisionReportQuerySet
from decisions.models.decision import LONG_TEXTS
from decisions.queries import meetings_with_counts
from decisions.veil import lay_veils
from s3portal.accounts.models import User
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.marked import marked_among, nothing_marked

#: The key of the choice of what is about no area.
NO_AREA = "utan"


# --- Meetings ---------------------------------------------------------------------------------------------
def member_meetings(user: User) -> CommitteeMeetingQuerySet:
    """The member's meetings, with how many decisions are ``reported`` and ``unread``, and how many questions
    are ``asked`` about them."""
    mine = (
        DecisionReport.objects.filter(meeting=OuterRef("pk"), readings__user=user)
        .order_by()
        .values("meeting")
    )
    asked = (
        MemberQuestion.objects.filter(
            decision__report__meeting=OuterRef("pk"), committee=OuterRef("committee")
        )
        .order_by()
        .values("committee")
    )
    return (
        meetings_with_counts()
        .of_member(user)
        .annotate(unread=F("reported") - _counted(mine), asked=_counted(asked))
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values(number=Count("pk")), output_field=IntegerField()), 0)


def held_meetings(
    meetings: CommitteeMeetingQuerySet, *, committee: Committee | None = None, year: int | None = None
) -> CommitteeMeetingQuerySet:
    """Those of the meetings that have begun, the latest first; of one nämnd, or in one year by Swedish
    clocks."""
    found = meetings.held()
    if committee is not None:
        found = found.filter(committee=committee)
    # In the database's own zone a meeting on New Year's Eve would be of the next year.
    return found if year is None else found.annotate(year=_year()).filter(year=year)


def _year() -> ExtractYear:
    return ExtractYear("starts_at", tzinfo=STOCKHOLM)


def held_years(user: User) -> list[int]:
    """The years of meetings that have been held, the latest first."""
    years = CommitteeMeeting.objects.of_member(user).held().order_by()
    found = years.annotate(year=_year()).values_list("year", flat=True)
    return sorted(set(found), reverse=True)


# --- One meeting's list -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wanted:
    """How a member cuts a list; what is None or empty does not cut. Amounts in whole kronor, inclusive.

    ``area``: a slug, or ``NO_AREA``. ``asked``: "med" (somebody has asked) or "vantar" (nobody has answered).
    ``moment``: read and unread as it was then, so that what is read on the way does not fall out of the
    way."""

    moment: datetime
    read: bool | None = None
    text: str = ""
    area: str = ""
    kind: str = ""
    clause: str = ""
    at_least: int | None = None
    at_most: int | None = None
    asked: str = ""

    @property
    def cuts(self) -> bool:
        """Whether anything but read and unread is asked for."""
        whole = Wanted(self.moment, self.read)
        return self != whole


def cut_list(meeting: CommitteeMeeting, user: User, wanted: Wanted) -> DecisionReportQuerySet:
    """The meeting's list as one member asks for it, with ``read_on``, and ``read_before`` the moment.

    Unread first, then what the chair decided alone, then the latest decision first."""
    found: DecisionReportQuerySet = (
        DecisionReport.objects.filter(meeting=meeting)
        .read_by(user)
        .in_order()
        .annotate(
            read_before=Case(When(read_on__lte=wanted.moment, then=F("read_on"))),
        )
        .order_by(
            F("read_before").asc(nulls_first=True), URGENT.desc(), "-decision__decided_on", "-decision_id"
        )
    )
    found = _cut_by_content(found, meeting, wanted)
    if wanted.asked == "med":
        found = found.filter(Exists(asked_on_lists()))
    elif wanted.asked == "vantar":
        found = found.filter(Exists(asked_on_lists().waiting()))
    return found if wanted.read is None else found.filter(Q(("read_before__isnull", not wanted.read)))


def _cut_by_content(
    found: DecisionReportQuerySet, meeting: CommitteeMeeting, wanted: Wanted
) -> DecisionReportQuerySet:
    if wanted.text:
        found = found.filter(decision__in=Decision.objects.search_open(wanted.text).values("pk"))
    if wanted.area == NO_AREA:
        found = found.exclude(decision__application__in=_about(StrengthArea.objects.all()))
    elif wanted.area:
        found = found.filter(decision__application__in=_about(StrengthArea.objects.filter(slug=wanted.area)))
    if wanted.kind:
        found = found.filter(decision__kind=wanted.kind)
    if wanted.clause:
        found = found.filter(decision__clause_number=wanted.clause)
    if wanted.at_least is not None or wanted.at_most is not None:
        # As in the search (``search_open``): where anything in the case is marked nothing of its content is
        # asked for, or an amount that is secret could be found by halving the interval.
        told = Decision.objects.filter(nothing_marked(), report__meeting=meeting)
        found = found.filter(decision__in=told.order_by().values("pk"))
    if wanted.at_least is not None:
        found = found.filter(decision__amount__gte=wanted.at_least)
    if wanted.at_most is not None:
        found = found.filter(decision__amount__lte=wanted.at_most)
    return found


def _about(areas: QuerySet[StrengthArea]) -> QuerySet[Any]:
    return Application.objects.filter(areas__in=areas).order_by().values("pk")


def as_shown(reports: DecisionReportQuerySet) -> DecisionReportQuerySet:
    """With all that a list page tells of each."""
    return (
        reports.select_related("decision__case", "decision__document", "meeting")
        .prefetch_related("decision__points")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
    )


@dataclass(frozen=True)
class Numbers:
    """How many decisions a list has, and how many of them the member has read."""

    total: int
    read: int

    @property
    def unread(self) -> int:
        return self.total - self.read


def numbers_of(meeting: CommitteeMeeting, user: User, wanted: Wanted) -> Numbers:
    """Of what is asked for, read and unread alike. One query."""
    found = cut_list(meeting, user, replace(wanted, read=None)).order_by()
    facts = found.aggregate(total=Count("pk"), read=Count("pk", filter=Q(read_before__isnull=False)))
    return Numbers(facts["total"], facts["read"])


@dataclass(frozen=True)
class Choices:
    """What a list can be cut by: only what would leave something. Areas: slug → name."""

    areas: dict[str, str]
    kinds: dict[str, str]
    clauses: list[str]
    without_area: bool


def choices_of(meeting: CommitteeMeeting) -> Choices:
    """One query."""
    rows = (
        DecisionReport.objects.filter(meeting=meeting)
        .order_by()
        .values_list(
            "decision__kind",
            "decision__clause_number",
            "decision__application__areas__slug",
            "decision__application__areas__name",
        )
        .distinct()
    )
    found = list(rows)
    kinds = {kind for kind, _clause, _slug, _name in found}
    areas = {slug: name for _kind, _clause, slug, name in found if slug is not None}
    return Choices(
        areas=dict(sorted(areas.items(), key=lambda area: area[1])),
        kinds={str(kind): str(kind.label) for kind in DecisionKind if kind in kinds},
        clauses=sorted({clause for _kind, clause, _slug, _name in found}, key=by_number),
        without_area=any(slug is None for _kind, _clause, slug, _name in found),
    )


# --- From one to the next ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Walk:
    """Where in the list a decision is, ``number`` from 1, and the keys of the reports around it.

    ``next_unread``: the nearest one after it that is unread now, else the first of the list. ``inside``: the
    decision answers to what was asked for; otherwise this is its place in the whole list."""

    number: int
    total: int
    previous: int | None
    next: int | None
    next_unread: int | None
    inside: bool


def walk_from(report: DecisionReport, user: User, wanted: Wanted) -> Walk:
    """One query for the keys, however long the list is; two when the decision is not in the cut."""
    rows = _keys(report.meeting, user, wanted)
    inside = any(pk == report.pk for pk, _read in rows)
    if not inside:
        rows = _keys(report.meeting, user, Wanted(wanted.moment))
    keys = [pk for pk, _read in rows]
    place = keys.index(report.pk)
    unread = [pk for pk, read_on in rows[place + 1 :] + rows[:place] if read_on is None]
    return Walk(
        number=place + 1,
        total=len(keys),
        previous=keys[place - 1] if place else None,
        next=keys[place + 1] if place + 1 < len(keys) else None,
        next_unread=unread[0] if unread else None,
        inside=inside,
    )


def _keys(meeting: CommitteeMeeting, user: User, wanted: Wanted) -> list[tuple[int, datetime | None]]:
    # The checker does not see what ``read_by`` adds.
    rows: Any = cut_list(meeting, user, wanted)
    return list(rows.values_list("pk", "read_on"))


# --- What the list page tells beside it ------------------------------------------------------------------
def tell_more(reports: list[DecisionReport], *, today: date) -> list[DecisionReport]:
    """The same rows of one list with ``final``, how far each decision has come towards laga kraft, its
    ``ties``, ``marked``: whether something in its case is secret, and ``asked``: the nämnd's questions."""
    ids = [report.decision_id for report in reports]
    asked = counts_of(ids, committee_id=reports[0].meeting.committee_id) if reports else {}
    final, ties = finality_by_id(ids, today=today), ties_of(ids)
    marked = marked_among({report.decision.case_id for report in reports})
    lay_veils(report.decision for report in reports)
    for report in reports:
        report.marked = report.decision.case_id in marked
        report.ties = ties[report.decision_id]
        report.final = final[report.decision_id]
        report.asked = asked.get(report.decision_id, Asked())
    return reports


@dataclass(frozen=True)
class ListSummary:
    """What a meeting's list amounts to. Sums in whole kronor, without the amounts that are secret."""

    total: int
    read: int
    amount: int
    working_time: int

    @property
    def unread(self) -> int:
        return self.total - self.read


def summarise(meeting: CommitteeMeeting, user: User, is_open: Q) -> ListSummary:
    """``is_open``: ``secrecy.amount_is_open``, which the whole page asks once."""
    reports = DecisionReport.objects.filter(meeting=meeting)
    in_kind = is_open & Q(decision__amount_kind=AmountKind.IN_KIND)
    facts = reports.aggregate(
        total=Count("pk"),
        amount=Coalesce(Sum("decision__amount", filter=is_open), 0, output_field=BigIntegerField()),
        working_time=Coalesce(Sum("decision__amount", filter=in_kind), 0, output_field=BigIntegerField()),
    )
    read = reports.filter(readings__user=user).count()
    return ListSummary(facts["total"], read, int(facts["amount"]), int(facts["working_time"]))


def earlier_reported(meeting: CommitteeMeeting, number: int = 5) -> list[DecisionReport]:
    """What was reported to the same nämnd at meetings before this one, latest first."""
    found = list(
        DecisionReport.objects.filter(
            meeting__committee=meeting.committee_id, meeting__starts_at__lt=meeting.starts_at
        )
        .select_related("decision__case", "meeting")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
        .order_by("-meeting__starts_at", "-decision__decided_on", "-decision_id")[:number]
    )
    lay_veils(report.decision for report in found)
    return found
