"""Decisions signed in a batch by Celery on two cores, against bare WeasyPrint on the same pages."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from applications.enums import Proposal
from applications.models import RankingRow
from applications.services import start_ranking
from applications.services.ranking_lock import lock_ranking
from decisions import document
from decisions.models import BatchStep, Decision, DecisionBatch, DecisionDocument
from decisions.services.batching import propose_drafts, sign_chosen, start_batch
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from tests import factories
from tests.bench import bare_pages
from tests.bench.measure import Pairs, aim, heading, number, say
from tests.bench.ranking import ASSESSED, CASES, HANDED_IN, RECORDS
from tests.bench.world import Scene

DECISIONS, ROUNDS, WARM_UP, CORES = 500, 5, 10, 2
LIMIT, MEMORY_LIMIT = 1.3, 1.1
#: Seconds within which a hundred decisions are signed on any machine.
MOST_SECONDS = 900
AMOUNT = 100_000
PREFIX = "BESL"

APPLICATIONS = """
    INSERT INTO applications_application (
        call_id, organisation_id, status, version, contact_name, contact_email, contact_phone, title, summary,
        background, aims, target_group, activities, project_organisation, expected_results, strategy_link,
        economic_sustainability, environmental_sustainability, social_sustainability, risks, dissemination,
        municipalities, starts_on, ends_on, applied_amount, total_cost, publication_consent, created_by_id,
        created_at, updated_by_id, updated_at, submitted_by_id, submitted_at, case_id, record_id)
    SELECT %(call)s, %(organisation)s, 'assessed', 1, 'Olga Ödmark', 'applicant@example.org', '', c.title,
           repeat('Vi samlar företag i fjällen. ', 10), '', '', '', '', '', '', '', '', '', '', '', '',
           ARRAY['2380'], make_date(%(year)s + 1, 1, 1), make_date(%(year)s + 2, 12, 31), 200000, 400000,
           true, %(user)s, now(), %(user)s, now(), %(user)s, now() - c.serial * interval '1 minute', c.id,
           r.id
    FROM diary_case AS c JOIN diary_record AS r ON r.case_id = c.id WHERE c.prefix = %(prefix)s
"""


def measure(scene: Scene) -> None:
    heading(f"{DECISIONS} beslut undertecknade i en följd av Celery på {CORES} kärnor")
    say("A: en arbetare med två processer verkställer: kontroller, rendering, sigill, diarium, ansökan och")
    say("   logg, var och en i sin transaktion. B: bar weasyprint.HTML(…).write_pdf() på samma sidor i två")
    say(f"   processer, skrivna som HTML i förväg. Turvis, {DECISIONS // ROUNDS} åt gången.")
    delegate = factories.make_delegate(user=factories.make_staff("delegate", full_name="Doris Direktör"))
    with _worker() as children, get_context("spawn").Pool(CORES, bare_pages.begin) as bare:
        batch = _batch(scene, delegate.user, delegate)
        _tell(*_taken_in_turn(batch, delegate.user, bare, children))
    _check(batch)


# --- The batch --------------------------------------------------------------------------------------------
def _batch(scene: Scene, signer: User, delegate: object) -> DecisionBatch:
    """Made and sent through the services, by the worker."""
    rows = DECISIONS + WARM_UP
    call = factories.make_call(frame=rows * AMOUNT, title="Utlysning med många beslut")
    for weight in (40, 60):
        factories.make_criterion(call=call, weight=weight)
    values: dict[str, Any] = {
        "rows": rows,
        "prefix": PREFIX,
        "year": timezone.localdate().year,
        "call": call.pk,
        "organisation": scene.applicant.organisations.values_list("pk", flat=True)[0],
        "user": scene.applicant.pk,
        "people": [factories.make_staff("assessor").pk],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in (CASES, RECORDS, APPLICATIONS, ASSESSED, HANDED_IN, DECLARED):
            cursor.execute(statement, values | {"declaring": [scene.officer.pk, signer.pk]})
    ranking = start_ranking(call_id=call.pk, actor=scene.officer)
    RankingRow.objects.filter(ranking=ranking).update(proposal=Proposal.GRANT, proposed_amount=AMOUNT)
    lock_ranking(ranking_id=ranking.pk, actor=scene.officer, expected_version=ranking.version)
    started = perf_counter()
    batch = start_batch(call_id=call.pk, actor=scene.officer, grants_by=delegate)  # type: ignore[arg-type]
    _wait()
    drafted = perf_counter()
    propose_drafts(batch_id=batch.pk, actor=scene.officer, nothing_is_secret=True)
    _wait()
    say(f"    utkasten gjordes {number(rows / (drafted - started))} i sekunden, och kontrollerades och")
    say(f"    skickades {number(rows / (perf_counter() - drafted))} i sekunden")
    return batch


DECLARED = """
    INSERT INTO applications_impartialitydeclaration (
        application_id, person_id, ground, text, declared_by_id, declared_at)
    SELECT a.id, person, 'none', '', person, now()
    FROM applications_application AS a, unnest(%(declaring)s::bigint[]) AS person
    WHERE a.call_id = %(call)s
