"""``python -m tests.bench``: every measurement, on servers of its own that are gone afterwards.

Ends with 0 whatever the figures are: a machine under load is no fault in the code.
"""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests.bench.measure import heading, say
from tests.conftest import DECIDED_HERE


def main() -> None:
    from s3portal.trial.servers import Postgres, Redis

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
        measure_all()
    finally:
        redis.release()
        postgres.release()
        shutil.rmtree(work, ignore_errors=True)
    say(f"\nHela mätningen tog {monotonic() - started:.0f} s.")


def measure_all() -> None:
    import django

    django.setup()
    from tests.bench import calls, document, pages, reminders, submissions, world

    heading("S3-portalen, mätning")
    say(f"Python {platform.python_version()}, Django {django.get_version()}, {os.cpu_count()} kärnor.")
    say("Varje tal är medianen av par tagna i tur och ordning (A B B A …) i samma körning; inom parentes")
    say("mitthalvan av parens kvoter. Kvoten går att jämföra mellan datorer, millisekunderna gör det inte.")
    scene = world.prepare()
    pages.measure(scene)
    document.measure(scene)
    submissions.measure(scene)
    calls.measure(scene)
    reminders.measure()


if __name__ == "__main__":
    main()
    sys.exit(0)
