"""Jäv and assessments against real PostgreSQL, by people at the same moment."""

import pytest

from applications import services
from applications.enums import RecusalGround
from applications.models import Application, Assessment, Assignment, ImpartialityDeclaration
from s3portal.common.errors import Refusal
from tests import factories
from tests.applications.judging import assign, content, declare, scored_call
from tests.applications.sending import send
from tests.applications.test_services_submitting import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def sent(owner, officer, assessor):
    made = send(factories.make_application(user=owner, call=scored_call()), owner)
    assign(made, officer, assessor)
    declare(made, assessor)
    return made


def hand_in(application, person):
    application = Application.objects.get(pk=application.pk)
    try:
        services.submit_assessment(
            application_id=application.pk,
            actor=person,
            expected_version=0,
            content=content(application, 3, 3),
        )
    except Refusal:
        return "refused"
    return "done"


def recuse(application, person):
    services.declare_impartiality(application_id=application.pk, actor=person, ground=RecusalGround.RELATIVE)
    return "recused"


def test_jav_against_handing_in(sent, assessor):
    """Whichever comes first, what is counted never holds an assessment by somebody with jäv."""
    handed_in, recused = at_once([lambda: hand_in(sent, assessor), lambda: recuse(sent, assessor)])
    assert handed_in in ("done", "refused")
    assert recused == "recused"
    assert not Assessment.objects.counted().exists()
    assert not Assignment.objects.active().exists()
    assert ImpartialityDeclaration.objects.filter(ground="relative").count() == 1


def test_handed_in_twice_at_once(sent, assessor):
    found = at_once([lambda: hand_in(sent, assessor), lambda: hand_in(sent, assessor)])
    assert sorted(found) == ["done", "refused"]
    assert Assessment.objects.counted().count() == 1


def test_assigned_twice_at_once(sent, officer, second_officer):
    third = factories.make_staff("assessor", "tredje@example.org")
    made = at_once([lambda: assign(sent, officer, third), lambda: assign(sent, second_officer, third)])
    assert sorted(len(one) for one in made) == [0, 1]
    assert Assignment.objects.active().filter(assessor=third).count() == 1
