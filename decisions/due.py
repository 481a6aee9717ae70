"""What is due of the decisions, and who shall have a mail of it. Questions only: nothing is written.

What gives occasions takes ``first`` and ``last`` of their moments, both inclusive. What gives reminders costs
a constant number of queries for the people; of the nämnd's meetings there is one at a time. With ``only``,
the mails to those addresses (in small letters)."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time

from django.db.models.functions import TruncDate
from django.utils import timezone

from calls.queries.due import whole_address
from decisions.enums import DecisionStatus
from decisions.models import CommitteeMeeting, Decision
from decisions.models.decision import LONG_TEXTS
from decisions.queries import missing_from_list
from decisions.veil import lay_veils
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.swedish import STOCKHOLM, format_day
from s3portal.common.swedish.clock import whole_day
from s3portal.outbox.reminders import Occasion, Reminder, addressed

#: A mail lists so many decisions by name.
MOST_NAMED = 20


# --- Waiting for a signature ------------------------------------------------------------------------------
def waiting_decisions(first: datetime, last: datetime) -> list[Occasion]:
    """Of each delegate and day that something was sent to them for signature and still waits, one occasion at
    the end of that day: hundreds that were sent in one batch are one mail. What was returned and sent anew
    counts from the latest time."""
    sent = Decision.objects.filter(
        status=DecisionStatus.PROPOSED,
        delegate__isnull=False,
        proposed_at__range=(_start_of_day(first), last),
    )
    days = sent.annotate(day=TruncDate("proposed_at")).order_by("day", "delegate__user")
    pairs = list(days.values_list("day", "delegate__user").distinct())
    users = User.objects.in_bulk({user for _day, user in pairs})
    occasions = [_wait_on(day, users[user]) for day, user in pairs]
    return [occasion for occasion in occasions if first <= occasion.at <= last]


def wait_of(decision: Decision) -> Occasion:
    if decision.proposed_at is None or decision.delegate is None:
        raise ValueError(f"{decision} does not wait")
    return _wait_on(timezone.localdate(decision.proposed_at), decision.delegate.user)


def _wait_on(day: date, user: User) -> Occasion:
    at = datetime.combine(day, time(23, 59, 59), STOCKHOLM)
    return Occasion(obj=user, at=at, topic=f"decision_waiting:{user.pk}")


def signature_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To the delegate who is to sign, one mail with all that was sent that day and waits."""
    waiting = _waiting_by_day_and_person(occasions)
    for occasion in occasions:
        user = occasion.obj
        if not isinstance(user, User):
            raise TypeError(f"{user!r} signs nothing")
        decisions = waiting.get((timezone.localdate(occasion.at), user.pk), [])
        if decisions and user.is_active and (only is None or user.email.lower() in only):
            yield Reminder(occasion, user.email, _waiting_values(decisions))


def _waiting_by_day_and_person(occasions: Sequence[Occasion]) -> dict[tuple[date, int], list[Decision]]:
    found: dict[tuple[date, int], list[Decision]] = defaultdict(list)
    if not occasions:
        return found
    moments = [occasion.at for occasion in occasions]
    decisions = Decision.objects.filter(
        status=DecisionStatus.PROPOSED,
        delegate__user__in=[occasion.obj.pk for occasion in occasions],
        proposed_at__range=(_start_of_day(min(moments)), max(moments)),
    )
    shown = decisions.select_related("case", "delegate__user").defer("case__search", *LONG_TEXTS)
    for decision in shown.order_by("proposed_at", "pk"):
        if decision.proposed_at is not None and decision.delegate is not None:
            day = timezone.localdate(decision.proposed_at)
            found[day, decision.delegate.user_id].append(decision)
    lay_veils(decision for those in found.values() for decision in those)
    return found


def _start_of_day(moment: datetime) -> datetime:
    return whole_day(timezone.localdate(moment))[0]


def _waiting_values(decisions: Sequence[Decision]) -> dict[str, str]:
    first, many = decisions[0], len(decisions) > 1
    return {
        "antal": f"{len(decisions)} beslut",
        "beslut": f"{len(decisions)} beslut" if many else f"{first.case} {first.open_title}",
        "lista": _named(decisions),
        "handläggare": ", ".join(dict.fromkeys(one.case_officer_name for one in decisions)),
        "skickat": "" if first.proposed_at is None else format_day(timezone.localdate(first.proposed_at)),
        "länk": (
            whole_address("decisions:officer_list")
            if many
            else whole_address("decisions:officer_detail", first.pk)
        ),
    }


def _named(decisions: Sequence[Decision]) -> str:
    """The first by number and title, and how many the rest are."""
    named = [f"{decision.case} {decision.open_title}" for decision in decisions[:MOST_NAMED]]
    if more := len(decisions) - len(named):
        named.append(f"och {more} till")
    return "; ".join(named)


# --- Not reported to the nämnd ----------------------------------------------------------------------------
def agenda_deadlines(first: datetime, last: datetime) -> list[Occasion]:
    """Of each nämnd the next meeting whose agenda is not closed, when it closes then and something that
    belongs on it is not there."""
    now = timezone.now()
    meetings = CommitteeMeeting.objects.standing().filter(starts_at__gt=now).select_related("committee")
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


def registrars(only: Collection[str] | None) -> list[str]:
    """The addresses of all who work here; ``only`` those of these."""
    people = User.objects.filter(is_active=True, staff_roles__role=Role.REGISTRAR)
    return list(addressed(people, "email", only).order_by("pk").values_list("email", flat=True))


def unreported_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To every registrar one mail that lists what is not reported; none when everything is."""
    emails = registrars(only) if occasions else []
    for occasion in occasions:
        if not isinstance(occasion.obj, CommitteeMeeting):
            raise TypeError(f"{occasion.obj!r} is no meeting")
        decisions = list(missing_from_list(occasion.obj))
        lay_veils(decisions)
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
    return {
        "antal": f"{len(decisions)} beslut",
        "beslut": _named(decisions),
        "nämnd": meeting.committee.name,
        "sammanträde": format_day(meeting.day),
        "sista_dag": format_day(timezone.localdate(closes_at)),
        "länk": whole_address("decisions:committee_meeting_detail", meeting.pk),
    }
