"""What the nämnd has asked, as those who work for the region see it and answer."""

import pytest

from decisions.models import MemberAnswer
from decisions.services.asking import answer_member, ask_about_decision
from decisions.services.masking import mark_decision
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.diary.endings import matters_of
from s3portal.diary.models import Case
from s3portal.diary.secrecy import Provision
from s3portal.home.staff_queries import staff_start
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db

LIST = "/handlaggning/beslut/fragor/"
TEXT = "Hur ska projektet följas upp?"


@pytest.fixture
def meeting(member):
    return factories.make_committee_meeting(committee=factories.make_committee(members=[member]))


@pytest.fixture
def asked(meeting, officer, registrar, member):
    def ask(**fields):
        decision = factories.make_signed_decision(user=officer, **({"document": False} | fields))
        [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
        return ask_about_decision(report_id=report.pk, actor=member, text=TEXT)

    return ask


def address(question):
    return f"/handlaggning/beslut/{question.decision_id}/fragor/{question.pk}/"


# --- The list ---------------------------------------------------------------------------------------------
def test_an_officer_sees_first_what_is_hers_to_answer(client_for, asked, officer, second_officer):
    mine, hers = asked(), asked()
    Case.objects.filter(pk=mine.decision.case_id).update(officer=officer)
    Case.objects.filter(pk=hers.decision.case_id).update(officer=second_officer)
    client = client_for(officer)
    context = client.get(LIST).context
    assert [(tab["label"], tab["count"], tab["current"]) for tab in context["tabs"]] == [
        ("Dina att svara på", 1, True), ("Väntar på svar", 2, False), ("Besvarade", 0, False),
    ]  # fmt: skip
    assert list(context["page"]) == [mine]
    assert list(client.get(f"{LIST}?visa=vantar").context["page"]) == [mine, hers]
    answer_member(question_id=hers.pk, actor=officer, text="Ja.", seen=0)
    assert list(client.get(f"{LIST}?visa=besvarade").context["page"]) == [hers]
    assert "Ingen fråga väntar på svar" in client_for(second_officer).get(LIST).content.decode()


def test_the_others_of_the_region_read_and_have_nothing_to_answer(client_for, asked, registrar):
    question = asked()
    response = client_for(registrar).get(LIST)
    assert [tab["label"] for tab in response.context["tabs"]] == ["Väntar på svar", "Besvarade"]
    page = client_for(registrar).get(address(question)).content.decode()
    assert TEXT in page
    assert 'name="text"' not in page
    assert client_for(registrar).post(address(question), {"text": "Ja.", "seen": "0"}).status_code == 403


def test_the_start_page_tells_what_waits_for_the_officer(client_for, asked, officer, second_officer):
    question = asked()
    Case.objects.filter(pk=question.decision.case_id).update(officer=officer)

    def box(user):
        return next(todo for todo in staff_start(user).todos if todo.label == "Frågor från nämnden")

    assert (box(officer).count, box(officer).url) == (1, LIST)
    assert box(officer).text.startswith("Äldst: ")
    assert (box(second_officer).count, box(second_officer).text) == (0, "Ingen väntar på dig")


def test_the_list_of_decisions_tells_how_many(client_for, asked, officer):
    question, signed = asked(), "/handlaggning/beslut/?visa=undertecknade"
    client = client_for(officer)
    assert "1 fråga från nämnden, 1 utan svar" in client.get(signed).content.decode()
    answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    assert "1 fråga från nämnden</small>" in client.get(signed).content.decode()


def test_the_decisions_page_leads_to_the_question(client_for, asked, officer):
    question = asked()
    page = client_for(officer).get(f"/handlaggning/beslut/{question.decision_id}/").content.decode()
    assert f'href="{address(question)}"' in page
    assert TEXT in page


def test_the_lists_cost_the_same_for_one_as_for_three(client_for, asked, officer):
    client = client_for(officer)
    pages = [LIST, f"{LIST}?visa=vantar", f"{LIST}?visa=besvarade", "/handlaggning/"]

    def costs():
        return [count_queries(lambda page=page: client.get(page)) for page in pages]

    def two():
        answer_member(question_id=asked().pk, actor=officer, text="Ja.", seen=0)
        return asked()

    question = two()
    one = [*costs(), count_queries(lambda: client.get(address(question)))]
    two(), two()
    assert [*costs(), count_queries(lambda: client.get(address(question)))] == one


# --- Answering --------------------------------------------------------------------------------------------
def test_an_officer_answers_and_adds(client_for, asked, officer):
    question = asked()
    client = client_for(officer)
    form = client.get(address(question)).content.decode()
    assert "Alla som sitter i nämnden kan läsa svaret med ditt namn." in form
    assert "registreras inte i diariet av sig själva" in form
    sent = client.post(address(question), {"text": "Varje halvår.", "seen": "0"})
    assert sent.headers["Location"] == LIST
    client.post(address(question), {"text": "Och i slutrapporten.", "seen": "1"})
    page = client.get(address(question)).content.decode()
    assert "Tillägg till svaret" in page
    assert [(one.number, one.text) for one in MemberAnswer.objects.all()] == [
        (1, "Varje halvår."), (2, "Och i slutrapporten."),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "x" * 5_001])
