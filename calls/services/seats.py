"""The seats of a meeting's room: who gets one, who waits, and whom a freed one is offered to.

Everything here happens under the lock of the meeting's row, so of two who want the last seat one gets it.
Seats that are held by an offer count as taken. A person loses a seat only by giving it up.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from calls.enums import Attendance, MeetingStatus, Place, RegistrationRule
from calls.models import Meeting, Participation
from calls.services import inviting
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.outbox.services import Mail, enqueue_mail, enqueue_many

#: From this long before the meeting, a free seat is for whoever takes it first: there is no time to ask one
#: person after the other.
OPEN_TO_ALL: Final = timedelta(hours=1)
#: A shorter time than this to answer is no offer.
LEAST_TO_ANSWER: Final = timedelta(hours=1)
SEAT_FIELDS: Final = ("place", "wants_room_since", "offered_until", "cancelled_at")


def lock_meetings(pks: Collection[int]) -> dict[int, Meeting]:
    """The meetings by key, locked for the transaction in the order of their keys, so that two who want the
    same ones in opposite order wait for each other instead of for ever."""
    locked = Meeting.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    return {meeting.pk: meeting for meeting in locked.select_related("series", "call", "area")}


def offers_end(meeting: Meeting, *, now: datetime) -> datetime | None:
    """Until when (inclusive) a seat that is offered now is held; None when it is too late for offers."""
    end = min(now + timedelta(hours=meeting.offer_hours), meeting.starts_at - OPEN_TO_ALL)
    return end if end - now >= LEAST_TO_ANSWER else None


# --- Under the lock ---------------------------------------------------------------------------------------
def take_place(participation: Participation, wanted: Place, *, meeting: Meeting, now: datetime) -> None:
    """Set where an unsaved or locked participation takes part. The caller saves it and holds the lock.

    Who wants the room and finds it full gets a link place and stands in the queue; where there are no link
    places, only the latter. Who has a seat keeps it, who waits keeps their turn."""
    participation.cancelled_at = None
    if wanted == Place.LINK:
        _place(participation, Place.LINK)
    elif participation.pk and participation.place == Place.ROOM:
        return
    elif participation.has_offer(now=now) or _seat_for(participation, meeting=meeting, now=now):
        _place(participation, Place.ROOM)
    else:
        participation.place = Place.WAITING if meeting.attendance == Attendance.ROOM else Place.LINK
        participation.wants_room_since = participation.wants_room_since or now


def _place(participation: Participation, place: Place) -> None:
    participation.place = place
    participation.wants_room_since = participation.offered_until = None


def _seat_for(participation: Participation, *, meeting: Meeting, now: datetime) -> bool:
    """Whether a seat is free for them: nobody passes those who wait while there is time to ask these."""
    left = meeting.seats_left()
    if left is None:
        return True
    if left == 0:
        return False
    others = meeting.participations.queue().exclude(pk=participation.pk)
    return offers_end(meeting, now=now) is None or not others.exists()


def leave(participation: Participation, *, now: datetime) -> None:
    """Take no part, and hold or wait for nothing. The caller saves it, and fills the seat."""
    participation.cancelled_at = now
    participation.wants_room_since = participation.offered_until = None
    if participation.place != Place.LINK:
        # What stood there must not look like a seat to anyone who counts.
        participation.place = Place.WAITING


@transaction.atomic
def fill_freed_seats(*, meeting: Meeting, now: datetime | None = None) -> list[Participation]:
    """Offer free seats to those who wait, in order, and note whether the room is full. Gives the offers.

    Shortly before the meeting the seats are for everybody, and those who wait are told that. Nothing is
    offered for a meeting that has begun or is cancelled. Doing it twice changes nothing."""
    moment = now or timezone.now()
    _refresh(meeting)
    offers: list[Participation] = []
    if meeting.status == MeetingStatus.PUBLISHED and moment < meeting.starts_at:
        until = offers_end(meeting, now=moment)
        left = meeting.seats_left()
        if until is not None:
            queue = meeting.participations.queue().select_related("registration")
            offers = list(queue if left is None else queue[:left])
            for participation in offers:
                participation.offered_until = until
                participation.save(update_fields=["offered_until"])
            _tell_offered(offers, meeting=meeting, until=until)
        elif left is None or left > 0:
            _tell_open(meeting)
    note_fullness(meeting)
    return offers


def _refresh(meeting: Meeting) -> None:
    """Lock the row (again), and read from it what decides about seats."""
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    for name in ("capacity", "status", "starts_at", "offer_hours", "attendance", "room_full"):
        setattr(meeting, name, getattr(row, name))


def note_fullness(meeting: Meeting) -> None:
    """Bring ``room_full`` to what the seats say, where the portal counts them."""
    if meeting.capacity is None:
        full = meeting.room_full and meeting.registration != RegistrationRule.OPEN
    elif meeting.counts_seats:
        full = meeting.seats_left() == 0
    else:
        return
    if full != meeting.room_full:
        meeting.room_full = full
        meeting.save(update_fields=["room_full"])


def _offer(participation: Participation, *, meeting: Meeting, until: datetime | None, key: str) -> Mail:
    """The mail about a free seat: held until ``until``, or (None) for whoever takes it first."""
    return Mail(
        kind="meeting_seat_offer",
        key=key,
        to_email=participation.registration.email,
        context={
            "registration": participation.registration,
            "meeting": meeting,
            "participation": participation,
            "until": until,
            "path": participation.registration.change_path,
        },
        obj=meeting,
        expires_at=until or meeting.starts_at,
    )


def _tell_offered(offers: Sequence[Participation], *, meeting: Meeting, until: datetime) -> None:
    enqueue_many(_offer(each, meeting=meeting, until=until, key=_offer_key(each)) for each in offers)


def _tell_open(meeting: Meeting) -> None:
    """The last hours: whoever waits may take a free seat, if they are quicker than the others. Each is told
    once."""
    enqueue_many(
        _offer(
            each,
            meeting=meeting,
            until=None,
            key=f"meeting_seat_open:{each.pk}:{meeting.starts_at:%Y%m%dT%H%M}",
        )
        for each in meeting.participations.queue().select_related("registration")
    )


def tell_offers_again(*, meeting: Meeting, now: datetime) -> None:
    """After a change of what those mails say: to each whose offer still holds and whose mail was stopped
    before it left, or who has another time to answer than the mail said. The keys keep the rest from it."""
    if meeting.status != MeetingStatus.PUBLISHED or now >= meeting.starts_at:
        return
    offered = meeting.participations.active().filter(offered_until__gt=now).select_related("registration")
    enqueue_many(
        _offer(each, meeting=meeting, until=each.offered_until, key=_offer_key(each)) for each in offered
    )
    left = meeting.seats_left()
    if offers_end(meeting, now=now) is None and (left is None or left > 0):
        _tell_open(meeting)


def _offer_key(participation: Participation) -> str:
    return f"meeting_seat_offer:{participation.pk}:{participation.offered_until:%Y%m%dT%H%M%S}"


# --- Answering an offer -----------------------------------------------------------------------------------
@transaction.atomic
def answer_offer(*, participation_id: int, accept: bool, now: datetime | None = None) -> Participation:
    """Take the offered seat, or leave it to the next. Raises Refusal when it is no longer offered; saying yes
    twice is harmless.

    Who declines keeps their link place; in a meeting without link places they are no longer registered, and
    get that by mail."""
    moment = now or timezone.now()
    meeting_id = Participation.objects.values_list("meeting_id", flat=True).get(pk=participation_id)
    meeting = lock_meetings([meeting_id])[meeting_id]
    participation = Participation.objects.select_related("registration").get(pk=participation_id)
    if accept and participation.place == Place.ROOM:
        return participation
    if not participation.has_offer(now=moment) or not meeting.takes_changes(now=moment):
        raise Refusal(_why_not_offered(participation))
    if accept:
        _place(participation, Place.ROOM)
    else:
        _give_up_turn(participation, now=moment)
    participation.save(update_fields=SEAT_FIELDS)
    record_event(
        actor=None,
        action="seat_accepted" if accept else "seat_declined",
        obj=participation.registration,
        text=str(meeting),
    )
    if participation.cancelled_at is not None:
        _tell_left(participation, now=moment)
    fill_freed_seats(meeting=meeting, now=moment)
    return participation


def _why_not_offered(participation: Participation) -> str:
    if participation.place == Place.ROOM:
        return "Du har redan tackat ja till platsen. Vill du inte ha den kan du ändra eller avanmäla dig här."
    return "Platsen är inte längre reserverad för dig. Du har redan svarat, eller så har tiden gått ut."


def _tell_left(participation: Participation, *, now: datetime) -> None:
    registration = participation.registration
    registration.updated_at = now
    registration.save(update_fields=["updated_at"])
    remaining = registration.participations.active().select_related("meeting", "registration")
    inviting.send_changed(
        registration,
        list(remaining.order_by("meeting__starts_at", "meeting_id")),
        invited=[],
        left=[],
        gave_up=[participation],
    )


def _give_up_turn(participation: Participation, *, now: datetime) -> None:
    if participation.place == Place.WAITING:
        leave(participation, now=now)
    else:
        participation.wants_room_since = participation.offered_until = None


# --- Offers that nobody answered --------------------------------------------------------------------------
def lapse_due_offers(*, now: datetime | None = None) -> int:
    """Let unanswered offers go to the next in order. Gives how many there were; asking twice is harmless.

    Each meeting in its own transaction: one that fails does not hold up the others."""
    moment = now or timezone.now()
    due = Participation.objects.active().filter(offered_until__lt=moment)
    meetings = due.order_by("meeting_id").values_list("meeting_id", flat=True).distinct()
    return sum(_lapse(meeting_id=pk, now=moment) for pk in list(meetings))


@transaction.atomic
def _lapse(*, meeting_id: int, now: datetime) -> int:
    meeting = lock_meetings([meeting_id])[meeting_id]
    late = meeting.participations.active().filter(offered_until__lt=now).select_related("registration")
    lapsed = list(late.order_by("pk"))
    for participation in lapsed:
        _give_up_turn(participation, now=now)
        participation.save(update_fields=SEAT_FIELDS)
        record_event(
            actor=None, action="seat_offer_lapsed", obj=participation.registration, text=str(meeting)
        )
        if now < meeting.starts_at and meeting.status == MeetingStatus.PUBLISHED:
            _tell_lapsed(participation, meeting=meeting, now=now)
    fill_freed_seats(meeting=meeting, now=now)
    return len(lapsed)


def _tell_lapsed(participation: Participation, *, meeting: Meeting, now: datetime) -> None:
    left = participation.cancelled_at is not None
    enqueue_mail(
        kind="meeting_seat_lapsed",
        key=f"meeting_seat_lapsed:{participation.pk}:{now:%Y%m%dT%H%M%S}",
        to_email=participation.registration.email,
        context={
            "registration": participation.registration,
            "meeting": meeting,
            "left": left,
            "path": participation.registration.change_path,
        },
        obj=meeting,
        expires_at=meeting.starts_at,
    )
