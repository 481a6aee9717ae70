"""What the registrar is warned of before a list goes to the nämnd."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q

from decisions.models import CommitteeMeeting, Decision, MeetingAnnex


def count_overlooked(today: date) -> int:
    """Signed decisions that were on no list ``UNREPORTED_DAYS`` days after they were made."""
    return Decision.objects.unreported().filter(decided_on__lt=_warned_before(today)).count()


def _warned_before(today: date) -> date:
    return today - timedelta(days=settings.UNREPORTED_DAYS)


def shut_out_urgent() -> list[CommitteeMeeting]:
    """The next meeting of each nämnd that is to hear of what its chair decided alone (KL 6:40) and has a
    confirmed list that keeps it out. One query when there is no such decision, else three."""
    urgent = Decision.objects.unreported().filter(signed_elsewhere=False, clause__urgent=True)
    committees = set(urgent.values_list("clause__order__committee", flat=True))
    if not committees:
        return []
    nearest: dict[int, CommitteeMeeting] = {}
    for meeting in (
        CommitteeMeeting.objects.coming().filter(committee__in=committees).select_related("committee")
    ):
        nearest.setdefault(meeting.committee_id, meeting)
    confirmed = MeetingAnnex.objects.holding().filter(meeting__in=nearest.values())
    closed = set(confirmed.values_list("meeting", flat=True))
    return [meeting for meeting in nearest.values() if meeting.pk in closed]


def closing_soon(today: date) -> list[CommitteeMeeting]:
    """Coming meetings whose last day to report (their own day where none is said) is at most
    ``AGENDA_NEAR_DAYS`` away, or has passed, and whose list is not confirmed; the nearest first."""
    near = today + timedelta(days=settings.AGENDA_NEAR_DAYS)
    coming = CommitteeMeeting.objects.coming().filter(
        Q(agenda_closes_on__lte=near) | Q(agenda_closes_on__isnull=True, starts_at__date__lte=near)
    )
    return list(coming.exclude(annexes__in=MeetingAnnex.objects.holding()).select_related("committee")[:20])
