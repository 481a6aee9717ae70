"""A batch that is cut off at any moment: nothing is lost, and only what was on its way comes twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from s3portal.common.errors import Refusal
from s3portal.outbox.delivery import Mailer, TemporaryFailure
from s3portal.outbox.enums import CancelReason
from s3portal.outbox.models import DeliveryReceipt, Message
from s3portal.outbox.services import (
    cancel_message,
    deliver_message,
    deliver_round,
    delivering,
    resend_failed,
    resend_message,
)
from s3portal.outbox.services.receipts import Receipts, fold_leftovers
from s3portal.outbox.services.stopping import stop
from tests.dying import run_until_killed
from tests.outbox.test_delivering import make_messages, wait_until


def leave_receipt(message, **fields):
    """As a worker that was killed before it noted its batch."""
    return DeliveryReceipt.objects.create(message_id=message.pk, sent_at=timezone.now(), **fields)


def arrived(sink):
    return Counter(str(message["to"]) for message in list(sink.messages))


def statuses():
    return set(Message.objects.values_list("status", "attempts", "last_error"))


def before_send(monkeypatch, number, act):
    """``act()`` just before this message of the round is handed over, the first being 1."""
    real, sent = Mailer.send, []

    def send(self, message):
        sent.append(message)
        if len(sent) == number:
            act()
        return real(self, message)

    monkeypatch.setattr(Mailer, "send", send)


# --- Killed -------------------------------------------------------------------------------------------------
SERVICES = "s3portal.outbox.services"


def killed_round(at, **when):
    run_until_killed(f"{SERVICES}:deliver_round", at=f"{SERVICES}.{at}", seconds=30, **when)


def finish():
    """Rounds until the database server has missed the dead one and all is sent."""

    def done():
        deliver_round(seconds=30)
        return not Message.objects.filter(status="queued").exists()

    wait_until(done)
    assert not DeliveryReceipt.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("at", "when", "known", "twice"),
    [
        # Between the mail server's answer to the fourth and its receipt: it alone comes again.
        ("receipts:Receipts.write", {"call": 4}, 3, ["person3@example.org"]),
        # After the receipt.
        ("receipts:Receipts.write", {"call": 4, "after": True}, 4, []),
        # All are sent, and nothing is noted yet; noted and not committed.
        ("delivering:_write", {}, 6, []),
        ("delivering:_write", {"after": True}, 6, []),
        # Taken, and none is sent.
        ("delivering:judge", {}, 0, []),
    ],
    ids=["answered", "receipt", "before-note", "before-commit", "taken"],
)
def test_a_worker_killed_at_this_moment(smtp_sink, at, when, known, twice):
    make_messages(6)
    killed_round(at, **when)
    assert DeliveryReceipt.objects.count() == known
    assert not Message.objects.filter(status="sent").exists()
    finish()
    assert statuses() == {("sent", 1, "")}
    counts = arrived(smtp_sink)
    assert len(counts) == 6
    assert [to for to, count in counts.items() if count > 1] == twice
    assert sum(counts.values()) == 6 + len(twice)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_folds_what_another_left(smtp_sink):
    messages = make_messages(6)
    for message in messages[:3]:
        leave_receipt(message)
    killed_round("receipts:forget")
    assert DeliveryReceipt.objects.count() == 3
    finish()
    assert statuses() == {("sent", 1, "")}
    assert sorted(arrived(smtp_sink)) == [message.to_email for message in messages[3:]]


# --- Left behind --------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("how", ["round", "taken", "alone"])
def test_what_has_a_receipt_is_noted_and_not_sent_again(smtp_sink, monkeypatch, how):
    left, waiting = make_messages(2, attempts=1, last_error="451 Senare")
    receipt = leave_receipt(left)
    if how == "alone":
        assert deliver_message(message_id=left.pk) is False
        assert deliver_message(message_id=waiting.pk) is True
    else:
        if how == "taken":
            # It came after the round looked for what others had left.
            monkeypatch.setattr(delivering, "fold_leftovers", lambda: None)
        assert deliver_round(seconds=30) == 1
    left.refresh_from_db()
    assert (left.status, left.sent_at, left.attempts, left.last_error) == ("sent", receipt.sent_at, 2, "")
    assert set(arrived(smtp_sink)) == {waiting.to_email}
    assert not DeliveryReceipt.objects.exists()


@pytest.mark.django_db
def test_what_has_left_is_not_stopped_though_it_was_never_noted(smtp_sink, officer):
    left, waiting = make_messages(2)
    leave_receipt(left)
    with pytest.raises(Refusal, match="väntar inte längre"):
        cancel_message(message_id=left.pk, actor=officer)
    with transaction.atomic():
        assert stop(Message.objects.all(), CancelReason.CHANGED) == 1
    left.refresh_from_db()
    waiting.refresh_from_db()
    assert (left.status, waiting.status) == ("sent", "cancelled")
    assert left.key == "load:0"


@pytest.mark.django_db
@pytest.mark.parametrize("many", [False, True])
def test_a_receipt_that_came_late_does_not_stand_in_for_what_is_sent_again(smtp_sink, officer, many):
    [message] = make_messages(1, status="failed", attempts=1)
    leave_receipt(message)
    if many:
        assert resend_failed(text="", kind="", actor=officer) == 1
    else:
        resend_message(message_id=message.pk, actor=officer)
    assert deliver_round(seconds=30) == 1


@pytest.mark.django_db
def test_a_receipt_of_a_settled_message_is_taken_away():
    [message] = make_messages(1, status="failed", attempts=3)
    leave_receipt(message)
    fold_leftovers()
    message.refresh_from_db()
    assert (message.status, message.attempts, message.sent_at) == ("failed", 3, None)
    assert not DeliveryReceipt.objects.exists()


# --- Meanwhile ----------------------------------------------------------------------------------------------
def in_a_thread(pool, work):
    def run():
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


@pytest.mark.django_db(transaction=True)
def test_while_a_batch_is_sent_others_leave_it_alone_and_who_stops_it_waits(smtp_sink, monkeypatch, officer):
    messages = make_messages(delivering.FIRST + 2)
    reached, go_on = Signal(), Signal()

    def pause():
        reached.set()
        assert go_on.wait(30)

    before_send(monkeypatch, 4, pause)
    monkeypatch.setattr(delivering, "HOLD", 60)
    with ThreadPoolExecutor(2) as pool:
        first = in_a_thread(pool, lambda: deliver_round(seconds=60))
        try:
            assert reached.wait(30)
            # The receipts are there for all to see, and the rows are not.
            assert DeliveryReceipt.objects.count() == 3
            assert deliver_round(seconds=60) == 2
            assert deliver_message(message_id=messages[5].pk) is False
            fold_leftovers()
            assert DeliveryReceipt.objects.count() == 3
            assert Message.objects.filter(status="queued").count() == delivering.FIRST
            stopping = in_a_thread(pool, lambda: cancel_message(message_id=messages[5].pk, actor=officer))
            wait_until(lambda: waiting_for_locks() == 1)
            assert not stopping.done()
        finally:
            go_on.set()
        assert first.result() == delivering.FIRST
        with pytest.raises(Refusal, match="väntar inte längre"):
            stopping.result()
    assert statuses() == {("sent", 1, "")}
    assert set(arrived(smtp_sink).values()) == {1}
    assert len(arrived(smtp_sink)) == len(messages)
    assert not DeliveryReceipt.objects.exists()


def waiting_for_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def end_sessions(condition):
    """As a database administrator would, from a connection of its own; waits until they are gone."""
    other = connection.copy()
    chosen = f"FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid, 10000) {chosen}")
            assert cursor.fetchall() == [(True,)]
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_for_receipts_ends_the_batch_and_repeats_nothing(smtp_sink, monkeypatch, caplog):
    make_messages(6)
    before_send(monkeypatch, 3, lambda: end_sessions("query LIKE 'INSERT INTO outbox_deliveryreceipt%'"))
    assert deliver_round(seconds=30) == 6
    assert "could not be written" in caplog.text
    assert statuses() == {("sent", 1, "")}
    assert sum(arrived(smtp_sink).values()) == len(arrived(smtp_sink)) == 6
    assert not DeliveryReceipt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_lost_hold_on_the_rows_ends_the_batch_and_repeats_nothing(smtp_sink, monkeypatch, caplog):
    """With the session the locks are gone, and another round may take the rest: not one more is sent."""
    make_messages(6)
    taken = []

    def lose():
        end_sessions("state = 'idle in transaction'")
        taken.append(len(smtp_sink.messages))

    before_send(monkeypatch, 3, lose)
    deliver_round(seconds=30)
    assert taken == [2]
    assert "could not be delivered" in caplog.text
    finish()
    assert statuses() == {("sent", 1, "")}
    assert sum(arrived(smtp_sink).values()) == len(arrived(smtp_sink)) == 6


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_before_anything_is_sent_ends_the_round(smtp_sink, monkeypatch):
    make_messages(2)
    real = delivering.judge

    def lost(messages):
        end_sessions("state LIKE 'idle in transaction%'")
        return real([])

    monkeypatch.setattr(delivering, "judge", lost)
    with pytest.raises(OperationalError):
        deliver_round(seconds=30)
    connection.close()
    assert smtp_sink.messages == []


# --- Faults within a batch ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_each_of_a_batch_is_noted_with_its_own_outcome(smtp_sink):
    said = {1: "451 Senare", 2: "550 Okänd"}

    async def handle_rcpt(server, session, envelope, address, options):
        for number, words in said.items():
            if address == f"person{number}@example.org":
                return words
        envelope.rcpt_tos.append(address)
        return "250 OK"

    smtp_sink.handle_RCPT = handle_rcpt
    messages = make_messages(5)
    Message.objects.filter(pk=messages[3].pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    assert deliver_round(seconds=30) == 2
    fields = ("status", "cancelled_because", "attempts", "last_error")
    assert list(Message.objects.order_by("pk").values_list(*fields)) == [
        ("sent", "", 1, ""),
        ("queued", "", 1, "451 Senare"),
        ("failed", "", 1, "550 Okänd"),
        ("cancelled", "too_late", 0, ""),
        ("sent", "", 1, ""),
    ]
    assert Message.objects.get(status="queued").not_before > timezone.now() + timedelta(seconds=50)
    assert not DeliveryReceipt.objects.exists()


@pytest.mark.django_db
def test_a_server_that_goes_away_in_the_midst_costs_the_rest_no_attempt(smtp_sink, monkeypatch):
    real = Mailer.send

    def send(self, message):
        if message.to_email == "person2@example.org":
            self.server_away = True
            raise TemporaryFailure("borta")
        return real(self, message)

    monkeypatch.setattr(Mailer, "send", send)
    make_messages(5)
    assert deliver_round(seconds=30) == 2
    assert list(Message.objects.order_by("pk").values_list("status", "attempts")) == [
        ("sent", 1),
        ("sent", 1),
        ("queued", 1),
        ("queued", 0),
        ("queued", 0),
    ]


@pytest.mark.django_db
def test_one_that_cannot_be_noted_keeps_no_other_waiting_and_is_not_sent_again(smtp_sink, caplog):
    odd, other, last = make_messages(3)
    # The column holds no larger number.
    Message.objects.filter(pk=odd.pk).update(attempts=32_767)
    assert deliver_round(seconds=30) == 3
    assert f"Message {odd.pk} could not be noted." in caplog.text
    assert list(DeliveryReceipt.objects.values_list("pk", flat=True)) == [odd.pk]
    assert Message.objects.filter(pk__in=[other.pk, last.pk], status="sent").count() == 2
    assert deliver_round(seconds=30) == 0
    odd.refresh_from_db()
    assert odd.status == "sent"
    assert set(arrived(smtp_sink).values()) == {1}


@pytest.mark.django_db
def test_a_fault_of_the_database_in_a_message_ends_its_batch_only(smtp_sink, monkeypatch, caplog):
    real = Mailer.send

    def send(self, message):
        if message.to_email == "person0@example.org":
            raise OperationalError("fel")
        return real(self, message)

    monkeypatch.setattr(Mailer, "send", send)
    odd, *_ = make_messages(3)
    assert deliver_round(seconds=30) == 2
    assert f"Message {odd.pk} could not be delivered." in caplog.text


# --- Rows ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_database_keeps_one_receipt_for_each_message_with_its_time():
    [message] = make_messages(1, status="sent", sent_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryReceipt.objects.create(message_id=message.pk, sent_at=None)
    first = leave_receipt(message)
    with pytest.raises(IntegrityError), transaction.atomic():
        leave_receipt(message)
    # A killed worker's last one may come after another has written its own.
    with Receipts() as written:
        assert written.write(message)
    first.refresh_from_db()
    assert str(first) == str(message.pk)
    assert first.sent_at != message.sent_at


@pytest.mark.django_db
def test_a_message_more_costs_one_query_more(smtp_sink):
    counts = []
    for number in (2, 4):
        Message.objects.all().delete()
        make_messages(number)
        with CaptureQueriesContext(connection) as asked:
            assert deliver_round(seconds=30) == number
        counts.append(len(asked))
    assert counts[1] == counts[0] + 2


@pytest.mark.parametrize(
    ("tried", "seconds", "size"), [(10, 0.01, 100), (10, 0.5, 20), (3, 9.0, 1), (0, 1.0, 7)]
)
def test_no_more_are_taken_than_can_be_sent_while_they_may_be_held(tried, seconds, size):
    assert delivering._size(tried, seconds, 7) == size