"""


def _wait() -> None:
    """Until nothing more is waited for."""
    deadline = monotonic() + MOST_SECONDS
    while BatchStep.objects.waiting().exists():
        if monotonic() > deadline:
            raise Refusal("Arbetaren blev inte klar. Talen gäller inte.")
        sleep(0.02)


# --- In turn ----------------------------------------------------------------------------------------------
def _taken_in_turn(
    batch: DecisionBatch, signer: User, bare: Pool, children: "Children"
) -> tuple[Pairs, list[int]]:
    """Pages in a second of A and B, so many at a time; and after each of A's, the memory of its processes."""
    decisions = list(Decision.objects.with_parts().filter(batch_item__batch=batch).order_by("pk"))
    pages = [render_to_string(document.TEMPLATE, document.decision_context(one)) for one in decisions]
    _sign(batch, signer, decisions[:WARM_UP])
    _render(bare, pages[:WARM_UP])
    each, portal, plain, memory = DECISIONS // ROUNDS, [], [], []
    for turn in range(ROUNDS):
        first = WARM_UP + turn * each
        now = slice(first, first + each)
        if turn % 2:
            plain.append(each / _render(bare, pages[now]))
        portal.append(each / _sign(batch, signer, decisions[now]))
        if not turn % 2:
            plain.append(each / _render(bare, pages[now]))
        memory.append(children.memory())
    return Pairs(tuple(portal), tuple(plain)), memory


def _sign(batch: DecisionBatch, signer: User, decisions: Sequence[Decision]) -> float:
    """Seconds from the delegate's button until the last is signed."""
    started = perf_counter()
    sign_chosen(batch_id=batch.pk, actor=signer, chosen={one.pk: one.version for one in decisions})
    _wait()
    return perf_counter() - started


def _render(bare: Pool, pages: Sequence[str]) -> float:
    started = perf_counter()
    bare.map(bare_pages.render, pages, chunksize=1)
    return perf_counter() - started


# --- The worker -------------------------------------------------------------------------------------------
class Children:
    """The processes that do the worker's work."""

    def __init__(self, worker: int) -> None:
        self.worker = worker

    def memory(self) -> int:
        """Kilobytes that they hold together; 0 where the system does not tell."""
        try:
            listed = Path(f"/proc/{self.worker}/task/{self.worker}/children").read_text(encoding="ascii")
        except OSError:
            return 0
        return sum(self._held(int(pid)) for pid in listed.split())

    @staticmethod
    def _held(pid: int) -> int:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0


@contextmanager
def _worker() -> Iterator[Children]:
    from s3portal.celery import app

    # What earlier measurements left behind is not this one's work.
    app.control.purge()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "s3portal.celery", "worker", "--concurrency", str(CORES),
             "--loglevel", "ERROR", "--without-gossip", "--without-mingle"],
            env=os.environ,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            deadline = monotonic() + 60
            while not app.control.ping(timeout=0.5):
                if process.poll() is not None or monotonic() > deadline:
                    raise Refusal("Arbetaren startade inte. Inget är mätt.")
            yield Children(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                # It wanted to finish what it had begun, and nobody waits for that.
                process.kill()
                process.wait()


# --- The outcome ------------------------------------------------------------------------------------------
def _tell(found: Pairs, memory: list[int]) -> None:
    slower = Pairs(found.b, found.a)
    say(f"    A {number(found.a_median)} beslut/s, B {number(found.b_median)} sidor/s,")
    say(f"    A tar {number(slower.ratio)} gånger tiden ({slower.spread})")
    say(aim(slower.ratio <= LIMIT, f"högst {number(LIMIT)} gånger tiden"))
    if memory[0]:
        growth = memory[-1] / memory[0]
        shown = ", ".join(f"{held / 1024:.0f}" for held in memory)
        say(f"    minne efter varje {DECISIONS // ROUNDS}-tal, båda processerna: {shown} MB")
        say(aim(growth <= MEMORY_LIMIT, f"jämnt, högst {number(MEMORY_LIMIT)} gånger det första"))


def _check(batch: DecisionBatch) -> None:
    """The figures count only if every decision is whole."""
    wanted = DECISIONS + WARM_UP
    documents = DecisionDocument.objects.filter(decision__batch_item__batch=batch, sealed=True)
    signed = Decision.objects.signed().filter(batch_item__batch=batch)
    if not (signed.count() == documents.count() == wanted):
        raise Refusal("Alla beslut blev inte undertecknade. Talen ovan gäller inte.")
    say(f"    {wanted} beslut har var sitt sigill, sin handling och sin händelse.")
