"""Registering for meetings: the services, the pages and what is cleared afterwards."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from calls import tasks
from calls.enums import Place
from calls.models import Participation, Registration
from calls.services import registering
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
ROOM, LINK, WAITING = Place.ROOM, Place.LINK, Place.WAITING


def open_meeting(**fields):
    return factories.make_meeting(
        **({"registration": "open", "attendance": "both", "capacity": 2, "place": "Hus U"} | fields)
    )


def sign_up(event, choices, *, email="anna@example.org", **fields):
    return registering.register(
        **({"event": event, "name": "Anna Ask", "email": email, "choices": choices} | fields)
    )


def messages(email="anna@example.org"):
    return list(Message.objects.filter(to_email=email).order_by("pk").values_list("kind", flat=True))


# --- Register ---------------------------------------------------------------------------------------------
def test_a_person_gets_a_seat_and_a_mail():
    meeting = open_meeting()
    done = sign_up(meeting, {meeting.pk: ROOM}, organisation="Peak", meal_wishes="Vegan")
    assert (done.places, done.already) == ({meeting.pk: ROOM}, False)
    registration = Registration.objects.get()
    assert (registration.meeting, registration.series) == (meeting, None)
    assert (registration.name, registration.organisation, registration.meal_wishes) == (
        "Anna Ask",
        "Peak",
        "Vegan",
    )
    message = Message.objects.get()
    assert (message.kind, message.to_email) == ("meeting_registered", "anna@example.org")
    assert f"/anmalan/{registration.token}/" in message.text_body
    assert f"/anmalan/{registration.token}/" in message.html_body
    # What somebody eats is cleared after the meeting, and the log and the sent mails are not.
    event = Event.objects.get(action="meeting_registered")
    for kept in (message.text_body, message.html_body, event.text, str(event.data)):
        assert "Vegan" not in kept
    assert "Anna" not in event.text


def test_when_the_room_is_full_the_next_gets_the_link_and_the_queue():
    meeting = open_meeting(capacity=1)
    sign_up(meeting, {meeting.pk: ROOM})
    meeting.refresh_from_db()
    assert meeting.room_full
    done = sign_up(meeting, {meeting.pk: ROOM}, email="bo@example.org")
    assert done.places == {meeting.pk: LINK}
    second = Participation.objects.get(registration__email="bo@example.org")
    assert second.queue_position() == 1
    assert second.how == "Via länk, i kö till lokalen"
    assert "Via länk, i kö till lokalen" in Message.objects.get(to_email="bo@example.org").text_body


def test_in_a_meeting_without_link_places_the_next_waits():
    meeting = open_meeting(capacity=1, attendance="room", link="")
    sign_up(meeting, {meeting.pk: ROOM})
    assert sign_up(meeting, {meeting.pk: ROOM}, email="bo@example.org").places == {meeting.pk: WAITING}
    assert Message.objects.get(to_email="bo@example.org").attachments.count() == 0


def test_link_places_never_run_out_and_take_no_seat():
    meeting = open_meeting(capacity=1)
    for number in range(3):
        sign_up(meeting, {meeting.pk: LINK}, email=f"p{number}@example.org")
    meeting.refresh_from_db()
    assert (meeting.seats_left(), meeting.room_full) == (1, False)


def test_a_room_without_a_number_of_seats_is_never_full():
    meeting = open_meeting(capacity=None)
    for number in range(3):
        assert sign_up(meeting, {meeting.pk: ROOM}, email=f"p{number}@example.org").places == {
            meeting.pk: ROOM
        }
    meeting.refresh_from_db()
    assert not meeting.room_full


def test_the_same_address_again_changes_nothing_and_gets_its_link():
    meeting = open_meeting(capacity=1)
    first = sign_up(meeting, {meeting.pk: ROOM})
    again = sign_up(meeting, {meeting.pk: LINK}, email="ANNA@example.org", name="Någon Annan")
    assert (again.already, again.places) == (True, {meeting.pk: LINK})
    assert Registration.objects.get().name == "Anna Ask"
    assert Participation.objects.get().place == ROOM
    assert messages() == ["meeting_registered", "meeting_registered_before"]
    assert f"/anmalan/{first.registration.token}/" in Message.objects.last().text_body
    # Nobody's mailbox is filled by others.
    sign_up(meeting, {meeting.pk: ROOM})
    assert len(messages()) == 2


def test_the_answer_to_a_known_address_is_what_a_new_one_would_get():
    meeting = open_meeting(capacity=1)
    sign_up(meeting, {meeting.pk: LINK})
    assert sign_up(meeting, {meeting.pk: ROOM}).places == {meeting.pk: ROOM}
    sign_up(meeting, {meeting.pk: ROOM}, email="bo@example.org")
    assert sign_up(meeting, {meeting.pk: ROOM}).places == {meeting.pk: LINK}


def test_an_officer_is_told_that_the_address_is_registered(officer):
    meeting = open_meeting()
    sign_up(meeting, {meeting.pk: ROOM}, actor=officer)
    with pytest.raises(Refusal) as refused:
        sign_up(meeting, {meeting.pk: ROOM}, actor=officer)
    assert refused.value.field == "email"
    assert Event.objects.get(action="meeting_registered").actor_label == str(officer)


def test_who_cancelled_may_register_again():
    meeting = open_meeting()
    done = sign_up(meeting, {meeting.pk: ROOM})
    registering.cancel_registration(registration_id=done.registration.pk)
    again = sign_up(meeting, {meeting.pk: LINK}, name="Anna Alm")
    assert (again.already, again.registration.pk) == (False, done.registration.pk)
    participation = Participation.objects.get()
    assert (participation.place, participation.cancelled_at) == (LINK, None)
    assert Registration.objects.get().name == "Anna Alm"
    assert messages() == ["meeting_registered", "meeting_unregistered", "meeting_registered"]


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({"registration": "closed"}, 0),
        ({"registration": "not_needed"}, 0),
        ({"status": "draft"}, 0),
        ({}, 7 * 24 * 60),
        ({"closes": 60}, 60),
    ],
)
def test_a_meeting_that_takes_no_registrations_refuses(fields, minutes):
    start = datetime(2026, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    now = start - timedelta(days=7)
    closes = fields.pop("closes", None)
    if closes:
        fields["registration_closes_at"] = now + timedelta(minutes=closes)
    meeting = open_meeting(starts_at=start, **fields)
    with pytest.raises(Refusal):
        sign_up(meeting, {meeting.pk: ROOM}, now=now + timedelta(minutes=minutes))
    assert Registration.objects.count() == 0


def test_the_minute_before_it_closes_is_in_time():
    start = datetime(2026, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    meeting = open_meeting(starts_at=start)
    sign_up(meeting, {meeting.pk: ROOM}, now=start - timedelta(seconds=1))
    assert Registration.objects.count() == 1


def test_officers_register_until_the_meeting_ends(officer):
    start = datetime(2026, 10, 15, 9, 30, tzinfo=STOCKHOLM)
    meeting = open_meeting(starts_at=start, registration="closed")
    sign_up(meeting, {meeting.pk: ROOM}, now=start + timedelta(minutes=59), actor=officer)
    with pytest.raises(Refusal):
        sign_up(meeting, {meeting.pk: ROOM}, now=meeting.ends_at, actor=officer, email="bo@example.org")


def test_only_what_the_meeting_offers_can_be_chosen():
    meeting, other = open_meeting(attendance="link", capacity=None), open_meeting()
    for choices in ({meeting.pk: ROOM}, {other.pk: ROOM}, {meeting.pk: WAITING}, {}):
        with pytest.raises(Refusal):
            sign_up(meeting, choices)


# --- Series -----------------------------------------------------------------------------------------------
@pytest.fixture
def series():
    return factories.make_meeting_series(slug="mobilisering", title="Mobilisering")


@pytest.fixture
def slots(series):
    """Two slots on two days with one seat each."""
    start = timezone.now() + timedelta(days=10)
    return [
        open_meeting(
            series=series,
            capacity=1,
            title=title,
            starts_at=start + timedelta(days=day),
            asks_meal_wishes=True,
        )
        for day, title in enumerate(["Upplevelser", "Hållbar energi"])
    ]


def test_one_registration_for_several_slots(series, slots):
    one, two = slots
    # By a slot of the series, too: one registration for each address.
    done = sign_up(one, {one.pk: ROOM, two.pk: LINK})
    registration = Registration.objects.get()
    assert (registration.series, registration.meeting) == (series, None)
    assert done.places == {one.pk: ROOM, two.pk: LINK}
    message = Message.objects.get()
    assert [file.filename for file in message.attachments.order_by("pk")] == [
        f"mote-{one.pk}.ics",
        f"mote-{two.pk}.ics",
    ]
    assert message.text_body.index("Upplevelser") < message.text_body.index("Hållbar energi")


def test_a_slot_is_joined_and_another_left_afterwards(slots):
    one, two = slots
    done = sign_up(one, {one.pk: ROOM})
    registering.change_registration(
        registration_id=done.registration.pk,
        name="Anna Ask",
        organisation="Peak",
        choices={two.pk: ROOM},
        meal_wishes="",
    )
    assert {each.meeting_id: each.how for each in Participation.objects.all()} == {
        one.pk: "Avanmäld",
        two.pk: "I lokalen",
    }
    one.refresh_from_db()
    assert not one.room_full
    message = Message.objects.get(kind="meeting_changed")
    assert [file.content_type for file in message.attachments.order_by("pk")] == [
        "text/calendar; method=REQUEST; charset=utf-8",
        "text/calendar; method=CANCEL; charset=utf-8",
    ]


def test_a_slot_that_has_begun_stays_as_it_is(slots):
    one, two = slots
    done = sign_up(one, {one.pk: ROOM, two.pk: ROOM})
    wanted = {
        "registration_id": done.registration.pk,
        "name": "Anna",
        "organisation": "",
        "meal_wishes": "",
        "now": one.starts_at,
    }
    registering.change_registration(**wanted, choices={one.pk: LINK, two.pk: LINK})
    assert {each.meeting_id: each.place for each in Participation.objects.all()} == {
        one.pk: "room",
        two.pk: "link",
    }
    wanted["now"] = two.starts_at
    with pytest.raises(Refusal):
        registering.change_registration(**wanted, choices={two.pk: ROOM})
    with pytest.raises(Refusal):
        registering.cancel_registration(registration_id=done.registration.pk, now=two.starts_at)


def test_only_a_new_name_sends_no_mail(slots):
    one, _two = slots
    done = sign_up(one, {one.pk: ROOM})
    registering.change_registration(
        registration_id=done.registration.pk,
        name="Anna Alm",
        organisation="",
        choices={one.pk: ROOM},
        meal_wishes="",
    )
    assert messages() == ["meeting_registered"]
    assert Registration.objects.get().name == "Anna Alm"


def test_cancelling_one_of_two_and_then_the_other(slots):
    one, two = slots
    done = sign_up(one, {one.pk: ROOM, two.pk: ROOM}, meal_wishes="Vegan")
    first = Participation.objects.get(meeting=one)
    registering.cancel_participation(participation_id=first.pk)
    assert Registration.objects.get().meal_wishes == "Vegan"
    registering.cancel_participation(participation_id=first.pk)
    registering.cancel_registration(registration_id=done.registration.pk)
    # Nobody cooks for who does not come.
    assert Registration.objects.get().meal_wishes == ""
    assert messages() == ["meeting_registered", "meeting_changed", "meeting_unregistered"]


# --- At once ----------------------------------------------------------------------------------------------
def at_once(calls):
    """Run ``calls`` in threads that begin together; gives what came of each."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attendance", ["both", "room"])
