"""The seats of a room: the queue, offers that lapse, and what holds whatever people do."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from calls.enums import Place
from calls.models import Participation
from calls.services import registering, seats
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message, MessageAttachment
from tests import factories

START = datetime(2026, 10, 15, 9, 30, tzinfo=STOCKHOLM)
NOW = START - timedelta(days=7)
HOUR = timedelta(hours=1)


def make_room(**fields):
    return factories.make_meeting(
        **(
            {
                "registration": "open",
                "attendance": "both",
                "capacity": 1,
                "starts_at": START,
                "offer_hours": 24,
            }
            | fields
        )
    )


def enter(meeting, name, *, now=NOW, wanted=Place.ROOM):
    registering.register(
        event=meeting, name=name, email=f"{name}@example.org", choices={meeting.pk: wanted}, now=now
    )
    return Participation.objects.get(registration__name=name)


def stand(meeting):
    """name → (place, in the queue, offered until)."""
    return {
        each.registration.name: (each.place, each.is_queued, each.offered_until)
        for each in meeting.participations.active().select_related("registration")
    }


def give_up(participation, *, now):
    registering.cancel_participation(participation_id=participation.pk, now=now)


# --- Offers -----------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "until"),
    [
        (timedelta(days=6), timedelta(days=5)),
        (timedelta(hours=25), timedelta(hours=1)),
        (timedelta(hours=24), timedelta(hours=1)),
        (timedelta(hours=2), timedelta(hours=1)),
        (timedelta(hours=2) - timedelta(seconds=1), None),
        (timedelta(0), None),
    ],
)
def test_how_long_an_offer_holds(before, until):
    """At the most for the meeting's hours, and never into the last hour; less than an hour is no offer."""
    meeting = make_room()
    assert seats.offers_end(meeting, now=START - before) == (None if until is None else START - until)


@pytest.mark.django_db
def test_a_freed_seat_is_offered_to_who_asked_first():
    meeting = make_room()
    anna, bo, cia = (enter(meeting, name, now=NOW + HOUR * n) for n, name in enumerate(["anna", "bo", "cia"]))
    assert (bo.queue_position(), cia.queue_position()) == (1, 2)
    give_up(anna, now=NOW + HOUR * 5)
    until = NOW + HOUR * 29
    assert stand(meeting) == {"bo": ("link", True, until), "cia": ("link", True, None)}
    message = Message.objects.get(kind="meeting_seat_offer")
    assert (message.to_email, message.expires_at) == ("bo@example.org", until)
    meeting.refresh_from_db()
    # The seat is held: nobody who comes now gets it.
    assert meeting.room_full
    assert enter(meeting, "dan", now=NOW + HOUR * 6).place == Place.LINK
    cia.refresh_from_db()
    assert cia.queue_position() == 1


@pytest.mark.django_db
def test_an_offer_is_taken_to_the_second_and_not_after():
    meeting = make_room()
    anna, bo = enter(meeting, "anna"), enter(meeting, "bo")
    give_up(anna, now=NOW)
    until = NOW + HOUR * 24
    with pytest.raises(Refusal), transaction.atomic():
        seats.answer_offer(participation_id=bo.pk, accept=True, now=until + timedelta(microseconds=1))
    seats.answer_offer(participation_id=bo.pk, accept=True, now=until)
    assert stand(meeting) == {"bo": ("room", False, None)}
    # The button pressed twice, and the other one in another tab.
    seats.answer_offer(participation_id=bo.pk, accept=True, now=until)
    with pytest.raises(Refusal, match="redan tackat ja"):
        seats.answer_offer(participation_id=bo.pk, accept=False, now=until)
    assert stand(meeting) == {"bo": ("room", False, None)}
    assert Event.objects.filter(action="seat_accepted").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attendance", "left"), [("both", {"bo": ("link", False, None)}), ("room", {})], ids=["link", "room only"]
)
def test_who_declines_leaves_it_to_the_next(attendance, left):
    meeting = make_room(attendance=attendance)
    anna, bo, _cia = enter(meeting, "anna"), enter(meeting, "bo"), enter(meeting, "cia")
    give_up(anna, now=NOW)
    seats.answer_offer(participation_id=bo.pk, accept=False, now=NOW + HOUR)
    place = "link" if attendance == "both" else "waiting"
    assert stand(meeting) == left | {"cia": (place, True, NOW + HOUR * 25)}
    # Who keeps the link place has it said on the page; who is out gets it in writing, with nothing to take
    # out of a calendar that it never was in.
    gone = Message.objects.filter(kind="meeting_unregistered", to_email="bo@example.org")
    assert gone.count() == (attendance == "room")
    assert not MessageAttachment.objects.filter(message__in=gone).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("attendance", "heading"), [("both", "Du är anmäld"), ("room", "Du står i kö")])
