"""``manage.py trial``: every part as a real process, on data of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import CommandError, call_command

from s3portal.trial.management.commands import trial as trial_command
from s3portal.trial.management.commands.trial import (
    Child,
    Stopped,
    read_port,
    refuse_busy_port,
    wait_until_answering,
    watch,
)
from s3portal.trial.servers import Redis, free_port

ROOT = Path(__file__).resolve().parents[2]
#: Seconds. The trial migrates and fills a database from nothing beside whatever else the machine does; only
#: what will never come may be given up.
HANGS_AFTER = 1200


@pytest.mark.parametrize("text", ["", "web", "-1", "0", "65536", "8000 ", "٨٠٠٠", "80.0"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_port(text)
    assert str(refused.value) == (
        f"PORT ska vara ett tal mellan 1 och 65535, inte ”{text}”. Till exempel: PORT=8001 make run"
    )


@pytest.mark.parametrize("text", ["1", "8000", "65535"])
def test_a_port_is_a_number(text: str) -> None:
    assert read_port(text) == int(text)


def test_a_busy_port_gets_a_clear_sentence_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        said = StringIO()
        with pytest.raises(CommandError) as refused:
            call_command("trial", stdout=said)
    assert str(refused.value) == (
        f"Port {port} används redan av ett annat program. "
        f"Avsluta det, eller välj en annan port: PORT={port + 1} make run"
    )
    assert said.getvalue() == ""


def test_at_the_terminal_the_refusal_is_the_sentence_alone() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "trial"],
        cwd=ROOT,
        env=os.environ | {"PORT": "http", "DJANGO_SETTINGS_MODULE": "s3portal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == (
        "",
        "PORT ska vara ett tal mellan 1 och 65535, inte ”http”. Till exempel: PORT=8001 make run\n",
    )


def test_a_port_that_was_just_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            left.accept()[0].close()
    refuse_busy_port(port)


def test_a_port_for_the_administrator_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: socket.socket, address: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with pytest.raises(CommandError, match=r"^Port 80 får bara administratören använda\."):
        refuse_busy_port(80)


class Trial:
    """The command in a process of its own, with its output."""

    def __init__(self, var: Path, port: int) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")
        } | {"S3_TRIAL": "1", "PORT": str(port), "VAR_DIR": str(var)}
        self.var = var
        self.address = f"http://127.0.0.1:{port}"
        self.output = var.parent / f"said-{port}.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "trial"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def wait_until_running(self) -> str:
        deadline = time.monotonic() + HANGS_AFTER
        while "Avsluta med ctrl-C." not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)
        return self.output.read_text()

    def everyone(self) -> dict[str, psutil.Process]:
        """The processes of the trial, by what they are."""
        found = {}
        for process in psutil.Process(self.process.pid).children():
            line = " ".join(process.cmdline())
            for name in ("s3portal.trial.mail", " worker ", " beat ", "gunicorn"):
                if name in line:
                    found[name.strip()] = process
        found["postgres"] = psutil.Process(int((self.var / "postgres/postmaster.pid").read_text().split()[0]))
        found["redis"] = psutil.Process(int((self.var / "redis/redis.pid").read_text()))
        return found

    def login_page(self) -> str:
        with urllib.request.urlopen(f"{self.address}/konto/login/", timeout=10) as answer:
            return str(answer.read().decode())


def gone(process: psutil.Process) -> bool:
    # Whoever adopts orphans may be slow to bury them.
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def start_trial(open_path: Path) -> "Iterator[Callable[[], Trial]]":
    started: list[Trial] = []

    def start() -> Trial:
        started.append(Trial(open_path / "var", free_port()))
        return started[-1]

    yield start
    for trial in started:
        if trial.process.poll() is None:
            trial.process.terminate()
            trial.process.wait(HANGS_AFTER)


@pytest.mark.slow
def test_the_trial_starts_is_used_stops_and_starts_again(start_trial: "Callable[[], Trial]") -> None:
    first = start_trial()
    said = first.wait_until_running()
    assert f"S3-portalen är igång: {first.address}/\n" in said
    assert "lösenordet är s3-portalen-demo för alla" in said
    assert re.findall(r"^  (\S+@example\.se) ", said, re.MULTILINE) == [
        "sokande@example.se",
        "kollega@example.se",
        "annan.sokande@example.se",
        "handlaggare@example.se",
        "handlaggare2@example.se",
        "direktor@example.se",
        "enhetschef@example.se",
        "registrator@example.se",
        "ledamot@example.se",
        "bedomare@example.se",
        "admin@example.se",
    ]
    assert "s3-portalen-demo" in first.login_page()
    everyone = first.everyone()
    assert set(everyone) == {"s3portal.trial.mail", "worker", "beat", "gunicorn", "postgres", "redis"}
    offspring = [grandchild for child in everyone.values() for grandchild in child.children(recursive=True)]

    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(HANGS_AFTER) == 0, first.output.read_text()
    assert first.output.read_text().endswith("Allt är avslutat. Det du gjorde finns kvar till nästa gång.\n")
    assert [name for name, process in everyone.items() if not gone(process)] == []
    assert [process.pid for process in offspring if not gone(process)] == []

    # The data are there again, and a part that dies takes the rest with it, by name.
    second = start_trial()
    second.wait_until_running()
    everyone = second.everyone()
    everyone["beat"].kill()
    assert second.process.wait(HANGS_AFTER) == 1
    assert "beat avslutades (kod -9)." in second.output.read_text()
    assert [name for name, process in everyone.items() if not gone(process)] == []


# --- What can go wrong on the way -----------------------------------------------------------------------
class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, *args: object) -> None:
        pass


def test_a_web_server_that_answers_with_a_fault_stops_the_start() -> None:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/konto/login/"
        with pytest.raises(Stopped, match=rf"^Webben svarar 503 på {address}\. Se "):
            wait_until_answering(address, [])
        server.shutdown()


def test_a_web_server_that_never_answers_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_command, "READY_SECONDS", 0.5)
    with pytest.raises(Stopped, match=r"^Webben svarade inte inom 0\.5 sekunder\. Se "):
        wait_until_answering(f"http://127.0.0.1:{free_port()}/", [])


def test_a_child_that_ends_is_named_with_the_end_of_its_log(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    child = Child("web", ["json.tool", "no-such-file.json"], dict(os.environ))
    child.process.wait(HANGS_AFTER)
    with pytest.raises(Stopped) as stopped:
        watch([child], [])
    assert str(stopped.value).startswith("web avslutades (kod ")
    assert "no-such-file.json" in str(stopped.value)


def test_a_server_that_ends_is_named(tmp_path: Path) -> None:
    never_started = Redis(tmp_path / "redis")
    with pytest.raises(Stopped, match=r"^Redis avslutades\. Se loggen i "):
        watch([], [never_started])


def test_a_child_that_does_not_listen_is_killed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_command, "STOP_SECONDS", 0.5)
    settings.VAR_DIR = tmp_path
    (tmp_path / "deaf.py").write_text(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(60)\n"
    )
    child = Child("worker", ["deaf"], os.environ | {"PYTHONPATH": str(tmp_path)})
    deadline = time.monotonic() + 30
    while "deaf" not in child.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
