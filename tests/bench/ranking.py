"""The page of a ranking with few and with many applications, open and locked."""

from collections.abc import Sequence
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.enums import Proposal, RankingStatus
from applications.models import Application, Ranking, RankingRow
from applications.services import start_ranking
from applications.services.ranking_lock import lock_ranking
from calls.models import Call
from s3portal.accounts.models import User
from tests import factories
from tests.bench import bare
from tests.bench.measure import aim, fastest, heading, number, pairs, say
from tests.bench.world import Scene

FEW, MANY = 10, 1_000
ASSESSORS = 3
ROUNDS = 10
FASTEST_OF = 3
MOST_QUERIES = 30
#: A hundred times as many are read, though a page shows a hundred of them.
SLOWEST = 25.0

# As if each of some applications of another call had been sent to this one, in its own case.
CASES = """
    INSERT INTO diary_case (
        prefix, serial, year, title, counterpart, counterpart_protected, opened_on, status)
    SELECT %(prefix)s, i, %(year)s, 'Ansökan ' || i, 'Förening', false, current_date, 'open'
    FROM generate_series(1, %(rows)s) AS i
"""
RECORDS = """
    INSERT INTO diary_record (case_id, number, direction, title, counterpart, dated_at, registered_at)
    SELECT id, 1, 'incoming', title, counterpart, now(), now() FROM diary_case WHERE prefix = %(prefix)s
"""
DRAFTS = """
    INSERT INTO applications_application (
        call_id, organisation_id, status, version, contact_name, contact_email, contact_phone, title, summary,
        background, aims, target_group, activities, project_organisation, expected_results, strategy_link,
        economic_sustainability, environmental_sustainability, social_sustainability, risks, dissemination,
        municipalities, applied_amount, total_cost, publication_consent, created_by_id, created_at,
        updated_by_id, updated_at, submitted_by_id, submitted_at, case_id, record_id)
    SELECT %(call)s, %(organisation)s, 'submitted', 1, '', '', '', c.title, repeat('Vi samlar. ', 150),
           repeat('Behov. ', 300), '', '', '', '', '', '', '', '', '', '', '',
           ARRAY[(ARRAY['2380', '2321', '2361', '2326'])[1 + c.serial %% 4]], 100000 + c.serial * 100,
           400000, true, %(user)s, now(), %(user)s, now(), %(user)s, now() - c.serial * interval '1 minute',
           c.id, r.id
    FROM diary_case AS c JOIN diary_record AS r ON r.case_id = c.id WHERE c.prefix = %(prefix)s
"""
ASSESSED = """
    WITH made AS (
        INSERT INTO applications_assessment (
            application_id, assessor_id, status, comment, abstain_reason, version, updated_at)
        SELECT a.id, person, 'draft', '', '', 1, now()
        FROM applications_application AS a, unnest(%(people)s::bigint[]) AS person
        WHERE a.call_id = %(call)s RETURNING id, application_id)
    INSERT INTO applications_score (assessment_id, criterion_id, points, rationale)
    SELECT made.id, c.id, 1 + abs(hashint4extended((made.id * 31 + c.id)::int, 1)) %% 5, 'Därför.'
    FROM made, calls_criterion AS c WHERE c.call_id = %(call)s
"""
HANDED_IN = """
    UPDATE applications_assessment SET status = 'submitted', submitted_at = now()
    WHERE application_id IN (SELECT id FROM applications_application WHERE call_id = %(call)s)
"""


def measure(scene: Scene) -> None:
    heading(f"Rangordningen med {MANY} och {FEW} ansökningar")
    say(f"Varje tal är det snabbaste av {FASTEST_OF} anrop i rad genom hela portalen. {ASSESSORS} har bedömt")
    say("var och en. Alla räknas, och hundra visas på sidan.")
    people = [factories.make_staff("assessor") for _ in range(ASSESSORS)]
    with transaction.atomic():
        rankings = {rows: _ranking(scene, people, rows) for rows in (MANY, FEW)}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    portal = WSGIHandler()
    _compare(scene, portal, rankings, "Öppen")
    for ranking in rankings.values():
        lock_ranking(ranking_id=ranking.pk, actor=scene.officer, expected_version=ranking.version)
    _compare(scene, portal, rankings, "Låst")


def _compare(scene: Scene, portal: WSGIHandler, rankings: dict[int, Ranking], label: str) -> None:
    calls, queries = {}, {}
    for rows, ranking in rankings.items():
        whole = bare.caller(portal, reverse("applications:ranking", args=[ranking.call_id]), scene.session)
        whole()
        with CaptureQueriesContext(connection) as captured:
            whole()
        calls[rows], queries[rows] = whole, len(captured)
    found = pairs(lambda: fastest(calls[MANY], FASTEST_OF), lambda: fastest(calls[FEW], FASTEST_OF), ROUNDS)
    say(f"{label}, {MANY} mot {FEW}")
    say(f"    {number(found.a_median)} ms mot {number(found.b_median)} ms, kvot {number(found.ratio)} "
        f"({found.spread}), {queries[MANY]} frågor mot {queries[FEW]}")  # fmt: skip
    say(aim(queries[MANY] == queries[FEW] <= MOST_QUERIES, f"lika många frågor, högst {MOST_QUERIES}"))
    say(aim(found.ratio <= SLOWEST, f"högst {number(SLOWEST)} gånger tiden"))


def _ranking(scene: Scene, people: Sequence[User], rows: int) -> Ranking:
    call = factories.make_call(frame=1_000_000_000, title=f"Rangordnad utlysning med {rows}")
    for weight in (40, 30, 30):
        factories.make_criterion(call=call, weight=weight)
    values: dict[str, Any] = {
        "rows": rows,
        "prefix": f"M{rows}",
        "year": timezone.localdate().year,
        "call": call.pk,
        "organisation": scene.applicant.organisations.values_list("pk", flat=True)[0],
        "user": scene.applicant.pk,
        "people": [person.pk for person in people],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in (CASES, RECORDS, DRAFTS, ASSESSED, HANDED_IN):
            cursor.execute(statement, values)
    ranking = start_ranking(call_id=call.pk, actor=scene.officer)
    granted = RankingRow.objects.filter(ranking=ranking, position__lte=rows // 2)
    granted.update(proposal=Proposal.GRANT, proposed_amount=100_000)
    _check(call, ranking, rows)
    return ranking


def _check(call: Call, ranking: Ranking, rows: int) -> None:
    """The figures count only if all of it is there."""
    there = Application.objects.open().filter(call=call).count()
    if not (there == ranking.rows.count() == rows and ranking.status == RankingStatus.OPEN):
        raise RuntimeError(f"{there} applications, {ranking.rows.count()} places, {rows} wanted")
