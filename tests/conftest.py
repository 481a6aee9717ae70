"""Servers, people and tools that the tests share.

PostgreSQL and Redis are started once, by the process that controls the run; each worker gets its own database
in the one and its own numbered database in the other.
"""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import hypothesis
import pytest

from tests.strictness import keep_inside

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, Page

    from s3portal.accounts.models import Organisation, User
    from s3portal.trial.embedded import EmbeddedServer
    from tests.fake_clamd import FakeClamd

ROOT = Path(__file__).resolve().parents[1]
DECIDED_HERE = (
    "BASE_URL",
    "CLAMD_URL",
    "DATABASE_URL",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
    "HTTPS",
    "PORT",
    "REDIS_URL",
    "S3_BUCKET",
    "SEAL_PKCS12",
    "SEAL_TSA_URL",
    "STAFF_SECOND_FACTOR",
)
_servers: "list[EmbeddedServer]" = []
_work: Path | None = None
_preparing: "subprocess.Popen[bytes] | None" = None


# Busy machines are slow now and then, which is no fault; and a red run must be red again when repeated. It is
# said before any test module is read, since each keeps what it was told when it was read.
hypothesis.settings.register_profile("s3", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("s3")


# --- The run --------------------------------------------------------------------------------------------
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker is None:
        _start_servers()
        if config.getoption("tx", None):
            # Workers inherit this environment, and pytest-django would read the settings in them before each
            # had its own addresses, were the settings' name already here.
            return
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    base = Path(os.environ["S3_TEST_BASE"])
    os.environ.update(
        DJANGO_SETTINGS_MODULE="tests.settings",
        REDIS_URL=os.environ["S3_TEST_REDIS"].removesuffix("/0") + f"/{number}",
        VAR_DIR=str(base / f"worker{number}"),
    )
    Path(os.environ["VAR_DIR"]).mkdir(exist_ok=True)
    # pytest-django has looked for settings already and found none.
    import django

    django.setup()
    _keep_phrases()
    _let_tests_empty()


def _keep_phrases() -> None:
    """Tests that commit empty every table after them; what the migrations wrote is written anew then."""
    from django.db.models.signals import post_migrate

    from tests.phrases import plant_again

    post_migrate.connect(plant_again)


def _let_tests_empty() -> None:
    """Tests that commit empty every table after them, also those that otherwise nobody empties."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    written = DatabaseOperations.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        found = written(self, *args, **kwargs)
        # It is carried out in one transaction, and holds no longer than that.
        return ["SET LOCAL session_replication_role = replica;", *found] if found else found

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one that is migrated already; see ``tests/settings.py``."""
    from tests.migrated import wait_until_ready

    wait_until_ready(Path(os.environ["S3_TEST_BASE"]))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The databases go with their server; dropping each first would only wait for what threads left open."""
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first in each worker's half, so that nobody waits at the end for a single long story."""
    slow = [item for item in items if item.get_closest_marker("slow")]
    fast = [item for item in items if not item.get_closest_marker("slow")]
    first, second = slow[::2], slow[1::2]
    half = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *fast[:half], *second, *fast[half:]]


def pytest_collection_finish() -> None:
    """What is read by now stays: looking through it again and again for garbage is a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _start_servers() -> None:
    global _preparing, _work  # noqa: PLW0603 - the one directory of the run, removed at its end
    sys.path.insert(0, str(ROOT))
    from s3portal.trial.postgres import Postgres
    from s3portal.trial.servers import Redis
    from tests.migrated import prepare

    _work = Path(tempfile.mkdtemp(prefix="s3-tests-"))
    _work.chmod(0o711)
    # Nothing here has to survive a power cut.
    fast = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}
    # A session that a killed process has left in a transaction must not hold the others for good.
    fast |= {"idle_in_transaction_session_timeout": "30s"}
    postgres, redis = Postgres(_work / "postgres", options=fast), Redis(_work / "redis")
    _servers.extend([postgres, redis])
    # The tests decide the whole environment that the settings read.
    for name in DECIDED_HERE:
        os.environ.pop(name, None)
    os.environ.update(
        S3_TRIAL="1",
        SECRET_KEY="only-for-tests",
        RATE_LIMITS="0",
        DATABASE_URL=postgres.acquire(),
        S3_TEST_REDIS=redis.acquire(),
        S3_TEST_BASE=str(_work),
        # Playwright keeps an event loop in the thread that the tests run in.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )
    _preparing = prepare(postgres.programs, postgres.socket_directory, _work)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _preparing is not None:
        _preparing.wait()
    for server in reversed(_servers):
        server.release()
    _servers.clear()
    if _work is not None:
        shutil.rmtree(_work, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _no_outside_connections() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep_inside(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    """Each test has a private storage of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        }
    }


