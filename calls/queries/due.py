"""What is due of the calls and meetings, and who shall have a mail of it. Questions only: nothing is written.

What gives occasions takes ``first`` and ``last`` of their moments, both inclusive. What gives reminders costs
a constant number of queries, however many occasions and people there are; with ``only``, the mails to those
addresses (in small letters)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch, Q
from django.db.models.functions import Greatest, Lower
from django.urls import reverse
from django.utils import timezone

from calls.enums import CallStatus, MeetingStatus, Place
from calls.models import Call, Meeting, MeetingSeries, Participation, StrengthArea, Subscription
from calls.queries.following import subscribers_of
from s3portal.common.swedish import format_datetime
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import Occasion, Reminder, addressed

#: Meetings of a series that become public within this of the first are told in one mail.
TOGETHER: Final = timedelta(hours=1)
#: The kind of the mail that tells subscribers that a call closes.
CLOSING_KIND: Final = "call_closing_subscriber"


def whole_address(name: str, *args: object) -> str:
    """The address of a page as it stands in a mail."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


# --- Calls ------------------------------------------------------------------------------------------------
def closing_calls(first: datetime, last: datetime) -> list[Occasion]:
    """Open calls that close then. All who are reminded of the same call share the topic, so that an address
    with several roles gets one mail."""
    calls = Call.objects.filter(
        status=CallStatus.PUBLISHED, opens_at__lte=timezone.now(), closes_at__range=(first, last)
    ).order_by("closes_at", "pk")
    return [closing_of(call) for call in calls]


def closing_of(call: Call) -> Occasion:
    return Occasion(obj=call, at=call.closes_at, topic=f"call_closing:{call.pk}")


def published_calls(first: datetime, last: datetime) -> list[Occasion]:
    """Calls that were published then and can still be applied for, now or later."""
    calls = Call.objects.filter(
        status=CallStatus.PUBLISHED, published_at__range=(first, last), closes_at__gte=timezone.now()
    ).order_by("published_at", "pk")
    return [publication_of(call) for call in calls]


def publication_of(call: Call) -> Occasion:
    if call.published_at is None:
        raise ValueError(f"{call} is not published")
    return Occasion(obj=call, at=call.published_at, topic=f"call_published:{call.pk}")


def call_values(call: Call) -> dict[str, str]:
    return {
        "utlysning": call.title,
        "öppnar": format_datetime(call.opens_at),
        "stänger": format_datetime(call.closes_at),
        "länk": whole_address("calls:call_detail", call.slug),
    }


def call_subscriber_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who follow everything or one of the call's areas; not of what was before they followed it."""
    calls = {occasion.obj.pk: occasion for occasion in occasions}
    areas: dict[int, set[int]] = defaultdict(set)
    for call_id, area_id in Call.areas.through.objects.filter(call__in=calls).values_list(
        "call_id", "strengtharea_id"
    ):
        areas[call_id].add(area_id)
    values = {pk: call_values(_call(occasion)) for pk, occasion in calls.items()}
    for subscription, followed in _subscribers(set().union(*areas.values()), only):
        for pk, occasion in calls.items():
            if subscription.everything or followed & areas[pk]:
                published = _call(occasion).published_at or subscription.confirmed_at
                since = max(subscription.confirmed_at, published)
                yield _to_subscriber(occasion, subscription, values[pk], since)


def closing_subscriber_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """As ``call_subscriber_reminders``, to each address once for a call, also when its deadline has moved."""
    told = set(
        Message.objects.filter(
            kind=CLOSING_KIND,
            status=MessageStatus.SENT,
            object_type=Call._meta.label_lower,
            object_id__in=[occasion.obj.pk for occasion in occasions],
        ).values_list("object_id", Lower("to_email"))
    )
    for reminder in call_subscriber_reminders(occasions, only=only):
        if (reminder.occasion.obj.pk, reminder.to_email.lower()) not in told:
            yield reminder


def _call(occasion: Occasion) -> Call:
    if not isinstance(occasion.obj, Call):
        raise TypeError(f"{occasion.obj!r} is no call")
    return occasion.obj


def _subscribers(
    areas: Iterable[int], only: Collection[str] | None
) -> Iterator[tuple[Subscription, set[int]]]:
    """Those who follow any of the areas or everything, each with the areas they follow. Two queries."""
    wanted = [StrengthArea(pk=pk) for pk in areas]
    for subscription in addressed(subscribers_of(wanted), "email", only).prefetch_related(
        Prefetch("areas", queryset=StrengthArea.objects.only("pk").order_by())
    ):
        yield subscription, {area.pk for area in subscription.areas.all()}


def _to_subscriber(
    occasion: Occasion, subscription: Subscription, values: dict[str, str], since: datetime
) -> Reminder:
    return Reminder(
        occasion=occasion,
        to_email=subscription.email,
        values=values,
        since=since,
        unsubscribe_url=subscription.unsubscribe_url,
    )


