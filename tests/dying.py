"""A process of its own that dies by SIGKILL in the midst of its work, as a worker whose machine loses power.

It is started afresh and not forked: a fork shares the sockets of the process that runs the tests, and the
database server would not see that the dead one is gone.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def run_until_killed(work: str, *, at: str, call: int = 1, after: bool = False, **arguments: Any) -> None:
    """Run ``work`` ("module:function") in a process that dies at this call of ``at`` ("module:name.name").

    It has this test's database, files and mail server. Fails when it lived, with what it printed.
    """
    from django.conf import settings
    from django.db import connection

    order = {
        "work": work, "at": at, "call": call, "after": after, "arguments": arguments,
        "database": connection.settings_dict["NAME"],
        "files": str(settings.MEDIA_ROOT),
        "mail": [settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.dying", json.dumps(order)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stdout.decode(errors="replace")


def _find(name: str) -> tuple[Any, str]:
    """Who holds what is named "module:name.name", and its last name."""
    module, _, path = name.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, last = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return owner, last


def _die_at(name: str, number: int, *, after: bool) -> None:
    """SIGKILL at this call of the function, before or after it has done its work."""
    owner, last = _find(name)
    real, calls = getattr(owner, last), []

    def deadly(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == number and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, deadly)


def main() -> None:
    order = json.loads(sys.argv[1])
    import django

    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = order["database"]
    settings.STORAGES["default"]["OPTIONS"]["location"] = order["files"]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = order["mail"]
    _die_at(order["at"], order["call"], after=order["after"])
    owner, last = _find(order["work"])
    getattr(owner, last)(**order["arguments"])


if __name__ == "__main__":
    main()
