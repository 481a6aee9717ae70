"""What happens to people whose session ended, and to those who sit down at the computer after them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions.enums import DecisionKind
from decisions.models import CommitteeMeeting
from decisions.services.drafting import start_decision
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send

pytestmark = pytest.mark.django_db
FROM = "http://testserver"


def log_in(client, user, next_page):
    return client.post(
        "/konto/login/", {"login": user.email, "password": factories.PASSWORD, "next": next_page}
    )


def shown(response):
    return response.content.decode()


def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page(client, second_officer, owner):
    application = send(factories.make_application(user=owner), owner)
    declare(application, second_officer)
    page = reverse("applications:officer_detail", args=[application.pk])
    button = reverse("applications:assign", args=[application.pk])
    client.post(button, {"officer": second_officer.pk}, headers={"Referer": f"{FROM}{page}?a=1"})
    assert log_in(client, second_officer, button).headers["Location"] == button
    back = client.get(button)
    assert back.headers["Location"] == f"{page}?a=1"
    assert "Du blev utloggad innan det du tryckte på blev gjort. Gör det igen." in shown(client.get(page))
    application.case.refresh_from_db()
    assert application.case.officer is None
    # Once: the address itself then says what it is.
    assert client.get(button).status_code == 405


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/handlaggning/", "//elsewhere.example/"])
def test_nobody_is_sent_to_another_site(client, officer, referer):
    button = reverse("applications:assess", args=[1])
    client.post(button, headers={"Referer": referer})
    log_in(client, officer, button)
    answer = client.get(button)
    assert answer.status_code == 405
    assert "Location" not in answer.headers


def test_the_address_of_a_button_says_what_to_do(client_for, officer):
    client = client_for(officer)
    button = reverse("applications:assess", args=[1])
    answer = client.get(button)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Gå tillbaka till sidan där knappen finns och tryck på den där." in shown(answer)
    assert client.get(button, headers={"HX-Request": "true"}).content == b""


def test_an_application_sent_after_the_session_ended_is_at_its_review(client, owner):
    application = factories.make_application(user=owner)
    button = reverse("applications:submit", args=[application.pk])
    client.post(button, {"version": application.version})
    log_in(client, owner, button)
    assert client.get(button).headers["Location"] == reverse("applications:review", args=[application.pk])


def test_who_wrote_too_much_to_be_kept_is_told_to_go_back_for_it(client):
    client.post("/organisationer/ny/", {"name": "x" * 500_000})
    text = shown(client.get("/konto/login/"))
    assert "texten är för lång för att sparas här" in text
    assert "så finns det du skrev kvar" not in text


def test_a_new_meeting_of_the_namnd_survives_the_session(client, registrar):
    address = reverse("decisions:committee_meeting_create")
    committee = factories.make_committee()
    typed = {"committee": committee.pk, "day": "2027-03-01", "clock": "9.00", "place": "Regionens hus"}
    client.post(address, typed)
    log_in(client, registrar, address)
    page = client.get(address)
    assert page.status_code == 200
    assert 'value="Regionens hus"' in shown(page)
    assert not CommitteeMeeting.objects.exists()


def test_a_changed_meeting_and_its_minutes_survive_the_session(client, registrar):
    meeting = factories.make_committee_meeting(starts_at=timezone.now())
    page = reverse("decisions:committee_meeting_detail", args=[meeting.pk])
    edit = reverse("decisions:committee_meeting_edit", args=[meeting.pk])
    client.post(edit, {"day": "2027-03-01", "clock": "9.00", "place": "Arkivet"})
    log_in(client, registrar, edit)
    assert 'value="Arkivet"' in shown(client.get(edit))
    client.logout()
    minutes = reverse("decisions:committee_meeting_minutes", args=[meeting.pk])
    client.post(minutes, {"report_paragraph": "§ 4711"}, headers={"Referer": f"{FROM}{page}"})
    log_in(client, registrar, minutes)
    assert client.get(minutes).headers["Location"] == page
    assert 'value="§ 4711"' in shown(client.get(page))
    meeting.refresh_from_db()
    assert (meeting.place, meeting.report_paragraph) != ("Arkivet", "§ 4711")


def test_pages_of_the_logged_in_are_for_their_browser_alone(client_for, client, owner):
    assert client_for(owner).get("/mina-ansokningar/").headers["Cache-Control"] == "private, no-cache"
    assert "Cache-Control" not in client.get("/utlysningar/").headers


def test_logging_out_empties_the_browsers_cache(client_for, owner):
    client = client_for(owner)
    assert "Clear-Site-Data" not in client.get("/konto/logout/").headers
    assert client.post("/konto/logout/").headers["Clear-Site-Data"] == '"cache"'


def test_a_decision_written_when_the_session_ended_is_there_and_says_that_it_is_not_saved(client, officer):
    decision = start_decision(actor=officer, kind=DecisionKind.OTHER, title="T")
    address = reverse("decisions:officer_detail", args=[decision.pk])
    client.post(address, {"title": "T", "reasons": "Skrivna skäl", "version": "1"})
    log_in(client, officer, address)
    page = shown(client.get(address))
    assert "Skrivna skäl" in page
    assert "Här är det du skrev innan du loggades ut. Det är inte sparat än." in page
