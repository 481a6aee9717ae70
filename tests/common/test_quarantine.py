"""Files in quarantine: held, scanned once, asked about again, emptied; read by nobody meanwhile."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.utils import timezone

from s3portal.common import quarantine
from s3portal.common.files import read_frozen, sha256_hex
from s3portal.common.models import HeldFile, ScanStatus
from s3portal.common.quarantine import FileHeld, hold, read_states, scan
from s3portal.common.receiving import stored_upload
from s3portal.common.stored import clear_unreferenced
from s3portal.common.tasks import scan_waiting_files
from s3portal.diary.models import RecordFile
from s3portal.outbox.delivery import PermanentFailure, TemporaryFailure, _written
from s3portal.outbox.models import Message
from tests.fake_clamd import EICAR
from tests.small_files import PDF

pytestmark = pytest.mark.django_db
VIRUS = PDF + EICAR


@pytest.fixture
def scanner(clamd, settings):
    server = clamd()
    settings.CLAMD_URL = server.url
    return server


@pytest.fixture
def heard(monkeypatch):
    found = []
    monkeypatch.setattr(quarantine, "_HEARERS", [lambda held: found.append(held.name)])
    return found


def put(content=PDF):
    return HeldFile.objects.create(name=default_storage.save("applications/a.pdf", ContentFile(content)))


def read(held, content=PDF):
    return read_frozen(held.name, sha256=sha256_hex(content))


def away():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def test_a_clean_file_is_let_out(scanner, heard):
    held = put()
    with pytest.raises(FileHeld, match="genomsöks efter virus"):
        read(held)
    for _ in range(2):
        scan(held_id=held.pk)
    held.refresh_from_db()
    assert (held.status, scanner.asked, heard) == ("clean", 1, [])
    assert read(held) == PDF


def test_of_an_infected_file_only_the_row_is_left(scanner, heard, django_capture_on_commit_callbacks):
    held = put(VIRUS)
    with django_capture_on_commit_callbacks(execute=True):
        scan(held_id=held.pk)
    held.refresh_from_db()
    assert (held.status, heard) == ("infected", [held.name])
    assert held.emptied_at
    assert not default_storage.exists(held.name)
    with pytest.raises(FileHeld, match="innehöll skadlig kod"):
        read(held, VIRUS)
    with pytest.raises(Error, match="Invalid transition"), transaction.atomic():
        HeldFile.objects.update(status="clean")
    assert str(held).endswith("Innehöll skadlig kod")


def test_what_a_killed_worker_left_is_emptied_by_beat(scanner, heard):
    held = put(VIRUS)
    scan(held_id=held.pk)  # its transaction was kept, what comes after was not
    assert default_storage.exists(held.name)
    scan_waiting_files()
    assert not default_storage.exists(held.name)
    quarantine.empty(held_id=held.pk)  # once more does no harm


def test_a_scanner_that_is_away_is_asked_again_ever_more_seldom(settings, scanner, caplog):
    up, settings.CLAMD_URL = settings.CLAMD_URL, away()
    held = put()
    for _ in range(quarantine.OFTEN):
        scan(held_id=held.pk)
    held.refresh_from_db()
    assert (held.status, held.tries) == ("waiting", 10)
    assert "clamd svarade inte" in held.fault
    assert [one.levelname for one in caplog.records][-2:] == ["WARNING", "ERROR"]
    now = timezone.now()
    moments = [timedelta(minutes=minutes) for minutes in (0, 2, 11)]
    assert [held.pk in quarantine.due(now=now + moment) for moment in moments] == [False, False, True]
    settings.CLAMD_URL = up
    HeldFile.objects.update(held_at=now - timedelta(hours=1), tried_at=now - timedelta(minutes=11))
    assert quarantine.due() == [held.pk]
    scan(held_id=held.pk)
    assert read(held) == PDF


def test_a_file_that_is_just_here_is_left_to_its_own_task(scanner, monkeypatch):
    from s3portal.common import tasks

    asked = []
    monkeypatch.setattr(tasks.scan_file, "delay", asked.append)
    held = put()
    scan_waiting_files()
    HeldFile.objects.update(held_at=timezone.now() - timedelta(minutes=2))
    scan_waiting_files()
    assert asked == [held.pk]


def test_nothing_is_let_out_when_the_scanner_is_taken_away(settings):
    settings.CLAMD_URL = ""
    held = put()
    scan(held_id=held.pk)
    with pytest.raises(FileHeld):
        read(held)


def test_an_answer_that_is_none_lets_nothing_out(clamd, settings):
    settings.CLAMD_URL = clamd(b"INSTREAM size limit exceeded. ERROR\0").url
    held = put()
    scan(held_id=held.pk)
    held.refresh_from_db()
    assert (held.status, "size limit" in held.fault) == ("waiting", True)


def test_of_an_upload_that_was_undone_nothing_is_known(scanner):
    held = put()
    default_storage.delete(held.name)
    scan(held_id=held.pk)
    assert not HeldFile.objects.exists()


# --- Held in the transaction of the row -------------------------------------------------------------------
def test_a_stored_upload_is_scanned_after_commit(scanner, monkeypatch, django_capture_on_commit_callbacks):
    from s3portal.common import tasks

    asked = []
    monkeypatch.setattr(tasks.scan_file, "delay", asked.append)
    upload = SimpleUploadedFile("a.pdf", VIRUS)
    with (
        django_capture_on_commit_callbacks(execute=True),
        stored_upload(upload, folder="applications", scan_later=True) as stored,
    ):
        assert asked == []
    held = HeldFile.objects.get(name=stored[0].storage_name)
    assert (asked, scanner.asked) == ([held.pk], 0)


def test_without_a_scanner_nothing_is_held(settings):
    settings.CLAMD_URL = ""
    with stored_upload(SimpleUploadedFile("a.pdf", PDF), folder="applications", scan_later=True) as stored:
        assert read_frozen(stored[0].storage_name, sha256=stored[0].sha256) == PDF
    assert not HeldFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_is_held_in_a_transaction_only():
    with pytest.raises(RuntimeError, match="transaction"):
        hold("applications/a.pdf")


def test_states_are_read_at_once(django_assert_num_queries):
    waiting = put()
    files = [RecordFile(storage_name=waiting.name), RecordFile(storage_name="annan")]
    with django_assert_num_queries(1):
        assert [one.is_waiting for one in read_states(files)] == [True, False]
        assert [one.is_held for one in files] == [True, False]
    assert read_states([]) == []
    assert RecordFile(storage_name=waiting.name).is_waiting
    assert not RecordFile(storage_name="annan").is_infected


def test_the_sweep_forgets_what_it_takes(scanner):
    held = put()
    moment = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(default_storage.path(held.name), (moment, moment))
    assert clear_unreferenced() == 1
    assert not HeldFile.objects.exists()


def test_no_mail_carries_a_file_that_is_held(scanner):
    held = put(VIRUS)
    message = Message.objects.create(key="1", to_email="a@example.org", subject="Hej", text_body="Hej")
    message.attachments.create(
        filename="a.pdf", content_type="application/pdf", storage_name=held.name, sha256=sha256_hex(VIRUS)
    )
    with pytest.raises(TemporaryFailure, match="genomsöks"):
        _written(message)
    scan(held_id=held.pk)
    with pytest.raises(PermanentFailure, match="skadlig kod"):
        _written(message)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": ScanStatus.CLEAN},
        {"checked_at": timezone.now()},
        {"status": "banana", "checked_at": timezone.now()},
        {"emptied_at": timezone.now()},
    ],
)
def test_the_database_holds_what_a_verdict_is(fields):
    with pytest.raises(Error, match="held_file"), transaction.atomic():
        HeldFile.objects.create(name="a", **fields)


# --- A worker that is killed ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_scans_leaves_the_file_to_the_next(clamd, settings, tmp_path):
    """A process of its own asks the scanner and is killed before the answer comes."""
    server = clamd()
    server.pause = threading.Event()
    settings.CLAMD_URL = server.url
    held = put()
    code = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.core.files.storage import default_storage, storages\n"
        f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}\n"
        f"settings.CLAMD_URL = {server.url!r}\n"
        f"settings.STORAGES['default']['OPTIONS']['location'] = {str(settings.MEDIA_ROOT)!r}\n"
        "from s3portal.common.tasks import scan_file\n"
        f"scan_file({held.pk})\n"
    )
    root = Path(__file__).resolve().parents[2]
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=root)
    try:
        assert server.reached.wait(60)
        scan(held_id=held.pk)  # the row is the other's
        assert HeldFile.objects.get().status == "waiting"
        assert server.asked == 1
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    server.pause.set()
    assert HeldFile.objects.get().status == "waiting"
    for _ in range(100):  # the database lets go of the row when it sees that the worker is gone
        scan(held_id=held.pk)
        if HeldFile.objects.get().status == "clean":
            break
        time.sleep(0.1)
    assert HeldFile.objects.get().status == "clean"
