"""A meeting's life: written, published, changed, moved, cancelled.

Whoever has registered is told of what changes for them: in the same transaction as the change. The
meeting's row is locked throughout, which is also the lock of its seats.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from calls.enums import Attendance, MeetingStatus, Place, RegistrationRule
from calls.meeting_content import (
    CONTENT_FIELDS,
    MeetingContent,
    Problem,
    content_of,
    publishing_problems,
    shown_problems,
)
from calls.meeting_transitions import MeetingAction, require
from calls.models import Meeting
from calls.rules import require_meeting_arranger
from calls.services.inviting import tell_cancelled, tell_moved
from calls.services.seats import fill_freed_seats, tell_offers_again
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_datetime
from s3portal.outbox.services import cancel_queued

#: Reminders that tell of a time or a place; made anew by the beat job when they are due again.
REMINDERS = ("meeting_coming", "meeting_starts")
#: The mail about a free seat tells of them too.
OFFER = "meeting_seat_offer"
#: What those who have registered need to know, and their calendars with them.
TOLD = (
    "starts_at", "ends_at", "attendance", "place", "link",
    "dial_in_number", "conference_id", "video_address", "video_id",
)  # fmt: skip


@transaction.atomic
def create_meeting(*, content: MeetingContent, actor: User) -> Meeting:
    """A draft. Raises Refusal for what cannot be a meeting, with the form's field."""
    require_meeting_arranger(actor)
    require_sound(content)
    meeting = Meeting.objects.create(**_values(content), status=MeetingStatus.DRAFT)
    record_event(actor=actor, action="meeting_created", obj=meeting, text=f"Möte upplagt: {meeting}")
    return meeting


@transaction.atomic
def change_meeting(
    *, meeting_id: int, content: MeetingContent, expected_version: int, actor: User, note: str = ""
) -> Meeting:
    """Write the whole content. Those who have registered for a published meeting are told when the time, the
    place or the way in changes, or when the details of a save-the-date have come; ``note`` is the officer's
    own sentence to them.

    Raises Conflict when somebody else has saved since ``expected_version``, and Refusal for fewer seats
    than are taken, for a change that would leave somebody without a way to take part, and for what may not
    be published.
    """
    require_meeting_arranger(actor)
    meeting = _locked(meeting_id, expected_version)
    require(meeting.status, MeetingAction.EDIT)
    return _change(meeting, content, actor=actor, note=note, action="meeting_changed")


@transaction.atomic
def move_meeting(
    *,
    meeting_id: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    note: str,
    expected_version: int,
    actor: User,
) -> Meeting:
    """A published meeting at another time or place; those who have registered are told. Raises Refusal once
    it has begun, and for a time that has been."""
    require_meeting_arranger(actor)
    meeting = _locked(meeting_id, expected_version)
    require(meeting.status, MeetingAction.MOVE)
    now = timezone.now()
    if meeting.starts_at <= now:
        raise Refusal("Mötet har börjat och kan inte flyttas.")
    if starts_at <= now:
        raise Refusal("Ange en tid som inte har varit.", field="day")
    closes = meeting.registration_closes_at
    content = replace(
        content_of(meeting),
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        # A meeting that is moved forward cannot be registered for after it has begun.
        registration_closes_at=min(closes, starts_at) if closes else None,
    )
    if (starts_at, ends_at, place) == (meeting.starts_at, meeting.ends_at, meeting.place):
        raise Refusal("Ange en ny tid eller en ny plats.", field="day")
    return _change(meeting, content, actor=actor, note=note, action="meeting_moved")


@transaction.atomic
def publish_meeting(*, meeting_id: int, expected_version: int, actor: User) -> Meeting:
    """Show the meeting to everyone. Raises Refusal with the first thing that is missing."""
    return publish_locked(_locked(meeting_id, expected_version), actor=actor)