def test_who_only_stands_in_the_queue_is_told_so(attendance, heading):
    meeting = make_room(attendance=attendance)
    enter(meeting, "anna")
    enter(meeting, "bo")
    told = Message.objects.get(kind="meeting_registered", to_email="bo@example.org")
    assert told.subject == f"{heading}: {meeting.title}"
    assert f">{heading}</h1>" in told.html_body
    assert told.text_body.count("Du är anmäld") == (attendance == "both")
    enter(meeting, "bo")
    again = Message.objects.get(kind="meeting_registered_before")
    assert again.subject.startswith("Du är redan anmäld" if attendance == "both" else "Du står redan i kö")


@pytest.mark.django_db
@pytest.mark.parametrize("attendance", ["both", "room"])
def test_an_unanswered_offer_goes_to_the_next_once(attendance):
    meeting = make_room(attendance=attendance)
    anna, _bo, _cia = enter(meeting, "anna"), enter(meeting, "bo"), enter(meeting, "cia")
    give_up(anna, now=NOW)
    until = NOW + HOUR * 24
    assert seats.lapse_due_offers(now=until) == 0
    later = until + timedelta(seconds=1)
    assert seats.lapse_due_offers(now=later) == 1
    assert seats.lapse_due_offers(now=later) == 0
    place = "link" if attendance == "both" else "waiting"
    left = {"bo": ("link", False, None)} if attendance == "both" else {}
    assert stand(meeting) == left | {"cia": (place, True, later + HOUR * 24)}
    lapsed = Message.objects.get(kind="meeting_seat_lapsed")
    assert lapsed.to_email == "bo@example.org"
    assert ("Du är därför inte längre anmäld." in lapsed.text_body) == (attendance == "room")


@pytest.mark.django_db
def test_shortly_before_the_meeting_the_seat_is_for_whoever_takes_it():
    meeting = make_room()
    anna, bo, _cia = enter(meeting, "anna"), enter(meeting, "bo"), enter(meeting, "cia")
    late = START - HOUR
    give_up(anna, now=late)
    assert [name for name, (_place, _queued, until) in stand(meeting).items() if until] == []
    told = Message.objects.filter(kind="meeting_seat_offer").order_by("to_email")
    assert [(each.to_email, each.expires_at) for each in told] == [
        ("bo@example.org", START),
        ("cia@example.org", START),
    ]
    meeting.refresh_from_db()
    assert not meeting.room_full
    registering.change_registration(
        registration_id=bo.registration_id,
        name="bo",
        organisation="",
        choices={meeting.pk: Place.ROOM},
        meal_wishes="",
        now=late,
    )
    assert stand(meeting) == {"bo": ("room", False, None), "cia": ("link", True, None)}
    meeting.refresh_from_db()
    assert meeting.room_full


@pytest.mark.django_db
def test_more_seats_are_offered_in_order_and_no_limit_to_all():
    meeting = make_room()
    for name in ("anna", "bo", "cia", "dan"):
        enter(meeting, name)
    meeting.capacity = 2
    meeting.save(update_fields=["capacity"])
    offers = seats.fill_freed_seats(meeting=meeting, now=NOW)
    assert [each.registration.name for each in offers] == ["bo"]
    assert seats.fill_freed_seats(meeting=meeting, now=NOW) == []
    meeting.capacity = None
    meeting.save(update_fields=["capacity"])
    offers = seats.fill_freed_seats(meeting=meeting, now=NOW)
    assert [each.registration.name for each in offers] == ["cia", "dan"]
    meeting.refresh_from_db()
    assert not meeting.room_full


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "now"),
    [({"status": "cancelled", "cancelled_at": NOW}, NOW), ({}, START)],
    ids=["off", "begun"],
)
def test_nothing_is_offered_for_a_meeting_that_is_off_or_has_begun(fields, now):
    meeting = make_room(**fields)
    factories.make_participation(meeting=meeting, place="link", wants_room_since=NOW)
    assert seats.fill_freed_seats(meeting=meeting, now=now) == []
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_where_people_register_elsewhere_the_officer_says_when_it_is_full():
    meeting = make_room(registration="by_mail", room_full=True, capacity=None)
    seats.fill_freed_seats(meeting=meeting, now=NOW)
    meeting.refresh_from_db()
    assert meeting.room_full


