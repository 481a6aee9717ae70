"""A real worker, a real mail server, and what may happen to them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.policy import default as default_policy
from time import monotonic, sleep

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from s3portal.common.files import InlineFile
from s3portal.outbox import tasks
from s3portal.outbox.delivery import Mailer
from s3portal.outbox.models import DeliveryReceipt, Message
from s3portal.outbox.services import Mail, deliver_round, enqueue_mail, enqueue_many

CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:M\xc3\xb6te\r\nEND:VCALENDAR\r\n"


def make_messages(count, **fields):
    return Message.objects.bulk_create(
        Message(
            **(
                {
                    "key": f"load:{number}",
                    "kind": "test",
                    "to_email": f"person{number}@example.org",
                    "subject": f"Nummer {number}",
                    "text_body": "Hej\n",
                }
                | fields
            )
        )
        for number in range(count)
    )


def arrivals(sink):
    return Counter(str(message["message-id"]) for message in list(sink.messages))


def wait_until(done, seconds=90):
    """``done()`` sooner or later; fails when not."""
    deadline = monotonic() + seconds
    while not done():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_under_load_loses_nothing_and_repeats_at_most_what_was_in_flight(
    celery_worker_process, smtp_sink
):
    """Four hundred messages; the worker dies three times by SIGKILL in the midst of them."""
    total, kills = 400, 3
    make_messages(total)
    noted_at_kill = set()
    for kill in range(1, kills + 1):
        tasks.deliver_due.delay()
        wait_until(lambda kill=kill: len(smtp_sink.messages) >= kill * total // (kills + 2))
        celery_worker_process.kill()
        # The receipts first: what is noted loses its receipt in the same commit.
        receipts = list(DeliveryReceipt.objects.values_list("pk", flat=True))
        known = Message.objects.filter(Q(status="sent") | Q(pk__in=receipts))
        noted = set(known.values_list("to_email", flat=True))
        arrived = {str(message["to"]) for message in list(smtp_sink.messages)}
        # What was noted has arrived; of what arrived, only the one in flight may be unnoted.
        assert noted <= arrived
        assert len(arrived - noted) <= 1
        noted_at_kill |= noted
        celery_worker_process.start()
    tasks.deliver_due.delay()
    wait_until(lambda: Message.objects.filter(status="sent").count() == total)
    counts = arrivals(smtp_sink)
    assert len(counts) == total
    repeated = [count for count in counts.values() if count > 1]
    assert sum(repeated) - len(repeated) <= kills
    twice = Counter(str(message["to"]) for message in smtp_sink.messages)
    # Nothing that the portal knew was sent came again.
    resent = {to for to, count in twice.items() if count > 1}
    assert len(resent) <= kills
    assert set(Message.objects.values_list("status", "attempts")) == {("sent", 1)}
    assert len(noted_at_kill) < total
    assert deliver_round(seconds=30) == 0
    assert not DeliveryReceipt.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_forgets_everything_loses_no_message(celery_worker_process, smtp_sink, settings):
    """Redis comes back empty after the messages were asked for: the next beat finds them all."""
    from redis import Redis

    celery_worker_process.kill()
    make_messages(30)
    for message in Message.objects.all():
        tasks.deliver.delay(message.pk)
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()
    celery_worker_process.start()
    tasks.deliver_due.delay()
    wait_until(lambda: Message.objects.filter(status="sent").count() == 30)
    assert set(arrivals(smtp_sink).values()) == {1}


def test_a_broker_that_is_away_is_no_fault_to_the_person(
    db, monkeypatch, smtp_sink, django_capture_on_commit_callbacks
):
    def away(*arguments):
        raise ConnectionError("Redis svarar inte")

    monkeypatch.setattr(tasks.deliver, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        enqueue_mail(kind="reminder", key="k", to_email="a@example.org", context=words())
    monkeypatch.setattr(tasks.deliver_due, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        mail = Mail(kind="reminder", key="k2", to_email="b@example.org", context=words())
        assert enqueue_many([mail]) == 1
    assert deliver_round(seconds=30) == 2


def words(**fields):
    return {
        "subject": "Ämne",
        "html": "Text",
        "text": "Text",
        "why": None,
        "choices_path": "",
        "unsubscribe_url": "",
    } | fields


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_share_the_messages(smtp_sink):
    make_messages(60)

    def work(_):
        try:
            return deliver_round(seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        shares = list(pool.map(work, range(2)))
    assert sum(shares) == 60
    assert len(arrivals(smtp_sink)) == len(smtp_sink.messages) == 60


@pytest.mark.django_db
def test_a_round_keeps_one_connection_and_opens_a_new_one_in_time(smtp_sink, monkeypatch):
    from django.core.mail.backends.smtp import EmailBackend

    opened, real = [], EmailBackend.open

    def counted(self):
        new = real(self)
        if new:
            opened.append(1)
        return new

    monkeypatch.setattr(EmailBackend, "open", counted)
    make_messages(10)
    assert deliver_round(seconds=60) == 10
    assert len(opened) == 1
    Message.objects.all().delete()
    make_messages(7)
    monkeypatch.setattr(Mailer, "MOST_PER_CONNECTION", 3)
    assert deliver_round(seconds=60) == 7
    assert len(opened) == 1 + 3


@pytest.mark.django_db
def test_a_connection_that_breaks_costs_one_message_its_turn_and_no_other(smtp_sink, monkeypatch):
    async def hang_up(server, session, envelope):
        if str(envelope.rcpt_tos) == "['person1@example.org']" and not session.__dict__.get("seen"):
            session.seen = True
            return "421 Closing"
        return await type(smtp_sink).handle_DATA(smtp_sink, server, session, envelope)

    smtp_sink.handle_DATA = hang_up
    make_messages(4)
    assert deliver_round(seconds=60) == 3
    late = Message.objects.get(status="queued")
    assert (late.to_email, late.attempts, late.last_error) == ("person1@example.org", 1, "421 Closing")
    assert late.not_before > timezone.now() + timedelta(seconds=50)


@pytest.mark.django_db
def test_a_calendar_entry_arrives_byte_for_byte_with_its_method(smtp_sink):
    file = InlineFile("möte.ics", "text/calendar; method=REQUEST; charset=utf-8", CALENDAR)
    enqueue_mail(kind="reminder", key="k", to_email="a@example.org", context=words(), attachments=[file])
    assert deliver_round(seconds=30) == 1
    [message] = smtp_sink.messages
    assert message.get_content_type() == "multipart/mixed"
    [part] = message.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part["content-type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert part.get_payload(decode=True) == CALENDAR
    assert (part.get_filename(), part.get_content_disposition()) == ("möte.ics", "attachment")
    assert part.policy is default_policy


@pytest.mark.django_db
def test_the_readers_own_button_is_in_the_headers(smtp_sink):
    enqueue_mail(
        kind="reminder",
        key="k",
        to_email="a@example.org",
        context=words(),
        unsubscribe_url="/utskick/val/x/news/",
    )
    enqueue_mail(kind="reminder", key="k2", to_email="b@example.org", context=words())
    assert deliver_round(seconds=30) == 2
    first, second = smtp_sink.messages
    assert first["list-unsubscribe"].endswith("/utskick/val/x/news/>")
    assert first["list-unsubscribe"].startswith("<http://127.0.0.1:")
    assert first["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert second["list-unsubscribe"] is None
    assert second["list-unsubscribe-post"] is None


@pytest.mark.django_db
def test_what_is_too_late_is_stopped_and_cannot_be_sent_again(smtp_sink, officer):
    from s3portal.common.errors import Refusal
    from s3portal.outbox.services import resend_message

    [message] = make_messages(1, expires_at=timezone.now() - timedelta(minutes=1))
    assert deliver_round(seconds=30) == 0
    message.refresh_from_db()
    assert (message.status, message.cancelled_because, message.attempts) == ("cancelled", "too_late", 0)
    with pytest.raises(Refusal, match="för sent"):
        resend_message(message_id=message.pk, actor=officer)
    assert smtp_sink.messages == []
