"""Registering for meetings without an account: register, change, cancel.

The meetings are locked in the order of their keys before anything is counted, and the registration after
them; whoever wants several at once cannot wait for somebody who waits for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from calls.enums import MeetingStatus, Place
from calls.models import Meeting, MeetingSeries, Participation, Registration
from calls.rules import require_meeting_arranger
from calls.services import inviting
from calls.services.seats import SEAT_FIELDS, fill_freed_seats, leave, lock_meetings, take_place
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal

Places = Mapping[int, Place]
ALREADY: Final = "Adressen är redan anmäld. Ändra den anmälan i stället."
CHOOSE: Final = "Välj minst ett möte."


@dataclass(frozen=True)
class Registered:
    """What came of it. ``places`` is by meeting: what was given or, to an address that was there ``already``
    and whose registration is as it was, what a new one would have got: visitors get the same answer."""

    registration: Registration
    places: Places
    already: bool


# --- Register ---------------------------------------------------------------------------------------------
@transaction.atomic
def register(
    *,
    event: Meeting | MeetingSeries,
    name: str,
    organisation: str = "",
    email: str,
    choices: Mapping[int, Place],
    meal_wishes: str = "",
    actor: User | None = None,
    now: datetime | None = None,
) -> Registered:
    """Register an address for the meetings in ``choices`` (by key: ``Place.ROOM`` or ``Place.LINK``).

    A slot of a series is registered as the series. Who wants a room seat and finds none gets a link place and
    stands in the queue. An address that is registered already gets a mail with the link to its registration
    and nothing is changed; an officer (``actor``) is told so by a Refusal instead, and may register until the
    meeting ends. Raises Refusal when a meeting takes no registrations or does not offer the place."""
    require_meeting_arranger(actor)
    moment = now or timezone.now()
    if isinstance(event, Meeting) and event.series is not None:
        event = event.series
    _check_choices_there(choices)
    meetings = lock_meetings(_keys(event))
    _check_open(choices, meetings, actor=actor, now=moment)
    registration = _find(event, email)
    if registration is not None and registration.participations.active().exists():
        if actor is not None:
            raise Refusal(ALREADY, field="email")
        inviting.send_link_again(registration, _active(registration))
        return Registered(registration, _would_get(choices, meetings, moment), already=True)
    if registration is None:
        registration = Registration(email=email, created_at=moment, **_target(event))
    registration.name, registration.organisation = name, organisation
    registration.meal_wishes, registration.updated_at = meal_wishes, moment
    registration.save()
    _take_places(registration, choices, meetings, now=moment)
    registered = _active(registration)
    record_event(actor=actor, action="meeting_registered", obj=registration, text=str(event))
    inviting.send_registered(registration, registered)
    places = {each.meeting_id: Place(each.place) for each in registered}
    return Registered(registration, places, already=False)


def _keys(event: Meeting | MeetingSeries) -> list[int]:
    """All meetings that the registration may concern. A series is locked whole: the same address may come
    twice at once, for different slots."""
    if isinstance(event, Meeting):
        return [event.pk]
    return list(event.meetings.values_list("pk", flat=True))


def _target(event: Meeting | MeetingSeries) -> dict[str, Meeting | MeetingSeries]:
    return {"meeting": event} if isinstance(event, Meeting) else {"series": event}


def _find(event: Meeting | MeetingSeries, email: str) -> Registration | None:
    same = Registration.objects.select_for_update(of=("self",)).filter(**_target(event), email__iexact=email)
    return same.select_related("series", "meeting").first()


def _check_choices_there(choices: Mapping[int, Place]) -> None:
    if not choices:
        raise Refusal(CHOOSE)


def _check_open(
    choices: Mapping[int, Place], meetings: Mapping[int, Meeting], *, actor: User | None, now: datetime
) -> None:
    for pk, wanted in choices.items():
        meeting = meetings.get(pk)
        if meeting is None:
            raise Refusal("Mötet hör inte till inbjudan.")
        if not _may_enter(meeting, actor=actor, now=now):
            raise Refusal(f"Det går inte längre att anmäla sig till {meeting}.")
        _check_offered(meeting, wanted)


def _may_enter(meeting: Meeting, *, actor: User | None, now: datetime) -> bool:
    """Officers also enter those who call or write after the last day."""
    if actor is not None:
        return meeting.status == MeetingStatus.PUBLISHED and now < meeting.ends_at
    return meeting.takes_registrations(now=now)


def _check_offered(meeting: Meeting, wanted: Place) -> None:
    if wanted not in meeting.places:
        raise Refusal(f"{meeting} kan inte besökas så. Välj ett annat sätt att delta.")


def _would_get(
    choices: Mapping[int, Place], meetings: Mapping[int, Meeting], now: datetime
) -> dict[int, Place]:
    places = {}
    for pk, wanted in choices.items():
        unsaved = Participation(meeting=meetings[pk])
        take_place(unsaved, wanted, meeting=meetings[pk], now=now)
        places[pk] = Place(unsaved.place)
    return places


def _take_places(
    registration: Registration,
    choices: Mapping[int, Place],
    meetings: Mapping[int, Meeting],
    *,
    now: datetime,
) -> list[Participation]:
    """Set the places in the order of the meetings' keys; gives those that are new or other than before."""
    have = {each.meeting_id: each for each in registration.participations.all()}
    changed = []
    for pk in sorted(choices):
        participation = have.get(pk) or Participation(registration=registration, meeting=meetings[pk])
        participation.registration, participation.meeting = registration, meetings[pk]
        before = [getattr(participation, name) for name in SEAT_FIELDS] if participation.pk else None
        take_place(participation, choices[pk], meeting=meetings[pk], now=now)
        if before == [getattr(participation, name) for name in SEAT_FIELDS]:
            continue
        participation.save(update_fields=SEAT_FIELDS if participation.pk else None)
        changed.append(participation)
    for pk in sorted(choices):
        fill_freed_seats(meeting=meetings[pk], now=now)
    return changed


