import smtplib
from datetime import time, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail.backends import locmem
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile, sha256_hex
from s3portal.outbox import tasks
from s3portal.outbox.delivery import Mailer, message_id
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services import (
    PAUSES,
    cancel_message,
    deliver_message,
    deliver_round,
    enqueue_mail,
    enqueueing,
    resend_failed,
    resend_message,
    save_mail_settings,
)
from s3portal.outbox.transitions import MessageAction, allowed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_kind_of_mail(monkeypatch):
    """A kind of mail of the tests' own, so that no domain's wording is needed here."""
    texts = {
        "mail/test.subject.txt": "Hej\n {name}",
        "mail/test.txt": "Text till {name}",
        "mail/test.html": "<p>{name}</p>",
    }

    def render(template, facts):
        return texts[template].format(**facts) if template in texts else render_to_string(template, facts)

    monkeypatch.setattr(enqueueing, "render_to_string", render)


def enqueue(key="test:1", **fields):
    return enqueue_mail(
        **({"kind": "test", "key": key, "to_email": "eva@example.org", "context": {"name": "Eva"}} | fields)
    )


def attached(content=b"%PDF-1.7 prov"):
    name = default_storage.save("prov/beslut.pdf", ContentFile(content))
    return FrozenFile("beslut.pdf", "application/pdf", name, sha256_hex(content))


def test_a_message_is_written_once_for_each_key(officer):
    first = enqueue(obj=officer)
    again = enqueue(context={"name": "Någon annan"}, obj=officer)
    assert first.pk == again.pk
    assert (again.subject, again.text_body, again.html_body) == ("Hej Eva", "Text till Eva\n", "<p>Eva</p>")
    assert (first.object_type, first.object_id) == ("accounts.user", officer.pk)
    assert str(first) == "Hej Eva → eva@example.org"


def test_nothing_is_sent_when_the_transaction_fails(django_capture_on_commit_callbacks):
    @transaction.atomic
    def enqueue_and_fail():
        enqueue()
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert callbacks == []
    assert not Message.objects.exists()


def test_a_worker_is_woken_after_commit_and_not_for_a_key_already_there(
    django_capture_on_commit_callbacks, monkeypatch
):
    woken = []
    monkeypatch.setattr(tasks.deliver, "delay", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        message = enqueue()
        enqueue()
    assert woken == [message.pk]


def test_delivery_reaches_the_server_with_both_texts_and_the_attachment(smtp_sink):
    message = enqueue(attachments=[attached()])
    assert deliver_message(message_id=message.pk)
    [received] = smtp_sink.wait_for(1)
    assert received["subject"] == "Hej Eva"
    assert received["message-id"] == message_id(message)
    assert received.get_body(("plain",)).get_content().strip() == "Text till Eva"
    assert received.get_body(("html",)).get_content().strip() == "<p>Eva</p>"
    [file] = received.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("beslut.pdf", b"%PDF-1.7 prov")
    message.refresh_from_db()
    assert (message.status, message.attempts, message.last_error) == ("sent", 1, "")
    assert message.sent_at is not None


def test_a_message_without_html_goes_as_plain_text(smtp_sink):
    message = enqueue()
    Message.objects.update(html_body="")
    assert deliver_message(message_id=message.pk)
    assert smtp_sink.wait_for(1)[0].get_content_type() == "text/plain"


def test_a_sent_message_is_not_sent_again(smtp_sink):
    message = enqueue()
    assert deliver_message(message_id=message.pk) is True
    assert deliver_message(message_id=message.pk) is False
    tasks.deliver_due()
    assert len(smtp_sink.messages) == 1


def test_a_later_hour_is_kept(smtp_sink):
    message = enqueue(not_before=timezone.now() + timedelta(hours=1))
    tasks.deliver_due()
    assert smtp_sink.messages == []
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        tasks.deliver(message.pk)
    assert len(smtp_sink.messages) == 1


def test_a_passing_fault_is_tried_again_with_longer_pauses_and_then_given_up(smtp_sink):
    smtp_sink.refuse("temporary")
    message = enqueue()
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for number, pause in enumerate(PAUSES, start=1):
            assert deliver_message(message_id=message.pk) is False
            message.refresh_from_db()
            assert (message.status, message.attempts) == ("queued", number)
            assert message.last_error == "451 Try again later"
            assert message.not_before == timezone.now() + pause
            assert deliver_message(message_id=message.pk) is False
            clock.shift(pause)
        deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("failed", len(PAUSES) + 1)


def test_a_final_fault_is_shown_with_the_servers_words(smtp_sink):
    smtp_sink.refuse("permanent")
    message = enqueue()
    tasks.deliver_due()
    message.refresh_from_db()
    assert (message.status, message.last_error) == ("failed", "550 No such user here")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (ConnectionRefusedError("nej"), "queued", "E-postservern svarade inte: nej"),
        (smtplib.SMTPServerDisconnected("borta"), "queued", "E-postservern svarade inte: borta"),
        (smtplib.SMTPDataError(452, b"Fullt"), "queued", "452 Fullt"),
        (smtplib.SMTPDataError(552, "För stort"), "failed", "552 För stort"),
        (smtplib.SMTPDataError(550, b"Nej\x00"), "failed", "550 Nej"),
        (KeyError("fel i koden"), "queued", "Oväntat fel: KeyError"),
        (ValueError("Invalid address"), "failed", "Brevet går inte att skriva: Invalid address"),
    ],
)
def test_faults_in_the_middle_of_a_message(monkeypatch, fault, status, words):
    def fail(self, fail_silently=False):
        raise fault

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", fail)
    message = enqueue()
    deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.status, message.last_error) == (status, words)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"Fel ord"), "535 Fel ord"),
        (smtplib.SMTPConnectError(554, b"Nej"), "554 Nej"),
        (ConnectionRefusedError("nej"), "E-postservern svarade inte: nej"),
        (smtplib.SMTPServerDisconnected("borta"), "E-postservern svarade inte: borta"),
    ],
)
def test_a_server_that_lets_nobody_in_is_no_fault_of_the_messages(monkeypatch, fault, words):
    """The round ends at the first, and the others lose no attempt."""

    def fail(self):
        raise fault

    monkeypatch.setattr(locmem.EmailBackend, "open", fail)
    first, second = enqueue(key="test:1"), enqueue(key="test:2")
    assert deliver_round(seconds=30) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.attempts, first.last_error) == ("queued", 1, words)
    assert (second.status, second.attempts) == ("queued", 0)