def publish_locked(meeting: Meeting, *, actor: User) -> Meeting:
    """Publish a meeting whose row the caller holds."""
    require_meeting_arranger(actor)
    require(meeting.status, MeetingAction.PUBLISH)
    _require_none(publishing_problems(meeting))
    meeting.status = MeetingStatus.PUBLISHED
    meeting.published_at = timezone.now()
    meeting.version += 1
    meeting.save(update_fields=["status", "published_at", "version"])
    record_event(actor=actor, action="meeting_published", obj=meeting, text=f"Möte publicerat: {meeting}")
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting_id: int, reason: str, expected_version: int, actor: User) -> Meeting:
    """The meeting will not be held; those who have registered are told why. It stays on the public pages,
    so that nobody comes. Raises Refusal once it is over."""
    require_meeting_arranger(actor)
    meeting = _locked(meeting_id, expected_version)
    require(meeting.status, MeetingAction.CANCEL)
    now = timezone.now()
    if meeting.ends_at <= now:
        raise Refusal("Mötet har redan varit och kan inte ställas in.")
    if not reason:
        raise Refusal("Skriv varför mötet ställs in.", field="reason")
    meeting.status = MeetingStatus.CANCELLED
    meeting.cancelled_at = now
    meeting.cancel_reason = reason
    meeting.sequence += 1
    meeting.version += 1
    meeting.save(update_fields=["status", "cancelled_at", "cancel_reason", "sequence", "version"])
    record_event(actor=actor, action="meeting_cancelled", obj=meeting, text=f"Möte inställt: {reason}")
    cancel_queued(obj=meeting, kinds=(*REMINDERS, "meeting_published", OFFER), actor=actor)
    tell_cancelled(meeting=meeting, actor=actor)
    return meeting


@transaction.atomic
def copy_meeting(*, meeting_id: int, actor: User) -> Meeting:
    """A draft with the same content and nobody registered. Its day stands until the officer changes it."""
    meeting = Meeting.objects.select_related("series", "call", "area").get(pk=meeting_id)
    content = replace(content_of(meeting), room_full=False)
    return create_meeting(content=content, actor=actor)


@transaction.atomic
def delete_meeting(*, meeting_id: int, actor: User) -> None:
    """Take away a draft. Raises Refusal for any other, and for one that somebody has registered for."""
    meeting = _locked(meeting_id, None)
    delete_locked(meeting, actor=actor)


def delete_locked(meeting: Meeting, *, actor: User) -> None:
    require_meeting_arranger(actor)
    require(meeting.status, MeetingAction.DELETE)
    if meeting.participations.exists() or meeting.registrations.exists():
        raise Refusal("Det finns anmälda till mötet. Det går inte att ta bort.")
    record_event(actor=actor, action="meeting_deleted", obj=meeting, text=f"Möte borttaget: {meeting}")
    meeting.delete()


# --- Rules of the content ---------------------------------------------------------------------------------
def require_sound(content: MeetingContent) -> None:
    """Raises Refusal for what cannot be a meeting even as a draft."""
    if content.ends_at <= content.starts_at:
        raise Refusal("Mötet slutar innan det börjar. Ange en senare sluttid.", field="ends")
    if content.capacity is not None and content.attendance == Attendance.LINK:
        raise Refusal("Ett möte via länk har inga platser i lokalen. Lämna antalet tomt.", field="capacity")
    closes = content.registration_closes_at
    if closes is not None and closes > content.starts_at:
        raise Refusal("Anmälan stänger senast när mötet börjar.", field="closes_day")
    if content.asks_meal_wishes and content.registration != RegistrationRule.OPEN:
        raise Refusal(
            "Önskemål om mat frågas i portalens anmälan. Välj ”Anmälan i portalen” eller ta bort frågan.",
            field="asks_meal_wishes",
        )
    if content.registration == RegistrationRule.BY_MAIL and not content.registration_email:
        raise Refusal("Ange adressen som anmälan skickas till.", field="registration_email")


def _require_none(problems: list[Problem]) -> None:
    if problems:
        raise Refusal(problems[0].text, field=problems[0].field)


def _values(content: MeetingContent) -> dict[str, object]:
    return {name: getattr(content, name) for name in CONTENT_FIELDS}


def _locked(meeting_id: int, expected_version: int | None) -> Meeting:
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("series", "call", "area")
        .get(pk=meeting_id)
    )
    if expected_version is not None and meeting.version != expected_version:
        raise Conflict(_who_saved(meeting))
    return meeting


