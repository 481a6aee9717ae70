"""The empty, migrated database that every test database is a copy of.

Migrating takes longer than most tests one wants to run, so its result is kept as a dump in the user's cache,
by all it follows from: the migrations, the settings and the locked libraries (PostgreSQL is one of them).
Where only migrations have come to since, they are run on the dump there was. The dump is read, or made,
beside the start of the tests. A machine without a cache, as that of continuous integration, runs them all.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "s3_migrated"
#: Lies in the directory of the run when the template is ready; holds what went wrong, if anything did.
MARK = "migrated"
WAIT_SECONDS = 900
KEPT = 20


def prepare(programs: Path, socket_directory: Path, base: Path) -> "subprocess.Popen[bytes]":
    """Make the template in a process of its own, which is returned."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.migrated", programs, socket_directory, base],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.DEVNULL,
    )


def wait_until_ready(base: Path) -> None:
    """Raises RuntimeError with what the migrations said, when they failed."""
    mark, deadline = base / MARK, time.monotonic() + WAIT_SECONDS
    while not mark.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("the test databases' template was not made in time")
        time.sleep(0.05)
    if problem := mark.read_text(encoding="utf-8"):
        raise RuntimeError(problem)


def _main(programs: Path, socket_directory: Path, base: Path) -> None:
    problem = ""
    try:
        _make(programs, socket_directory, base)
    except subprocess.CalledProcessError as failed:
        problem = f"{failed}\n{failed.stdout}"
    except Exception as failed:  # noqa: BLE001 - whoever waits must be told, whatever it was
        problem = repr(failed)
    fresh = base / f"{MARK}.new"
    fresh.write_text(problem, encoding="utf-8")
    fresh.rename(base / MARK)


def _make(programs: Path, socket_directory: Path, base: Path) -> None:
    address = ["-h", str(socket_directory), "-U", "postgres"]
    sources = _sources()
    dump = _cache() / f"migrated-{_digest(sources)}.sql"
    _run(programs / "createdb", *address, TEMPLATE)
    earlier = dump if dump.exists() else _to_build_on(sources)
    if earlier is not None:
        _run(programs / "psql", *address, "-q", "-v", "ON_ERROR_STOP=1", "-f", earlier, TEMPLATE)
        earlier.touch()
    if earlier == dump:
        return
    url = f"postgres://postgres@/{quote(f'{socket_directory}/{TEMPLATE}', safe='')}"
    own = {"DATABASE_URL": url, "REDIS_URL": os.environ["S3_TEST_REDIS"], "VAR_DIR": str(base)}
    _run(sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0", env=os.environ | own)
    fresh = base / dump.name
    _run(programs / "pg_dump", *address, "--no-owner", "-f", fresh, TEMPLATE)
    # Without a cache that can be written to, each run migrates.
    with suppress(OSError):
        _keep(fresh, dump, sources)


def _keep(fresh: Path, dump: Path, sources: dict[str, str]) -> None:
    dump.parent.mkdir(parents=True, exist_ok=True)
    _made_from(dump).write_text(json.dumps(sources), encoding="utf-8")
    # Moved beside its place first: another run may be looking.
    beside = dump.with_suffix(f".{os.getpid()}")
    beside.write_bytes(fresh.read_bytes())
    beside.rename(dump)
    _forget_old(dump.parent)


def _made_from(dump: Path) -> Path:
    return dump.with_suffix(".json")


def _to_build_on(sources: dict[str, str]) -> Path | None:
    """The latest dump that all it was made from is still as it was: only migrations have come to."""
    for dump in _dumps(_cache()):
        # A dump may be older than these lists, or be taken away meanwhile.
        with suppress(OSError, ValueError):
            made_from = json.loads(_made_from(dump).read_text(encoding="utf-8"))
            if made_from.items() <= sources.items():
                return dump
    return None


def _run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    subprocess.run(
        [str(part) for part in command], check=True, cwd=ROOT, env=env, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "s3-portalen"


def _sources() -> dict[str, str]:
    """What the database follows from: each file's path with its hash."""
    files = [ROOT / "requirements-dev.txt", ROOT / "s3portal" / "settings.py"]
    files += [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("s3portal/*/migrations/*.py")]
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _digest(sources: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()[:20]


def _dumps(cache: Path) -> list[Path]:
    """The latest used first."""
    return sorted(cache.glob("migrated-*.sql"), key=_used_at, reverse=True)


def _used_at(dump: Path) -> float:
    # Another run may have taken it away.
    with suppress(OSError):
        return dump.stat().st_mtime
    return 0


def _forget_old(cache: Path) -> None:
    for dump in _dumps(cache)[KEPT:]:
        dump.unlink(missing_ok=True)
        _made_from(dump).unlink(missing_ok=True)


if __name__ == "__main__":
    _main(*map(Path, sys.argv[1:]))
