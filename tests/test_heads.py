"""A HEAD is answered as the page is, and leaves no trace: nobody has read anything (docs/adr/0002)."""

import pytest

from decisions.models import DecisionReading
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(member, officer, registrar):
    """The address of a decision on a member's list."""
    meeting = factories.make_committee_meeting(committee=factories.make_committee(members=[member]))
    decision = factories.make_signed_decision(user=officer)
    [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    return f"/namnd/{meeting.pk}/{report.pk}/"


@pytest.fixture
def received(owner, officer):
    """The address of a sent application, which the officer may open."""
    application = send(factories.make_application(user=owner), owner)
    declare(application, officer)
    return f"/handlaggning/ansokningar/{application.pk}/"


def test_a_member_who_has_only_asked_has_read_nothing(client_for, member, reported):
    client = client_for(member)
    before = Event.objects.count()
    for address in (reported, f"{reported}pdf/"):
        answer = client.head(address)
        assert (answer.status_code, b"".join(answer)) == (200, b"")
    assert (DecisionReading.objects.count(), Event.objects.count()) == (0, before)
    assert client.get(reported).status_code == 200
    assert (DecisionReading.objects.count(), Event.objects.count()) == (1, before + 1)


def test_an_application_that_is_only_asked_for_is_not_opened(client_for, officer, received):
    client = client_for(officer)
    before = Event.objects.count()
    assert client.head(received).status_code == 200
    assert Event.objects.count() == before
    assert client.get(received).status_code == 200
    assert Event.objects.filter(action="application_opened").count() == 1


def test_what_the_applicant_reads_answers_a_head(client_for, owner, received):
    client = client_for(owner)
    for address in ("/mina-ansokningar/", "/mina-ansokningar/borttagna/", "/organisationer/", "/projekt/"):
        assert client.head(address).status_code == 200, address


def test_who_may_not_read_is_told_so_by_a_head_too(client_for, owner, reported, received):
    client = client_for(owner)
    for address in (reported, received):
        assert client.head(address).status_code == client.get(address).status_code == 403
