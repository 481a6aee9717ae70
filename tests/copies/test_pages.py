"""The pages where copies are asked for, followed and answered."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from s3portal.audit.models import Event
from s3portal.copies import services
from s3portal.copies.models import CopyRequest
from s3portal.diary.enums import CaseStatus, Direction
from s3portal.diary.models import Case
from s3portal.diary.services import assign_case, register_record, store_record_file
from s3portal.home.staff_queries import staff_start
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries
from tests.proving import prove
from tests.small_files import PDF, small_pdf

LIST = "/handlaggning/begaran/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return factories.make_case(title="Stöd till Kvantlyft", counterpart="Kvantlyft AB")


@pytest.fixture
def file(case):
    record = register_record(actor=None, case=case, direction=Direction.INCOMING, title="Ansökan")
    return store_record_file(
        record=record, filename="ansokan.pdf", content_type="application/pdf", content=PDF
    )


@pytest.fixture
def made(case, file):
    return services.request_copy(case_id=case.pk, record_number=1, wish="", way="here")


def address(case):
    return f"/diarium/{case.slug}/begar/"


def content(response):
    return response.content.decode()


# --- The public -------------------------------------------------------------------------------------------
def test_anybody_asks_from_the_diary_and_follows_it(client, client_for, registrar, case, file):
    page = content(client.get(f"/diarium/{case.slug}/"))
    assert f"{address(case)}?handling=1" in page
    form = content(client.get(f"{address(case)}?handling=1"))
    assert '<option value="1" selected>1. Ansökan</option>' in form
    assert "Du behöver inte säga vem du är" in form
    response = client.post(address(case), {"record": "1", "way": "here"})
    made = CopyRequest.objects.get()
    assert response.headers["Location"] == f"/diarium/begaran/{made.token}/"
    followed = client.get(response.headers["Location"])
    page = content(followed)
    assert made.reference in page
    assert "Väntar på prövning" in page
    assert followed.headers["X-Robots-Tag"] == "noindex"
    assert followed.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in followed.headers["Cache-Control"]
    fetch = f"/diarium/begaran/{made.token}/filer/{file.pk}/"
    assert client.get(fetch).status_code == 404
    services.release_copy(actor=registrar, request_id=made.pk, files=[file.pk], message="Varsågod.")
    page = content(client.get(response.headers["Location"]))
    assert fetch in page
    assert "Varsågod." in page
    fetched = client.get(fetch)
    assert b"".join(fetched.streaming_content) == PDF
    assert fetched.headers["Content-Disposition"] == 'attachment; filename="ansokan.pdf"'
    services.clear_requesters(now=timezone.now() + timedelta(days=61))
    assert client.get(fetch).status_code == 404
    assert "Filerna visas inte längre här" in content(client.get(response.headers["Location"]))


def test_only_what_was_given_out_is_fetched(client, registrar, case, file, made):
    other = store_record_file(
        record=file.record, filename="b.pdf", content_type="application/pdf", content=PDF
    )
    services.release_copy(actor=registrar, request_id=made.pk, files=[file.pk])
    assert client.get(f"/diarium/begaran/{made.token}/filer/{other.pk}/").status_code == 404
    assert client.get(f"/diarium/begaran/{uuid.uuid4()}/filer/{file.pk}/").status_code == 404
    assert client.get(f"/diarium/begaran/{uuid.uuid4()}/").status_code == 404
    assert client.post(f"/diarium/begaran/{uuid.uuid4()}/beslut/").status_code == 404


def test_a_protected_title_is_not_told_by_the_form(client, case, file):
    factories.mark_secret(case, "passage", passage="Kvantlyft")
    factories.mark_secret(case, "record", record=file.record)
    page = content(client.get(address(case)))
    assert "Kvantlyft" not in page
    assert "1. [Skyddat]" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"wish": ""}, "Välj en handling, eller skriv vad du vill läsa."),
        ({"record": "9"}, "Välj ett giltigt alternativ"),
        ({"record": "x"}, "Välj ett giltigt alternativ"),
        ({"way": ""}, "Välj hur du vill få kopiorna."),
        ({"way": "link", "email": ""}, "Skriv din e-postadress"),
        ({"email": "ulla"}, "Skriv e-postadressen som"),
        ({"email": f"ulla@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example"}, "högst 254 tecken"),
        ({"lamna_tomt": "x"}, "ett program fyllde i"),
        ({"name": "a" * 151}, "1 tecken för lång"),
    ],
)
def test_what_is_to_be_put_right_and_nothing_typed_is_lost(client, case, file, fields, sentence):
    response = client.post(address(case), {"wish": "Budgeten i ansökan", "way": "here"} | fields)
    assert response.status_code == 422
    assert sentence in content(response)
    if "wish" not in fields:
        assert "Budgeten i ansökan</textarea>" in content(response)
    assert not CopyRequest.objects.exists()


def test_too_many_from_one_place_are_told_to_wait(client, case, file, settings, monkeypatch):
    monkeypatch.setattr("s3portal.copies.views.public.may_send", lambda request, form, action: False)
    response = client.post(address(case), {"record": "1", "way": "here"})
    assert response.status_code == 429
    assert not CopyRequest.objects.exists()


def test_a_cancelled_case_offers_no_form(client, case):
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.CANCELLED)
    assert address(case) not in content(client.get(f"/diarium/{case.slug}/"))
    assert "makulerat" in content(client.get(address(case)))
    response = client.post(address(case), {"wish": "Allt", "way": "here"})
    assert response.status_code == 422


@pytest.mark.parametrize("slug", ["RUN-1-1999", "begaran", "x"])
def test_a_case_that_is_not_there(client, slug):
    assert client.get(f"/diarium/{slug}/begar/").status_code == 404


def test_who_got_masked_copies_asks_for_a_decision(client, registrar, case, file, made):
    services.mask_copy(
        actor=registrar, request_id=made.pk, files=[file.pk], provision="OSL 30 kap. 27 §", reason="Planer."
    )
    follow = f"/diarium/begaran/{made.token}/"
    page = content(client.get(follow))
    assert "OSL 30 kap. 27 §" in page
    assert "Begär ett skriftligt beslut" in page
    assert "har tagit emot att du vill ha" in content(client.post(f"{follow}beslut/", follow=True))
    assert "Begär ett skriftligt beslut" not in content(client.get(follow))
    refused = services.refuse_copy(
        actor=registrar,
        request_id=made.pk,
        provision="OSL 30 kap. 27 §",
        reason="Planer.",
        authority=factories.let_refuse(registrar),
    )
    page = content(client.get(follow))
    assert "med hur du överklagar" in page
    assert client.get(f"{follow}filer/{refused.decision_id}/").status_code == 200


# --- The region -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("persona", "reads", "answers"),
    [
        ("registrar", 200, 200),
        ("officer", 200, 200),
        ("second_officer", 200, 403),
        ("delegate_user", 200, 403),
        ("admin_user", 200, 403),
        ("member", 403, 403),
        ("assessor", 403, 403),
        ("owner", 403, 403),
    ],
)
def test_who_reads_and_who_answers(
    request, client_for, registrar, officer, case, made, persona, reads, answers
):
    assign_case(actor=registrar, case=case, officer=officer)
    client = client_for(request.getfixturevalue(persona))
    assert client.get(LIST).status_code == reads
    page = client.get(f"{LIST}{made.pk}/")
    assert page.status_code == reads
    for step in ("lamna-ut", "maskera", "avsluta"):
        assert client.get(f"{LIST}{made.pk}/{step}/").status_code == answers, step
        assert client.post(f"{LIST}{made.pk}/{step}/").status_code == (422 if answers == 200 else 403), step
        if reads == 200:
            assert (f"{LIST}{made.pk}/{step}/" in content(page)) == (answers == 200)
    # Nobody here holds a clause for it.
    assert client.get(f"{LIST}{made.pk}/avsla/").status_code == 403


def test_what_is_not_there_is_not_found(client_for, registrar, made):
    client = client_for(registrar)
    for path in ("999999/", "999999/avsla/", f"{made.pk}/annat/"):
        assert client.get(f"{LIST}{path}").status_code == 404


def test_the_registrar_tries_and_releases(client_for, registrar, case, file, made):
    client = client_for(registrar)
    assert made.reference in content(client.get(LIST))
    step = f"{LIST}{made.pk}/lamna-ut/"
    form = client.get(step).context["form"]
    assert form.fields["chosen"].initial == [file.pk]
    untried = client.post(step, {"chosen": [file.pk], "message": "Hej"})
    assert untried.status_code == 422
    assert "Pröva sekretessen först" in content(untried)
    assert "Hej</textarea>" in content(untried)
    page = content(client.post(step, {"chosen": [file.pk], "tried": "on"}, follow=True))
    assert "Kopiorna är utlämnade." in page
    assert "Utlämnad i sin helhet" in page
    assert "ansokan.pdf" in page
    assert made.reference not in content(client.get(LIST))
    assert made.reference in content(client.get(f"{LIST}?urval=besvarade"))
    again = client.post(step, {"chosen": [file.pk], "tried": "on"})
    assert "redan besvarad" in content(again)


def test_a_marked_file_is_not_chosen_beforehand(client_for, registrar, case, file, made):
    factories.mark_secret(case, "file", record=file.record, file=file)
    client, step = client_for(registrar), f"{LIST}{made.pk}/lamna-ut/"
    response = client.get(step)
    assert response.context["form"].fields["chosen"].initial == []
    assert "ansokan.pdf, märkt som hemligt" in content(response)
    refused = client.post(step, {"chosen": [file.pk], "tried": "on"})
    assert "Skriv varför det lämnas ut" in content(refused)
    client.get(f"{LIST}{made.pk}/")
    assert Event.objects.filter(action="protected_read", object_id=case.pk).count() == 1


def test_the_registrar_masks_with_a_file_and_refuses(client_for, registrar, case, file, made):
    client = client_for(registrar, fresh=True)
    typed = {"provision": "30:27", "reason": "Planer.", "tried": "on"}
    upload = SimpleUploadedFile("maskad.pdf", small_pdf(b"%m"))
    page = content(client.post(f"{LIST}{made.pk}/maskera/", typed | {"uploads": [upload]}, follow=True))
    assert "De maskade kopiorna är utlämnade." in page
    assert "maskad.pdf" in page
    assert client.get(f"{LIST}{made.pk}/avsla/").status_code == 403
    assert "den som har en punkt i delegationsordningen" in content(client.get(f"{LIST}{made.pk}/"))
    key = factories.let_refuse(registrar)
    refused = client.post(f"{LIST}{made.pk}/avsla/", typed | {"provision": "other"})
    assert "Välj vilken punkt i delegationsordningen" in content(refused)
    assert "Skriv vilken bestämmelse" in content(refused)
    page = content(client.post(f"{LIST}{made.pk}/avsla/", typed | {"authority": key}, follow=True))
    assert "Beslutet är gjort och registrerat i diariet." in page
    assert "OSL 30 kap. 27 §" in page


def test_an_answered_request_is_not_answered_again(client_for, registrar, made):
    services.close_request(actor=registrar, request_id=made.pk, message="Begäran togs tillbaka.")
    page = f"/handlaggning/begaran/{made.pk}/"
    for step in ("lamna-ut", "maskera", "avsluta"):
        shown = client_for(registrar).get(f"{page}{step}/", follow=True)
        assert shown.redirect_chain == [(page, 302)], step
        assert "Begäran är redan besvarad: " in shown.content.decode()
    sent = client_for(registrar).post(f"{page}avsluta/", {"message": "En gång till."})
    assert sent.status_code == 422
    assert "En gång till." in sent.content.decode()


def test_who_refuses_proves_who_they_are_and_loses_nothing(client_for, registrar, made):
    typed = {
        "provision": "30:27",
        "reason": "Planer.",
        "tried": "on",
        "authority": factories.let_refuse(registrar),
    }
    step, client = f"{LIST}{made.pk}/avsla/", client_for(registrar)
    asked = client.post(step, typed)
    assert asked["location"].startswith("/konto/reauthenticate/?next=")
    made.refresh_from_db()
    assert made.is_waiting
    done = prove(client, asked, follow=True)
    assert "Beslutet är gjort och registrerat i diariet." in content(done)


def test_the_registrar_says_that_a_refusal_is_final(client_for, registrar, officer, case, made):
    services.refuse_copy(
        actor=registrar,
        request_id=made.pk,
        provision="OSL 30:27",
        reason="Hemligt.",
        authority=factories.let_refuse(registrar),
    )
    page, step = f"{LIST}{made.pk}/", f"{LIST}{made.pk}/laga-kraft/"
    listed = content(client_for(registrar).get(f"{LIST}?urval=avslag"))
    assert made.reference in listed
    assert step in content(client_for(registrar).get(page))
    assert step not in content(client_for(officer).get(page))
    assert client_for(officer).post(step).status_code == 403
    early = content(client_for(registrar).post(step, follow=True))
    assert "kan överklagas minst till och med" in early
    CopyRequest.objects.filter(pk=made.pk).update(refused_at=timezone.now() - timedelta(days=30))
    assert "Avslaget har fått laga kraft" in content(client_for(registrar).post(step, follow=True))
    assert step not in content(client_for(registrar).get(page))
    assert "Inget avslag väntar" in content(client_for(registrar).get(f"{LIST}?urval=avslag"))


def test_a_file_that_is_not_taken_is_told_beside_its_field(client_for, registrar, made):
    typed = {"provision": "30:27", "reason": "Planer.", "tried": "on"}
    response = client_for(registrar).post(
        f"{LIST}{made.pk}/maskera/", typed | {"uploads": [SimpleUploadedFile("a.pdf", b"text")]}
    )
    assert response.status_code == 422
    assert "a.pdf" in response.context["form"].errors["uploads"][0]


def test_the_question_of_jav_comes_first(client_for, officer, owner):
    application = send(factories.make_application(user=owner), owner)
    made = services.request_copy(case_id=application.case_id, record_number=None, wish="Allt", way="here")
    client = client_for(officer)
    for path in (f"{LIST}{made.pk}/", f"{LIST}{made.pk}/avsla/"):
        assert "/jav/" in client.get(path).headers["Location"]
    declare(application, officer, ground="other", text="Min syster.")
    assert client.get(f"{LIST}{made.pk}/").status_code == 403


def test_the_list_has_the_longest_waiting_first_and_costs_the_same(client_for, registrar, case, made):
    client = client_for(registrar)
    one = count_queries(lambda: client.get(LIST))
    older = CopyRequest.objects.create(
        case=factories.make_case(), wish="x", way="here", received_at=timezone.now() - timedelta(days=4)
    )
    services.request_copy(case_id=case.pk, record_number=None, wish="Mer", way="here")
    assert count_queries(lambda: client.get(LIST)) == one
    response = client.get(LIST)
    assert response.context["page"][0] == older
    assert '<td data-label="Dagar">4</td>' in content(response)
    boxes = {todo.label: (todo.count, todo.text) for todo in staff_start(registrar).todos}
    assert boxes["Begäran om handlingar"] == (3, "Äldst: 4 dagar")


def test_an_empty_list_says_so(client_for, registrar):
    client = client_for(registrar)
    assert "Ingen väntar på svar" in content(client.get(LIST))
    assert "Ingen begäran är besvarad än" in content(client.get(f"{LIST}?urval=besvarade"))
