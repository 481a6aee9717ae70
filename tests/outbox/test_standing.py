"""What waits is asked about again before it leaves: does it still hold for who would get it?"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.reminders import KINDS, STANDING
from s3portal.outbox.services import (
    cancel_message,
    choose_mail,
    create_reminders,
    deliver_message,
    deliver_round,
    resend_message,
)
from s3portal.outbox.services.standing import judge
from tests.outbox.kinds import World
from tests.outbox.test_views import LIST, make_message

pytestmark = pytest.mark.django_db
AT = datetime(2025, 6, 20, 12, tzinfo=STOCKHOLM)
WEEK_BEFORE = datetime(2025, 6, 13, 8, 1, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _only_these_kinds(monkeypatch):
    for code in list(KINDS):
        monkeypatch.delitem(KINDS, code)
    with time_machine.travel(WEEK_BEFORE, tick=False):
        yield


@pytest.fixture
def world(monkeypatch, organisation):
    world = World(emails=["Eva@example.org", "bo@example.org"])
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    assert create_reminders() == 2
    return world


def outcome():
    return sorted(
        (message.to_email, message.status, message.cancelled_because) for message in Message.objects.all()
    )


def test_what_still_holds_goes_out(world, smtp_sink):
    assert deliver_round(seconds=30) == 2


def test_who_is_no_longer_to_have_it_gets_none(world, smtp_sink):
    world.emails = ["bo@example.org"]
    assert deliver_round(seconds=30) == 1
    assert outcome() == [("Eva@example.org", "cancelled", "lapsed"), ("bo@example.org", "sent", "")]
    # As a message that is sent alone, too.
    world.emails = []
    Message.objects.filter(status="sent").update(status="queued", sent_at=None)
    assert deliver_message(message_id=Message.objects.get(status="queued").pk) is False
    assert outcome()[1] == ("bo@example.org", "cancelled", "lapsed")
    assert len(smtp_sink.messages) == 1


@pytest.mark.parametrize("moved", [True, False])
def test_what_has_moved_or_is_gone_is_not_reminded_of(world, organisation, smtp_sink, moved):
    world.occasions.clear()
    if moved:
        world.happens(AT + timedelta(minutes=1), organisation)
    assert deliver_round(seconds=30) == 0
    assert {one[1:] for one in outcome()} == {("cancelled", "lapsed")}


def test_what_says_something_else_now_is_written_anew(world, smtp_sink, monkeypatch):
    said = World.recipients

    def changed(self, occasions, *, only=None):
        for one in said(self, occasions, only=only):
            yield type(one)(one.occasion, one.to_email, {**one.values, "utlysning": "Nytt namn"}, one.since)

    monkeypatch.setitem(KINDS, "test_closing", World.kind(world, monkeypatch, recipients=world.recipients))
    monkeypatch.setitem(
        KINDS,
        "test_closing",
        World.kind(world, monkeypatch, recipients=lambda found, only=None: changed(world, found, only=only)),
    )
    assert deliver_round(seconds=30) == 0
    assert {one[1:] for one in outcome()} == {("cancelled", "changed")}
    assert create_reminders() == 2
    assert deliver_round(seconds=30) == 2
    assert {message["subject"] for message in smtp_sink.messages} == {"Snart stänger Nytt namn"}


def test_who_said_no_after_it_was_written_gets_none_and_who_wants_it_again_does(world, smtp_sink):
    """The choice may be made between the question who wants it and the row that is written."""
    OptOut.objects.create(email="eva@example.org", group=MailGroup.CALLS)
    assert deliver_round(seconds=30) == 1
    assert outcome()[0] == ("Eva@example.org", "cancelled", "opted_out")
    choose_mail(email="eva@example.org", wanted=["calls"], among=["calls"])
    assert create_reminders() == 1
    assert deliver_round(seconds=30) == 1


def test_turned_off_and_on_again(world, smtp_sink):
    choose_mail(email="EVA@example.org", wanted=[], among=["calls"])
    assert create_reminders() == 0
    choose_mail(email="EVA@example.org", wanted=["calls"], among=["calls"])
    assert create_reminders() == 1
    assert deliver_round(seconds=30) == 2


def test_a_kind_that_cannot_be_asked_keeps_no_other_waiting(world, smtp_sink, monkeypatch, caplog):
    def fail(messages):
        raise RuntimeError("fel")

    monkeypatch.setitem(STANDING, "test_offer", fail)
    make_message(1, kind="test_offer", to_email="d@example.org")
    assert deliver_round(seconds=30) == 2
    assert "Whether the messages test_offer still hold could not be told." in caplog.text
    assert Message.objects.get(kind="test_offer").status == "queued"


def test_an_offer_that_no_longer_stands_is_not_sent(smtp_sink, monkeypatch):
    kept = make_message(1, kind="test_offer")
    gone = make_message(2, kind="test_offer")
    monkeypatch.setitem(STANDING, "test_offer", lambda messages: {kept.pk})
    assert deliver_round(seconds=30) == 1
    gone.refresh_from_db()
    assert (gone.status, gone.cancelled_because, gone.key) == ("cancelled", "lapsed", f"k2#{gone.pk}")


def test_what_was_written_before_the_portal_asked_is_sent(world, smtp_sink):
    world.emails = []
    Message.objects.update(about_at=None)
    assert deliver_round(seconds=30) == 2


def test_asking_about_many_costs_as_much_as_about_one(world):
    counts = []
    for number in (1, 2):
        with CaptureQueriesContext(connection) as asked:
            judge(Message.objects.order_by("pk")[:number])
        counts.append(len(asked))
    # The messages, and who has said no, within a savepoint.
    assert counts == [4, 4]


def test_a_slow_mail_server_means_asking_again(world, smtp_sink, monkeypatch):
    """What was judged a while ago is judged anew before it is sent."""
    from s3portal.outbox.delivery import Mailer

    send = Mailer.send

    def slow(self, message):
        world.emails = []
        return send(self, message)

    monkeypatch.setattr(Mailer, "send", slow)
    monkeypatch.setattr("s3portal.outbox.services.delivering.HOLD", 0)
    assert deliver_round(seconds=30) == 1
    assert sorted(one[1:] for one in outcome()) == [("cancelled", "lapsed"), ("sent", "")]


# --- Sending again ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("too_late", "för sent"),
        ("changed", "har ändrats"),
        ("opted_out", "har valt bort"),
        ("lapsed", "gäller inte längre"),
    ],
)
def test_what_was_stopped_for_a_reason_stays_stopped(client_for, officer, because, words):
    message = make_message(1, status="cancelled", cancelled_because=because)
    with pytest.raises(Refusal, match=words):
        resend_message(message_id=message.pk, actor=officer)
    client = client_for(officer)
    page = client.get(f"{LIST}{message.pk}/").content.decode()
    assert "Skicka igen" not in page
    assert f"Utskicket är stoppat. {message.get_cancelled_because_display()}." in page
    assert str(message.get_cancelled_because_display()) in client.get(LIST).content.decode()
    assert words in client.post(f"{LIST}{message.pk}/skicka-igen/", follow=True).content.decode()
    message.refresh_from_db()
    assert message.status == "cancelled"


def test_what_an_officer_stopped_may_be_sent_after_all_while_it_holds(world, officer, smtp_sink):
    message = Message.objects.get(to_email="bo@example.org")
    cancel_message(message_id=message.pk, actor=officer)
    world.emails = ["Eva@example.org"]
    with pytest.raises(Refusal, match="gäller inte längre"):
        resend_message(message_id=message.pk, actor=officer)
    world.emails = ["Eva@example.org", "bo@example.org"]
    resend_message(message_id=message.pk, actor=officer)
    assert deliver_round(seconds=30) == 2


def test_what_is_cleared_cannot_be_sent_again(officer):
    message = make_message(
        1, status="failed", to_email="", text_body="", html_body="", cleared_at=timezone.now()
    )
    with pytest.raises(Refusal, match="gallrade"):
        resend_message(message_id=message.pk, actor=officer)
