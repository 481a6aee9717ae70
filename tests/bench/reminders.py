"""Reminders for ten thousand recipients: written by the beat job, and delivered by one worker's round."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import time, timedelta
from time import perf_counter, sleep
from unittest import mock

from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import Subscription
from s3portal.outbox.delivery import Mailer
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import MailSettings, Message, ReminderRule
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.services.delivering import deliver_round
from s3portal.outbox.services.enqueueing import BATCH
from s3portal.outbox.services.reminding import create_reminders
from s3portal.trial.servers import free_port
from tests import factories
from tests.bench.measure import aim, heading, number, pairs, say
from tests.bench.world import Scene

RECIPIENTS = 10_000
EACH = 1_000
ROUNDS = 4
KIND = "call_closing_subscriber"


def measure(scene: Scene) -> None:
    heading(f"Påminnelser till {RECIPIENTS:,} mottagare".replace(",", " "))
    say("Skapa: ett varv av beat-jobbet, från frågan om vad som är på tur till rader i utkorgen. Leverera,")
    say("A: en arbetares varv: lås en bunt, skicka och kvittera brev för brev, notera. B: en bar slinga i")
    say("smtplib med samma brev till samma mottagande server, med byte av förbindelse lika ofta.")
    _prepare()
    _create()
    with _server() as port, mock.patch.multiple(settings, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        _deliver(port)


def _prepare() -> None:
    """One call that closes in fourteen days, and subscribers to its area alone; no other kind is sent."""
    MailSettings.objects.update_or_create(
        pk=1, defaults={"quiet_from": time(0), "quiet_to": time(0), "send_at": time(0)}
    )
    for code, kind in KINDS.items():
        words = {"subject": kind.subject, "body": kind.body, "offsets": list(kind.offsets)}
        ReminderRule.objects.update_or_create(kind=code, defaults={**words, "enabled": code == KIND})
    area = factories.make_area()
    factories.make_call(areas=[area], closes_at=timezone.now() + timedelta(days=14))
    long_ago = timezone.now() - timedelta(days=30)
    through = Subscription.areas.through
    subscriptions = Subscription.objects.bulk_create(
        Subscription(email=f"prenumerant{each}@example.org", confirmed_at=long_ago)
        for each in range(RECIPIENTS)
    )
    through.objects.bulk_create(
        through(subscription=subscription, strengtharea=area) for subscription in subscriptions
    )


def _create() -> None:
    with CaptureQueriesContext(connection) as queries:
        started = perf_counter()
        written = create_reminders()
        seconds = perf_counter() - started
    if written != RECIPIENTS:
        raise AssertionError(f"{written} reminders were written, not {RECIPIENTS}.")
    batches = -(-RECIPIENTS // BATCH)
    say(
        f"  skapade {number(written / seconds)} rader i sekunden; {len(queries)} frågor i {batches} omgångar "
        f"om {BATCH} ({number(len(queries) / batches)} per omgång)"
    )
    again = create_reminders()
    say(f"  ett varv till skapade {again}")


def _deliver(port: int) -> None:
    later = timezone.now() + timedelta(days=1)
    Message.objects.filter(kind=KIND).update(not_before=later)
    waiting = list(Message.objects.filter(kind=KIND).order_by("pk").values_list("pk", flat=True))
    turns = iter([waiting[start : start + EACH] for start in range(0, RECIPIENTS, EACH)])
    sample = _bytes_of(waiting[:EACH])
    found = pairs(lambda: _ours(next(turns)), lambda: _bare(port, sample), ROUNDS)
    say(
        f"  levererade {number(EACH / found.a_median)} i sekunden, bar slinga {number(EACH / found.b_median)}"
    )
    # Seconds against seconds: half the speed is twice the time.
    speed = 1 / found.ratio
    say(f"  vår hastighet mot den bara slingans: {number(speed)} ({found.spread} gånger tiden)")
    say(aim(speed >= 0.5, "minst 0,5"))


def _ours(messages: Sequence[int]) -> float:
    """Seconds for one worker's round over these messages."""
    Message.objects.filter(pk__in=messages).update(not_before=timezone.now())
    started = perf_counter()
    sent = deliver_round(seconds=600)
    seconds = perf_counter() - started
    delivered = Message.objects.filter(pk__in=messages, status=MessageStatus.SENT).count()
    if (sent, delivered) != (len(messages), len(messages)):
        raise AssertionError(f"{sent} were sent and {delivered} noted, not {len(messages)}.")
    return seconds


def _bytes_of(messages: Sequence[int]) -> list[tuple[str, bytes]]:
    """The same mails as they go over the wire."""
    with mock.patch.object(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        with Mailer() as mailer:
            for message in Message.objects.filter(pk__in=messages):
                mailer.send(message)
        # Django's own messages have a choice of line endings that the standard library's have not.
        return [(each.to[0], each.message().as_bytes(linesep="\r\n")) for each in mail.outbox]  # type: ignore[call-arg]


def _bare(port: int, mails: Sequence[tuple[str, bytes]]) -> float:
    """Seconds for a loop that does nothing but send."""
    started = perf_counter()
    most = Mailer.MOST_PER_CONNECTION
    for start in range(0, len(mails), most):
        with smtplib.SMTP("127.0.0.1", port) as server:
            for to, content in mails[start : start + most]:
                server.sendmail("portalen@example.org", [to], content)
    return perf_counter() - started


@contextmanager
def _server() -> Iterator[int]:
    """A mail server in a process of its own that throws away all it takes."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "aiosmtpd",
        "-n",
        "-c",
        "aiosmtpd.handlers.Sink",
        "-l",
        f"127.0.0.1:{port}",
    ]
    with subprocess.Popen(command) as process:
        try:
            for _ in range(100):
                try:
                    smtplib.SMTP("127.0.0.1", port).close()
                    break
                except OSError:
                    sleep(0.1)
            yield port
        finally:
            process.terminate()
