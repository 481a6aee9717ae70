"""PostgreSQL and Redis for one's own machine, from their PyPI wheels, with their data under ``var/``.

Several processes may use one server: each holds a shared lock on the server's ``.users`` file for as long as
it lives, and the last one to leave stops the server. The kernel drops the lock of a process that was killed,
so no list of process ids can go stale.
"""

import atexit
import contextlib
import fcntl
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO


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


def last_lines(path: Path, count: int = 15) -> str:
    if not path.exists():
        return "(ingen logg)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
