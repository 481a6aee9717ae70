"""What an officer writes about a meeting, and what must be there before anyone is shown it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils import timezone

from calls.enums import Attendance, CallStatus, MeetingKind, RegistrationRule
from calls.models import Call, Meeting, MeetingSeries, StrengthArea
from s3portal.common.leftovers import find_leftovers


@dataclass(frozen=True)
class MeetingContent:
    """Everything an officer writes about a meeting, as the domain's values. ``capacity`` is room seats only;
    ``room_full`` is for meetings whose registration is kept outside the portal."""

    kind: MeetingKind
    title: str
    starts_at: datetime
    ends_at: datetime
    text: str = ""
    series: MeetingSeries | None = None
    call: Call | None = None
    area: StrengthArea | None = None
    attendance: Attendance = Attendance.BOTH
    place: str = ""
    capacity: int | None = None
    link: str = ""
    link_public: bool = True
    dial_in_number: str = ""
    conference_id: str = ""
    video_address: str = ""
    video_id: str = ""
    programme: str = ""
    meals: str = ""
    asks_meal_wishes: bool = False
    registration: RegistrationRule = RegistrationRule.NOT_NEEDED
    registration_email: str = ""
    registration_closes_at: datetime | None = None
    offer_hours: int = 24
    room_full: bool = False
    save_the_date: bool = False


CONTENT_FIELDS = tuple(field.name for field in fields(MeetingContent))


def content_of(meeting: Meeting) -> MeetingContent:
    """The meeting's own content, for changing a part of it."""
    values: dict[str, Any] = {name: getattr(meeting, name) for name in CONTENT_FIELDS}
    values["kind"] = MeetingKind(meeting.kind)
    values["attendance"] = Attendance(meeting.attendance)
    values["registration"] = RegistrationRule(meeting.registration)
    return MeetingContent(**values)


@dataclass(frozen=True)
class Problem:
    """What stops a meeting from being shown; ``field`` is the form's."""

    field: str
    text: str


def publishing_problems(meeting: Meeting, *, now: datetime | None = None) -> list[Problem]:
    """Everything that stops the meeting from being published. Of a save-the-date only the title and the day
    are asked."""
    problems = list(_unsuitable(meeting))
    if meeting.ends_at <= (now or timezone.now()):
        problems.append(Problem("day", "Mötet har redan varit. Ange en ny dag."))
    return problems


def shown_problems(meeting: Meeting) -> list[Problem]:
    """What may not be on a meeting that is already published."""
    return list(_unsuitable(meeting))


def _unsuitable(meeting: Meeting) -> Iterator[Problem]:
    if not meeting.save_the_date:
        yield from _ways_missing(meeting)
    if meeting.call is not None and meeting.call.status == CallStatus.DRAFT:
        yield Problem(
            "call",
            f"Utlysningen ”{meeting.call.title}” är inte publicerad. Publicera den först, eller ta bort den "
            "från mötet.",
        )
    texts = [("title", meeting.title), ("text", meeting.text), ("programme", meeting.programme)]
    texts += [("place", meeting.place), ("meals", meeting.meals)]
    for field, text in texts:
        for leftover in find_leftovers(text):
            yield Problem(field, f"{leftover.reason} ”{leftover.text}”")


def _ways_missing(meeting: Meeting) -> Iterator[Problem]:
    if meeting.attendance != Attendance.LINK and not meeting.place:
        yield Problem("place", "Ange platsen, eller välj att mötet hålls via länk.")
    by_link = meeting.link or meeting.dial_in_number or meeting.video_address
    # Those who register get the link by mail, so it may come later; without registration this is the only
    # place.
    if (
        meeting.attendance != Attendance.ROOM
        and not by_link
        and meeting.registration != RegistrationRule.OPEN
    ):
        yield Problem("link", "Ange en länk eller ett telefonnummer, eller välj att mötet hålls i lokalen.")
