"""The list to the nämnd with few and with many decisions, as the registrar and a member open it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from decisions.models import Committee, CommitteeMeeting, CommitteeMember
from decisions.services.filling import fill_next_list
from s3portal.accounts.models import User
from tests import factories
from tests.bench import bare
from tests.bench.measure import Pairs, aim, fastest, heading, number, pairs, say, timed
from tests.bench.world import Scene, session_of

FEW, MANY = 20, 2_000
ROUNDS = 10
FASTEST_OF = 3
MOST_QUERIES = 30
SLOWEST = 2.0

# Each in its own case, made on different days, as a file of decisions signed in the portal would be.
CASES = """
    INSERT INTO diary_case (
        prefix, serial, year, title, counterpart, counterpart_protected, opened_on, status)
    SELECT %(prefix)s, i, %(year)s, 'Stöd ' || i, 'Förening', false, current_date, 'open'
    FROM generate_series(1, %(rows)s) AS i
"""
DECISIONS = """
    INSERT INTO decisions_decision (
        case_id, kind, status, version, relation, title, unit, case_officer_name, case_officer_phone,
        case_officer_email, background, reasons, amount_kind, amount, amount_is_ceiling, presenter_name,
        presenter_title, also_present, returned_reason, created_at, updated_at, proposed_by_id, proposed_at,
        slug, decided_on, signed_at, signed_by_id, signed_elsewhere, signatory_name, signatory_title,
        order_title, clause_number, clause_text, clause_ceiling_included, delegation_note, committee_name,
        reportable, appeal_text, full_text)
    SELECT c.id, 'other', 'signed', 1, '', c.title, 'Regional utveckling', 'Hanna Handläggare', '',
           'hanna@example.se', repeat('Bakgrund. ', 200), repeat('Skäl. ', 200), 'cash', 100000 + c.serial,
           false, '', '', '', '', now(), now(), %(user)s, now(), lower(c.prefix) || '-' || c.serial,
           current_date - c.serial %% 30, now(), %(user)s, false, 'Doris Direktör', 'Direktör',
           'Delegationsordning', '8.2', 'Stöd', false, '', %(committee)s, true, '', ''
    FROM diary_case AS c WHERE c.prefix = %(prefix)s
"""
POINTS = """
    INSERT INTO decisions_decisionpoint (decision_id, "order", text)
    SELECT d.id, 1, repeat('Stöd beviljas. ', 10)
    FROM decisions_decision AS d JOIN diary_case AS c ON c.id = d.case_id WHERE c.prefix = %(prefix)s
"""


def measure(scene: Scene) -> None:
    heading(f"Listan till nämnden med {FEW} och {MANY} beslut")
    member, registrar = factories.make_staff("committee_member"), factories.make_staff("registrar")
    meetings = [_filled(rows, registrar, member) for rows in (FEW, MANY)]
    portal = WSGIHandler()
    for label, name, person in [
        ("Registratorns sida", "committee_meeting_detail", registrar),
        ("Grupperad lista", "committee_meeting_listed", registrar),
        ("Ledamotens sida", "committee_meeting", member),
        ("Ledamotens beslut, mitt i listan", "committee_report", member),
    ]:
        session = session_of(person)
        calls = [bare.caller(portal, _address(name, one), session) for one in meetings]
        queries = [_queries(call) for call in calls]
        few, many = (partial(fastest, call, FASTEST_OF) for call in calls)
        growth = pairs(many, few, ROUNDS)
        _tell(label, growth, queries)


def _address(name: str, meeting: CommitteeMeeting) -> str:
    if name != "committee_report":
        return reverse(f"decisions:{name}", args=[meeting.pk])
    reports = meeting.reports.in_order().order_by("-decision__decided_on", "-decision_id")
    return reverse(f"decisions:{name}", args=[meeting.pk, reports[reports.count() // 2].pk])


def _tell(label: str, growth: Pairs, queries: list[int]) -> None:
    say(f"{label}: {number(growth.a_median)} ms mot {number(growth.b_median)} ms, kvot "
        f"{number(growth.ratio)} ({growth.spread}), {queries[1]} mot {queries[0]} frågor")  # fmt: skip
    say(aim(max(queries) <= MOST_QUERIES, f"högst {MOST_QUERIES} frågor"))
    say(aim(growth.ratio <= SLOWEST, f"högst {number(SLOWEST)} gånger tiden vid {FEW}"))


def _filled(rows: int, registrar: User, member: User) -> CommitteeMeeting:
    """A nämnd of its own with so many decisions, on the list that has filled itself."""
    committee = Committee.objects.create(slug=f"bench-{rows}", name=f"nämnden för {rows} beslut")
    today = timezone.localdate()
    CommitteeMember.objects.create(committee=committee, user=member, valid_from=today)
    meeting = CommitteeMeeting.objects.create(
        committee=committee, starts_at=timezone.now() + timedelta(days=9)
    )
    values: dict[str, str | int] = {
        "prefix": f"N{rows}",
        "year": today.year,
        "rows": rows,
        "user": registrar.pk,
        "committee": committee.name,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (CASES, DECISIONS):
            cursor.execute(statement, values)
        # The points of a signed decision are frozen; here they come after it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(POINTS, values)
    took = timed(lambda: fill_next_list(committee_id=committee.pk))
    say(f"Att fylla listan med {rows} beslut tog {number(took)} ms.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return meeting


def _queries(call: Callable[[], bytes]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)