def _active(registration: Registration) -> list[Participation]:
    """What they take part in, earliest first."""
    rows = registration.participations.active().select_related("meeting", "registration")
    return list(rows.order_by("meeting__starts_at", "meeting_id"))


# --- Change and cancel ------------------------------------------------------------------------------------
@transaction.atomic
def change_registration(
    *,
    registration_id: int,
    name: str,
    organisation: str,
    choices: Mapping[int, Place],
    meal_wishes: str,
    actor: User | None = None,
    now: datetime | None = None,
) -> Registration:
    """Bring the registration to what is asked for. A meeting that has not begun and is not in ``choices`` is
    cancelled; one that has begun stays as it is. Wanting the room keeps a seat or a turn in the queue and
    takes an offer; a link place gives them up. Raises Refusal when there is nothing left that may be changed,
    or for a new meeting that takes no registrations."""
    require_meeting_arranger(actor)
    moment = now or timezone.now()
    registration, meetings = _locked(registration_id)
    have = {each.meeting_id: each for each in registration.participations.active()}
    changeable = {pk for pk in have if _may_change(meetings[pk], actor=actor, now=moment)}
    added = {pk: place for pk, place in choices.items() if pk not in have}
    _check_open(added, meetings, actor=actor, now=moment)
    wanted = {pk: place for pk, place in choices.items() if pk in changeable} | added
    for pk, place in wanted.items():
        _check_offered(meetings[pk], place)
    if not changeable and not added:
        raise Refusal("Mötet har börjat eller är inställt. Anmälan kan inte ändras längre.")
    if not wanted and changeable:
        raise Refusal("Välj minst ett möte, eller avanmäl dig.")
    registration.name, registration.organisation = name, organisation
    registration.meal_wishes, registration.updated_at = meal_wishes, moment
    registration.save(update_fields=["name", "organisation", "meal_wishes", "updated_at"])
    left = _leave(registration, [pk for pk in changeable if pk not in wanted], meetings, now=moment)
    changed = _take_places(registration, wanted, meetings, now=moment)
    _note_change(registration, changed=changed, left=left, actor=actor)
    return registration


