"""Mail that waits in the outbox while what it tells of changes: it does not go out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import time_machine
from django.db import connection

from calls.content import content_of
from calls.models import Call, Meeting, Participation
from calls.queries import due
from calls.services import meetings, registering, seats, subscribing
from calls.services.editing import save_call
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.services import create_reminders, deliver_round
from tests import factories

NOW = datetime(2026, 11, 24, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _asleep(monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver_due.delay", lambda: None)


def days(number):
    return NOW + timedelta(days=number)


def waiting(kind):
    return sorted(Message.objects.filter(kind=kind, status="queued").values_list("to_email", flat=True))


def stopped(kind):
    rows = Message.objects.filter(kind=kind, status="cancelled")
    return sorted(rows.values_list("to_email", "cancelled_because"))


def arrived(sink):
    return sorted(str(message["to"]) for message in sink.messages)


# --- Those who follow -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_who_has_ended_the_subscription_gets_nothing_more(smtp_sink):
    factories.make_call(closes_at=days(14))
    stays, leaves = (
        factories.make_subscription(email=f"{name}@example.org", confirmed_at=days(-50))
        for name in ("stannar", "lamnar")
    )
    create_reminders()
    kind = "call_closing_subscriber"
    assert waiting(kind) == ["lamnar@example.org", "stannar@example.org"]
    subscribing.end_subscription(token=leaves.token)
    assert deliver_round(seconds=30) == 1
    assert arrived(smtp_sink) == [stays.email]
    assert stopped(kind) == [("lamnar@example.org", "lapsed")]


@pytest.mark.django_db
def test_who_follows_another_area_now_gets_nothing_of_the_old(smtp_sink):
    area, other = factories.make_area(), factories.make_area()
    factories.make_call(areas=[area], closes_at=days(14))
    subscription = factories.make_subscription(areas=[area], confirmed_at=days(-50))
    create_reminders()
    subscribing.change_subscription(token=subscription.token, everything=False, areas=[other])
    assert deliver_round(seconds=30) == 0


# --- Those who have registered ----------------------------------------------------------------------------
def make_meeting(**fields):
    return factories.make_meeting(
        **(
            {
                "attendance": "both",
                "place": "Rådhuset",
                "registration": "open",
                "starts_at": days(7),
                "ends_at": days(7) + HOUR,
                "published_at": days(-30),
            }
            | fields
        )
    )


def come(meeting, email, **fields):
    participation = factories.make_participation(meeting=meeting, **fields)
    registration = participation.registration
    registration.email, registration.created_at = email, days(-20)
    registration.save(update_fields=["email", "created_at"])
    return participation


@pytest.mark.django_db
def test_who_has_cancelled_is_not_reminded_of_the_meeting(smtp_sink):
    meeting = make_meeting()
    come(meeting, "kommer@example.org", place="link")
    away = come(meeting, "uteblir@example.org", place="link")
    create_reminders()
    registering.cancel_registration(registration_id=away.registration_id)
    Message.objects.exclude(kind="meeting_coming").delete()
    assert deliver_round(seconds=30) == 1
    assert arrived(smtp_sink) == ["kommer@example.org"]
    assert stopped("meeting_coming") == [("uteblir@example.org", "lapsed")]


@pytest.mark.django_db
def test_who_takes_part_in_another_way_now_is_told_so(smtp_sink):
    meeting = make_meeting()
    one = come(meeting, "a@example.org", place="link")
    create_reminders()
    Participation.objects.filter(pk=one.pk).update(place="room")
    assert deliver_round(seconds=30) == 0
    assert stopped("meeting_coming") == [("a@example.org", "changed")]
    assert create_reminders() == 1
    assert deliver_round(seconds=30) == 1
    assert "i lokalen" in smtp_sink.messages[0].get_body(("plain",)).get_content()


# --- Offers of a seat -------------------------------------------------------------------------------------
def queued(meeting, email):
    return come(meeting, email, place="link", wants_room_since=days(-10))


@pytest.fixture
def offered():
    meeting = make_meeting(capacity=1, offer_hours=24)
    participation = queued(meeting, "kon@example.org")
    seats.fill_freed_seats(meeting=meeting)
    assert waiting("meeting_seat_offer") == ["kon@example.org"]
    return participation


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["answered", "left"])
def test_an_offer_that_is_answered_on_the_page_is_not_mailed(offered, smtp_sink, how):
    if how == "answered":
        seats.answer_offer(participation_id=offered.pk, accept=True)
    else:
        registering.cancel_registration(registration_id=offered.registration_id)
    Message.objects.exclude(kind="meeting_seat_offer").delete()
    assert deliver_round(seconds=30) == 0
    assert stopped("meeting_seat_offer") == [("kon@example.org", "lapsed")]


def move(meeting, officer, starts_at):
    return meetings.move_meeting(
        meeting_id=meeting.pk,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        place="Rådhuset",
        note="",
        expected_version=Meeting.objects.get(pk=meeting.pk).version,
        actor=officer,
    )


@pytest.mark.django_db
def test_an_offer_that_waits_while_the_meeting_is_moved_tells_the_new_time(offered, officer, smtp_sink):
    before = Message.objects.get(kind="meeting_seat_offer")
    meeting = move(offered.meeting, officer, days(9))
    assert stopped("meeting_seat_offer") == [("kon@example.org", "changed")]
    (after,) = Message.objects.filter(kind="meeting_seat_offer", status="queued")
    assert meeting.when in after.text_body
    assert meeting.when not in before.text_body
    assert after.expires_at == before.expires_at
    assert deliver_round(seconds=30) == 2


@pytest.mark.django_db
def test_an_offer_that_has_left_is_not_repeated_unless_there_is_less_time_to_answer(
    offered, officer, smtp_sink
):
    assert deliver_round(seconds=30) == 1
    meeting = move(offered.meeting, officer, days(9))
    assert waiting("meeting_seat_offer") == []
    move(meeting, officer, NOW + 3 * HOUR)
    (again,) = Message.objects.filter(kind="meeting_seat_offer", status="queued")
    assert again.expires_at == NOW + 3 * HOUR


@pytest.mark.django_db
def test_a_seat_for_whoever_is_first_is_told_again_with_the_new_place(officer, smtp_sink):
    meeting = make_meeting(capacity=1, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    queued(meeting, "kon@example.org")
    seats.fill_freed_seats(meeting=meeting)
    assert waiting("meeting_seat_offer") == ["kon@example.org"]
    meetings.move_meeting(
        meeting_id=meeting.pk, starts_at=meeting.starts_at, ends_at=meeting.ends_at, place="Storsjöteatern",
        note="", expected_version=Meeting.objects.get(pk=meeting.pk).version, actor=officer,
    )  # fmt: skip
    (again,) = Message.objects.filter(kind="meeting_seat_offer", status="queued")
    assert "Storsjöteatern" in again.text_body
    Message.objects.exclude(pk=again.pk).delete()
    assert deliver_round(seconds=30) == 1


# --- A deadline that is moved while the reminders are written ---------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["reminders", "officer"])
def test_a_deadline_moved_while_the_reminders_are_written_leaves_none_of_the_old(
    monkeypatch, smtp_sink, first
):
    call = factories.make_call(closes_at=days(14))
    officer = factories.make_staff("officer")
    factories.make_subscription(email="a@example.org", confirmed_at=days(-50))
    asked, go_on = Event(), Event()

    def slow(occasions, *, only=None):
        asked.set()
        assert go_on.wait(20)
        return due.call_subscriber_reminders(occasions, only=only)

    kind = KINDS["call_closing_subscriber"]
    monkeypatch.setitem(KINDS, kind.code, replace(kind, recipients=slow))

    def remind(_):
        try:
            return create_reminders()
        finally:
            connection.close()

    def postpone():
        content = replace(content_of(Call.objects.get(pk=call.pk)), closes_at=days(16))
        save_call(call_id=call.pk, actor=officer, expected_version=call.version, content=content)

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(remind, None)
        assert asked.wait(20)
        if first == "officer":
            # The beat job knows of the old day and has not written yet.
            postpone()
        go_on.set()
        work.result()
        if first == "reminders":
            postpone()
    assert waiting(kind.code) == []
    assert deliver_round(seconds=30) == 0
    monkeypatch.setitem(KINDS, kind.code, kind)
    with time_machine.travel(days(2), tick=False):
        assert create_reminders() == 1
        assert deliver_round(seconds=30) == 1
    assert arrived(smtp_sink) == ["a@example.org"]
