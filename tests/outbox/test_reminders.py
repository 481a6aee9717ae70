import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox import tasks
from s3portal.outbox.due import Offset
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.models import MailSettings, Message, OptOut, ReminderRule
from s3portal.outbox.reminders import KINDS, Occasion, Reminder
from s3portal.outbox.services import cancel_queued, create_reminders, deliver_round
from s3portal.outbox.services.reminding import reminder_key
from tests import factories
from tests.outbox.kinds import World

pytestmark = pytest.mark.django_db
AT = datetime(2025, 6, 20, 12, tzinfo=STOCKHOLM)
WEEK_BEFORE = datetime(2025, 6, 13, 8, 1, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _only_these_kinds(monkeypatch):
    for code in list(KINDS):
        monkeypatch.delitem(KINDS, code)


@pytest.fixture
def world():
    return World()


def at(moment):
    return time_machine.travel(moment, tick=False)


def beat(moment):
    with at(moment):
        return create_reminders()


def test_a_reminder_is_written_once_with_its_words_and_the_way_out(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    world.emails = ["Eva@Example.org", "eva@example.org"]
    assert [beat(WEEK_BEFORE), beat(WEEK_BEFORE + timedelta(minutes=2))] == [1, 0]
    message = Message.objects.get()
    assert message.subject == "Snart stänger Kluster [x](http://y)"
    assert message.text_body.startswith(
        "Utlysningen Kluster [x](http://y) stänger.\n\nÖppna (https://s3.example/a)\n\nDu får påminnelsen"
    )
    assert "<strong>Kluster [x](http://y)</strong>" in message.html_body
    assert re.search(r"http://127.0.0.1:\d+/utskick/val/[^/]+/\n", message.text_body)
    assert re.fullmatch(r"http://127.0.0.1:\d+/utskick/val/[^/]+/calls/", message.unsubscribe_url)
    assert message.key == "reminder:call:1:2025-06-20T10:00:00+00:00:-7d:eva@example.org"
    assert message.expires_at == AT
    assert (message.object_type, message.object_id) == ("accounts.organisation", organisation.pk)


def test_an_official_one_cannot_be_turned_off(world, monkeypatch, organisation):
    world.kind(monkeypatch, group=None)
    world.happens(AT, organisation)
    for group in MailGroup:
        OptOut.objects.create(email="eva@example.org", group=group)
    assert beat(WEEK_BEFORE) == 1
    message = Message.objects.get()
    assert message.unsubscribe_url == ""
    assert "går inte att stänga av" in message.text_body
    assert "/utskick/val/" not in message.text_body + message.html_body


def test_who_has_opted_out_in_any_case_of_letters_gets_none(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    world.emails = ["EVA@example.org", "bo@example.org"]
    OptOut.objects.create(email="Eva@Example.org", group=MailGroup.CALLS)
    OptOut.objects.create(email="bo@example.org", group=MailGroup.NEWS)
    assert beat(WEEK_BEFORE) == 1
    assert Message.objects.get().to_email == "bo@example.org"


def test_kinds_that_share_a_topic_send_one(world, monkeypatch, organisation):
    world.kind(monkeypatch, "test_later", order=1)
    world.kind(monkeypatch, "test_closing", order=0)
    for code in ("test_later", "test_closing"):
        world.happens(AT, organisation, code)
    assert beat(WEEK_BEFORE) == 1
    assert Message.objects.get().kind == "test_closing"


def test_a_moved_moment_is_a_new_occasion_and_back_again_too(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    assert beat(WEEK_BEFORE) == 1
    world.occasions.clear()
    world.happens(AT + timedelta(days=3), organisation)
    assert cancel_queued(obj=organisation, kinds=["test_closing"], actor=None) == 1
    assert beat(WEEK_BEFORE) == 0
    assert beat(WEEK_BEFORE + timedelta(days=3)) == 1
    # Moved back: the one that was stopped before it left is due again.
    world.occasions.clear()
    world.happens(AT, organisation)
    assert beat(WEEK_BEFORE + timedelta(hours=1)) == 1
    assert sorted(Message.objects.values_list("status", flat=True)) == ["cancelled", "queued", "queued"]


def test_what_was_begun_later_is_not_reminded_of_before(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    world.since = WEEK_BEFORE
    assert beat(WEEK_BEFORE + timedelta(hours=1)) == 0
    world.since = WEEK_BEFORE - timedelta(minutes=2)
    assert beat(WEEK_BEFORE + timedelta(hours=1)) == 1


def test_in_the_quiet_hours_only_what_is_urgent(world, monkeypatch, organisation):
    early = datetime(2025, 6, 20, 6, tzinfo=STOCKHOLM)
    world.kind(monkeypatch, offsets=("3h",))
    world.kind(monkeypatch, "test_urgent", offsets=("15m",), urgent=True)
    world.happens(early + timedelta(hours=2), organisation)
    world.happens(early + timedelta(minutes=10), organisation, "test_urgent", "meeting:1")
    assert beat(early) == 1
    assert Message.objects.get().kind == "test_urgent"
    assert beat(early + timedelta(hours=1)) == 1


def test_beat_down_for_a_day_sends_the_latest_and_down_for_a_week_none(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    assert beat(WEEK_BEFORE + timedelta(days=1)) == 1
    assert beat(WEEK_BEFORE + timedelta(days=4)) == 0
    # Down over both the last day and the last hours: one mail, not two.
    assert beat(AT - timedelta(hours=2)) == 1
    assert beat(AT) == 0
    assert list(Message.objects.order_by("pk").values_list("key", flat=True)) == [
        f"reminder:call:1:2025-06-20T10:00:00+00:00:-{offset}:eva@example.org" for offset in ("7d", "3h")
    ]


def test_a_day_by_the_minute_sends_each_once(world, monkeypatch, organisation):
    """Every two minutes through the last fifteen days."""
    world.kind(monkeypatch, offsets=("14d", "1d", "3h", "15m"))
    world.happens(AT, organisation)
    written = []
    moment = AT - timedelta(days=15)
    while moment <= AT + timedelta(hours=1):
        if beat(moment):
            written.append(f"{moment.astimezone(STOCKHOLM):%d %H:%M}")
        moment += timedelta(minutes=10)
    assert written == ["06 08:00", "19 08:00", "20 09:00", "20 11:50"]


def test_an_administrators_rule_holds(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    rule = ReminderRule.objects.create(
        kind="test_closing", enabled=False, offsets=["5d"], subject="Ny", body="Ny *text*"
    )
    five_before = datetime(2025, 6, 15, 12, tzinfo=STOCKHOLM)
    assert beat(five_before) == 0
    rule.enabled = True
    rule.save(update_fields=["enabled"])
    MailSettings.objects.create(send_at=time(12, 30))
    assert beat(five_before) == 0
    assert beat(five_before + timedelta(minutes=30)) == 1
    message = Message.objects.get()
    assert (message.subject, message.text_body.splitlines()[0]) == ("Ny", "Ny text")


def test_a_kind_that_fails_keeps_no_other_waiting(world, monkeypatch, organisation, caplog):
    def fail(first, last):
        raise RuntimeError("fel")

    world.kind(monkeypatch, "test_broken", occasions=fail, order=-1)
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    assert beat(WEEK_BEFORE) == 1
    assert "The reminders test_broken could not be made." in caplog.text


def test_a_late_reminder_is_not_sent(world, monkeypatch, organisation, smtp_sink):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    beat(WEEK_BEFORE)
    with at(AT + timedelta(seconds=1)):
        assert deliver_round(seconds=30) == 0
    message = Message.objects.get()
    assert message.status == "cancelled"
    assert smtp_sink.messages == []


def test_the_same_number_of_queries_for_1_and_300_recipients(world, monkeypatch, organisation):
    world.kind(monkeypatch)
    counts = []
    for number, recipients in enumerate((1, 300)):
        world.occasions.clear()
        world.happens(AT, organisation, topic=f"call:{number}")
        world.emails = [f"person{one}@example.org" for one in range(recipients)]
        with CaptureQueriesContext(connection) as asked:
            assert beat(WEEK_BEFORE) == recipients
        counts.append(len(asked))
    assert counts[0] == counts[1] < 15


def test_one_round_of_delivery_is_asked_for_after_commit(
    world, monkeypatch, organisation, django_capture_on_commit_callbacks
):
    world.kind(monkeypatch)
    world.happens(AT, organisation)
    world.emails = [f"person{one}@example.org" for one in range(20)]
    woken = []
    monkeypatch.setattr(tasks.deliver_due, "delay", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        assert beat(WEEK_BEFORE) == 20
        assert beat(WEEK_BEFORE) == 0
    assert woken == [1]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_each_reminder_once(world, monkeypatch):
    monkeypatch.setattr(tasks.deliver_due, "delay", lambda: None)
    organisation = factories.make_organisation()
    world.kind(monkeypatch)
    world.kind(monkeypatch, "test_later", order=1)
    for code in ("test_closing", "test_later"):
        world.happens(AT, organisation, code)
    world.emails = [f"person{one}@example.org" for one in range(700)]

    def run(_):
        try:
            return create_reminders()
        finally:
            connection.close()

    with at(WEEK_BEFORE), ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 700
    assert set(Message.objects.values_list("kind", flat=True)) == {"test_closing"}
    assert Message.objects.count() == 700


@given(
    topics=st.lists(st.text(min_size=1, max_size=300), min_size=2, max_size=2, unique=True),
    days=st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True),
    emails=st.lists(
        st.from_regex(r"[a-zåäö.+_-]{1,60}@[a-z-]{1,60}\.se", fullmatch=True),
        min_size=2,
        max_size=2,
        unique=True,
    ),
    after=st.booleans(),
)
def test_keys_differ_when_anything_does_and_fit_in_the_column(topics, days, emails, after):
    kind = World().kind(pytest.MonkeyPatch(), "test_key", after=after)
    KINDS.pop("test_key")
    moments = (AT, AT + timedelta(seconds=1))
    keys = [
        reminder_key(kind, Reminder(Occasion(kind, moment, topic), email, {}), Offset(days=day))
        for topic, moment, day, email in product(topics, moments, days, emails)
    ]
    assert len(set(keys)) == 16
    assert max(map(len, keys)) <= 200
    again = Reminder(Occasion(kind, AT.astimezone(UTC), topics[0]), emails[0].upper(), {})
    assert reminder_key(kind, again, Offset(days=days[0])) == keys[0]
