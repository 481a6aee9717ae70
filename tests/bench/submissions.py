"""Fifty applicants press the button at once, against fifty bare transactions on the same counter."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from time import perf_counter

from django.db import connection, connections, transaction
from django.utils import timezone

from applications.models import Application
from s3portal.common.errors import Refusal
from s3portal.diary.models import Case, Series
from tests import factories
from tests.bench.measure import Pairs, heading, number, pairs, say
from tests.bench.world import Scene, send_in

AT_ONCE = 50
EACH = 4
BARE_EACH = 40
ROUNDS = 4


def measure(scene: Scene) -> None:
    heading(f"Inskick i sekunden, {AT_ONCE} samtidigt")
    say("A: submit_application för färdiga utkast: kontroller, ärende, handling 1, kvittenser, händelser,")
    say(
        "   och efteråt jobbet till Celery. B: en bar transaktion som låser räknarens rad och räknar upp den."
    )
    say("   Båda i 50 trådar med var sin förbindelse, mot en databas som väntar på disken.")
    before = Case.objects.count()
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        # Everyone has a connection before the clock starts.
        _together(crowd, [[_connect]] * AT_ONCE)
        found = pairs(lambda: _submissions(scene, crowd), lambda: _bare(crowd), ROUNDS)
        _together(crowd, [[connections.close_all]] * AT_ONCE)
    _tell(found)
    sent = AT_ONCE * EACH * (ROUNDS + 1)
    _check_numbers(before, sent)


def _connect() -> None:
    connection.ensure_connection()


def _together(crowd: ThreadPoolExecutor, works: Sequence[Sequence[Callable[[], object]]]) -> float:
    """Seconds from the moment when all are let go until the last is done."""
    gate = threading.Barrier(len(works) + 1)

    def one(work: Sequence[Callable[[], object]]) -> None:
        gate.wait()
        for step in work:
            step()

    futures = [crowd.submit(one, work) for work in works]
    gate.wait()
    started = perf_counter()
    wait(futures)
    seconds = perf_counter() - started
    for future in futures:
        future.result()
    return seconds


def _submissions(scene: Scene, crowd: ThreadPoolExecutor) -> float:
    """Sent in a second. The drafts are written before the clock starts."""
    with transaction.atomic():
        drafts = [
            factories.make_application(user=scene.applicant, call=scene.call) for _ in range(AT_ONCE * EACH)
        ]
    works = [[_sender(draft) for draft in drafts[start::AT_ONCE]] for start in range(AT_ONCE)]
    return len(drafts) / _together(crowd, works)


def _sender(draft: Application) -> Callable[[], object]:
    return lambda: send_in(draft)


def _bare(crowd: ThreadPoolExecutor) -> float:
    year = timezone.localdate().year
    # A counter of its own year, so that the real one keeps its unbroken numbers; the same table and index.
    Series.objects.get_or_create(prefix="BAR", year=year)

    def count_up() -> None:
        with transaction.atomic():
            series = Series.objects.select_for_update(of=("self",)).get(prefix="BAR", year=year)
            series.next_serial += 1
            series.save(update_fields=["next_serial"])

    return AT_ONCE * BARE_EACH / _together(crowd, [[count_up] * BARE_EACH] * AT_ONCE)


def _tell(found: Pairs) -> None:
    say(f"    A {number(found.a_median)} inskick/s, B {number(found.b_median)} transaktioner/s,")
    say(f"    A/B {number(found.ratio)} ({found.spread})")


def _check_numbers(before: int, sent: int) -> None:
    """The figures count only if nothing was lost."""
    year = timezone.localdate().year
    serials = list(
        Case.objects.filter(prefix="RUN", year=year).order_by("serial").values_list("serial", flat=True)
    )
    whole = Case.objects.count() == before + sent and serials == list(range(1, serials[-1] + 1))
    if not whole:
        raise Refusal("Inskicken fick inte var sitt nummer i obruten följd. Talen ovan gäller inte.")
    say(f"    {sent} inskick fick {sent} nummer i obruten följd.")