def test_twenty_press_at_once_for_three_seats(attendance):
    meeting = open_meeting(capacity=3, attendance=attendance)

    def press(number):
        return lambda: sign_up(meeting, {meeting.pk: ROOM}, email=f"p{number}@example.org").places[meeting.pk]

    places = at_once([press(number) for number in range(20)])
    other = LINK if attendance == "both" else WAITING
    assert sorted(places) == sorted([ROOM] * 3 + [other] * 17)
    assert Participation.objects.holding_seats().count() == 3
    assert Participation.objects.queue().count() == 17
    meeting.refresh_from_db()
    assert meeting.room_full


@pytest.mark.django_db(transaction=True)
def test_two_slots_wanted_in_opposite_order_by_many(slots):
    one, two = slots

    def press(number):
        order = [one.pk, two.pk] if number % 2 else [two.pk, one.pk]
        return lambda: sign_up(one, dict.fromkeys(order, ROOM), email=f"p{number}@example.org").places

    places = at_once([press(number) for number in range(8)])
    for slot in slots:
        assert sorted(each[slot.pk] for each in places) == sorted([ROOM] + [LINK] * 7)


@pytest.mark.django_db(transaction=True)
def test_the_same_address_pressed_twice_at_once_is_one_registration(slots):
    one, two = slots
    answers = at_once(
        [
            lambda: sign_up(one, {one.pk: ROOM}),
            lambda: sign_up(two, {two.pk: ROOM}),
            lambda: sign_up(two, {two.pk: ROOM}, email="Anna@example.org"),
        ]
    )
    assert sorted(answer.already for answer in answers) == [False, True, True]
    assert Registration.objects.count() == 1


