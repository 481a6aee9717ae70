"""The question before an application is opened, and the way out for who has jäv."""

import re

import pytest
from django.urls import reverse

from applications import services
from applications.documents import sent_file
from applications.models import ImpartialityDeclaration
from decisions.enums import DecisionKind
from decisions.services.drafting import draft_from_application
from decisions.services.proposing import propose_decision
from s3portal.audit.models import Event
from tests import factories
from tests.applications.judging import assign, declare, go_through, scored_call
from tests.applications.sending import send
from tests.counting import count_queries
from tests.test_addresses import own_patterns

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner, call=scored_call(), title="Fjällkraft"), owner)


def url(name, application, **more):
    return reverse(f"applications:{name}", kwargs={"pk": application.pk, **more})


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


# --- Every page with content asks -------------------------------------------------------------------------
#: What an undeclared officer may do with a received application without opening what was sent, and why.
NO_CONTENT = {
    "applications:impartiality": "the question itself",
    "applications:lift_recusal": "its service asks for the answer",
    "applications:assessors": "who assesses, and nothing of what was sent",
    "applications:assignment_change": "the same",
    "applications:assignment_end": "the same",
    "applications:share": "gives a part of the case, which its service refuses in jäv",
    "applications:unshare": "takes it back",
    "applications:assign": "gives the case to somebody: who it is about stands in the diary",
}


def content_addresses(application):
    for name, pattern in own_patterns():
        wanted = set(pattern.pattern.converters)
        if str(pattern.pattern).startswith("handlaggning/ansokningar/<int:pk>") and name not in NO_CONTENT:
            values = {"pk": application.pk, "file_pk": sent_file(application).pk}
            yield name, reverse(name, kwargs={key: values.get(key, 1) for key in wanted})


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_asks_first(client_for, sent, officer, method):
    client = client_for(officer)
    asked = 0
    for name, address in content_addresses(sent):
        response = getattr(client, method)(address)
        if response.status_code == 405:
            continue
        assert response.status_code == 302, name
        assert response.url.startswith(url("impartiality", sent)), name
        asked += 1
    assert asked >= 3
    assert not Event.objects.filter(action="application_opened").exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_is_closed_to_who_has_jav(client_for, sent, officer, second_officer, method):
    services.assign_officer(application_id=sent.pk, actor=second_officer, officer=second_officer)
    declare(sent, officer, ground="relative")
    client = client_for(officer)
    for name, address in content_addresses(sent):
        response = getattr(client, method)(address)
        if response.status_code == 405:
            continue
        assert response.status_code == 403, name
        assert "Du har anmält jäv" in text(response)
        assert "Anders Andersson" in text(response), "whom to talk to"
        assert "Fjällkraft" not in text(response)
    assert not Event.objects.filter(action="application_opened", actor_id=officer.pk).exists()


def test_the_registrar_is_not_asked(client_for, sent, registrar):
    client = client_for(registrar)
    assert client.get(url("officer_detail", sent)).status_code == 200
    assert "Finns det något jäv?" not in text(client.get(url("impartiality", sent)))
    assert client.post(url("impartiality", sent), {"ground": "none"}).status_code == 403
    assert client.post(url("lift_recusal", sent), {"person": 1, "text": "Nej"}).status_code == 403


# --- The page ---------------------------------------------------------------------------------------------
def test_the_question_names_the_partners_too(client_for, owner, officer, assessor):
    draft = factories.make_application(user=owner, call=scored_call())
    factories.make_partner(application=draft, name="Mittuniversitetet")
    sent = send(draft, owner)
    assign(sent, officer, assessor)
    for person in (officer, assessor):
        assert "Samverkansparter Mittuniversitetet" in text(client_for(person).get(url("impartiality", sent)))


def test_asked_answered_and_let_in(client_for, sent, officer):
    client = client_for(officer)
    page = client.get(url("officer_detail", sent), follow=True)
    assert "Finns det något jäv?" in text(page)
    assert "Peak Jämtland ekonomisk förening" in text(page)
    response = client.post(
        url("impartiality", sent), {"ground": "none", "next": url("officer_supplement", sent)}
    )
    assert response.url == url("officer_supplement", sent)
    assert client.get(url("officer_detail", sent)).status_code == 200
    assert "Du har svarat att det inte finns något jäv" in text(client.get(url("impartiality", sent)))


@pytest.mark.parametrize("wanted", ["", "https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_never_out_of_the_portal(client_for, sent, officer, wanted):
    response = client_for(officer).post(url("impartiality", sent), {"ground": "none", "next": wanted})
    assert response.url == url("officer_detail", sent)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Svara på om det finns något jäv."),
        ({"ground": "kanske"}, "Välj ett av svaren."),
        ({"ground": "other"}, "Beskriv vad som kan rubba förtroendet."),
        ({"ground": "party", "text": "x" * 5001}, "tecken för lång"),
    ],
)
def test_what_cannot_be_read(client_for, sent, officer, typed, sentence):
    response = client_for(officer).post(url("impartiality", sent), typed)
    assert response.status_code == 422
    assert sentence in text(response)
    assert not ImpartialityDeclaration.objects.exists()