def test_what_is_refused_stays_in_the_form(client_for, asked, officer, text):
    response = client_for(officer).post(address(asked()), {"text": text, "seen": "0"})
    assert response.status_code == 422
    assert text in response.content.decode()
    assert "innan du skickar svaret" in response.content.decode()
    assert not MemberAnswer.objects.exists()


def test_who_is_second_reads_the_first_answer_and_keeps_what_was_typed(
    client_for, asked, officer, second_officer
):
    question = asked()
    answer_member(question_id=question.pk, actor=second_officer, text="Varje halvår.", seen=0)
    client = client_for(officer)
    response = client.post(address(question), {"text": "Vid slutet.", "seen": "0"})
    assert response.status_code == 409
    page = response.content.decode()
    assert f"{second_officer} har svarat medan du skrev." in page
    assert "Varje halvår." in page
    assert "Vid slutet.</textarea>" in page
    assert 'name="seen" value="1"' in page
    assert client.post(address(question), {"text": "Vid slutet.", "seen": "1"}).status_code == 302


def test_who_has_declared_jav_reads_and_does_not_answer(client_for, asked, officer):
    question = asked()
    question.decision.declarations.create(person=officer, ground="party", declared_by=officer)
    client = client_for(officer)
    page = client.get(address(question)).content.decode()
    assert "En handläggare som inte har anmält jäv i ärendet svarar på frågan." in page
    assert client.post(address(question), {"text": "Ja.", "seen": "0"}).status_code == 403


def test_the_officer_is_warned_where_something_is_secret(client_for, asked, officer, registrar):
    question = asked(document=True)
    mark_decision(
        actor=registrar, decision_id=question.decision_id, parts=[], passages=["Klusterkraft"],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    client = client_for(officer)
    assert "Nämnden läser den maskade versionen." in client.get(address(question)).content.decode()
    refused = client.post(address(question), {"text": "Klusterkraft gör det.", "seen": "0"})
    assert refused.status_code == 422
    assert "är märkt som hemligt i beslutet" in refused.content.decode()


def test_the_list_tells_nothing_of_a_marked_case_and_who_reads_the_question_is_noted(
    client_for, asked, officer
):
    question = asked(title="Stöd till Qvarnen")
    factories.mark_secret(question.decision.case, "passage", passage="Qvarnen")
    client = client_for(officer)
    page = client.get(LIST).content.decode()
    assert "Stöd till [Skyddat]" in page
    assert TEXT not in page
    reads = Event.objects.filter(action="protected_read", actor_id=officer.pk)
    assert not reads.exists()
    assert TEXT in client.get(address(question)).content.decode()
    assert reads.count() == 1


def test_a_question_is_found_only_at_its_own_decision(client_for, asked, officer):
    question, other = asked(), asked()
    wrong = f"/handlaggning/beslut/{other.decision_id}/fragor/{question.pk}/"
    assert client_for(officer).get(wrong).status_code == 404


def test_the_case_is_ended_with_a_word_about_what_waits(asked, officer):
    question = asked()
    told = [matter for matter in matters_of(question.decision.case) if "fråga från nämnden" in matter.text]
    assert [matter.binding for matter in told] == [False]
    answer_member(question_id=question.pk, actor=officer, text="Ja.", seen=0)
    assert not [one for one in matters_of(question.decision.case) if "fråga från nämnden" in one.text]