# --- Meal wishes ------------------------------------------------------------------------------------------
def test_meal_wishes_are_cleared_to_the_second(settings):
    settings.MEAL_WISHES_WEEKS = 2
    meeting = open_meeting()
    sign_up(meeting, {meeting.pk: ROOM}, meal_wishes="Vegan")
    limit = meeting.ends_at + timedelta(weeks=2)
    assert registering.clear_meal_wishes(now=limit - timedelta(seconds=1)) == 0
    assert Registration.objects.get().meal_wishes == "Vegan"
    assert registering.clear_meal_wishes(now=limit) == 1
    assert Registration.objects.get().meal_wishes == ""
    assert registering.clear_meal_wishes(now=limit) == 0


def test_meal_wishes_of_a_series_wait_for_its_last_meeting(slots):
    one, two = slots
    sign_up(one, {one.pk: ROOM}, meal_wishes="Vegan")
    assert registering.clear_meal_wishes(now=one.ends_at + timedelta(weeks=2)) == 0
    assert registering.clear_meal_wishes(now=two.ends_at + timedelta(weeks=2)) == 1


def test_the_tasks_do_it():
    past = timezone.now() - timedelta(weeks=3)
    meeting = open_meeting(starts_at=past)
    factories.make_participation(meeting=meeting, meal_wishes="Vegan")
    coming = open_meeting(capacity=1)
    late = factories.make_participation(
        meeting=coming,
        place="link",
        wants_room_since=past,
        offered_until=timezone.now() - timedelta(minutes=1),
    )
    tasks.clear_meal_wishes()
    tasks.lapse_offers()
    late.refresh_from_db()
    assert (Registration.objects.get(meeting=meeting).meal_wishes, late.offered_until) == ("", None)


