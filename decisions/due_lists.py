"""Lists that are ready to be read, and the members who are told. Questions only: nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from calls.queries.due import whole_address
from decisions.models import CommitteeMember, MeetingAnnex
from s3portal.common.swedish import format_day
from s3portal.outbox.reminders import Occasion, Reminder


def ready_lists(first: datetime, last: datetime) -> list[Occasion]:
    """Lists that were confirmed between the two (both inclusive), that hold, and whose meeting is to come."""
    annexes = MeetingAnnex.objects.holding().filter(
        confirmed_at__range=(first, last), meeting__starts_at__gt=timezone.now()
    )
    return [ready_of(annex) for annex in annexes.select_related("meeting__committee").order_by("pk")]


def ready_of(annex: MeetingAnnex) -> Occasion:
    return Occasion(obj=annex, at=annex.confirmed_at, topic=f"report_list_ready:{annex.pk}")


def ready_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To each who sits in the nämnd today, substitutes too."""
    annexes = [one.obj for one in occasions if isinstance(one.obj, MeetingAnnex)]
    seats = CommitteeMember.objects.sitting_on(timezone.localdate()).filter(
        committee__in={annex.meeting.committee_id for annex in annexes}
    )
    emails: dict[int, list[str]] = defaultdict(list)
    for committee, email in seats.order_by("pk").values_list("committee_id", "user__email"):
        if only is None or email.lower() in only:
            emails[committee].append(email)
    for occasion, annex in zip(occasions, annexes, strict=True):
        for email in emails[annex.meeting.committee_id]:
            yield Reminder(occasion, email, _values(annex))


def _values(annex: MeetingAnnex) -> dict[str, str]:
    meeting = annex.meeting
    return {
        "antal": f"{len(annex.content['decisions'])} beslut",
        "nämnd": meeting.committee.name,
        "sammanträde": format_day(meeting.day),
        "länk": whole_address("decisions:committee_meeting", meeting.pk),
    }
