"""/mina-ansokningar/: owner, colleague, one who only signs, stranger, officer."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.documents import sent_file
from applications.models import Application
from applications.tasks import render_application_pdf
from s3portal.common.swedish import format_day
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import assessed, send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
LIST = "/mina-ansokningar/"


def url(name, application, **more):
    return reverse(f"applications:{name}", kwargs={"pk": application.pk, **more})


def text(response):
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner, title="Nod <b>A</b>")


@pytest.fixture
def sent(draft, owner):
    return send(draft, owner)


@pytest.fixture
def signatory(organisation):
    user = factories.make_user("signatory@example.org", full_name="Siv Signatur")
    factories.make_membership(user=user, organisation=organisation, role="signatory", is_signatory=True)
    return user


# --- The list ---------------------------------------------------------------------------------------------
def test_nothing_yet(client_for, owner):
    response = client_for(owner).get(LIST)
    assert "Ni har inga ansökningar än" in text(response)
    assert reverse("calls:call_list") in response.content.decode()


@pytest.mark.parametrize(
    ("who", "seen"), [("owner", True), ("colleague", True), ("stranger", False), ("officer", False)]
)
def test_only_ones_own(client_for, draft, request, who, seen):
    response = client_for(request.getfixturevalue(who)).get(LIST)
    assert ("Nod &lt;b&gt;A&lt;/b&gt;" in response.content.decode()) is seen


def test_who_belongs_to_several_chooses_which_to_see(client_for, owner, organisation):
    client, choose = client_for(owner), reverse("applications:choose_organisation")
    mine = factories.make_application(user=owner, title="Kluster i fjällen")
    assert "Visa ansökningar för" not in text(client.get(LIST))
    other = factories.make_organisation()
    for member in (owner, factories.make_user()):
        factories.make_membership(user=member, organisation=other)
    theirs = factories.make_application(user=owner, organisation=other, title="Kluster vid sjön")
    stranger = factories.make_organisation()

    def titles():
        return [one.title for one in (mine, theirs) if one.title in text(client.get(LIST))]

    assert len(titles()) == 2
    assert client.post(choose, {"organisation": other.pk}).headers["Location"] == LIST
    assert titles() == ["Kluster vid sjön"]
    start = client.get(reverse("applications:start", args=[factories.make_call().slug])).content.decode()
    assert re.search(rf'value="{other.pk}"[^>]*checked', start)
    for unknown in (stranger.pk, "x", ""):
        client.post(choose, {"organisation": other.pk})
        client.post(choose, {"organisation": unknown})
        assert len(titles()) == 2
    client.post(choose, {"organisation": other.pk})
    owner.memberships.filter(organisation=other).delete()
    assert titles() == ["Kluster i fjällen"], "who has left sees their own again"
    assert client.get(choose).status_code == 405


def test_the_list_says_what_happens_next(client_for, owner, officer):
    closes = timezone.now() - timedelta(hours=1)
    drafts = [factories.make_application(user=owner) for _ in range(6)]
    late = drafts[0].call
    late.closes_at, late.opens_at = closes, closes - timedelta(days=1)
    late.save(update_fields=["closes_at", "opens_at"])
    send(drafts[2], owner)
    assessed(drafts[3], owner, officer)
    granted = assessed(drafts[4], owner, officer)
    services.grant_application(application_id=granted.pk, actor=officer, amount=250_000)
    rejected = assessed(drafts[5], owner, officer)
    services.reject_application(application_id=rejected.pk, actor=officer)
    withdrawn = send(factories.make_application(user=owner), owner)
    services.withdraw_application(application_id=withdrawn.pk, actor=owner, reason="Nej")
    found = text(client_for(owner).get(LIST))
    for sentence in (
        "Utkastet går att läsa.",
        "Skicka in senast",
        "Vi har tagit emot ansökan och ska granska den.",
        "Ansökan är granskad. Beslut väntar.",
        "Ni har beviljats 250 000 kr.",
        "Ansökan har avslagits. Skälen står i beslutet.",
        "Ni har återkallat ansökan.",
    ):
        assert sentence in found, sentence


def test_what_waits_for_an_answer_is_first_with_its_last_day(client_for, owner, officer):
    asked = send(factories.make_application(user=owner), owner)
    declare(asked, officer)
    last = timezone.localdate() + timedelta(days=9)
    services.ask_for_supplement(application_id=asked.pk, actor=officer, text="Vilka?", due_on=last)
    factories.make_application(user=owner, title="Sparad sist")
    found = text(client_for(owner).get(LIST))
    assert found.index(str(asked)) < found.index("Sparad sist")
    assert f"Vi saknar något i ansökan och väntar på ert svar senast {format_day(last)}." in found
    assert "Svara på kompletteringen" in found


def test_a_closed_call_that_is_open_for_them(client_for, owner, officer, organisation):
    now = timezone.now()
    call = factories.make_call(opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=1))
    factories.make_application(user=owner, call=call)
    until = now + timedelta(hours=30)
    door = services.open_door_for(
        call_id=call.pk,
        organisation_id=organisation.pk,
        actor=officer,
        reason="Portalen var nere.",
        open_until=until,
    )
    client = client_for(owner)
    assert f"Skicka in senast {format_day(timezone.localdate(until))}" in text(client.get(LIST))
    services.close_door(door_id=door.pk, actor=officer)
    assert "Utkastet går att läsa." in text(client.get(LIST))


def test_same_queries_at_one_and_three(client_for, owner):
    client = client_for(owner)
    factories.make_application(user=owner)
    one = count_queries(lambda: client.get(LIST))
    for _ in range(2):
        send(factories.make_application(user=owner), owner)
    assert count_queries(lambda: client.get(LIST)) == one


# --- Starting ---------------------------------------------------------------------------------------------
def start_url(call):
    return reverse("applications:start", args=[call.slug])


def test_start_with_one_organisation(client_for, owner, organisation):
    call = factories.make_call()
    client = client_for(owner)
    response = client.get(start_url(call))
    assert f"Ni söker som {organisation.name} , {organisation.org_number}" in text(response)
    assert not Application.objects.exists(), "GET makes nothing"
    assert response.context["form"]["organisation"].value() == organisation.pk, "the page sends it along"
    response = client.post(start_url(call), {"organisation": organisation.pk})
    made = Application.objects.get()
    assert response.headers["Location"] == url("step_applicant", made)
    page = text(client.get(start_url(call)))
    assert "Ni har redan ansökningar i utlysningen" in page
    assert "utkast sparat" in page
    Application.objects.update(version=2)
    client.post(start_url(call), {"organisation": organisation.pk})
    assert Application.objects.count() == 2


def test_start_with_two_asks_which(client_for, owner, other_organisation):
    factories.make_membership(user=owner, organisation=other_organisation, role="editor")
    call = factories.make_call()
    client = client_for(owner)
    assert client.get(start_url(call)).content.decode().count('type="radio"') == 2
    response = client.post(start_url(call), {})
    assert response.status_code == 422
    assert "Välj vilken organisation som söker." in text(response)
    client.post(start_url(call), {"organisation": other_organisation.pk})
    assert Application.objects.get().organisation == other_organisation


def test_start_without_an_organisation(client_for):
    response = client_for(factories.make_user()).get(start_url(factories.make_call()))
    assert "Lägg till organisationen som ska söka" in text(response)
    assert reverse("organisations:create") in response.content.decode()


def test_start_for_somebody_else(client_for, stranger, organisation):
    response = client_for(stranger).post(start_url(factories.make_call()), {"organisation": organisation.pk})
    assert response.status_code == 422
    assert not Application.objects.exists()


def test_start_when_the_call_is_closed(client_for, owner, organisation):
    now = timezone.now()
    call = factories.make_call(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    client = client_for(owner)
    assert "Utlysningen tar inte emot ansökningar nu." in text(client.get(start_url(call)))
    response = client.post(start_url(call), {"organisation": organisation.pk})
    assert response.status_code == 422
    assert not Application.objects.exists()


def test_start_in_a_call_that_is_not_public(client_for, owner):
    assert client_for(owner).get(start_url(factories.make_call(status="draft"))).status_code == 404


# --- Who reaches what ---------------------------------------------------------------------------------
PAGES = [
    "my_detail", "step_applicant", "step_project", "step_budget", "step_financing", "step_state_aid",
    "review", "draft_text", "draft_json", "receipt", "receipt_pdf", "delete", "withdraw",
]  # fmt: skip


@pytest.mark.parametrize("who", ["stranger", "officer", "admin_user"])
def test_strangers_and_the_region_get_404(client_for, draft, request, who):
    client = client_for(request.getfixturevalue(who))
    for name in PAGES:
        assert client.get(url(name, draft)).status_code == 404, name


@pytest.mark.parametrize("name", PAGES)
def test_an_id_that_does_not_exist(client_for, draft, owner, name):
    assert client_for(owner).get(reverse(f"applications:{name}", args=[draft.pk + 999])).status_code == 404


def test_a_draft_leads_to_its_form(client_for, draft, owner, signatory):
    assert client_for(owner).get(url("my_detail", draft)).headers["Location"] == url("step_applicant", draft)
    assert client_for(signatory).get(url("my_detail", draft)).headers["Location"] == url("review", draft)


@pytest.mark.parametrize("name", ["step_applicant", "step_project", "step_budget", "step_financing"])
def test_one_who_only_signs_reads(client_for, draft, signatory, name):
    client = client_for(signatory)
    assert client.get(url(name, draft)).headers["Location"] == url("review", draft)
    assert client.post(url(name, draft), {}).status_code == 403
    assert "Du kan läsa utkastet och skicka in det, men inte ändra det." in text(
        client.get(url("review", draft))
    )


# --- What was sent ----------------------------------------------------------------------------------------
def test_the_page_of_what_was_sent(client_for, sent, colleague, officer):
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    found = text(client_for(colleague).get(url("my_detail", sent)))
    assert "Nod &lt;b&gt;A&lt;/b&gt;" in found
    assert "300 000 300 000 600 000" in found
    assert "Hanna Handläggare" in found
    assert "Återkalla ansökan" not in found, "an editor does not speak for the organisation"


def test_every_form_page_leads_there(client_for, sent, owner):
    for name in ("step_applicant", "step_project", "step_budget", "step_financing", "review"):
        assert client_for(owner).get(url(name, sent)).headers["Location"] == url("my_detail", sent), name


def test_the_receipt(client_for, sent, owner):
    client = client_for(owner)
    response = client.get(url("receipt", sent))
    found = text(response)
    assert str(sent.case) in found
    assert timezone.localtime(sent.submitted_at).strftime("kl. %H.%M.%S") in found
    assert sent_file(sent).sha256 in found
    assert "Pdf:en skapas." in found
    assert f'hx-get="{url("receipt_pdf", sent)}?n=0"' in response.content.decode()
    render_application_pdf(sent.pk)
    response = client.get(url("receipt", sent))
    assert "ansokan-" in text(response)
    assert "hx-get" not in response.content.decode()


def test_the_receipt_stops_asking(client_for, sent, owner):
    client = client_for(owner)
    piece = client.get(url("receipt_pdf", sent), {"n": "58"}).content.decode()
    assert "?n=59" in piece
    piece = client.get(url("receipt_pdf", sent), {"n": "59"}).content.decode()
    assert "hx-get" not in piece
    assert "Pdf:en är inte klar än." in piece
    assert "?n=1" in client.get(url("receipt_pdf", sent), {"n": "²"}).content.decode()


def test_a_draft_has_no_receipt(client_for, draft, owner):
    assert client_for(owner).get(url("receipt", draft)).status_code == 404


def test_the_files(client_for, sent, owner, stranger):
    file = sent_file(sent)
    response = client_for(owner).get(url("my_file", sent, file_pk=file.pk))
    assert b"".join(response.streaming_content).startswith(b"{")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{file.filename}"'
    assert client_for(stranger).get(url("my_file", sent, file_pk=file.pk)).status_code == 404


def test_a_file_of_another_application(client_for, sent, owner, stranger):
    other = send(factories.make_application(user=stranger), stranger)
    assert client_for(owner).get(url("my_file", sent, file_pk=sent_file(other).pk)).status_code == 404


# --- Removing and withdrawing -------------------------------------------------------------------------
def test_delete(client_for, draft, colleague):
    client = client_for(colleague)
    assert "Ni kan ångra det i 30 dagar." in text(client.get(url("delete", draft)))
    assert Application.objects.get().status == "draft"
    assert client.post(url("delete", draft)).headers["Location"] == reverse("applications:removed")
    assert Application.objects.get().status == "discarded"


def test_delete_is_for_writers_and_drafts(client_for, sent, owner, signatory):
    assert client_for(owner).post(url("delete", sent)).status_code == 403
    assert client_for(signatory).post(url("delete", sent)).status_code == 403
    assert Application.objects.exists()


def test_withdraw(client_for, sent, owner):
    client = client_for(owner)
    assert client.post(url("withdraw", sent), {"reason": " "}).status_code == 422
    response = client.post(url("withdraw", sent), {"reason": "Vi väntar ett år."}, follow=True)
    assert "Ansökan är återkallad." in text(response)
    assert "Ärendet avslutas utan beslut." in text(response)
    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    response = client.get(url("withdraw", sent))
    assert response.headers["Location"] == url("my_detail", sent)
    assert client.post(url("withdraw", sent), {"reason": "Igen"}).status_code == 403


def test_withdraw_without_saying_why(client_for, sent, owner):
    page = text(client_for(owner).post(url("withdraw", sent), {"reason": ""}))
    assert page.count("Skriv varför ni återkallar ansökan.") == 2, "in the summary and beside the field"


def test_withdraw_by_an_editor_or_of_a_draft(client_for, owner, colleague):
    draft = factories.make_application(user=owner)
    assert client_for(owner).get(url("withdraw", draft)).status_code == 403
    sent = send(draft, owner)
    assert client_for(colleague).post(url("withdraw", sent), {"reason": "x"}).status_code == 403


def test_the_page_of_a_decided_one(client_for, owner, officer):
    sent = assessed(factories.make_application(user=owner), owner, officer)
    services.grant_application(application_id=sent.pk, actor=officer, amount=250_000)
    found = text(client_for(owner).get(url("my_detail", sent)))
    assert "Ni har beviljats 250 000 kr." in found


# --- Somebody was faster ------------------------------------------------------------------------------
def test_sent_by_a_colleague_while_asked_to_delete(client_for, draft, owner, monkeypatch):
    def sent_meanwhile(user, application):
        send(application, owner)
        return True

    monkeypatch.setattr("applications.rules.may_write", sent_meanwhile)
    response = client_for(owner).post(url("delete", draft), follow=True)
    assert "Ansökan är inskickad och kan inte tas bort. Ni kan återkalla den." in text(response)
    assert Application.objects.get().status == "submitted"


def test_withdrawn_by_a_colleague_meanwhile(client_for, sent, owner, monkeypatch):
    def withdrawn_meanwhile(user, application):
        services.withdraw_application(application_id=application.pk, actor=owner, reason="Först")
        return True

    with monkeypatch.context() as race:
        race.setattr("applications.rules.may_withdraw", withdrawn_meanwhile)
        response = client_for(owner).post(url("withdraw", sent), {"reason": "Sedan"})
    assert response.headers["Location"] == url("my_detail", sent)
    found = text(client_for(owner).get(url("my_detail", sent)))
    assert "Ni har återkallat ansökan." in found
    assert sent.case.records.count() == 2, "one withdrawal only"