# --- News of meetings -------------------------------------------------------------------------------------
def published_meetings(first: datetime, last: datetime) -> list[Occasion]:
    """Meetings that became public then and have not begun. Those of a series that are published together are
    one piece of news, told at the first of them; what is added to the series later is another."""
    since = (first - TOGETHER, last + TOGETHER)
    meetings = list(_public_since().held_or_coming().filter(since__range=since, starts_at__gt=timezone.now()))
    begun = _begun({meeting.series_id for meeting in meetings if meeting.series_id is not None})
    found: dict[tuple[str, datetime], Occasion] = {}
    for meeting in meetings:
        occasion = meeting_news(meeting, at=begun.get(meeting.pk, meeting.since))
        if first <= occasion.at <= last:
            found.setdefault((occasion.topic, occasion.at), occasion)
    return list(found.values())


def _begun(series: Collection[int]) -> dict[int, datetime]:
    """By each meeting of the series, cancelled ones too: when the news that it is part of began."""
    begun: dict[int, datetime] = {}
    current: dict[int, datetime] = {}
    rows = _public_since().filter(series__in=series)
    for pk, series_id, since in rows.values_list("pk", "series_id", "since"):
        if series_id not in current or since > current[series_id] + TOGETHER:
            current[series_id] = since
        begun[pk] = current[series_id]
    return begun


def _public_since() -> Any:
    """Meetings that have been published with ``since``: when anyone could first see it, which is no earlier
    than the call it is about; the earliest first."""
    return (
        Meeting.objects.public()
        .filter(published_at__isnull=False)
        .annotate(since=Greatest("published_at", "call__published_at"))
        .select_related("series")
        .order_by("since", "pk")
    )


def meeting_news(meeting: Meeting, *, at: datetime) -> Occasion:
    """About the whole series when it is in one."""
    if meeting.series is not None:
        return Occasion(obj=meeting.series, at=at, topic=f"meeting_published:series:{meeting.series.pk}")
    return Occasion(obj=meeting, at=at, topic=f"meeting_published:{meeting.pk}")


def latest_meeting_news() -> Occasion | None:
    """The news that came last, for a preview."""
    meeting = _public_since().held_or_coming().filter(starts_at__gt=timezone.now()).last()
    return None if meeting is None else meeting_news(meeting, at=meeting.since)


def meeting_news_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who follow everything, the meeting's area, or one of the areas of the call it is about."""
    news = [(occasion, _told(occasion, meetings)) for occasion, meetings in _meetings_of(occasions)]
    everywhere: set[int] = set().union(*(areas for _occasion, (areas, _values) in news))
    for subscription, followed in _subscribers(everywhere, only):
        for occasion, (areas, values) in news:
            if subscription.everything or followed & areas:
                yield _to_subscriber(occasion, subscription, values, subscription.confirmed_at)