def _who_saved(meeting: Meeting) -> str:
    last = (
        Event.objects.filter(object_type="calls.meeting", object_id=meeting.pk, action__startswith="meeting_")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None:
        return "Någon annan har ändrat mötet under tiden."
    return f"{last.actor_label} ändrade mötet {format_datetime(last.at)}, efter att du öppnade sidan."


# --- A change and those it concerns -----------------------------------------------------------------------
def _change(meeting: Meeting, content: MeetingContent, *, actor: User, note: str, action: str) -> Meeting:
    require_sound(content)
    before = content_of(meeting)
    if content.registration == RegistrationRule.OPEN:
        # The seats are counted here, so whether the room is full is not for anyone to say.
        content = replace(content, room_full=meeting.room_full)
    _require_room_for_all(meeting, before, content)
    for name in CONTENT_FIELDS:
        setattr(meeting, name, getattr(content, name))
    published = meeting.status == MeetingStatus.PUBLISHED
    if published:
        _require_none(shown_problems(meeting))
        if before.starts_at != meeting.starts_at <= timezone.now():
            raise Refusal("Ange en tid som inte har varit.", field="day")
    changed = [name for name in CONTENT_FIELDS if getattr(before, name) != getattr(content, name)]
    if not changed and not note:
        return meeting
    told = published and (
        any(name in TOLD for name in changed) or (before.save_the_date and not content.save_the_date)
    )
    meeting.version += 1
    meeting.sequence += told
    meeting.save(update_fields=[*changed, "version", "sequence"])
    record_event(
        actor=actor,
        action=action,
        obj=meeting,
        text=f"Möte ändrat: {meeting}",
        data={"fields": changed, "note": note},
    )
    if told:
        cancel_queued(obj=meeting, kinds=(*REMINDERS, OFFER), actor=actor)
    _settle_seats(meeting, before)
    if told and meeting.ends_at > timezone.now():
        tell_offers_again(meeting=meeting, now=timezone.now())
        tell_moved(meeting=meeting, actor=actor, note=note)
    return meeting


def _require_room_for_all(meeting: Meeting, before: MeetingContent, content: MeetingContent) -> None:
    """Nobody loses a seat, a way in or their registration by a change of the form."""
    active = meeting.participations.active()
    listed = (RegistrationRule.OPEN, RegistrationRule.CLOSED)
    if before.registration in listed and content.registration not in listed and active.exists():
        raise Refusal(
            "Det finns anmälda till mötet. Välj ”Anmälan är stängd” om ingen mer ska kunna anmäla sig.",
            field="registration",
        )
    if before.series != content.series and active.exists():
        raise Refusal("Det finns anmälda till mötet. Det kan inte byta serie.", field="series")
    by_link = active.filter(place=Place.LINK).count() if content.attendance == Attendance.ROOM else 0
    if by_link:
        who = "En person är anmäld" if by_link == 1 else f"{by_link} personer är anmälda"
        raise Refusal(f"{who} via länk. Mötet kan inte hållas bara i lokalen.", field="attendance")
    if content.capacity is not None:
        held = meeting.participations.holding_seats().count()
        if content.capacity < held:
            taken = (
                "En plats är redan tagen eller erbjuden"
                if held == 1
                else (f"{held} platser är redan tagna eller erbjudna")
            )
            raise Refusal(f"{taken}. Ange minst {held}.", field="capacity")


def _settle_seats(meeting: Meeting, before: MeetingContent) -> None:
    """After a change: seats in a room that is no longer used become places by link, offers end when the
    meeting begins, and new seats are offered in order."""
    active = meeting.participations.active()
    if meeting.attendance == Attendance.LINK and before.attendance != Attendance.LINK:
        active.update(place=Place.LINK, wants_room_since=None, offered_until=None)
        meeting.room_full = False
        meeting.save(update_fields=["room_full"])
        return
    if meeting.attendance == Attendance.BOTH and before.attendance == Attendance.ROOM:
        # Still in the queue for the room, but nobody has to wait for a way to take part.
        active.filter(place=Place.WAITING).update(place=Place.LINK)
    if meeting.starts_at < before.starts_at:
        active.filter(offered_until__gt=meeting.starts_at).update(offered_until=meeting.starts_at)
    seats = (meeting.capacity, meeting.attendance, meeting.registration, meeting.starts_at)
    if seats != (before.capacity, before.attendance, before.registration, before.starts_at):
        fill_freed_seats(meeting=meeting, now=timezone.now())
