"""What the pages on signed decisions show, and what is due."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from decisions import asked, rules
from decisions.enums import AppealRoute
from decisions.expedition_queries import ExpeditionPage, expedition_page
from decisions.finality import Finality, finality_of, route_of
from decisions.models import (
    Appeal,
    Committee,
    CommitteeMeeting,
    Decision,
    DecisionDocument,
    DecisionReport,
    Expedition,
    HeldBack,
    MaskedDocument,
    MemberQuestion,
    Publication,
    SecrecyReview,
)
from decisions.models.committee import CommitteeMeetingQuerySet, DecisionReportQuerySet
from decisions.models.considered import latest_review
from decisions.models.decision import LONG_TEXTS
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.secrecy import Secrecy, fresh_masked, secrecy_of
from decisions.veil import lay_veils
from s3portal.accounts.models import User


# --- One signed decision ----------------------------------------------------------------------------------
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
    sending: ExpeditionPage
    publication: Publication | None
    report: DecisionReport | None
    final: Finality
    appeals: list[Appeal]
    #: Who got it when matters only where the clock runs from that.
    by_receipt: bool
    needs_own_notice: bool
    may_keep_board: bool
    may_expedite: bool
    may_publish: bool
    may_see_meetings: bool
    #: What in it is marked as secret, and the version for the public by those marks.
    secrecy: Secrecy
    masked: MaskedDocument | None
    review: SecrecyReview | None
    questions: list[MemberQuestion]


def after_signing(decision: Decision, user: User) -> dict[str, Any]:
    """The context of ``decisions/partials/after_signing.html``: the page of a signed decision merges it into
    its own."""
    expedition = Expedition.objects.select_related("expedited_by").filter(decision=decision).first()
    publication = Publication.objects.select_related("published_by").filter(decision=decision).first()
    route, secrecy = route_of(decision), secrecy_of(decision)
    after = AfterSigning(
        decision=decision,
        document=document_of(decision),
        expedition=expedition,
        sending=expedition_page(decision, secrecy),
        publication=publication,
        report=report_of(decision),
        final=finality_of(decision, today=timezone.localdate()),
        appeals=list(decision.appeals.all()),
        by_receipt=route == AppealRoute.SERVICE,
        needs_own_notice=route == AppealRoute.BOARD and not decision.reportable,
        may_keep_board=rules.may_keep_board(user),
        may_expedite=rules.may_expedite(user, decision),
        may_publish=rules.may_publish(user, decision),
        may_see_meetings=rules.may_see_meetings(user),
        secrecy=secrecy,
        masked=fresh_masked(decision, secrecy),
        review=latest_review(decision),
        questions=asked.about(decision),
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
    """A signed decision on no list. ``late``: the nämnd has met since it was made (KL 6:40). ``held``: who
    keeps it off the list, and why."""

    decision: Decision
    late: bool
    held: HeldBack | None = None


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


def missing_from_list(meeting: CommitteeMeeting) -> DecisionQuerySet:
    """What should be on the meeting's list and is not: all that can be, but what is held back."""
    held = HeldBack.objects.holding().values("decision")
    return unreported_for(meeting).exclude(pk__in=held)


def last_held_day(committee: Committee) -> date | None:
    """The day of the nämnd's latest meeting; decisions from before it should be on a list by now."""
    last = CommitteeMeeting.objects.filter(committee=committee).held().first()
    return None if last is None else last.day


def mark_late(decisions: list[Decision], meeting: CommitteeMeeting) -> list[Unreported]:
    last = last_held_day(meeting.committee)
    holds = HeldBack.objects.holding().filter(decision__in=decisions).select_related("held_by")
    held = {hold.decision_id: hold for hold in holds}
    lay_veils(decisions)
    return [
        Unreported(decision, late=_is_late(decision, last), held=held.get(decision.pk))
        for decision in decisions
    ]


def _is_late(decision: Decision, last: date | None) -> bool:
    return last is not None and decision.decided_on is not None and decision.decided_on < last


def mark_missed(reports: list[DecisionReport], meeting: CommitteeMeeting) -> list[DecisionReport]:
    """The same rows with ``missed``: an earlier meeting was held after the decision, without it on its list
    (KL 6:40)."""
    earlier = CommitteeMeeting.objects.filter(committee=meeting.committee).held()
    last = earlier.filter(starts_at__lt=meeting.starts_at).first()
    lay_veils(report.decision for report in reports)
    for report in reports:
        report.missed = _is_late(report.decision, None if last is None else last.day)
    return reports


@dataclass(frozen=True)
class Missing:
    """How many decisions should be on a meeting's list and are not; ``late``: those that the nämnd has met
    since (KL 6:40); ``held``: how many more are held back."""

    number: int
    late: int
    held: int = 0


def missing_from(meeting: CommitteeMeeting) -> Missing:
    found = missing_from_list(meeting)
    last = last_held_day(meeting.committee)
    number = found.count()
    late = 0 if last is None else found.filter(decided_on__lt=last).count()
    return Missing(number, late, unreported_for(meeting).count() - number)


def reports_on(meeting: CommitteeMeeting) -> DecisionReportQuerySet:
    """The meeting's list as the registrar sees it, in the order it goes to the nämnd."""
    return (
        DecisionReport.objects.filter(meeting=meeting)
        .select_related("decision__case", "reported_by")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
        .in_order()
    )


def count_unreported() -> int:
    return Decision.objects.unreported().count()


def next_meeting() -> CommitteeMeeting | None:
    return CommitteeMeeting.objects.select_related("committee").coming().first()


# --- The public -------------------------------------------------------------------------------------------
def published_decisions(*, text: str = "", year: int | None = None) -> DecisionQuerySet:
    """Published decisions, the latest first. One that is masked answers to what is left of its text."""
    found = (
        Decision.objects.published()
        .select_related("case", "publication__masked")
        .defer(*LONG_TEXTS, "publication__masked__full_text", "publication__masked__search")
        .order_by("-decided_on", "-pk")
    )
    if text:
        found = found.search_published(text)
    if year is not None:
        found = found.filter(decided_on__range=(date(year, 1, 1), date(year, 12, 31)))
    return found


def published_by_slug(slug: str) -> Decision | None:
    """The published decision of an address like RUN-138-2024, in any case of letters."""
    return (
        Decision.objects.published()
        .filter(slug__in={slug, slug.upper()})
        .select_related(
            "case",
            "clause__order",
            "legal_basis",
            "publication__masked__file__record__case",
            "changes__case",
            "application__organisation",
        )
        .prefetch_related("points", "basis_documents", "extract_recipients")
        .first()
    )


def published_years() -> list[int]:
    """The years published decisions may be of, newest first."""
    ends = Decision.objects.published().aggregate(first=Min("decided_on"), last=Max("decided_on"))
    if ends["first"] is None:
        return []
    return list(range(ends["last"].year, ends["first"].year - 1, -1))
