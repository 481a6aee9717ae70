"""What is due of calls and meetings, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from calls import reminders
from calls.models import Meeting
from calls.queries import due
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.words import check_placeholders
from tests import factories
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def days(number):
    return NOW + timedelta(days=number)


def objects(occasions):
    return [occasion.obj for occasion in occasions]


def told(found):
    return sorted(one.to_email for one in found)


def follower(name, *areas, **fields):
    return factories.make_subscription(
        email=f"{name}@example.org", areas=list(areas) or None, **({"confirmed_at": days(-50)} | fields)
    )


# --- Calls ------------------------------------------------------------------------------------------------
def test_open_calls_close_at_their_second():
    call = factories.make_call(closes_at=days(5))
    factories.make_call(closes_at=days(5), opens_at=days(1))
    factories.make_call(closes_at=days(5), status="draft")
    factories.make_call(closes_at=days(5), status="concluded", concluded_at=NOW)
    assert objects(due.closing_calls(days(5), days(5))) == [call]
    assert due.closing_calls(NOW, days(5) - SECOND) == []
    assert due.closing_calls(days(5) + SECOND, days(9)) == []


def test_a_moved_deadline_is_another_occasion_of_the_same_topic():
    call = factories.make_call(closes_at=days(5))
    (before,) = due.closing_calls(NOW, days(9))
    call.closes_at = days(6)
    call.save(update_fields=["closes_at"])
    (after,) = due.closing_calls(NOW, days(9))
    assert (before.topic, before.at, after.at) == (after.topic, days(5), days(6))


def test_new_calls_are_told_while_they_can_be_applied_for():
    coming = factories.make_call(published_at=NOW, opens_at=days(3))
    factories.make_call(published_at=NOW, opens_at=days(-9), closes_at=days(-1))
    factories.make_call(published_at=days(-1) - SECOND)
    factories.make_call(status="draft")
    assert objects(due.published_calls(days(-1), NOW)) == [coming]


def test_those_who_follow_everything_or_an_area_of_the_call():
    area, other = factories.make_area(), factories.make_area()
    call = factories.make_call(areas=[area], closes_at=days(20))
    both = factories.make_call(areas=[area, other], closes_at=days(21))
    follower("allt")
    follower("omradet", area)
    follower("annat", other)
    found = list(due.call_subscriber_reminders(due.closing_calls(NOW, days(30))))
    assert told(one for one in found if one.occasion.obj == call) == [
        "allt@example.org",
        "omradet@example.org",
    ]
    assert told(one for one in found if one.occasion.obj == both) == [
        "allt@example.org", "annat@example.org", "omradet@example.org",
    ]  # fmt: skip
    assert found[0].unsubscribe_url.endswith("/avsluta/")
    assert found[0].values["utlysning"] == call.title


def test_nobody_is_told_of_hours_before_they_followed_it_or_it_was_published():
    factories.make_call(published_at=days(-10))
    follower("lange", confirmed_at=days(-50))
    follower("ny", confirmed_at=days(-1))
    found = due.call_subscriber_reminders(due.closing_calls(NOW, days(50)))
    assert {one.to_email: one.since for one in found} == {
        "lange@example.org": days(-10),
        "ny@example.org": days(-1),
    }


def test_subscribers_are_told_once_that_it_closes_also_when_the_deadline_has_moved():
    call = factories.make_call(closes_at=days(10), published_at=days(-30))
    factories.make_call(closes_at=days(11), published_at=days(-30))
    for name in ("forr", "kvar"):
        follower(name)
    about = {"kind": due.CLOSING_KIND, "object_type": "calls.call", "object_id": call.pk}
    Message.objects.create(**about, key="1", to_email="Forr@example.org", status="sent", sent_at=NOW)
    Message.objects.create(**about, key="2", to_email="kvar@example.org")
    call.closes_at = days(20)
    call.save(update_fields=["closes_at"])
    found = list(reminders.CALL_CLOSING_SUBSCRIBER.recipients(due.closing_calls(NOW, days(30))))
    assert told(one for one in found if one.occasion.obj == call) == ["kvar@example.org"]
    assert len(found) == 3


def test_calls_of_many_cost_as_much_as_of_one():
    factories.make_call()
    follower("allt")

    def ask():
        return list(due.call_subscriber_reminders(due.closing_calls(NOW, days(50))))

    one = count_asked(ask)
    for number in range(3):
        factories.make_call()
        follower(f"fler{number}", factories.make_area())
        follower(f"alla{number}")
    assert len(ask()) == 16
    assert count_asked(ask) == one


# --- News of meetings -------------------------------------------------------------------------------------
def news():
    return due.published_meetings(days(-1), NOW)


def test_published_meetings_that_have_not_begun_are_news():
    meeting = factories.make_meeting(published_at=NOW)
    factories.make_meeting(published_at=NOW, starts_at=days(-1))
    factories.make_meeting(published_at=None)
    factories.make_meeting(published_at=NOW, status="draft")
    factories.make_meeting(published_at=NOW, status="cancelled", cancelled_at=NOW)
    factories.make_meeting(published_at=days(-2))
    assert objects(news()) == [meeting]


def test_a_meeting_about_a_call_is_news_when_the_call_is_public():
    call = factories.make_call(status="draft")
    meeting = factories.make_meeting(published_at=days(-20), call=call)
    assert news() == []
    call.status, call.published_at = "published", NOW
    call.save(update_fields=["status", "published_at"])
    (occasion,) = news()
    assert (occasion.obj, occasion.at) == (meeting, NOW)


def test_a_series_is_one_piece_of_news_and_a_slot_added_later_another():
    series = factories.make_meeting_series(title="Mobilisering")
    area, other = factories.make_area(), factories.make_area()
    for number, where in ((9, other), (8, area)):
        factories.make_meeting(
            title=f"Träff {number}", series=series, area=where, published_at=NOW, starts_at=days(number)
        )
    follower("omradet", area)
    follower("annat", other)
    follower("helt-annat", factories.make_area())
    (occasion,) = news()
    assert (occasion.obj, occasion.topic) == (series, f"meeting_published:series:{series.pk}")
    found = list(due.meeting_news_reminders([occasion]))
    assert told(found) == ["annat@example.org", "omradet@example.org"]
    assert found[0].values["möte"] == "Mobilisering"
    first, second = found[0].values["när"].split("; ")
    assert first.startswith("Träff 8, ")
    assert second.startswith("Träff 9, ")
    with time_machine.travel(days(5), tick=False):
        late = {"series": series, "area": area, "starts_at": days(30)}
        factories.make_meeting(**late, published_at=days(5), title="Träff 10")
        factories.make_meeting(**late, published_at=days(5) + SECOND, title="Träff 11")
        # The same whatever is asked for, and with the first of them cancelled.
        Meeting.objects.filter(title="Träff 9").update(status="cancelled", cancelled_at=NOW)
        for first, last in ((days(5), days(5)), (days(4), days(6))):
            (later,) = due.published_meetings(first, last)
            assert (later.obj, later.topic, later.at) == (series, occasion.topic, days(5))
        (both,) = {one.values["när"] for one in due.meeting_news_reminders([later])}
        assert [when.split(",")[0] for when in both.split("; ")] == ["Träff 10", "Träff 11"]
        assert [one.at for one in due.published_meetings(days(-1), days(5))] == [NOW, days(5)]


def test_a_meeting_is_told_to_its_own_area_and_to_those_of_its_call():
    area, other = factories.make_area(), factories.make_area()
    factories.make_meeting(published_at=NOW, area=area)
    factories.make_meeting(published_at=NOW, call=factories.make_call(areas=[other], published_at=days(-9)))
    factories.make_meeting(published_at=NOW)
    follower("omradet", area)
    follower("annat", other)
    follower("allt")
    found = due.meeting_news_reminders(news())
    assert told(found) == ["allt@example.org"] * 3 + ["annat@example.org", "omradet@example.org"]


# --- Registered -------------------------------------------------------------------------------------------
def registered(meeting, name, place, **fields):
    return factories.make_participation(
        meeting=meeting, place=place, email=f"{name}@example.org", **({"created_at": days(-9)} | fields)
    )


def test_each_is_told_where_they_take_part():
    meeting = factories.make_meeting(
        place="Regionens hus", dial_in_number="010-12 34 56", conference_id="789", video_id="55"
    )
    registered(meeting, "rummet", "room")
    registered(meeting, "lanken", "link")
    registered(meeting, "ko", "waiting")
    registered(meeting, "borta", "link", cancelled_at=NOW)
    found = {one.to_email: one for one in due.registered_reminders(due.coming_meetings(NOW, days(7)))}
    assert sorted(found) == ["lanken@example.org", "rummet@example.org"]
    room, link = found["rummet@example.org"], found["lanken@example.org"]
    assert room.values["deltagande"] == "Du deltar i lokalen: Regionens hus."
    assert (room.values["länk_till_mötet"], room.values["anslutning"]) == ("", "")
    assert link.values["länk_till_mötet"] == "https://video.example.org/mote"
    assert link.values["anslutning"] == "Telefon: 010-12 34 56, konferens-id 789\nVideokonferens: id 55"
    assert link.since == days(-9)
    assert told(due.link_reminders(due.starting_meetings(NOW, days(7)))) == ["lanken@example.org"]


def test_what_is_cancelled_or_has_no_way_in_from_afar_is_not_due():
    factories.make_meeting(status="cancelled", cancelled_at=NOW)
    factories.make_meeting(call=factories.make_call(status="draft"))
    room = factories.make_meeting(link="")
    assert objects(due.coming_meetings(NOW, days(7))) == [room]
    assert due.starting_meetings(NOW, days(7)) == []
    assert due.coming_meetings(NOW, room.starts_at - SECOND) == []


def test_meetings_of_many_cost_as_much_as_of_one():
    registered(factories.make_meeting(), "ett", "room")

    def ask():
        return list(due.registered_reminders(due.coming_meetings(NOW, days(7))))

    one = count_asked(ask)
    for number in range(3):
        registered(factories.make_meeting(), f"fler{number}", "link")
    assert len(ask()) == 4
    assert count_asked(ask) == one


# --- The kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", reminders.ALL, ids=lambda kind: kind.code)
def test_each_kind_is_registered_and_its_words_hold_what_it_gives(kind):
    assert KINDS[kind.code] is kind
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    assert kind.example() is None
    factories.make_call()
    follower("allt")
    registered(factories.make_meeting(published_at=NOW), "ett", "link")
    assert set(kind.example().values) == set(kind.placeholders)