def _meetings_of(occasions: Sequence[Occasion]) -> list[tuple[Occasion, list[Meeting]]]:
    """Each piece of news with the coming meetings it is about."""
    series = {one.obj.pk for one in occasions if isinstance(one.obj, MeetingSeries)}
    single = {one.obj.pk for one in occasions if isinstance(one.obj, Meeting)}
    meetings = (
        _public_since()
        .held_or_coming()
        .filter(Q(pk__in=single) | Q(series__in=series), starts_at__gt=timezone.now())
        .prefetch_related(Prefetch("call__areas", queryset=StrengthArea.objects.only("pk").order_by()))
        .order_by("starts_at", "pk")
    )
    about: dict[tuple[type, Any], list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        if meeting.series_id in series:
            about[MeetingSeries, meeting.series_id].append(meeting)
        else:
            about[Meeting, meeting.pk].append(meeting)
    found = [
        (occasion, _part_of(occasion, about[type(occasion.obj), occasion.obj.pk])) for occasion in occasions
    ]
    return [(occasion, meetings) for occasion, meetings in found if meetings]


def _part_of(occasion: Occasion, meetings: Sequence[Any]) -> list[Meeting]:
    """Of a series, those that were published together then."""
    if not isinstance(occasion.obj, MeetingSeries):
        return list(meetings)
    return [meeting for meeting in meetings if occasion.at <= meeting.since <= occasion.at + TOGETHER]


def _told(occasion: Occasion, meetings: Sequence[Meeting]) -> tuple[set[int], dict[str, str]]:
    """Whom it concerns (areas) and what is said."""
    areas = {meeting.area_id for meeting in meetings if meeting.area_id is not None}
    for meeting in meetings:
        if meeting.call is not None:
            areas |= {area.pk for area in meeting.call.areas.all()}
    if isinstance(occasion.obj, MeetingSeries):
        link = whole_address("calls:series_detail", occasion.obj.slug)
    else:
        link = whole_address("calls:meeting_detail", occasion.obj.pk)
    when = "; ".join(
        f"{meeting.title}, {meeting.when}" if len(meetings) > 1 else meeting.when for meeting in meetings
    )
    return areas, {"möte": str(occasion.obj), "när": when, "länk": link}


# --- Meetings one has registered for ----------------------------------------------------------------------
def coming_meetings(first: datetime, last: datetime) -> list[Occasion]:
    """Meetings that begin then and are neither cancelled nor unpublished."""
    return [meeting_of(meeting) for meeting in _beginning(first, last)]


def starting_meetings(first: datetime, last: datetime) -> list[Occasion]:
    """As ``coming_meetings``, those that can be attended from afar."""
    return [
        start_of(meeting) for meeting in _beginning(first, last) if meeting.link or connection_words(meeting)
    ]


def _beginning(first: datetime, last: datetime) -> Iterable[Meeting]:
    meetings = Meeting.objects.public().filter(status=MeetingStatus.PUBLISHED, starts_at__range=(first, last))
    return meetings.order_by("starts_at", "pk")


def meeting_of(meeting: Meeting) -> Occasion:
    return Occasion(obj=meeting, at=meeting.starts_at, topic=f"meeting:{meeting.pk}")


def start_of(meeting: Meeting) -> Occasion:
    return Occasion(obj=meeting, at=meeting.starts_at, topic=f"meeting_starts:{meeting.pk}")


def registered_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To all who have a place, in the room or by link, with what they need to come. Those who only stand in
    the queue for a seat have no place to be reminded of."""
    return _to_registered(occasions, [Place.ROOM, Place.LINK], only)


def link_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who take part by link; who sits in the room needs no mail by then."""
    return _to_registered(occasions, [Place.LINK], only)


def _to_registered(
    occasions: Sequence[Occasion], places: Sequence[str], only: Collection[str] | None
) -> Iterator[Reminder]:
    meetings = {occasion.obj.pk: occasion for occasion in occasions}
    rows = Participation.objects.active().filter(meeting__in=meetings, place__in=places)
    wanted = addressed(rows, "registration__email", only)
    for participation in wanted.select_related("registration").order_by("pk").iterator(chunk_size=2000):
        occasion = meetings[participation.meeting_id]
        yield Reminder(
            occasion=occasion,
            to_email=participation.registration.email,
            values=participation_values(_meeting(occasion), participation),
            since=participation.registration.created_at,
        )


def _meeting(occasion: Occasion) -> Meeting:
    if not isinstance(occasion.obj, Meeting):
        raise TypeError(f"{occasion.obj!r} is no meeting")
    return occasion.obj


def participation_values(meeting: Meeting, participation: Participation) -> dict[str, str]:
    """What one registered person is told; by link only those who take part by link."""
    by_link = participation.place == Place.LINK
    where = "via länk" if by_link else f"i lokalen: {meeting.place}" if meeting.place else "i lokalen"
    return {
        "möte": meeting.title,
        "när": meeting.when,
        "deltagande": f"Du deltar {where}.",
        "länk_till_mötet": meeting.link if by_link else "",
        "anslutning": connection_words(meeting) if by_link else "",
        "länk_till_anmälan": whole_address("calls:registration", participation.registration.token),
    }


def connection_words(meeting: Meeting) -> str:
    """The numbers to ring and dial, one on each line; nothing when there are none."""
    lines = []
    if meeting.dial_in_number:
        conference = f", konferens-id {meeting.conference_id}" if meeting.conference_id else ""
        lines.append(f"Telefon: {meeting.dial_in_number}{conference}")
    if meeting.video_address or meeting.video_id:
        number = f"id {meeting.video_id}" if meeting.video_id else ""
        lines.append("Videokonferens: " + ", ".join(part for part in (meeting.video_address, number) if part))
    return "\n".join(lines)


# --- Seats that are offered -------------------------------------------------------------------------------
def standing_offers(messages: Sequence[Message]) -> set[int]:
    """The keys of the mails about a free seat that still hold: it is held for the person until the moment the
    mail says, or is for whoever waits and takes it first before the meeting begins as the mail says."""
    waiting = (
        Participation.objects.active()
        .filter(meeting__in={message.object_id for message in messages}, wants_room_since__isnull=False)
        .filter(meeting__status=MeetingStatus.PUBLISHED)
        .annotate(address=Lower("registration__email"))
        .filter(address__in={message.to_email.lower() for message in messages})
    )
    standing = {
        (meeting, address, offered_until or starts_at)
        for meeting, address, offered_until, starts_at in waiting.values_list(
            "meeting_id", "address", "offered_until", "meeting__starts_at"
        )
    }
    return {
        message.pk
        for message in messages
        if (message.object_id, message.to_email.lower(), message.expires_at) in standing
    }