# --- The pages --------------------------------------------------------------------------------------------
def fill_in(client, address, **data):
    return client.post(
        address, {"name": "Anna Ask", "organisation": "Peak", "email": "anna@example.org"} | data
    )


def test_the_form_of_one_meeting(client):
    meeting = open_meeting(capacity=1, asks_meal_wishes=True, meals="Lunch serveras.")
    address = reverse("calls:register", args=[meeting.pk])
    page = client.get(address).content.decode()
    assert "Hur vill du delta?" in page
    assert "Lunch serveras." in page
    response = fill_in(client, address, **{f"mote_{meeting.pk}": "room", "meal_wishes": "Vegan"})
    assert response.status_code == 302
    thanks = client.get(response.headers["Location"])
    assert "Du har en plats i lokalen." in thanks.content.decode()
    assert "anna@example.org" not in thanks.content.decode()
    assert (
        client.get(reverse("calls:meeting_detail", args=[meeting.pk]))
        .content.decode()
        .count("Fullsatt i lokalen. Nu endast öppen för deltagande via länk.")
    )
    assert "I kö till lokalen, via länk så länge" in client.get(address).content.decode()
    full = fill_in(client, address, **{f"mote_{meeting.pk}": "room", "email": "bo@example.org"})
    assert "Du deltar via länk. Ville du sitta i lokalen står du i kö" in (
        client.get(full.headers["Location"]).content.decode()
    )