@pytest.fixture
def clamd() -> "Iterator[Callable[..., FakeClamd]]":
    """Starts scanners for viruses; see ``FakeClamd``. Give one's ``url`` to ``settings.CLAMD_URL``."""
    from tests.fake_clamd import FakeClamd

    running: list[FakeClamd] = []

    def start(answer: bytes | None = None, **how: str) -> FakeClamd:
        running.append(FakeClamd(answer, **how))
        return running[-1]

    yield start
    for server in running:
        server.stop()


# --- People ---------------------------------------------------------------------------------------------
@pytest.fixture
def organisation(db: None) -> "Organisation":
    """Peak Jämtland, which ``owner`` and ``colleague`` belong to."""
    from tests import factories

    return factories.make_organisation(name="Peak Jämtland ekonomisk förening")


@pytest.fixture
def other_organisation(db: None) -> "Organisation":
    """The organisation of ``stranger``."""
    from tests import factories

    return factories.make_organisation(name="Fjällnära ekonomisk förening")


@pytest.fixture
def owner(organisation: "Organisation") -> "User":
    """Owner and signatory of ``organisation``."""
    from tests import factories

    user = factories.make_user("owner@example.org", full_name="Olga Ödmark")
    factories.make_membership(user=user, organisation=organisation, role="owner", is_signatory=True)
    return user


@pytest.fixture
def colleague(organisation: "Organisation") -> "User":
    """Editor of ``organisation``, without the right to sign for it."""
    from tests import factories

    user = factories.make_user("colleague@example.org", full_name="Kim Källström")
    factories.make_membership(user=user, organisation=organisation, role="editor")
    return user


@pytest.fixture
def stranger(other_organisation: "Organisation") -> "User":
    """Owner and signatory of another organisation."""
    from tests import factories

    user = factories.make_user("stranger@example.org", full_name="Frida Främling")
    factories.make_membership(user=user, organisation=other_organisation, role="owner", is_signatory=True)
    return user


@pytest.fixture
def officer(db: None) -> "User":
    from tests import factories

    return factories.make_staff(
        "officer", "officer@example.org", full_name="Hanna Handläggare", title="Strateg"
    )


@pytest.fixture
def second_officer(db: None) -> "User":
    from tests import factories

    return factories.make_staff(
        "officer", "officer2@example.org", full_name="Anders Andersson", title="Strateg"
    )


@pytest.fixture
def delegate_user(db: None) -> "User":
    """A person with the role of delegate; ``factories.make_delegate`` gives her a clause."""
    from tests import factories

    return factories.make_staff(
        "delegate", "delegate@example.org", full_name="Doris Direktör", title="Regional utvecklingsdirektör"
    )


@pytest.fixture
def registrar(db: None) -> "User":
    from tests import factories

    return factories.make_staff("registrar", "registrar@example.org", full_name="Rut Registrator")


@pytest.fixture
def member(db: None) -> "User":
    """A person with the role of committee member; ``factories.make_committee(members=[…])`` seats her."""
    from tests import factories

    return factories.make_staff("committee_member", "member@example.org", full_name="Lena Ledamot")


@pytest.fixture
def assessor(db: None) -> "User":
    from tests import factories

    return factories.make_staff("assessor", "assessor@example.org", full_name="Bo Bedömare")


@pytest.fixture
def admin_user(db: None) -> "User":
    from tests import factories

    return factories.make_staff(
        "admin", "admin@example.org", full_name="Ada Admin", is_staff=True, is_superuser=True
    )


@pytest.fixture
def client_for() -> "Callable[..., Client]":
    """``client_for(user)`` is a client where that person is logged in; ``client`` is nobody.

    ``fresh=True``: with the password given just now, as signing a decision asks for.
    """
    from django.test import Client

    def log_in(user: "User", *, fresh: bool = False) -> Client:
        client = Client()
        client.force_login(user)
        if fresh:
            from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
            from django.contrib.sessions.backends.base import SessionBase
            from django.http import HttpRequest

            request = HttpRequest()
            request.user = user
            session: SessionBase = client.session
            request.session = session
            # A login is not enough for allauth: it wants the password given again within the session.
            reauthenticate_by_password(request)
            session.save()
        return client

    return log_in