def test_a_ground_on_the_page(client_for, sent, officer, second_officer):
    client = client_for(officer)
    response = client.post(
        url("impartiality", sent), {"ground": "other", "text": "Vi är grannar."}, follow=True
    )
    assert "Du har anmält jäv. Ärendet är inte längre öppet för dig." in text(response)
    assert client.get(url("officer_detail", sent)).status_code == 403
    assert "Du har anmält jäv" in text(client.get("/handlaggning/ansokningar/"))
    again = client.post(url("impartiality", sent), {"ground": "none"})
    assert (again.status_code, "Bara en annan handläggare" in text(again)) == (422, True)
    other = client_for(second_officer)
    assert "Pröva frågan igen" not in text(other.get(url("impartiality", sent))), "first their own answer"
    declare(sent, second_officer)
    assert "Något annat kan rubba" in text(other.get(url("officer_detail", sent)))
    assert "Pröva frågan igen" in text(other.get(url("impartiality", sent)))
    empty = other.post(url("lift_recusal", sent), {"person": officer.pk, "text": ""})
    assert (empty.status_code, "Fyll i varför det inte finns något jäv" in text(empty)) == (422, True)
    refused = other.post(url("lift_recusal", sent), {"person": second_officer.pk, "text": "Jo"})
    assert refused.status_code == 422
    done = other.post(url("lift_recusal", sent), {"person": officer.pk, "text": "Räcker inte."}, follow=True)
    assert "kan öppna ärendet igen efter att ha svarat på nytt" in text(done)
    assert client.get(url("officer_detail", sent)).status_code == 302


def test_an_assessor_answers_only_of_what_they_have(client_for, sent, officer, assessor):
    client = client_for(assessor)
    assert client.get(url("impartiality", sent)).status_code == 404
    assign(sent, officer, assessor)
    declare(sent, officer, ground="party")
    page = text(client.get(url("impartiality", sent)))
    assert "Finns det något jäv?" in page
    assert "Hanna Handläggare: " not in page, "others' answers are not theirs to read"
    response = client.post(url("impartiality", sent), {"ground": "none"})
    assert response.url == "/handlaggning/bedomningar/"
    client.post(url("impartiality", sent), {"ground": "party"})
    assert "Du har anmält jäv" in text(client.get(url("impartiality", sent)))


@pytest.mark.parametrize("who", ["owner", "stranger", "member"])
def test_who_has_nothing_here(request, client_for, sent, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(url("impartiality", sent)).status_code == 403
    assert client.post(url("lift_recusal", sent)).status_code == 403


def test_drafts_and_nothing(client_for, owner, officer):
    draft = factories.make_application(user=owner)
    client = client_for(officer)
    for name in ("impartiality", "officer_detail"):
        assert client.get(url(name, draft)).status_code == 404


def test_same_queries_at_one_and_three_answers(client_for, sent, officer, second_officer, admin_user):
    declare(sent, officer)
    client = client_for(officer)
    client.get(url("impartiality", sent))
    one = count_queries(lambda: client.get(url("impartiality", sent)))
    declare(sent, admin_user)
    declare(sent, second_officer)
    assert count_queries(lambda: client.get(url("impartiality", sent))) == one


# --- Decisions --------------------------------------------------------------------------------------------
@pytest.fixture
def proposed(sent, officer, delegate_user):
    delegate = factories.make_delegate(user=delegate_user, clause=factories.make_clause(number="8.1"))
    go_through(sent, officer)
    made = draft_from_application(application_id=sent.pk, actor=officer, kind=DecisionKind.GRANT)
    type(made).objects.filter(pk=made.pk).update(reasons="Bidrar till strategin.", delegate=delegate)
    factories.consider(made)
    return propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)


def test_the_delegate_is_asked_before_signing(client_for, sent, proposed, delegate_user):
    client = client_for(delegate_user)
    address = reverse("decisions:sign", args=[proposed.pk])
    for method in (client.get, client.post):
        assert method(address).url.startswith(url("impartiality", sent))
    response = client.post(url("impartiality", sent), {"ground": "none", "next": address}, follow=True)
    assert response.request["PATH_INFO"] == address
    assert response.status_code == 200
    client.post(url("impartiality", sent), {"ground": "relative"})
    assert client.get(address).status_code == 403
    assert client.get(reverse("decisions:officer_detail", args=[proposed.pk])).status_code == 403


def test_an_officer_is_asked_before_drafting(client_for, sent, proposed, second_officer):
    client = client_for(second_officer)
    address = reverse("decisions:draft_from_application", args=[sent.pk])
    assert client.get(address).url.startswith(url("impartiality", sent))
    declare(sent, second_officer, ground="party")
    assert client.get(address).status_code == 403
    assert client.get(reverse("decisions:officer_detail", args=[proposed.pk])).status_code == 403
