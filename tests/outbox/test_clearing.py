"""Addresses and texts of old mail are taken away; that something was sent stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from s3portal.outbox import tasks
from s3portal.outbox.models import Message, MessageAttachment
from s3portal.outbox.services import clear_old, clearing
from tests.outbox.test_views import LIST, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _days(settings):
    settings.OUTBOX_DAYS = 30


def days_ago(number):
    return timezone.now() - timedelta(days=number)


def make_old(number, days=31, **fields):
    values = {"status": "sent", "created_at": days_ago(days), "sent_at": days_ago(days), "html_body": "<p>"}
    return make_message(number, **(values | fields))


def whole():
    return sorted(Message.objects.exclude(to_email="").values_list("subject", flat=True))


def test_what_is_old_and_has_left_keeps_neither_address_nor_text(client_for, officer):
    message = make_old(1, unsubscribe_url="https://x.example/eva", key="reminder:a:eva@example.org")
    tasks.clear_old()
    message.refresh_from_db()
    assert (message.to_email, message.text_body, message.html_body, message.unsubscribe_url) == ("",) * 4
    assert (message.status, message.subject, message.key) == ("sent", "Kvittens 1", f"cleared#{message.pk}")
    assert message.sent_at is not None
    assert clear_old() == 0
    client = client_for(officer)
    assert "Adress och text gallrades" in client.get(f"{LIST}{message.pk}/").content.decode()
    assert "Gallrad" in client.get(LIST).content.decode()


def test_what_is_stopped_or_failed_too_but_nothing_that_waits_or_is_new():
    make_old(1, status="cancelled", cancelled_because="lapsed", sent_at=None)
    make_old(2, status="failed", sent_at=None)
    make_old(3, status="queued", sent_at=None)
    make_old(4, days=29)
    make_old(5, sent_at=days_ago(1))
    assert clear_old() == 2
    assert whole() == ["Kvittens 3", "Kvittens 4", "Kvittens 5"]


def test_a_key_that_holds_no_address_still_keeps_the_same_from_being_sent_again():
    message = make_old(1, key="decision_extract:7")
    clear_old()
    assert Message.objects.get(pk=message.pk).key == "decision_extract:7"


def test_a_calendar_entry_goes_and_a_file_of_the_diary_stays():
    message = make_old(1)
    file = {"message": message, "filename": "a", "content_type": "text/calendar", "sha256": "x"}
    MessageAttachment.objects.create(**file, content=b"ATTENDEE:eva@example.org")
    kept = MessageAttachment.objects.create(**file, storage_name="diariet/beslut.pdf")
    clear_old()
    assert list(MessageAttachment.objects.all()) == [kept]


def test_it_is_done_some_at_a_time(monkeypatch):
    for number in range(5):
        make_old(number)
    monkeypatch.setattr(clearing, "BATCH", 2)
    assert clear_old() == 5
    assert whole() == []


def test_however_few_days_are_set_a_reminder_keeps_its_key_while_it_may_be_due(settings):
    settings.OUTBOX_DAYS = 0
    make_old(1, days=13)
    make_old(2, days=15)
    assert clear_old() == 1
    assert whole() == ["Kvittens 1"]
