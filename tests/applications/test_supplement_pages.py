"""The pages of a komplettering: the officer's and the applicant's."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.models import Application, SupplementRequest
from s3portal.common.swedish import format_day
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
TEXT = "Bilagan med <b>budgeten</b> saknas."


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)


@pytest.fixture
def sent(owner, officer):
    """``officer`` has answered that there is no jäv."""
    made = send(factories.make_application(user=owner), owner)
    declare(made, officer)
    return made


@pytest.fixture
def asked(sent, officer):
    return services.ask_for_supplement(application_id=sent.pk, actor=officer, text=TEXT, due_on=in_days(14))


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def url(name, application):
    return reverse(f"applications:{name}", args=[application.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


# --- The officer ------------------------------------------------------------------------------------------
def test_an_officer_asks(client_for, officer, sent):
    client = client_for(officer)
    assert url("officer_supplement", sent) in client.get(url("officer_detail", sent)).content.decode()
    page = client.get(url("officer_supplement", sent))
    assert f'value="{in_days(14):%Y-%m-%d}"' in page.content.decode(), "two weeks unless told otherwise"
    response = client.post(
        url("officer_supplement", sent),
        {"text": TEXT, "due_on": f"{in_days(10):%Y-%m-%d}", "words_only": "on"},
    )
    assert response.headers["Location"] == url("officer_supplement", sent)
    request = SupplementRequest.objects.get()
    assert (request.text, request.due_on, request.requested_by) == (TEXT, in_days(10), officer)
    page = client.get(url("officer_supplement", sent)).content.decode()
    assert "Bilagan med &lt;b&gt;budgeten&lt;/b&gt; saknas." in page
    assert "Ge mer tid" in page
    assert "Skicka begäran" not in page
    detail = client.get(url("officer_detail", sent)).content.decode()
    assert "Kompletteras" in detail
    assert "Markera som granskad" not in detail


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client_for, officer, sent):
    response = client_for(officer).post(
        url("officer_supplement", sent), {"text": TEXT, "due_on": "2020-01-01", "words_only": "on"}
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "Bilagan med &lt;b&gt;budgeten&lt;/b&gt; saknas." in page
    assert page.count("Ange i dag eller en senare dag.") == 2, "in the summary and at the field"
    assert not SupplementRequest.objects.exists()


def test_an_officer_who_was_second_keeps_the_text(client_for, officer, sent, asked):
    response = client_for(officer).post(
        url("officer_supplement", sent),
        {"text": "Min egen fråga", "due_on": f"{in_days(10):%Y-%m-%d}", "words_only": "on"},
    )
    assert response.status_code == 422
    assert "Min egen fråga" in response.content.decode()
    assert "redan kompletteras" in response.content.decode()


@pytest.mark.parametrize(
    ("due_on", "status"), [("", 422), ("i morgon", 422), ("2020-01-01", 422), ("same", 422), ("later", 302)]
)
def test_more_time(client_for, officer, sent, asked, due_on, status):
    days = {"same": in_days(14), "later": in_days(20)}
    typed = f"{days[due_on]:%Y-%m-%d}" if due_on in days else due_on
    response = client_for(officer).post(
        url("officer_supplement_more_time", sent), {"due_on": typed, "reason": "Sommar."}
    )
    assert response.status_code == status
    asked.refresh_from_db()
    assert asked.due_on == in_days(20 if status == 302 else 14)
    if due_on == "i morgon":
        assert 'value="i morgon"' in response.content.decode()


def test_more_time_for_what_is_answered(client_for, officer, owner, sent, asked):
    services.answer_supplement(
        application_id=sent.pk, supplement_id=asked.pk, actor=owner, answer="Ja", arrived_at=timezone.now()
    )
    response = client_for(officer).post(
        url("officer_supplement_more_time", sent),
        {"due_on": f"{in_days(20):%Y-%m-%d}", "reason": "Sommar."},
    )
    assert response.status_code == 422
    assert "Ingen komplettering väntar på svar." in response.content.decode()


def test_ending_it(client_for, officer, sent, asked):
    client = client_for(officer)
    assert client.post(url("officer_supplement_stop", sent)).status_code == 422, "without a reason"
    client.post(url("officer_supplement_stop", sent), {"stop_form-reason": "Vi hittade den."})
    assert Application.objects.get(pk=sent.pk).status == "submitted"
    assert "Återtagen" in client.get(url("officer_supplement", sent)).content.decode()
    again = client.post(url("officer_supplement_stop", sent), {"stop_form-reason": "Igen."})
    assert "Ingen komplettering väntar på svar." in again.content.decode()


@pytest.mark.parametrize("who", ["delegate_user", "registrar", "admin_user", "member", "owner", "stranger"])
def test_only_officers_reach_the_page(client_for, sent, asked, request, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(url("officer_supplement", sent)).status_code == 403
    for name in ("supplement", "supplement_more_time", "supplement_stop", "supplement_unanswered"):
        assert client.post(url(f"officer_{name}", sent)).status_code == 403


def test_a_draft_is_not_there(client_for, officer, owner):
    draft = factories.make_application(user=owner)
    assert client_for(officer).get(url("officer_supplement", draft)).status_code == 404


# --- The applicant ----------------------------------------------------------------------------------------
def test_the_applicant_answers(client_for, colleague, sent, asked):
    client = client_for(colleague)
    detail = client.get(url("my_detail", sent))
    assert f"Svara senast {format_day(in_days(14))}" in text(detail)
    assert url("supplement", sent) in detail.content.decode()
    page = client.get(url("supplement", sent))
    assert "Bilagan med &lt;b&gt;budgeten&lt;/b&gt; saknas." in page.content.decode()
    response = client.post(url("supplement", sent), {"supplement": asked.pk, "answer": "Här <är> den."})
    assert response.headers["Location"] == url("my_detail", sent)
    detail = client.get(url("my_detail", sent)).content.decode()
    assert "Här &lt;är&gt; den." in detail
    assert url("supplement", sent) not in detail
    assert client.get(url("supplement", sent)).headers["Location"] == url("my_detail", sent)


def test_it_is_said_that_the_day_has_passed(client_for, owner, sent, asked):
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        assert "Dagen har passerat." in client_for(owner).get(url("supplement", sent)).content.decode()


def test_an_empty_answer(client_for, owner, sent, asked):
    response = client_for(owner).post(url("supplement", sent), {"supplement": asked.pk, "answer": " "})
    assert response.status_code == 422
    assert "Fyll i det här fältet." in response.content.decode()


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999999999"])
def test_an_answer_to_nothing(client_for, owner, sent, asked, number):
    response = client_for(owner).post(url("supplement", sent), {"supplement": number, "answer": "Mitt svar"})
    assert response.status_code == 422
    assert "Mitt svar" in response.content.decode()
    assert Application.objects.get(pk=sent.pk).status == "supplement"


def test_the_second_to_answer_keeps_the_text(client_for, owner, colleague, sent, asked):
    services.answer_supplement(
        application_id=sent.pk, supplement_id=asked.pk, actor=owner, answer="Ja", arrived_at=timezone.now()
    )
    response = client_for(colleague).post(
        url("supplement", sent), {"supplement": asked.pk, "answer": "Mitt svar"}
    )
    assert response.status_code == 409
    assert "Olga Ödmark svarade" in response.content.decode()
    assert "Mitt svar" in response.content.decode()


def test_a_session_that_ended_costs_no_text(client, client_for, owner, sent, asked):
    client.post(url("supplement", sent), {"supplement": asked.pk, "answer": "Mitt svar"})
    client.force_login(owner)
    assert "Mitt svar" in client.get(url("supplement", sent)).content.decode()


def test_those_of_the_organisation_who_do_not_write_read_it_only(client_for, organisation, sent, asked):
    reader = factories.make_user("reader@example.org")
    factories.make_membership(user=reader, organisation=organisation, role="signatory", is_signatory=True)
    client = client_for(reader)
    detail = client.get(url("my_detail", sent)).content.decode()
    assert "budgeten" in detail
    assert url("supplement", sent) not in detail
    assert client.post(url("supplement", sent), {"supplement": asked.pk, "answer": "Ja"}).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "officer"])
def test_strangers_find_nothing(client_for, sent, asked, request, who):
    client = client_for(request.getfixturevalue(who))
    assert client.get(url("supplement", sent)).status_code == 404
    assert client.post(url("supplement", sent)).status_code == 404


def test_the_page_costs_the_same_whatever_has_been_asked(client_for, officer, owner, sent):
    client, counts = client_for(officer), []
    client.get(url("officer_supplement", sent))
    for number in range(1, 4):
        request = services.ask_for_supplement(
            application_id=sent.pk, actor=officer, text=f"Fråga {number}", due_on=in_days(3)
        )
        services.answer_supplement(
            application_id=sent.pk,
            supplement_id=request.pk,
            actor=owner,
            answer="Ja",
            arrived_at=timezone.now(),
        )
        counts.append(count_queries(lambda: client.get(url("officer_supplement", sent))))
    assert counts == [counts[0]] * 3
