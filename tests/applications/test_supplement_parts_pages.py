"""The pages of a komplettering by parts, and files that go with letters, requests and answers."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.checks import Step
from applications.models import Application, SupplementRequest
from applications.parts import ApplicantPart, seen_mark
from tests import factories
from tests.applications.judging import assign, declare, hand_in
from tests.applications.sending import send
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)


@pytest.fixture
def sent(owner, officer):
    """``officer`` has answered that there is no jäv."""
    draft = factories.make_application(user=owner)
    factories.make_criterion(call=draft.call)
    made = send(draft, owner)
    declare(made, officer)
    return made


@pytest.fixture
def asked(sent, officer):
    return services.ask_for_supplement(
        application_id=sent.pk,
        actor=officer,
        text="Vem svarar vi?",
        due_on=timezone.localdate() + timedelta(days=14),
        parts={Step.APPLICANT: "Telefonen fungerar inte."},
    )


@pytest.fixture
def copy(asked):
    return Application.objects.get(answering=asked)


def url(name, application, **more):
    return reverse(f"applications:{name}", kwargs={"pk": application.pk, **more})


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def typed(copy, **changes):
    part = {"contact_name": "Karin Ny", "contact_email": "karin@example.org", "contact_phone": "063-10 00 09"}
    return {"version": seen_mark(copy, ApplicantPart.read(copy)), **part, **changes}


def picture(name="kvitto.png"):
    return SimpleUploadedFile(name, PNG, content_type="image/png")


# --- The officer asks -------------------------------------------------------------------------------------
def test_the_officer_opens_parts_and_says_what_is_missing(client_for, officer, sent):
    client, address = client_for(officer), url("officer_supplement", sent)
    due_on = f"{timezone.localdate() + timedelta(days=10):%Y-%m-%d}"
    data = {"text": "Räkna om.", "due_on": due_on}
    page = text(client.get(address))
    assert "Delar som sökanden får ändra" in page
    assert "Utlysningens frågor" not in page, "the call has none"
    for wrong, said in [
        ({}, "Markera minst en del"),
        ({"open_budget": "on", "words_only": "on"}, "svaret ges antingen i ord eller i delarna"),
        ({"missing_projekt": "Målen", "words_only": "on"}, "Markera Projektet, eller ta bort texten."),
    ]:
        refused = client.post(address, data | wrong)
        assert refused.status_code == 422
        assert said in text(refused)
        assert "Räkna om." in text(refused)
    response = client.post(
        address, data | {"open_budget": "on", "missing_budget": "Timmarna.", "open_finansiering": "on"}
    )
    assert response.status_code == 302
    request = SupplementRequest.objects.get()
    assert list(request.parts.values_list("step", "text")) == [("budget", "Timmarna."), ("finansiering", "")]
    assert "Timmarna." in text(client.get(address))


# --- The applicant changes and sends ----------------------------------------------------------------------
def test_the_whole_way(client_for, officer, owner, sent, asked, copy):
    client = client_for(owner)
    assert url("supplement", sent) in client.get(url("my_detail", sent)).content.decode()
    page = client.get(url("supplement", sent))
    assert url("step_applicant", copy) in page.content.decode()
    assert "Telefonen fungerar inte." in text(page)
    step = client.get(url("step_applicant", copy))
    assert f"Ni kompletterar {sent.case}" in text(step)
    assert "Ta bort utkastet" not in text(step)
    saved = client.post(url("step_applicant", copy), typed(copy) | {"fortsatt": "1"})
    assert saved.headers["Location"] == url("supplement_review", sent)
    review = client.get(url("supplement_review", sent))
    for word in ("Kontaktperson", "Olga", "Karin", "Ändrad"):
        assert word in text(review)
    assert "Karin Ny" not in text(client_for(officer).get(url("officer_detail", sent))), "not yet"
    copy.refresh_from_db()
    data = {"supplement": asked.pk, "version": copy.version, "answer": "Ring Karin."}
    done = client.post(url("supplement_send", sent), data)
    assert done.headers["Location"] == url("my_detail", sent)
    detail = client.get(url("my_detail", sent))
    assert "Karin Ny" in text(detail)
    assert "Ring Karin." in text(detail)
    asked.refresh_from_db()
    data_file = asked.answer_record.files.get()
    assert client.get(url("my_file", sent, file_pk=data_file.pk)).status_code == 200
    staff = client_for(officer)
    shown = staff.get(url("officer_detail", sent))
    assert "Ansökan är kompletterad" in text(shown)
    changes = url("officer_supplement_changes", sent, supplement_pk=asked.pk)
    assert changes in shown.content.decode()
    compared = staff.get(changes).content.decode()
    assert "<del>" in compared
    assert "<ins>" in compared
    assert "[bara i kompletteringen: " in compared, "not by colour alone"
    assert client.get(url("supplement", sent)).headers["Location"] == url("my_detail", sent)
    assert client.get(url("supplement_review", sent)).headers["Location"] == url("my_detail", sent)
    assert client.post(url("supplement_send", sent), data).headers["Location"] == url("my_detail", sent)


def test_other_steps_are_shut(client_for, owner, sent, copy):
    client = client_for(owner)
    for name in ("step_budget", "step_project", "step_attachments"):
        assert client.get(url(name, copy)).headers["Location"] == url("supplement", sent)
        assert client.post(url(name, copy), {"title": "Nytt"}).status_code == 403
    for name in ("my_detail", "review"):
        assert client.get(url(name, copy)).status_code == 302
    assert client.post(url("submit", copy), {"version": 1}).status_code == 403
    assert client.post(url("delete", copy)).status_code == 403
    assert url("step_applicant", copy) not in client.get(reverse("applications:my_list")).content.decode()
    copy.refresh_from_db()
    assert copy.status == "changing"


def test_what_is_typed_when_it_has_ended_is_kept(client_for, officer, owner, sent, asked, copy):
    client = client_for(owner)
    data = typed(copy)
    services.stop_asking(application_id=sent.pk, actor=officer, reason="Vi ringde.")
    response = client.post(url("step_applicant", copy), data)
    assert response.status_code == 409
    assert "Kompletteringen är skickad eller avslutad" in text(response)
    assert "Karin Ny" in response.content.decode()
    assert client.get(url("step_applicant", copy)).headers["Location"] == url("supplement", sent)
    late = client.post(
        url("supplement_send", sent), {"supplement": asked.pk, "version": 1, "answer": "Ja"}, follow=True
    )
    assert "tar inte längre emot svar" in text(late)
    removed = client.get(reverse("applications:removed"))
    assert url("draft_text", copy) in removed.content.decode()
    assert url("restore", copy) not in removed.content.decode()
    assert client.get(url("draft_text", copy)).status_code == 200
    assert client.post(url("restore", copy), follow=True).status_code == 200
    copy.refresh_from_db()
    assert copy.status == "discarded"


def test_what_stops_it_is_said_with_the_words_kept(client_for, owner, colleague, sent, asked, copy):
    client, address = client_for(owner), url("supplement_send", sent)
    data = {"supplement": asked.pk, "version": copy.version, "answer": ""}
    assert "Inget är ändrat." in text(client.post(address, data))
    stale = client.post(address, data | {"version": copy.version + 1, "answer": "Mitt svar"})
    assert stale.status_code == 409
    assert "Mitt svar" in stale.content.decode()
    assert client.post(address, data | {"version": "x"}).status_code == 422
    attests = client_for(colleague)
    page = attests.get(url("supplement_review", sent))
    assert "Du är inte firmatecknare i portalen." in text(page)
    refused = attests.post(address, data | {"answer": "Ja", "authority_attested": "on"})
    assert refused.status_code == 422
    assert "be handläggaren att öppna Bilagor" in text(refused)
    assert client.get(address).headers["Location"] == url("supplement_review", sent)


def test_a_change_that_breaks_a_closed_step_is_told(client_for, owner, officer, sent):
    asked = services.ask_for_supplement(
        application_id=sent.pk,
        actor=officer,
        text="Räkna om.",
        due_on=timezone.localdate(),
        parts={Step.BUDGET: ""},
    )
    copy = Application.objects.get(answering=asked)
    copy.budget_lines.get().amounts.filter(year=copy.starts_on.year).update(amount=300_001)
    page = text(client_for(owner).get(url("supplement_review", sent)))
    assert "i delar som inte är öppna" in page
    assert "Finansiering:" in page
    assert "Totala kostnader" in page


@pytest.mark.parametrize("who", ["stranger", "officer"])
def test_strangers_find_neither_the_copy_nor_its_pages(client_for, sent, copy, request, who):
    client = client_for(request.getfixturevalue(who))
    for name, row in [("step_applicant", copy), ("supplement_review", sent), ("supplement_send", sent)]:
        assert client.get(url(name, row)).status_code == 404


def test_a_signatory_who_does_not_write_reads_and_sends(client_for, organisation, sent, asked, copy):
    signatory = factories.make_user("signatory@example.org")
    factories.make_membership(user=signatory, organisation=organisation, role="signatory", is_signatory=True)
    client = client_for(signatory)
    assert url("step_applicant", copy) not in client.get(url("supplement", sent)).content.decode()
    assert client.post(url("step_applicant", copy), typed(copy)).status_code == 403
    review = client.get(url("supplement_review", sent))
    assert "Skicka kompletteringen" in text(review)
    assert url("step_applicant", copy) not in review.content.decode()
    data = {"supplement": asked.pk, "version": copy.version, "answer": "Allt stämmer."}
    assert client.post(url("supplement_send", sent), data).headers["Location"] == url("my_detail", sent)


# --- The officer ends it ----------------------------------------------------------------------------------
def test_the_officer_notes_that_no_answer_came(client_for, officer, sent, asked):
    client = client_for(officer)
    address = url("officer_supplement_unanswered", sent)
    assert client.post(address, {"none_form-reason": "Tyst."}).status_code == 422, "not before the last day"
    SupplementRequest.objects.filter(pk=asked.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert "Notera som obesvarad" in text(client.get(url("officer_supplement", sent)))
    assert client.post(address, {"none_form-reason": "Tyst."}).status_code == 302
    assert "Obesvarad" in text(client.get(url("officer_supplement", sent)))


# --- Who has assessed before ------------------------------------------------------------------------------
def test_who_scored_before_the_change_is_told(client_for, officer, owner, assessor, sent):
    assign(sent, officer, assessor)
    declare(sent, assessor)
    hand_in(sent, assessor, 3)
    asked = services.ask_for_supplement(
        application_id=sent.pk,
        actor=officer,
        text="Mer.",
        due_on=timezone.localdate(),
        parts={Step.PROJECT: ""},
    )
    client = client_for(assessor)
    client.get(url("assessment", sent))
    before = count_queries(lambda: client.get(url("assessment", sent)))
    services.send_supplement(
        application_id=sent.pk, supplement_id=asked.pk, actor=owner, arrived_at=timezone.now(), answer="Ja."
    )
    page = text(client.get(url("assessment", sent)))
    assert "efter att du lämnade din bedömning" in page
    assert "Vad som ändrades" in page
    assert "Före kompletteringen" in page
    assert "Ja." in page
    assert count_queries(lambda: client.get(url("assessment", sent))) <= before + 4
    assert "Före kompletteringen" in text(client_for(officer).get(url("assessment", sent)))


# --- Files with letters -----------------------------------------------------------------------------------
def test_files_go_with_letters_both_ways(client_for, officer, owner, stranger, sent):
    for who, name, opens in [
        (owner, "letters", "my_file"),
        (officer, "officer_letters", "officer_file"),
    ]:
        client = client_for(who)
        data = {"subject": "Kvitto", "text": "Se filerna.", "uploads": [picture(), picture()]}
        assert client.post(url(name, sent), data).status_code == 302
        letter = sent.letters.last()
        names = sorted(file.filename for file in letter.record.files.all())
        assert names[0] == "kvitto (2).png"
        assert names[1] == "kvitto.png"
        file = letter.record.files.get(filename="kvitto.png")
        address = url(opens, sent, file_pk=file.pk)
        assert address in client.get(url(name, sent)).content.decode()
        opened = client.get(address)
        assert b"".join(opened.streaming_content) == PNG
        assert client_for(stranger).get(url("my_file", sent, file_pk=file.pk)).status_code == 404
    assert client_for(owner).get(url("my_file", sent, file_pk=file.pk)).status_code == 200, (
        "what we sent them"
    )


def test_a_file_that_is_not_what_it_says_is_refused_and_the_words_stay(client_for, owner, sent):
    liar = SimpleUploadedFile("bild.png", b"MZ\x90\x00 inte en bild", content_type="image/png")
    many = [picture(f"{number}.png") for number in range(11)]
    for uploads, said in [([picture(), liar], "bild.png:"), (many, "högst 10 filer")]:
        data = {"subject": "Kvitto", "text": "Se filen.", "uploads": uploads}
        response = client_for(owner).post(url("letters", sent), data)
        assert response.status_code == 422
        assert said in text(response)
        assert "Se filen." in response.content.decode()
    assert not sent.letters.exists()


def test_files_go_with_a_request_and_an_answer_in_words(client_for, officer, owner, sent):
    due_on = f"{timezone.localdate():%Y-%m-%d}"
    data = {"text": "Fyll i mallen.", "due_on": due_on, "words_only": "on", "uploads": picture("mall.png")}
    client_for(officer).post(url("officer_supplement", sent), data)
    asked = SupplementRequest.objects.get()
    client = client_for(owner)
    template = asked.record.files.get(filename="mall.png")
    assert url("my_file", sent, file_pk=template.pk) in client.get(url("supplement", sent)).content.decode()
    answer = {
        "supplement": asked.pk,
        "answer": "Här.",
        "secret_reason": "Recept",
        "uploads": picture("ifylld.png"),
    }
    assert client.post(url("supplement", sent), answer).status_code == 302
    asked.refresh_from_db()
    assert asked.answer_secret_reason == "Recept"
    filled = asked.answer_record.files.get(filename="ifylld.png")
    assert url("my_file", sent, file_pk=filled.pk) in client.get(url("my_detail", sent)).content.decode()