@transaction.atomic
def cancel_participation(
    *, participation_id: int, actor: User | None = None, now: datetime | None = None
) -> Registration:
    """Take no part in one of the meetings; a seat goes to the next in the queue. Twice is harmless.

    Raises Refusal once the meeting has begun."""
    require_meeting_arranger(actor)
    row = Participation.objects.values("registration_id", "meeting_id").get(pk=participation_id)
    return _cancel(row["registration_id"], only=row["meeting_id"], actor=actor, now=now)


@transaction.atomic
def cancel_registration(
    *, registration_id: int, actor: User | None = None, now: datetime | None = None
) -> Registration:
    """Take no part in anything that has not begun. Raises Refusal when all of it has."""
    require_meeting_arranger(actor)
    return _cancel(registration_id, only=None, actor=actor, now=now)


def _cancel(
    registration_id: int, *, only: int | None, actor: User | None, now: datetime | None
) -> Registration:
    moment = now or timezone.now()
    registration, meetings = _locked(registration_id)
    active = registration.participations.active()
    keys = [pk for pk in active.values_list("meeting_id", flat=True) if only in (None, pk)]
    if not keys:
        return registration
    changeable = [pk for pk in keys if _may_change(meetings[pk], actor=actor, now=moment)]
    if not changeable:
        raise Refusal("Mötet har börjat eller är inställt. Anmälan kan inte ändras längre.")
    registration.updated_at = moment
    left = _leave(registration, changeable, meetings, now=moment)
    if not active.exists():
        # Nobody has to cook for them, and what they eat may tell of their health or belief.
        registration.meal_wishes = ""
    registration.save(update_fields=["updated_at", "meal_wishes"])
    _note_change(registration, changed=[], left=left, actor=actor)
    return registration


def _locked(registration_id: int) -> tuple[Registration, dict[int, Meeting]]:
    """The meetings first, then the registration: the order of everything that counts seats."""
    found = Registration.objects.select_related("series", "meeting").get(pk=registration_id)
    meetings = lock_meetings(
        {*_keys(found.event), *found.participations.values_list("meeting_id", flat=True)}
    )
    locked = Registration.objects.select_for_update(of=("self",)).select_related("series", "meeting")
    return locked.get(pk=registration_id), meetings


def _may_change(meeting: Meeting, *, actor: User | None, now: datetime) -> bool:
    if actor is not None:
        return meeting.status == MeetingStatus.PUBLISHED and now < meeting.ends_at
    return meeting.takes_changes(now=now)


def _leave(
    registration: Registration, keys: Iterable[int], meetings: Mapping[int, Meeting], *, now: datetime
) -> list[Participation]:
    left = []
    for pk in sorted(keys):
        participation = registration.participations.select_related("meeting").get(meeting_id=pk)
        participation.registration = registration
        participation.meeting = meetings[pk]
        leave(participation, now=now)
        participation.save(update_fields=SEAT_FIELDS)
        left.append(participation)
        fill_freed_seats(meeting=meetings[pk], now=now)
    return left


def _note_change(
    registration: Registration,
    *,
    changed: list[Participation],
    left: list[Participation],
    actor: User | None,
) -> None:
    remaining = _active(registration)
    record_event(
        actor=actor,
        action="registration_changed" if remaining else "registration_cancelled",
        obj=registration,
        text=str(registration.event),
    )
    if changed or left:
        inviting.send_changed(registration, remaining, invited=changed, left=left)


# --- Afterwards -------------------------------------------------------------------------------------------
@transaction.atomic
def clear_meal_wishes(*, now: datetime | None = None) -> int:
    """Take away what people wanted to eat, ``MEAL_WISHES_WEEKS`` after the end of the (series' last) meeting.
    Gives how many there were. One query, and harmless to repeat."""
    limit = (now or timezone.now()) - timedelta(weeks=settings.MEAL_WISHES_WEEKS)
    later = Meeting.objects.filter(ends_at__gt=limit)
    return (
        Registration.objects.exclude(meal_wishes="")
        .exclude(meeting__in=later)
        .exclude(Exists(later.filter(series=OuterRef("series"))))
        .update(meal_wishes="")
    )