def test_a_known_address_gets_the_same_answer(client):
    meeting = open_meeting(capacity=5)
    address = reverse("calls:register", args=[meeting.pk])
    answers = [fill_in(client, address, **{f"mote_{meeting.pk}": "room"}) for _ in range(2)]
    pages = [client.get(answer.headers["Location"]).content.decode() for answer in answers]
    assert pages[0].partition("<main")[2] == pages[1].partition("<main")[2]
    assert Registration.objects.count() == 1


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client):
    meeting = open_meeting()
    address = reverse("calls:register", args=[meeting.pk])
    response = fill_in(client, address, email="ingen adress")
    page = response.content.decode()
    assert response.status_code == 422
    assert "ds-error-summary" in page
    assert "Välj hur du vill delta." in page
    assert 'value="Anna Ask"' in page
    assert 'value="ingen adress"' in page
    assert Registration.objects.count() == 0


def test_a_program_that_fills_in_everything_registers_nobody(client):
    meeting = open_meeting()
    response = fill_in(
        client,
        reverse("calls:register", args=[meeting.pk]),
        **{f"mote_{meeting.pk}": "room", "lamna_tomt": "http://example.org"},
    )
    assert response.status_code == 422
    assert Registration.objects.count() == 0


def test_too_many_from_one_address_get_a_friendly_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"visitor_register": "1/h/ip"}
    meeting = open_meeting()
    address = reverse("calls:register", args=[meeting.pk])
    assert fill_in(client, address, **{f"mote_{meeting.pk}": "link"}).status_code == 302
    response = fill_in(client, address, **{f"mote_{meeting.pk}": "link", "email": "bo@example.org"})
    assert response.status_code == 429
    assert "Vänta en stund" in response.content.decode()
    assert Registration.objects.count() == 1


def test_a_slot_leads_to_the_form_of_its_series(client, series, slots):
    one, two = slots
    response = client.get(reverse("calls:register", args=[one.pk]))
    assert response.headers["Location"] == f"/moten/serie/mobilisering/anmalan/?mote={one.pk}"
    address = reverse("calls:register_series", args=[series.slug])
    nothing = fill_in(client, address)
    assert nothing.status_code == 422
    assert "Välj minst ett möte." in nothing.content.decode()
    assert fill_in(client, address, **{f"mote_{two.pk}": "room"}).status_code == 302
    assert Participation.objects.get().meeting == two


def test_the_page_of_a_series(client, series, slots):
    page = client.get(reverse("calls:series_detail", args=[series.slug])).content.decode()
    assert "Upplevelser" in page
    assert "Hållbar energi" in page
    assert f'href="/moten/serie/{series.slug}/anmalan/"' in page
    empty = factories.make_meeting_series()
    assert client.get(reverse("calls:series_detail", args=[empty.slug])).status_code == 404
    assert client.get(reverse("calls:register_series", args=[empty.slug])).status_code == 404


