"""What is due of the decisions, and who shall have a mail of it. Questions only: nothing is written.

What gives occasions takes ``first`` and ``last`` of their moments, both inclusive. What gives reminders costs
a constant number of queries for the people; of the nämnd's meetings there is one at a time. With ``only``,
the mails to those addresses (in small letters)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time

from django.utils import timezone

from calls.queries.due import whole_address
from decisions.enums import DecisionStatus
from decisions.models import CommitteeMeeting, Decision
from decisions.models.decision import LONG_TEXTS
from decisions.queries import unreported_for
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.swedish import STOCKHOLM, format_day
from s3portal.outbox.reminders import Occasion, Reminder, addressed

#: A mail lists so many decisions by name.
MOST_NAMED = 20


# --- Waiting for a signature ------------------------------------------------------------------------------
def waiting_decisions(first: datetime, last: datetime) -> list[Occasion]:
    """Decisions that were sent for signature then and still wait. One that was returned and sent anew counts
    from the latest time."""
    decisions = Decision.objects.filter(status=DecisionStatus.PROPOSED, proposed_at__range=(first, last))
    return [
        wait_of(decision)
        for decision in decisions.select_related("case", "delegate__user")
        .defer(*LONG_TEXTS)
        .order_by("proposed_at", "pk")
    ]


def wait_of(decision: Decision) -> Occasion:
    if decision.proposed_at is None:
        raise ValueError(f"{decision} does not wait")
    return Occasion(obj=decision, at=decision.proposed_at, topic=f"decision_waiting:{decision.pk}")


def signature_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To the delegate who is to sign."""
    for occasion in occasions:
        decision = occasion.obj
        if not isinstance(decision, Decision) or decision.delegate is None:
            continue
        user = decision.delegate.user
        if user.is_active and (only is None or user.email.lower() in only):
            yield Reminder(occasion, user.email, _decision_values(decision))


def _decision_values(decision: Decision) -> dict[str, str]:
    proposed = timezone.localdate(decision.proposed_at) if decision.proposed_at else None
    return {
        "beslut": decision.title,
        "diarienummer": str(decision.case),
        "handläggare": decision.case_officer_name,
        "skickat": "" if proposed is None else format_day(proposed),
        "länk": whole_address("decisions:officer_detail", decision.pk),
    }


# --- Not reported to the nämnd ----------------------------------------------------------------------------
def agenda_deadlines(first: datetime, last: datetime) -> list[Occasion]:
    """Of each nämnd the next meeting whose agenda is not closed, when it closes then and something that
    belongs on it is not there."""
    now = timezone.now()
    meetings = CommitteeMeeting.objects.filter(starts_at__gt=now).select_related("committee")
    nearest: dict[int, Occasion] = {}
    for meeting in meetings.order_by("starts_at", "pk"):
        occasion = deadline_of(meeting)
        if occasion.at > now:
            nearest.setdefault(meeting.committee_id, occasion)
    return [occasion for occasion in nearest.values() if first <= occasion.at <= last]


def deadline_of(meeting: CommitteeMeeting) -> Occasion:
    """The end of the last day to put something on the agenda; without one, when the meeting begins."""
    at = meeting.starts_at
    if meeting.agenda_closes_on is not None:
        at = min(at, datetime.combine(meeting.agenda_closes_on, time(23, 59, 59), STOCKHOLM))
    return Occasion(obj=meeting, at=at, topic=f"decision_unreported:{meeting.pk}")


def unreported_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To every registrar one mail that lists what is not reported; none when everything is."""
    registrars = addressed(
        User.objects.filter(is_active=True, staff_roles__role=Role.REGISTRAR), "email", only
    ).order_by("pk")
    emails = list(registrars.values_list("email", flat=True)) if occasions else []
    for occasion in occasions:
        if not isinstance(occasion.obj, CommitteeMeeting):
            raise TypeError(f"{occasion.obj!r} is no meeting")
        decisions = list(unreported_for(occasion.obj))
        signed = [decision.signed_at for decision in decisions if decision.signed_at is not None]
        if decisions:
            # Signed elsewhere is signed before it came here.
            since = min(signed) if len(signed) == len(decisions) else None
            values = _unreported_values(occasion.obj, occasion.at, decisions)
            for email in emails:
                yield Reminder(occasion, email, values, since=since)


def _unreported_values(
    meeting: CommitteeMeeting, closes_at: datetime, decisions: Sequence[Decision]
) -> dict[str, str]:
    named = [f"{decision.case} {decision.title}" for decision in decisions[:MOST_NAMED]]
    if more := len(decisions) - len(named):
        named.append(f"och {more} till")
    return {
        "antal": f"{len(decisions)} beslut",
        "beslut": "; ".join(named),
        "nämnd": meeting.committee.name,
        "sammanträde": format_day(meeting.day),
        "sista_dag": format_day(timezone.localdate(closes_at)),
        "länk": whole_address("decisions:committee_meeting_detail", meeting.pk),
    }
