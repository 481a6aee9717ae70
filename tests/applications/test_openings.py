"""The registrar sees who has opened what."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.documents import sent_file
from tests import factories
from tests.applications.judging import assign, declare, scored_call
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
PAGE = "/handlaggning/oppnade/"


@pytest.fixture
def sent(owner, officer):
    made = send(factories.make_application(user=owner, call=scored_call()), owner)
    declare(made, officer)
    return made


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def rows(response):
    return response.content.decode().count('<th scope="row">')


def open_everything(client_for, sent, officer, assessor):
    """Five: the page, a file of it, the conditions, the assessor's page, and a file through the diary."""
    client = client_for(officer)
    file = sent_file(sent)
    client.get(reverse("applications:officer_detail", args=[sent.pk]))
    client.get(reverse("applications:officer_file", args=[sent.pk, file.pk]))
    client.get(reverse("applications:eligibility", args=[sent.pk]))
    assign(sent, officer, assessor)
    declare(sent, assessor)
    client_for(assessor).get(reverse("applications:assessment", args=[sent.pk]))
    client.get(reverse("diary:staff_file", args=[sent.case_id, file.pk]))


@pytest.mark.parametrize(
    ("who", "status"),
    [("registrar", 200), ("admin_user", 200), ("officer", 403), ("delegate_user", 403), ("assessor", 403)],
)
def test_who_sees_it(request, client_for, db, who, status):
    assert client_for(request.getfixturevalue(who)).get(PAGE).status_code == status


def test_all_that_was_opened(client_for, sent, officer, assessor, registrar):
    client = client_for(registrar)
    assert "Ingen har öppnat någon ansökan än" in text(client.get(PAGE))
    open_everything(client_for, sent, officer, assessor)
    page = client.get(PAGE)
    assert rows(page) == 5
    assert str(sent.case) in text(page)
    assert rows(client.get(PAGE, {"person": assessor.pk})) == 1
    assert rows(client.get(PAGE, {"arende": str(sent.case)})) == 5
    today = f"{timezone.localdate():%Y-%m-%d}"
    later = f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}"
    assert rows(client.get(PAGE, {"fran": today, "till": today})) == 5
    assert "Inget svarar mot filtret" in text(client.get(PAGE, {"fran": later}))
    assert "Det finns inget ärende med det numret." in text(client.get(PAGE, {"arende": "RUN/999/2026"}))
    assert "Det finns inget ärende med det numret." in text(client.get(PAGE, {"arende": "x"}))
    for odd in ({"person": "x"}, {"fran": "i går"}, {"page": "x"}):
        assert client.get(PAGE, odd).status_code == 200


def test_same_queries_at_one_and_three(client_for, sent, officer, assessor, registrar):
    client = client_for(registrar)
    officers = client_for(officer)
    officers.get(reverse("applications:officer_detail", args=[sent.pk]))
    officers.get(reverse("diary:staff_file", args=[sent.case_id, sent_file(sent).pk]))
    client.get(PAGE)
    one = count_queries(lambda: client.get(PAGE))
    open_everything(client_for, sent, officer, assessor)
    assert count_queries(lambda: client.get(PAGE)) == one


# --- The diary is no way around the question --------------------------------------------------------------
def test_a_file_of_the_diary_asks_too(client_for, sent, officer, second_officer, registrar):
    file = sent_file(sent)
    address = reverse("diary:staff_file", args=[sent.case_id, file.pk])
    asked = client_for(second_officer).get(address)
    assert asked.url.startswith(reverse("applications:impartiality", args=[sent.pk]))
    declare(sent, second_officer, ground="relative")
    assert client_for(second_officer).get(address).status_code == 403
    for person in (officer, registrar):
        response = client_for(person).get(address)
        assert response.status_code == 200


def test_the_diary_gives_no_case_to_who_has_jav(client_for, sent, officer, second_officer, registrar):
    declare(sent, second_officer, ground="relative")
    address = reverse("diary:staff_assign", args=[sent.case_id])
    page = client_for(registrar).post(address, {"officer": second_officer.pk}, follow=True)
    assert "Anders Andersson har anmält jäv i ärendet." in text(page)
    page = client_for(second_officer).post(address, {"officer": officer.pk}, follow=True)
    assert "Du har anmält jäv i ärendet" in text(page)
    sent.case.refresh_from_db()
    assert sent.case.officer is None