@pytest.mark.parametrize("fields", [{"registration": "closed"}, {"registration": "not_needed"}])
def test_no_form_when_the_meeting_takes_no_registrations(client, fields):
    meeting = open_meeting(**fields)
    address = reverse("calls:register", args=[meeting.pk])
    response = client.get(address)
    assert (response.status_code, "Anmälan är inte öppen" in response.content.decode()) == (200, True)
    assert fill_in(client, address, **{f"mote_{meeting.pk}": "room"}).status_code == 409
    assert Registration.objects.count() == 0


def test_drafts_have_no_form(client):
    meeting = open_meeting(status="draft")
    assert client.get(reverse("calls:register", args=[meeting.pk])).status_code == 404


def test_the_link_is_public_only_when_the_officer_says_so(client):
    hidden = open_meeting(
        link="https://video.example.org/hemligt",
        link_public=False,
        dial_in_number="+46 8 505 218 69",
        conference_id="243 401 317#",
    )
    for name in ("calls:meeting_detail", "calls:meeting_calendar", "calls:register"):
        body = client.get(reverse(name, args=[hidden.pk])).content.decode().replace("\r\n ", "")
        assert "hemligt" not in body
        assert "505 218 69" not in body
    by_link = sign_up(hidden, {hidden.pk: LINK}).registration
    in_room = sign_up(hidden, {hidden.pk: ROOM}, email="bo@example.org").registration
    assert "hemligt" in client.get(by_link.change_path).content.decode()
    assert "hemligt" not in client.get(in_room.change_path).content.decode()
    assert "hemligt" in Message.objects.get(to_email="anna@example.org").text_body
    assert "hemligt" not in Message.objects.get(to_email="bo@example.org").text_body


def test_changing_through_the_link_of_the_mail(client):
    meeting = open_meeting(capacity=1)
    registration = sign_up(meeting, {meeting.pk: ROOM}).registration
    response = client.get(registration.change_path)
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    bad = client.post(registration.change_path, {"name": "", f"mote_{meeting.pk}": "link"})
    assert bad.status_code == 422
    done = client.post(registration.change_path, {"name": "Anna Alm", f"mote_{meeting.pk}": "link"})
    assert done.status_code == 302
    registration.refresh_from_db()
    assert registration.name == "Anna Alm"
    assert registration.participations.get().place == LINK


def test_cancelling_through_the_link_asks_once(client):
    meeting = open_meeting()
    registration = sign_up(meeting, {meeting.pk: ROOM}).registration
    address = reverse("calls:registration_cancel", args=[registration.token])
    assert client.get(address).status_code == 200
    assert Participation.objects.active().count() == 1
    assert client.post(address).status_code == 302
    assert Participation.objects.active().count() == 0
    page = client.get(registration.change_path).content.decode()
    assert "Du är avanmäld." in page
    # Back again, as long as it is open; a second press of the button changes nothing.
    assert client.post(address).status_code == 302
    assert (
        client.post(registration.change_path, {"name": "Anna", f"mote_{meeting.pk}": "room"}).status_code
        == 302
    )
    assert Participation.objects.active().count() == 1


def test_one_of_several_is_cancelled(client, slots):
    one, two = slots
    registration = sign_up(one, {one.pk: ROOM, two.pk: ROOM}).registration
    address = reverse("calls:registration_cancel", args=[registration.token])
    page = client.get(f"{address}?mote={one.pk}").content.decode()
    assert "Upplevelser" in page
    assert "Hållbar energi" not in page.partition("<main")[2]
    client.post(address, {"mote": one.pk})
    assert [each.meeting for each in Participation.objects.active()] == [two]
    # Twice is harmless; a meeting that is not theirs is not said to be cancelled.
    assert client.post(address, {"mote": one.pk}).status_code == 302
    for other in ("999999", "x"):
        assert client.post(address, {"mote": other}).status_code == 404
    assert Participation.objects.active().count() == 1


