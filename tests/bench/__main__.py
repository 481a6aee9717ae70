"""``python -m tests.bench``: every measurement, on servers of its own that are gone afterwards; with names
(``python -m tests.bench searching verifying``) those only.

Ends with 0 whatever the figures are: a machine under load is no fault in the code.
"""

import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import monotonic
from types import FrameType

from tests.bench.measure import heading, say
from tests.conftest import DECIDED_HERE

#: In this order: each fills the two databases with more.
MEASUREMENTS = (
    "pages",
    "exporting",
    "saving",
    "document",
    "verifying",
    "searching",
    "ranking",
    "submissions",
    "calls",
    "committee",
    "decisions_batch",
    "reminders",
)
#: Those that compare a small portal with a large one.
TWO_SIZES = {"pages", "exporting", "saving", "verifying", "searching"}


def main(wanted: Sequence[str]) -> None:
    from s3portal.trial.postgres import Postgres
    from s3portal.trial.servers import Redis

    if unknown := set(wanted) - set(MEASUREMENTS):
        sys.exit(f"{', '.join(sorted(unknown))} mäts inte. Det som mäts är {', '.join(MEASUREMENTS)}.")
    # Whoever ends the measuring leaves no servers behind.
    signal.signal(signal.SIGTERM, _end)
    started = monotonic()
    work = Path(tempfile.mkdtemp(prefix="s3-bench-"))
    work.chmod(0o711)
    # Unlike the tests', this database waits for the disk as production's does.
    postgres = Postgres(work / "postgres", options={"max_connections": "120", "shared_buffers": "256MB"})
    redis = Redis(work / "redis")
    try:
        for name in DECIDED_HERE:
            os.environ.pop(name, None)
        os.environ.update(
            S3_TRIAL="1",
            SECRET_KEY="only-for-measuring",
            RATE_LIMITS="0",
            LOG_LEVEL="ERROR",
            DATABASE_URL=postgres.acquire(),
            REDIS_URL=redis.acquire(),
            VAR_DIR=str(work),
            DJANGO_SETTINGS_MODULE="s3portal.settings",
        )
        measure(wanted or MEASUREMENTS)
    finally:
        redis.release()
        postgres.release()
        shutil.rmtree(work, ignore_errors=True)
    say(f"\nHela mätningen tog {monotonic() - started:.0f} s.")


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def measure(wanted: Sequence[str]) -> None:
    import django

    django.setup()
    from tests.bench import world

    heading("S3-portalen, mätning")
    say(f"Python {platform.python_version()}, Django {django.get_version()}, {os.cpu_count()} kärnor.")
    say("Varje tal är medianen av par tagna i tur och ordning (A B B A …) i samma körning; inom parentes")
    say("mitthalvan av parens kvoter. Kvoten går att jämföra mellan datorer, millisekunderna gör det inte.")
    scene = world.prepare(large=not TWO_SIZES.isdisjoint(wanted))
    for name in MEASUREMENTS:
        if name in wanted:
            import_module(f"tests.bench.{name}").measure(scene)


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.exit(0)
