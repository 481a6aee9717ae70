"""The region's own lists: what is marked is read in the case, where the reading is noted."""

import pytest

from applications.enums import RecusalGround
from decisions import due
from decisions.services.proposing import propose_decision, return_decision
from decisions.services.recusing import declare_in_decision
from decisions.services.signing import sign_decision
from decisions.worklist import doors
from s3portal.home.search.hits import hits
from s3portal.home.search.queries import Kind
from s3portal.home.search.typed import read_typed
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries
from tests.home.test_search import ask

pytestmark = pytest.mark.django_db
LIST = "/handlaggning/beslut/"
SECRET = "Qvanta"


def text(response):
    return response.content.decode().replace("\u00a0", " ")


@pytest.fixture
def signed(officer, owner):
    """On an application, whose organisation is the party."""
    application = send(factories.make_application(user=owner, title=f"{SECRET}lyft"), owner)
    declare(application, officer)
    type(application.organisation).objects.filter(pk=application.organisation_id).update(name=f"{SECRET} AB")
    return factories.make_signed_decision(
        user=officer,
        case=application.case,
        application=application,
        title=f"Stöd till {SECRET}",
        amount=300_000,
        amount_kind="cash",
    )


# --- Decisions --------------------------------------------------------------------------------------------
def test_the_list_tells_neither_title_nor_party_nor_amount_of_what_is_marked(client_for, officer, signed):
    client = client_for(officer)
    open_page = text(client.get(LIST, {"visa": "undertecknade"}))
    for told in (f"Stöd till {SECRET}", f"{SECRET} AB", "300 000"):
        assert told in open_page
    factories.mark_secret(signed.case, "record_title", record=signed.document.file.record)
    page = text(client.get(LIST, {"visa": "undertecknade"}))
    assert str(signed.case) in page
    assert page.count("[Skyddat]") == 3
    for told in (SECRET, "300 000"):
        assert told not in page


def test_the_list_does_not_find_by_what_is_marked(client_for, officer, signed):
    client = client_for(officer)
    found = {"visa": "undertecknade", "q": SECRET}
    assert len(client.get(LIST, found).context["page"]) == 1
    factories.mark_secret(signed.case, "passage", passage=SECRET)
    assert len(client.get(LIST, found).context["page"]) == 0
    assert len(client.get(LIST, found | {"q": str(signed.case)}).context["page"]) == 1


def test_other_lists_tell_no_marked_title_or_amount(client_for, registrar, officer, signed):
    meeting = factories.make_committee_meeting(committee=factories.make_committee())
    alone = factories.make_signed_decision(user=officer, title=f"{SECRET} får", reportable=False)
    for one in (signed, alone):
        factories.mark_secret(one.case, "record", record=one.document.file.record)
    client = client_for(registrar)
    for address in (
        f"/handlaggning/sammantraden/{meeting.pk}/",
        "/handlaggning/anslag/",
        "/handlaggning/laga-kraft/",
    ):
        page = text(client.get(address))
        assert "[Skyddat]" in page, address
        assert SECRET not in page, address
        assert "300 000" not in page, address


def test_the_start_page_tells_nothing_marked_and_no_draft_before_the_question_of_jav(
    client_for, officer, owner
):
    sent = send(factories.make_application(user=owner, title=f"{SECRET}lyft"), owner)
    type(sent.case).objects.filter(pk=sent.case_id).update(officer=officer)
    asked = factories.make_decision(
        user=officer, case=sent.case, application=sent, title=f"Om {SECRET}", declared=False
    )
    client = client_for(officer)
    page = text(client.get("/handlaggning/"))
    assert f"Svara på frågan om jäv i {asked.case}" in page
    assert f"{SECRET}lyft" in page
    assert f"Om {SECRET}" not in page
    declare(sent, officer)
    assert f"Om {SECRET}" in text(client.get("/handlaggning/"))
    factories.mark_secret(sent.case, "passage", passage=SECRET)
    hidden = text(client.get("/handlaggning/"))
    assert "Om [Skyddat]" in hidden
    assert SECRET not in hidden
    assert str(sent.organisation) not in hidden


def test_the_pages_cost_the_same_however_many_are_marked(client_for, officer, delegate_user):
    client = client_for(officer)
    pages = [lambda: client.get(LIST, {"visa": "undertecknade"}), lambda: client.get("/handlaggning/")]

    def one():
        made = factories.make_signed_decision(user=officer)
        factories.mark_secret(made.case, "record", record=made.document.file.record)
        factories.mark_secret(factories.make_decision(user=officer).case, "title")

    one()
    few = [count_queries(page) for page in pages]
    one()
    one()
    assert [count_queries(page) for page in pages] == few