def test_answering_an_offer_by_the_buttons(client):
    meeting = open_meeting(capacity=1)
    first = sign_up(meeting, {meeting.pk: ROOM}).registration
    second = sign_up(meeting, {meeting.pk: ROOM}, email="bo@example.org").registration
    registering.cancel_registration(registration_id=first.pk)
    page = client.get(second.change_path).content.decode()
    assert "En plats i lokalen är ledig för dig" in page
    mine = second.participations.get()
    address = reverse("calls:seat_answer", args=[second.token, mine.pk])
    # Not by the link of somebody else.
    wrong = reverse("calls:seat_answer", args=[first.token, mine.pk])
    assert client.post(wrong, {"svar": "ja"}).status_code == 404
    assert client.get(address).status_code == 405
    assert client.post(address, {"svar": "ja"}).status_code == 302
    mine.refresh_from_db()
    assert mine.place == ROOM
    twice = client.post(address, {"svar": "ja"}, follow=True).content.decode()
    assert "Du har en plats i lokalen." in twice
    assert "reserverad" not in twice
    assert "redan tackat ja" in client.post(address, {"svar": "nej"}, follow=True).content.decode()


def test_a_link_that_leads_nowhere_says_what_to_do(client):
    for name in ("calls:registration", "calls:registration_cancel"):
        response = client.get(reverse(name, args=[uuid4()]))
        assert (response.status_code, "Anmälan finns inte" in response.content.decode()) == (404, True)


def test_past_and_cancelled_meetings_are_shown_and_cannot_be_changed(client):
    start = timezone.now() - timedelta(hours=1)
    for fields in (
        {"starts_at": start},
        {"status": "cancelled", "cancelled_at": start, "cancel_reason": "Snöstorm."},
    ):
        participation = factories.make_participation(meeting=open_meeting(**fields))
        path = participation.registration.change_path
        page = client.get(path).content.decode()
        assert "Anmälan kan inte ändras längre." in page
        assert "Avanmäl mig" not in page
        assert client.post(path, {"name": "Anna"}).status_code == 422
        assert (
            client.get(
                reverse("calls:registration_cancel", args=[participation.registration.token])
            ).status_code
            == 302
        )
    assert "Mötet är inställt." in page
    assert "Snöstorm." in page


def test_the_pages_cost_the_same_for_more_meetings(client, series):
    def page_of(count):
        start = timezone.now() + timedelta(days=count)
        made = [open_meeting(series=series, starts_at=start) for _ in range(count)]
        return sign_up(made[0], {made[0].pk: ROOM}, email=f"p{count}@example.org").registration

    one = page_of(1)
    address = reverse("calls:register_series", args=[series.slug])
    before = count_queries(lambda: client.get(address)), count_queries(lambda: client.get(one.change_path))
    page_of(3)
    after = count_queries(lambda: client.get(address)), count_queries(lambda: client.get(one.change_path))
    assert after == before


def test_thanks_cannot_be_made_up(client):
    page = client.get(reverse("calls:registered") + "?svar=påhitt").content.decode()
    assert "Tack för din anmälan" in page
    assert not re.search(r"Du har en plats", page)


@pytest.mark.parametrize(
    ("attendance", "words"),
    [
        ("both", "Fullsatt i lokalen. Nu endast öppen för deltagande via länk."),
        ("room", "Fullsatt i lokalen. Du kan ställa dig i kö."),
    ],
)
def test_a_full_room_says_what_is_left(client, attendance, words):
    meeting = open_meeting(attendance=attendance, capacity=1)
    sign_up(meeting, {meeting.pk: ROOM})
    for address in (reverse("calls:meeting_list"), reverse("calls:meeting_detail", args=[meeting.pk])):
        assert f"{words}<" in client.get(address).content.decode()