# --- Mail and Celery ------------------------------------------------------------------------------------
@dataclass
class SmtpSink:
    """A real SMTP server in a thread. ``refusal`` makes it answer no to recipients, for now or for good."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusal: Literal["", "temporary", "permanent"] = ""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, how: Literal["temporary", "permanent"]) -> None:
        self.refusal = how

    def accept(self) -> None:
        self.refusal = ""

    def wait_for(self, count: int, seconds: float = 120) -> list[EmailMessage]:
        """The messages, when at least ``count`` have come; fails when they do not come in time."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count:
            if time.monotonic() > deadline:
                subjects = [str(message["subject"]) for message in self.messages]
                pytest.fail(f"{len(self.messages)} of {count} messages came within {seconds} s: {subjects}")
            time.sleep(0.05)
        return self.messages

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refusal == "temporary":
            return "451 Try again later"
        if self.refusal == "permanent":
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=default_policy)
        assert isinstance(message, EmailMessage)
        self.recipients.extend(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def smtp_sink(settings: Any) -> Iterator[SmtpSink]:
    """A real SMTP server that the portal's mail goes to, in this process and in ``celery_worker_process``."""
    from aiosmtpd.controller import Controller

    from s3portal.trial.servers import free_port

    sink = SmtpSink(port=free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = sink.port
    yield sink
    controller.stop()


@dataclass
class WorkerProcess:
    """``celery worker`` as its own process, on this test's database, files, broker and mail server."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from s3portal.celery import app

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "s3portal.celery", "worker", "--concurrency", "1",
                 "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 300
        while not app.control.ping(timeout=0.5):
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """As a power cut would: no chance to finish or to tell the broker."""
        self._signal_group(9)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        self._signal_group(9)

    def _signal_group(self, number: int) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait()


@pytest.fixture
def celery_worker_process(
    transactional_db: None, smtp_sink: SmtpSink, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[WorkerProcess]:
    """A running worker. Its mail goes to ``smtp_sink``, its links to ``live_server`` if the test has one."""
    from urllib.parse import quote

    from django.db import connection
    from redis import Redis

    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()
    database = connection.settings_dict
    path = f"{database['HOST']}/{database['NAME']}"
    base_url = request.getfixturevalue("live_server").url if "live_server" in request.fixturenames else ""
    worker = WorkerProcess(
        environment=os.environ
        | {
            "DATABASE_URL": f"postgres://{database['USER']}@/{quote(path, safe='')}",
            "REDIS_URL": settings.REDIS_URL,
            "EMAIL_URL": smtp_sink.url,
            "VAR_DIR": str(settings.MEDIA_ROOT.parent),
            "BASE_URL": base_url or settings.BASE_URL,
        },
        log=tmp_path / "worker.log",
    )
    worker.start()
    yield worker
    worker.stop()


# --- Browser --------------------------------------------------------------------------------------------
def chromium_path() -> str | None:
    """What ``CHROMIUM`` says, Debian's Chromium without a window, or any other."""
    if os.environ.get("CHROMIUM"):
        return os.environ["CHROMIUM"]
    names = (
        "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
    )  # fmt: skip
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    path = chromium_path()
    if path is None:
        sentence = "Chromium saknas; webbläsartesterna kan inte köras. På Debian: apt-get install chromium"
        if os.environ.get("S3_REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    from playwright.sync_api import expect, sync_playwright

    # What comes does so in a moment; a machine that does much else may need longer, which is no fault.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def viewport() -> dict[str, int]:
    """Size of the page; override with ``@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])``."""
    return {"width": 1280, "height": 900}


@pytest.fixture
def new_page(browser: "Browser", viewport: dict[str, int]) -> "Iterator[Callable[[], Page]]":
    """``new_page()`` opens a page in a browser context of its own: another person at another computer.

    At the end, an error in any page's scripts or a breach of the content security policy fails the test.
    """
    contexts, problems = [], []

    def open_page() -> "Page":
        context = browser.new_context(
            viewport=viewport, locale="sv-SE", timezone_id="Europe/Stockholm", reduced_motion="reduce"  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                problems.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page: "Callable[[], Page]") -> "Page":
    return new_page()


@pytest.fixture(scope="session")
def axe() -> "Callable[[Page], None]":
    """``axe(page)`` asserts that axe-core finds no fault in the page as it stands."""
    source = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    # Only what is wrong leaves the browser: all that is right is thousands of elements to write out and read.
    # What is being folded out is looked at when it stands still.
    look = """async tags => {
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        const moving = document.getAnimations().filter(
            one => Number.isFinite(one.effect.getComputedTiming().endTime)
        );
        await Promise.allSettled(moving.map(one => one.finished));
        const result = await axe.run(
            document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}
        );
        const found = result.violations.flatMap(violation => violation.nodes.map(
            node => `${violation.id}: ${violation.help}: ${node.html}`
        ));
        return {found, passes: result.passes.length};
    }"""

    def check(page: "Page") -> None:
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(source)
        result = page.evaluate(look, tags)
        assert result["found"] == [], f"axe on {page.url}"
        assert result["passes"], "axe looked at nothing"

    return check


@pytest.fixture
def log_in() -> "Callable[..., None]":
    """``log_in(page, live_server, user)`` through the login page, with the factories' password."""
    from tests.factories import PASSWORD

    def through_the_page(page: "Page", live_server: Any, user: "User", password: str = PASSWORD) -> None:
        page.goto(f"{live_server.url}/konto/login/")
        page.locator("input[name=login]").fill(user.email)
        page.locator("input[name=password]").fill(password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/konto/login/" not in url)

    return through_the_page
