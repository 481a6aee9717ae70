"""The notice board: what is to be posted, what stands and what has stood (KL 8:9–12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from decisions.clock import post_by
from decisions.enums import AppealRoute
from decisions.final_queries import ROUTES
from decisions.models import BoardNotice, CommitteeMeeting, Decision
from decisions.models.committee import CommitteeMeetingQuerySet
from decisions.models.decision import LONG_TEXTS
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.models.notice import BoardNoticeQuerySet
from decisions.veil import lay_veils

_VALID = BoardNotice.objects.filter(early=False)


def meetings_to_post() -> CommitteeMeetingQuerySet:
    """Meetings whose minutes are approved, without a notice that counts; the longest approved first."""
    posted = Exists(_VALID.filter(meeting=OuterRef("pk")))
    return (
        CommitteeMeeting.objects.filter(~Q(posted), approved_on__isnull=False)
        .select_related("committee")
        .order_by("approved_on", "pk")
    )


def decisions_to_post() -> DecisionQuerySet:
    """Signed decisions that are not reported but can be appealed, without a notice that counts; oldest
    first."""
    posted = Exists(_VALID.filter(decision=OuterRef("pk")))
    return (
        Decision.objects.signed()
        .filter(ROUTES[AppealRoute.BOARD], ~Q(posted), reportable=False)
        .select_related("case", "legal_basis")
        .defer(*LONG_TEXTS)
        .order_by("decided_on", "pk")
    )


@dataclass(frozen=True)
class ToPost:
    """One notice that is missing. ``due_on`` is the last day to post it (inclusive)."""

    meeting: CommitteeMeeting | None
    decision: Decision | None
    approved_on: date
    late: bool

    @property
    def due_on(self) -> date:
        return post_by(self.approved_on)


def to_post(today: date) -> list[ToPost]:
    """All notices that are missing; those of minutes first."""
    found = [(meeting, None, meeting.approved_on) for meeting in meetings_to_post()]
    decisions = list(decisions_to_post())
    lay_veils(decisions)
    found += [(None, decision, decision.decided_on) for decision in decisions]  # type: ignore[misc]
    return [
        ToPost(meeting, decision, day, late=today > post_by(day))
        for meeting, decision, day in found
        if day is not None
    ]


def count_to_post() -> int:
    return meetings_to_post().count() + decisions_to_post().count()


def standing_notices() -> BoardNoticeQuerySet:
    return BoardNotice.objects.standing().with_subject()


def past_notices() -> BoardNoticeQuerySet:
    return BoardNotice.objects.past().with_subject()


def shown_past_notices(today: date) -> BoardNoticeQuerySet:
    """Those that the public still sees: taken down at most ``BOARD_DAYS`` ago."""
    return past_notices().filter(taken_down_on__gte=today - timedelta(days=settings.BOARD_DAYS))


def with_open_titles(notices: Iterable[BoardNotice]) -> list[BoardNotice]:
    """The same rows, none of which asks for itself what is secret in the title of its decision."""
    listed = list(notices)
    lay_veils(notice.decision for notice in listed if notice.decision is not None)
    return listed


def shown_notice_of(meeting: CommitteeMeeting, today: date) -> BoardNotice | None:
    """The notice that counts about the meeting's minutes, while the public sees it."""
    since = today - timedelta(days=settings.BOARD_DAYS)
    shown = Q(taken_down_on__isnull=True) | Q(taken_down_on__gte=since)
    return _VALID.filter(shown, meeting=meeting).first()


def notices_of(meeting: CommitteeMeeting) -> BoardNoticeQuerySet:
    """All notices about the meeting's minutes, the latest first."""
    return BoardNotice.objects.filter(meeting=meeting).order_by("-posted_on", "-pk")


def public_notice(pk: int, today: date) -> BoardNotice | None:
    """One that stands, or that was taken down not long ago."""
    since = today - timedelta(days=settings.BOARD_DAYS)
    shown = Q(taken_down_on__isnull=True) | Q(taken_down_on__gte=since)
    return BoardNotice.objects.with_subject().filter(shown, pk=pk).first()
