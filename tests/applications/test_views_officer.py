"""/handlaggning/ansokningar/: what the region sees, and that drafts are never among it."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from applications import services
from applications.documents import sent_file
from applications.models import Application
from s3portal.audit.models import Event
from tests import factories
from tests.applications.judging import declare, judge_all
from tests.applications.sending import assessed, send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/ansokningar/"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def sent(owner, officer):
    """``officer`` has answered that there is no jäv."""
    made = send(factories.make_application(user=owner, title="Inskickat <b>projekt</b>"), owner)
    declare(made, officer)
    return made


def url(name, application, **more):
    return reverse(f"applications:{name}", kwargs={"pk": application.pk, **more})


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


STAFF = ["officer", "delegate_user", "registrar", "admin_user"]


# --- Who --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", STAFF)
def test_those_who_may_read(client_for, sent, request, who):
    person = request.getfixturevalue(who)
    if who != "registrar":
        declare(sent, person)
    client = client_for(person)
    assert "Inskickat &lt;b&gt;projekt&lt;/b&gt;" in client.get(LIST).content.decode()
    assert client.get(url("officer_detail", sent)).status_code == 200
    assert client.get(url("officer_file", sent, file_pk=sent_file(sent).pk)).status_code == 200


@pytest.mark.parametrize("who", ["owner", "stranger", "member"])
def test_those_who_may_not(client_for, sent, request, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(LIST).status_code == 403
    assert client.get(url("officer_detail", sent)).status_code in (403, 404)
    assert client.get(url("officer_file", sent, file_pk=sent_file(sent).pk)).status_code in (403, 404)
    for name in ("assign", "assess"):
        assert client.post(url(name, sent)).status_code == 403


def test_an_assessor_has_nothing_yet(client_for, sent, assessor):
    client = client_for(assessor)
    found = text(client.get(LIST, follow=True))
    assert "Du har inga ansökningar att bedöma" in found
    assert "Inskickat" not in found
    assert client.get(url("officer_detail", sent)).status_code == 404
    assert client.get(url("officer_file", sent, file_pk=sent_file(sent).pk)).status_code == 404


@pytest.mark.parametrize("who", ["delegate_user", "registrar", "admin_user", "assessor"])
def test_only_officers_handle(client_for, sent, request, who):
    client = client_for(request.getfixturevalue(who))
    for name in ("assign", "assess"):
        assert client.post(url(name, sent)).status_code == 403
    sent.refresh_from_db()
    assert sent.status == "submitted"


# --- Drafts -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", STAFF)
def test_drafts_are_nowhere(client_for, owner, request, who):
    """TF 2:13: what is not sent is technical storage, which nobody at the region reads."""
    draft = factories.make_application(user=owner, title="Hemligt utkast")
    client = client_for(request.getfixturevalue(who))
    for query in ("", "?urval=mina", "?urval=utan", "?urval=avslutade", "?q=hemligt", "?status=draft"):
        response = client.get(LIST + query)
        assert response.status_code == 200
        assert "Hemligt" not in text(response).replace('value="hemligt"', ""), query
        assert "Visar" not in text(response), query
    assert "Alla öppna 0" in text(client.get(LIST))
    assert client.get(url("officer_detail", draft)).status_code == 404
    assert client.get(url("officer_file", draft, file_pk=1)).status_code == 404
    expected = 404 if who == "officer" else 403
    for name in ("assign", "assess"):
        assert client.post(url(name, draft)).status_code == expected


# --- The list ---------------------------------------------------------------------------------------------
def test_the_row(client_for, sent, officer):
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    response = client_for(officer).get(LIST)
    found = text(response)
    assert f"{sent.case} · Peak Jämtland ekonomisk förening" in found
    assert "300 000" in found
    assert "Mina 1 Alla öppna 1 Delas med mig 0 Utan handläggare 0 Avslutade" in found
    assert "Visar 1–1 av 1 ansökningar." in found
    assert "<tr data-mine>" in response.content.decode()


def test_the_frame(client_for, sent, officer):
    found = text(client_for(officer).get(LIST))
    assert "Utlysningens ram: 10 000 000 kr" in found
    assert "Sökt, väntar på beslut 300 000 kr" in found


def test_nothing_answers_to_the_filter(client_for, sent, officer):
    found = text(client_for(officer).get(LIST, {"q": "finns inte alls"}))
    assert "Inga ansökningar svarar mot filtret" in found


def test_sorting_keeps_the_filters(client_for, sent, officer):
    page = client_for(officer).get(LIST, {"status": "submitted", "ordning": "belopp", "page": "1"})
    content = page.content.decode()
    assert 'aria-sort="ascending"' in content
    assert "?status=submitted&amp;ordning=-belopp" in content
    assert 'name="ordning" value="belopp"' in content
    content = client_for(officer).get(LIST).content.decode()
    assert content.count('aria-sort="descending"') == 1, "newest first from the start"


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999"])
def test_odd_pages(client_for, sent, officer, page):
    assert client_for(officer).get(LIST, {"page": page}).status_code == 200


def test_same_queries_at_one_and_three_and_at_most_twenty_five(client_for, owner, officer):
    client = client_for(officer)
    address = LIST + "?q=kluster&status=submitted"
    call = factories.make_call()
    for make in (1, 2):
        for _ in range(make):
            sent = send(factories.make_application(user=owner, call=call), owner)
            services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
        client.get(address)
        if make == 1:
            one, plain = count_queries(lambda: client.get(address)), count_queries(lambda: client.get(LIST))
    assert count_queries(lambda: client.get(address)) == one
    assert count_queries(lambda: client.get(LIST)) == plain
    assert max(one, plain) <= 25


# --- One application --------------------------------------------------------------------------------------
def test_it_is_shown_as_it_was_sent(client_for, sent, officer, organisation):
    organisation.name = "Nytt namn"
    organisation.save(update_fields=["name"])
    found = text(client_for(officer).get(url("officer_detail", sent)))
    assert "Organisation Peak Jämtland ekonomisk förening" in found
    assert "Ansökan till" in found
    assert sent_file(sent).filename in found


def test_opening_is_logged(client_for, sent, officer):
    client = client_for(officer)
    client.get(url("officer_detail", sent))
    client.get(url("officer_file", sent, file_pk=sent_file(sent).pk))
    events = Event.objects.filter(action="application_opened", object_id=sent.pk, actor_id=officer.pk)
    assert events.count() == 2
    assert "öppnad" not in text(client.get(url("officer_detail", sent)))


def test_same_queries_at_one_and_three_records(client_for, sent, owner, officer):
    client = client_for(officer)
    address = url("officer_detail", sent)
    client.get(address)
    one = count_queries(lambda: client.get(address))
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej")
    assert count_queries(lambda: client.get(address)) == one


def test_a_file_of_another_case(client_for, sent, stranger, officer):
    other = send(factories.make_application(user=stranger), stranger)
    client = client_for(officer)
    assert client.get(url("officer_file", sent, file_pk=sent_file(other).pk)).status_code == 404
    assert client.get(url("officer_detail", Application(pk=sent.pk + 999))).status_code == 404


def test_take_the_case_and_go_through_it(client_for, sent, officer, second_officer):
    client = client_for(officer)
    found = text(client.get(url("officer_detail", sent)))
    assert "Ta ärendet" in found
    assert "Skriv beslut" not in found
    response = client.post(url("assign", sent), {"officer": second_officer.pk}, follow=True)
    assert "Ärendet är tilldelat Anders Andersson." in text(response)
    client.post(url("assign", sent), {"officer": officer.pk})
    judge_all(sent, officer)
    response = client.post(url("assess", sent), follow=True)
    assert "Ansökan är markerad som granskad." in text(response)
    assert f"/handlaggning/beslut/ny/ansokan/{sent.pk}/" in response.content.decode()
    assert "Bara en inkommen ansökan" in text(client.post(url("assess", sent), follow=True))


@pytest.mark.parametrize("officer_id", ["", "x", "0"])
def test_assign_nobody(client_for, sent, officer, officer_id):
    response = client_for(officer).post(url("assign", sent), {"officer": officer_id}, follow=True)
    assert "Välj en handläggare." in text(response)


def test_a_case_that_is_cancelled_goes_to_nobody(client_for, sent, officer):
    from s3portal.diary.models import Case

    Case.objects.filter(pk=sent.case_id).update(status="cancelled")
    response = client_for(officer).post(url("assign", sent), {"officer": officer.pk}, follow=True)
    assert "makulera" in text(response).lower()


def test_a_granted_one(client_for, owner, officer):
    sent = assessed(factories.make_application(user=owner), owner, officer)
    services.grant_application(application_id=sent.pk, actor=officer, amount=250_000)
    found = text(client_for(officer).get(url("officer_detail", sent)))
    assert "Beviljat 250 000 kr" in found
    assert "Skriv beslut" not in found
