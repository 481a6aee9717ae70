"""``manage.py trial``: the whole portal on one's own machine, with real processes for every part."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from s3portal.common.context_processors import TRIAL_ACCOUNTS, TRIAL_PASSWORD
from s3portal.trial.embedded import EmbeddedServer
from s3portal.trial.servers import free_port, held_servers

DATA_DIRECTORY: Final = Path(__file__).resolve().parents[2] / "data"
READY_SECONDS: Final = 300
STOP_SECONDS: Final = 60
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A part of the trial ended by itself; the message is a Swedish sentence."""


class Child:
    """One process of the trial, in a process group of its own so that ctrl-C reaches only the command."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.log = settings.VAR_DIR / "log" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def check(self) -> None:
        code = self.process.poll()
        if code is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise Stopped(f"{self.name} avslutades (kod {code}). Det sista i {self.log}:\n{tail}")

    def stop(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        # Whatever the process left in its group goes too.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Command(BaseCommand):
    help = "Startar hela portalen på den egna datorn: servrar, demodata, Celery, e-post och webb."
    requires_system_checks = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        """At the terminal a refusal is its sentence alone, without the name of an exception before it."""
        try:
            return super().execute(*args, **options)
        except CommandError as refusal:
            if not getattr(self, "_called_from_command_line", False):
                raise
            self.stderr.write(str(refusal))
            sys.exit(refusal.returncode)

    def handle(self, *args: Any, **options: Any) -> None:
        port = read_port(os.environ.get("PORT", "8000"))
        refuse_busy_port(port)
        children: list[Child] = []
        problem = ""
        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        try:
            # Each of the three ways of asking a program to stop means: everything, in order.
            for number in STOP_SIGNALS:
                signal.signal(number, signal.default_int_handler)
            self.prepare()
            self.start(children, port)
            self.tell(port)
            watch(children, held_servers())
        except KeyboardInterrupt:
            self.say("")
        except Stopped as stopped:
            problem = str(stopped)
        finally:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.stop(children)
            for number, handler in before.items():
                signal.signal(number, handler)
        if problem:
            raise CommandError(problem)

    def prepare(self) -> None:
        self.say("Förbereder databasen …")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.say("Läser in demodata …")
        for path in sorted(DATA_DIRECTORY.glob("*.yaml")):
            call_command("import_portal", str(path), verbosity=0)
        from s3portal.trial.demo import load_demo
        from s3portal.trial.ranked import load_ranked

        load_demo()
        load_ranked()
        connections.close_all()

    def start(self, children: list[Child], port: int) -> None:
        """Start the parts in the order in which they need each other."""
        self.say("Startar e-post, Celery och webb …")
        mail_port = free_port()
        environment = os.environ | {
            "S3_TRIAL": "1",
            "PORT": str(port),
            "DATABASE_URL": settings.DATABASE_URL,
            "REDIS_URL": settings.REDIS_URL,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "PYTHONUNBUFFERED": "1",
        }
        mail_directory = settings.VAR_DIR / "mail"
        celery = ["celery", "-A", "s3portal.celery"]
        for name, arguments in (
            ("mail", ["s3portal.trial.mail", "--port", str(mail_port), "--dir", str(mail_directory)]),
            ("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"]),
            ("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]),
            ("web", ["gunicorn", "s3portal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2",
                     "--threads", "4", "--graceful-timeout", "5", "--no-control-socket"]),
        ):  # fmt: skip
            children.append(Child(name, arguments, environment))
        wait_until_answering(f"http://127.0.0.1:{port}/konto/login/", children)

    def tell(self, port: int) -> None:
        width = max(len(email) for email, _role in TRIAL_ACCOUNTS)
        lines = [
            "",
            f"S3-portalen är igång: http://127.0.0.1:{port}/",
            "",
            f"Logga in med något av kontona; lösenordet är {TRIAL_PASSWORD} för alla:",
            "",
            *(f"  {email:<{width}}  {role}" for email, role in TRIAL_ACCOUNTS),
            "",
            f"Brev som portalen skickar hamnar i {settings.VAR_DIR / 'mail'}",
            f"Loggar: {settings.VAR_DIR / 'log'}. Avsluta med ctrl-C.",
        ]
        self.say("\n".join(lines) + "\n")

    def stop(self, children: list[Child]) -> None:
        """Web, beat, worker and mail, then Redis and PostgreSQL if nobody else uses them."""
        connections.close_all()
        if children:
            self.say("Avslutar …")
        for child in reversed(children):
            child.stop()
        for server in held_servers():
            server.release()
        if children:
            self.say("Allt är avslutat. Det du gjorde finns kvar till nästa gång.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def read_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CommandError(
            f"PORT ska vara ett tal mellan 1 och 65535, inte ”{text}”. Till exempel: PORT=8001 make run"
        )
    return int(text)


def refuse_busy_port(port: int) -> None:
    """Look before anything else is started. ``SO_REUSEADDR`` as the web server does, so that a port that was
    just left is free."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except PermissionError:
            raise CommandError(
                f"Port {port} får bara administratören använda. Välj en annan: PORT=8001 make run"
            ) from None
        except OSError:
            other = port + 1 if port < 65535 else 8001
            raise CommandError(
                f"Port {port} används redan av ett annat program. "
                f"Avsluta det, eller välj en annan port: PORT={other} make run"
            ) from None


def wait_until_answering(address: str, children: list[Child]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for child in children:
            child.check()
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310 - an address of this machine
                return
        except urllib.error.HTTPError as answer:
            raise Stopped(
                f"Webben svarar {answer.code} på {address}. Se {settings.VAR_DIR / 'log'}."
            ) from answer
        except OSError:
            time.sleep(0.2)
    raise Stopped(f"Webben svarade inte inom {READY_SECONDS} sekunder. Se {settings.VAR_DIR / 'log'}.")


def watch(children: list[Child], servers: list[EmbeddedServer]) -> None:
    """Until somebody asks the trial to stop, or a part of it ends by itself."""
    while True:
        for child in children:
            child.check()
        for server in servers:
            if not server.is_running():
                raise Stopped(f"{server.name} avslutades. Se loggen i {server.directory}.")
        time.sleep(1)