def test_a_message_that_cannot_be_written_keeps_no_other_waiting(smtp_sink, monkeypatch, caplog):
    first, second = enqueue(key="test:1"), enqueue(key="test:2")
    real = Mailer.send

    def poisoned(self, message):
        if message.pk == first.pk:
            raise RuntimeError("lagret svarar inte")
        return real(self, message)

    monkeypatch.setattr(Mailer, "send", poisoned)
    tasks.deliver_due()
    assert f"Message {first.pk} could not be sent" in caplog.text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("queued", "sent")


def test_a_round_that_has_lasted_too_long_leaves_the_rest_to_the_next(smtp_sink, monkeypatch):
    for number in range(3):
        enqueue(key=f"test:{number}")
    monkeypatch.setattr(tasks, "MOST_SECONDS", -1)
    tasks.deliver_due()
    assert smtp_sink.messages == []
    monkeypatch.undo()
    tasks.deliver_due()
    assert len(smtp_sink.messages) == 3


@pytest.mark.parametrize("how", ["altered", "missing"])
def test_an_attachment_that_is_not_what_was_frozen_is_never_sent(smtp_sink, how):
    file = attached()
    message = enqueue(attachments=[file])
    default_storage.delete(file.storage_name)
    if how == "altered":
        default_storage.save(file.storage_name, ContentFile(b"annat"))
    deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.last_error.startswith("Bilagan saknas eller har ändrats")
    assert smtp_sink.messages == []


def test_a_failed_message_is_sent_again_on_request(smtp_sink, officer):
    smtp_sink.refuse("permanent")
    message = enqueue()
    deliver_message(message_id=message.pk)
    smtp_sink.accept()
    resend_message(message_id=message.pk, actor=officer)
    assert deliver_message(message_id=message.pk)
    assert Event.objects.get(action="message_resent").actor_label == str(officer)


def test_a_waiting_message_is_cancelled_on_request(smtp_sink, officer):
    message = enqueue()
    cancel_message(message_id=message.pk, actor=officer)
    assert deliver_message(message_id=message.pk) is False
    assert Event.objects.filter(action="message_cancelled").count() == 1


def test_only_the_regions_own_people_send_again_and_stop(owner, officer):
    message = enqueue()
    for step in (
        lambda: resend_message(message_id=message.pk, actor=owner),
        lambda: cancel_message(message_id=message.pk, actor=owner),
        lambda: resend_failed(text="", kind="", actor=owner),
    ):
        with pytest.raises(Refusal, match="Bara regionens medarbetare"):
            step()
    hours = {"quiet_from": time(20), "quiet_to": time(7), "send_at": time(9)}
    with pytest.raises(Refusal, match="Bara en administratör"):
        save_mail_settings(**hours, actor=officer)
    message.refresh_from_db()
    assert message.status == "queued"


@pytest.mark.parametrize("status", MessageStatus)
@pytest.mark.parametrize("action", MessageAction)
def test_every_step_in_every_status(status, action, officer, smtp_sink):
    message = enqueue()
    sent_at = timezone.now() if status == MessageStatus.SENT else None
    stopped = "by_hand" if status == MessageStatus.CANCELLED else ""
    Message.objects.update(status=status, sent_at=sent_at, cancelled_because=stopped)
    expected = {
        ("deliver", "queued"): "sent",
        ("resend", "failed"): "queued",
        ("resend", "cancelled"): "queued",
        ("cancel", "queued"): "cancelled",
    }.get((action, status))
    assert allowed(action, status) is (expected is not None)
    if action == MessageAction.DELIVER:
        deliver_message(message_id=message.pk)
    else:
        service = {"resend": resend_message, "cancel": cancel_message}[action]
        if expected is None:
            with pytest.raises(Refusal):
                service(message_id=message.pk, actor=officer)
        else:
            service(message_id=message.pk, actor=officer)
    message.refresh_from_db()
    assert message.status == (expected or status)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "sent"},
        {"status": "odd"},
        {"sent_at": timezone.now()},
        {"status": "cancelled"},
        {"status": "cancelled", "cancelled_because": "odd"},
        {"cancelled_because": "lapsed"},
        {"status": "failed", "cleared_at": timezone.now()},
        {"cleared_at": timezone.now(), "to_email": "", "text_body": "", "html_body": ""},
    ],
)
def test_the_database_refuses_a_status_that_does_not_hold(fields):
    enqueue()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**fields)


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(smtp_sink):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    ids = [enqueue(key=f"test:{number}").pk for number in range(5)]

    def work(_):
        try:
            return sum(deliver_message(message_id=pk) for pk in ids)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 5
    assert len(smtp_sink.messages) == 5