# --- Mails ------------------------------------------------------------------------------------------------
def test_no_mail_of_a_decision_tells_what_is_marked(officer, delegate, delegate_user, registrar):
    made = factories.make_decision(user=officer, delegate=delegate, title=f"Stöd till {SECRET}")
    factories.mark_secret(made.case, "passage", passage=SECRET)
    sent = propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
    back = return_decision(
        decision_id=made.pk, actor=delegate_user, expected_version=sent.version, reason=f"Mer om {SECRET}."
    )
    sent = propose_decision(decision_id=made.pk, actor=officer, expected_version=back.version)
    [waiting] = due.signature_reminders([due.wait_of(sent)])
    assert SECRET not in str(waiting.values)
    assert f"{made.case} Stöd till [Skyddat]" in waiting.values["lista"]
    sign_decision(decision_id=made.pk, actor=delegate_user, expected_version=sent.version)
    meeting = factories.make_committee_meeting(committee=delegate.clause.order.committee)
    [unreported] = due.unreported_reminders([due.deadline_of(meeting)])
    assert f"{made.case} Stöd till [Skyddat]" in unreported.values["beslut"]
    mails = Message.objects.all()
    assert [one.kind for one in mails.order_by("pk")] == [
        "decision_proposed", "decision_returned", "decision_proposed", "decision_signed",
    ]  # fmt: skip
    for mail in mails:
        assert SECRET not in f"{mail.subject} {mail.text_body} {mail.html_body}"
        assert f"{made.case} Stöd till [Skyddat]" in mail.subject


def test_nor_the_mail_when_somebody_declares_jav(officer, delegate, delegate_user):
    made = factories.make_decision(user=officer, delegate=delegate, title=f"Stöd till {SECRET}")
    factories.mark_secret(made.case, "title")
    propose_decision(decision_id=made.pk, actor=officer, expected_version=made.version)
    declare_in_decision(decision_id=made.pk, actor=delegate_user, ground=RecusalGround.RELATIVE, text="")
    mail = Message.objects.get(kind="decision_recused")
    assert SECRET not in f"{mail.subject} {mail.text_body} {mail.html_body}"
    assert mail.subject.endswith(f"{made.case} [Skyddat]")


# --- Jäv --------------------------------------------------------------------------------------------------
def test_a_draft_without_an_application_is_not_told_to_who_has_declared_jav_in_it(client_for, officer):
    made = factories.make_decision(user=officer, title=f"Om {SECRET}", declared=False)
    beside = factories.make_decision(user=officer, title="Ett annat", declared=False)
    client, found = client_for(officer), {"visa": "utkast", "q": SECRET}
    assert len(client.get(LIST, {"visa": "utkast"}).context["page"]) == 2
    declare_in_decision(decision_id=made.pk, actor=officer, ground=RecusalGround.RELATIVE, text="")
    made.refresh_from_db()
    page = client.get(LIST, {"visa": "utkast"})
    assert f"Jäv anmält i {made.case}" in text(page)
    assert SECRET not in text(page)
    assert set(page.context["closed"]) == {made.pk}
    assert len(client.get(LIST, found).context["page"]) == 0
    assert len(client.get(LIST, found | {"q": str(made.case)}).context["page"]) == 1
    assert doors([beside], officer) == {}
    assert SECRET not in text(client.get("/handlaggning/"))


def test_nor_one_in_the_case_of_an_application_where_it_is_declared(officer, owner):
    sent = send(factories.make_application(user=owner), owner)
    declare(sent, officer, ground="relative")
    made = factories.make_decision(user=officer, case=sent.case)
    assert list(doors([made], officer)) == [made.pk]


# --- The search -------------------------------------------------------------------------------------------
def facts(found, kind, user, words=""):

    return [
        f"{hit.title} {' '.join(hit.facts)}".replace("\u00a0", " ")
        for hit in hits(kind, found, read_typed(words), user)
    ]


@pytest.mark.parametrize("part", ["field", "record_party", "passage"])
def test_an_application_is_not_found_by_what_it_was_granted_nor_is_that_told(officer, signed, part):
    application = signed.application
    type(application).objects.filter(pk=application.pk).update(status="granted", granted_amount=250_000)
    assert len(ask("250 000 kr", officer, Kind.APPLICATIONS)) == 1
    [told] = facts(ask("250 000 kr", officer, Kind.APPLICATIONS), Kind.APPLICATIONS, officer)
    assert f"{SECRET} AB" in told
    assert "Beviljad 250 000 kr" in told
    place = {} if part == "passage" else {"record": signed.document.file.record}
    extra = {"field": "amount", "field_label": "Beloppet"} if part == "field" else {}
    extra |= {"passage": "300 000 kronor"} if part == "passage" else {}
    factories.mark_secret(signed.case, part, **place, **extra)
    assert not ask("250 000 kr", officer, Kind.APPLICATIONS)
    [told] = facts(ask(str(signed.case), officer, Kind.APPLICATIONS), Kind.APPLICATIONS, officer)
    assert "Beviljad 250" not in told
    assert (f"{SECRET} AB" in told) == (part != "record_party")
    assert ("Söker 300 000 kr" in told) == (part != "passage")
    assert bool(ask("300 000 kr", officer, Kind.APPLICATIONS)) == (part != "passage")
