"""Notices that are missing on the board, and who is reminded of them. Questions only: nothing is written."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time

from calls.queries.due import whole_address
from decisions.board import decisions_to_post, meetings_to_post
from decisions.clock import post_by
from decisions.due import registrars
from decisions.models import CommitteeMeeting, Decision
from s3portal.common.swedish import STOCKHOLM, format_day, in_stockholm
from s3portal.outbox.reminders import Occasion, Reminder


def missing_notices(first: datetime, last: datetime) -> list[Occasion]:
    """Minutes that were approved, and decisions with a notice of their own that were made, on days whose
    beginning lies between the two, and that have no notice that counts."""
    days = (in_stockholm(first).date(), in_stockholm(last).date())
    found = [notice_of(meeting) for meeting in meetings_to_post().filter(approved_on__range=days)]
    found += [notice_of(decision) for decision in decisions_to_post().filter(decided_on__range=days)]
    return [occasion for occasion in found if first <= occasion.at <= last]


def notice_of(subject: CommitteeMeeting | Decision) -> Occasion:
    """Counted from the beginning of the day that the notice is to follow on within two days."""
    at = datetime.combine(_day_of(subject), time.min, STOCKHOLM)
    return Occasion(obj=subject, at=at, topic=f"notice_missing:{subject._meta.model_name}:{subject.pk}")


def _day_of(subject: CommitteeMeeting | Decision) -> date:
    day = subject.approved_on if isinstance(subject, CommitteeMeeting) else subject.decided_on
    if day is None:
        raise ValueError(f"{subject} has no day to count from")
    return day


def notice_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To every registrar, of each notice."""
    emails = registrars(only) if occasions else []
    for occasion in occasions:
        values = _values(occasion.obj)
        for email in emails:
            yield Reminder(occasion, email, values)


def _values(subject: object) -> dict[str, str]:
    if isinstance(subject, CommitteeMeeting):
        about = f"protokollet från {subject.committee.name} {format_day(subject.day)}"
        page = whole_address("decisions:notice_post_minutes", subject.pk)
    elif isinstance(subject, Decision):
        about = f"beslut {subject.case}"
        page = whole_address("decisions:notice_post_decision", subject.pk)
    else:
        raise TypeError(f"{subject!r} gets no notice")
    return {
        "anslag": about,
        "dag": format_day(_day_of(subject)),
        "sista_dag": format_day(post_by(_day_of(subject))),
        "länk": page,
    }