@pytest.mark.django_db
def test_wanting_the_link_gives_up_the_seat_and_the_turn():
    meeting = make_room()
    anna, bo = enter(meeting, "anna"), enter(meeting, "bo")
    for person in (bo, anna):
        registering.change_registration(
            registration_id=person.registration_id,
            name=person.registration.name,
            organisation="",
            choices={meeting.pk: Place.LINK},
            meal_wishes="",
            now=NOW,
        )
    assert [each[:2] for each in stand(meeting).values()] == [("link", False), ("link", False)]
    meeting.refresh_from_db()
    assert (meeting.room_full, meeting.seats_left()) == (False, 1)


# --- Whatever people do -----------------------------------------------------------------------------------
PEOPLE = ["anna", "bo", "cia", "dan", "eva"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["room", "link", "cancel", "yes", "no", "wait", "more"]),
        st.sampled_from(PEOPLE),
        st.sampled_from([timedelta(minutes=1), HOUR * 5, HOUR * 30]),
    ),
    min_size=4,
    max_size=14,
)


class WhateverPeopleDo(TestCase):
    """Seats taken and held are never more than there are; nobody loses a seat but by their own step; offers
    go to whoever has waited longest; no seat stands empty while somebody could be asked."""

    @given(steps=STEPS, capacity=st.integers(1, 2), attendance=st.sampled_from(["both", "room"]))
    @settings(max_examples=25, deadline=None)
    def test_the_rules_of_the_room_hold(self, steps, capacity, attendance):
        meeting = make_room(capacity=capacity, attendance=attendance)
        now = NOW
        for action, name, wait in steps:
            now += wait
            before = self.state(meeting)
            self.act(meeting, action, name, now)
            self.check(meeting, before, self.state(meeting), action, name, now)

    def act(self, meeting, action, name, now):
        mine = Participation.objects.filter(registration__name=name).first()
        try:
            with transaction.atomic():
                if action == "wait":
                    seats.lapse_due_offers(now=now)
                elif action == "more":
                    seats.fill_freed_seats(meeting=meeting, now=now)
                elif action in ("room", "link"):
                    self.want(meeting, name, mine, Place(action), now)
                elif mine is not None and action == "cancel":
                    give_up(mine, now=now)
                elif mine is not None:
                    seats.answer_offer(participation_id=mine.pk, accept=action == "yes", now=now)
        except Refusal:
            pass

    def want(self, meeting, name, mine, place, now):
        if mine is None or mine.cancelled_at is not None:
            enter(meeting, name, now=now, wanted=place)
            return
        registering.change_registration(
            registration_id=mine.registration_id,
            name=name,
            organisation="",
            choices={meeting.pk: place},
            meal_wishes="",
            now=now,
        )

    def state(self, meeting):
        rows = meeting.participations.active().select_related("registration")
        return {each.registration.name: each for each in rows}

    def check(self, meeting, before, after, action, name, now):
        meeting.refresh_from_db()
        held = [each for each in after.values() if each.place == "room" or each.offered_until]
        assert len(held) <= meeting.capacity
        assert meeting.room_full == (len(held) == meeting.capacity)
        for other, was in before.items():
            if was.place == "room" and other != name:
                assert after[other].place == "room", f"{other} lost a seat when {name} did {action}"
        waiting = [each for each in after.values() if each.is_queued and not each.offered_until]
        newly = [
            each
            for each in after.values()
            if each.offered_until
            and not (each.registration.name in before and before[each.registration.name].offered_until)
        ]
        for offered in newly:
            for other in waiting:
                assert (offered.wants_room_since, offered.pk) < (other.wants_room_since, other.pk)
        if waiting and now < START and seats.offers_end(meeting, now=now) is not None:
            assert len(held) == meeting.capacity, "a seat stands empty while somebody waits"
