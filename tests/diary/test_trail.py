"""The audit trail of a case, as those read it who answer for the diary."""

import pytest
from django.db import connection
from django.utils import timezone

from s3portal.accounts.models import StaffRole
from s3portal.audit.chain import seal_waiting
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.diary.models import Case
from tests import factories
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


def trail(case: Case) -> str:
    return f"/handlaggning/diarium/{case.pk}/logg/"


@pytest.fixture
def sent(owner):
    """An application that was written in, and then sent."""
    draft = factories.make_application(user=owner)
    record_event(actor=owner, action="draft_secret", obj=draft, text="Skrev i utkastet")
    return send(draft, owner)


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("registrar", 200),
        ("admin_user", 200),
        ("officer", 403),
        ("delegate_user", 403),
        ("member", 403),
        ("assessor", 403),
        ("owner", 403),
        ("stranger", 403),
    ],
)
def test_who_reads_the_trail_of_a_case(request, client_for, persona, status):
    case = factories.make_case()
    client = client_for(request.getfixturevalue(persona))
    assert client.get(trail(case)).status_code == status
    link = client.get(f"/handlaggning/diarium/{case.pk}/")
    assert (trail(case) in link.content.decode()) == (status == 200)


def test_it_tells_of_the_case_its_application_and_its_decisions(
    client_for, registrar, officer, sent, delegate_user
):
    decision = factories.make_signed_decision(user=officer, case=sent.case)
    record_event(actor=officer, action="tried", obj=decision, text="Hände med beslutet")
    record_event(actor=officer, action="tried", obj=factories.make_case(), text="Hände i ett annat ärende")
    response = client_for(registrar).get(trail(sent.case))
    told = [row.event for row in response.context["rows"]]
    assert {event.object_type for event in told} == {
        "diary.case",
        "applications.application",
        "decisions.decision",
    }
    assert told == sorted(told, key=lambda event: (event.at, event.pk), reverse=True)
    page = response.content.decode()
    assert "Hände med beslutet" in page
    assert "Hände i ett annat ärende" not in page
    # Until it was sent, the draft was the applicant's own.
    assert "Skrev i utkastet" not in page
    assert "Väntar" in page


def test_an_event_that_somebody_has_changed_is_marked(client_for, registrar):
    case = factories.make_case()
    changed = record_event(actor=registrar, action="tried", obj=case, text="Gav bort pengar")
    seal_waiting()
    client = client_for(registrar)
    assert "Loggen är ändrad" not in client.get(trail(case)).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_event SET text = 'Sparade pengar' WHERE id = %s", [changed.pk])
        # Put in past the triggers, so that the chain has never seen it.
        Event.objects.create(
            at=timezone.now(), action="x", actor_label="?", object_type="diary.case", object_id=case.pk
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    response = client.get(trail(case))
    assert [row.unchanged for row in response.context["rows"]] == [False, False, True]
    assert "Loggen är ändrad" in response.content.decode()


def test_a_long_trail_is_divided_and_costs_the_same(client_for, registrar):
    case = factories.make_case()
    client = client_for(registrar)
    few = count_queries(lambda: client.get(trail(case)))
    for number in range(60):
        record_event(actor=None, action="tried", obj=case, text=f"Nummer {number}")
    assert count_queries(lambda: client.get(trail(case))) == few
    second = client.get(f"{trail(case)}?page=2")
    assert len(second.context["rows"]) == 11


def test_a_case_that_does_not_exist_has_no_trail(client_for, registrar):
    assert client_for(registrar).get("/handlaggning/diarium/999999/logg/").status_code == 404


def test_a_registrar_who_is_an_officer_too_is_stopped_by_jav(client_for, sent):
    both = factories.make_staff("registrar")
    StaffRole.objects.create(user=both, role="officer")
    response = client_for(both).get(trail(sent.case))
    assert response.status_code == 302
    assert "jav" in response.headers["Location"]
