"""The pages of what is done in the diary by hand."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from s3portal.diary.enums import CaseStatus, Confirmation
from s3portal.diary.models import Case
from s3portal.diary.services import close_case, open_by_hand, register_by_hand
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.counting import count_queries
from tests.small_files import PDF

LIST = "/handlaggning/diarium/"


@pytest.fixture
def case(registrar):
    return open_by_hand(actor=registrar, title="Remiss om vägnätet", counterpart="Trafikverket")


@pytest.fixture
def record(registrar, case):
    return register_by_hand(
        actor=registrar,
        case_id=case.pk,
        direction="incoming",
        title="Remissen",
        dated_on=timezone.localdate(),
    )


def pages_of(case):
    """The last part of each address → the roles that may open it."""
    both, one = {"officer", "registrar"}, {"registrar"}
    return {
        f"{case.pk}/registrera/": both,
        f"{case.pk}/avsluta/": both,
        f"{case.pk}/oppna-igen/": both,
        f"{case.pk}/andra/": one,
        f"{case.pk}/makulera/": one,
        f"{case.pk}/handlingar/1/makulera/": one,
        "nytt/": both,
    }


@pytest.mark.parametrize(
    "persona", ["officer", "registrar", "delegate_user", "admin_user", "member", "assessor", "owner"]
)
def test_who_opens_which_page(request, client_for, record, persona):
    client = client_for(request.getfixturevalue(persona))
    for path, allowed in pages_of(record.case).items():
        expected = 200 if persona in allowed else 403
        assert client.get(f"{LIST}{path}").status_code == expected, path
        # An empty form changes nothing, and says what is missing.
        expected = 422 if persona in allowed else 403
        assert client.post(f"{LIST}{path}").status_code == expected, path
    record.case.refresh_from_db()
    assert (record.case.is_open, record.case.records.count(), Case.objects.count()) == (True, 1, 1)


def test_what_is_not_there_is_not_found(client_for, registrar, record):
    client = client_for(registrar)
    for path in pages_of(Case(pk=999_999)):
        if path != "nytt/":
            assert client.get(f"{LIST}{path}").status_code == 404, path
    assert client.get(f"{LIST}{record.case_id}/handlingar/2/makulera/").status_code == 404


def test_a_letter_by_post_becomes_a_record_that_everybody_knows_of(client_for, client, registrar, officer):
    staff = client_for(registrar)
    assert "Öppna ärende" in staff.get(LIST).content.decode()
    opened = staff.post(
        f"{LIST}nytt/", {"title": "Remiss", "counterpart": "Trafikverket", "officer": officer.pk}
    )
    case = Case.objects.get()
    assert opened.headers["Location"] == f"{LIST}{case.pk}/registrera/"
    assert f"Ärende {case} är öppnat." in staff.get(opened.headers["Location"]).content.decode()
    sent = {
        "direction": "incoming",
        "title": "Remiss om vägnätet",
        "counterpart": "Trafikverket",
        "dated_on": "2026-01-05",
        "dated_time": "kl 14",
        "uploads": [SimpleUploadedFile("remiss.pdf", PDF)],
    }
    refused = staff.post(opened.headers["Location"], sent)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Skriv klockslaget som 14.30." in page
    assert 'value="Remiss om vägnätet"' in page, "what was typed stays"
    sent |= {"dated_time": "14.30", "uploads": [SimpleUploadedFile("remiss.pdf", PDF)]}
    page = staff.post(opened.headers["Location"], sent, follow=True).content.decode()
    assert "Handling 1 är registrerad." in page
    assert "remiss.pdf" in page
    assert "2026-01-05 14.30" in page
    assert "Registrerad för hand" in page
    public = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "1. Remiss om vägnätet" in public
    assert "remiss.pdf" not in public


def test_a_file_that_is_not_taken_is_told_beside_its_field(client_for, registrar, case):
    sent = {
        "direction": "incoming",
        "title": "Remiss",
        "dated_on": timezone.localdate().isoformat(),
        "uploads": [SimpleUploadedFile("a.pdf", b"text")],
    }
    response = client_for(registrar).post(f"{LIST}{case.pk}/registrera/", sent)
    assert response.status_code == 422
    assert response.context["form"].errors["uploads"][0].startswith("a.pdf: Filtypen kan inte tas emot")


def test_the_series_is_asked_for_only_when_there_is_a_choice(client_for, registrar):
    client = client_for(registrar)
    assert "Nummerserie" not in client.get(f"{LIST}nytt/").content.decode()
    factories.make_case(prefix="RS")
    assert "Nummerserie" in client.get(f"{LIST}nytt/").content.decode()
    client.post(f"{LIST}nytt/", {"title": "Remiss", "series": "RS"})
    assert Case.objects.get(title="Remiss").prefix == "RS"


def test_a_cancelled_record_is_seen_as_such_by_everybody(client_for, client, registrar, record):
    case, staff = record.case, client_for(registrar)
    path = f"{LIST}{case.pk}/handlingar/1/makulera/"
    assert path in staff.get(f"{LIST}{case.pk}/").content.decode()
    page = staff.post(path, {"reason": "Hör till ett annat ärende"}, follow=True).content.decode()
    assert "Handling 1 är makulerad." in page
    assert "Hör till ett annat ärende" in page
    assert path not in page
    again = staff.post(path, {"reason": "Igen"})
    assert again.status_code == 422
    assert "Handlingen är redan makulerad." in again.content.decode()
    public = client.get(f"/diarium/{case.slug}/").content.decode()
    assert "1. Remissen" in public
    assert "Makulerad" in public
    assert "Hör till ett annat ärende" not in public


def test_a_case_is_closed_and_opened_again(client_for, officer, record):
    case, client = record.case, client_for(officer)
    page = client.get(f"{LIST}{case.pk}/avsluta/").content.decode()
    assert "Ärendet har ingen handläggare." in page
    short = client.post(f"{LIST}{case.pk}/avsluta/", {"confirmed": Confirmation.values[:1]})
    assert short.status_code == 422
    assert "Gå igenom hela listan" in short.content.decode()
    page = client.post(
        f"{LIST}{case.pk}/avsluta/", {"confirmed": Confirmation.values}, follow=True
    ).content.decode()
    assert "Ärendet är avslutat." in page
    assert "Kontrollerat: Alla handlingar som hör till ärendet är registrerade" in page
    assert f"{LIST}{case.pk}/oppna-igen/" in page
    assert (
        "Ärendet är avslutat. Öppna det igen" in client.get(f"{LIST}{case.pk}/registrera/").content.decode()
    )
    page = client.post(
        f"{LIST}{case.pk}/oppna-igen/", {"reason": "Ett yttrande kom in"}, follow=True
    ).content.decode()
    assert "Ärendet är öppet igen." in page
    assert "Skäl: Ett yttrande kom in" in page


def test_what_stands_in_the_way_is_shown_and_refused(client_for, officer, case):
    factories.make_decision(user=officer, case=case, title="Yttrande")
    client = client_for(officer)
    assert (
        "Beslutet ”Yttrande” är inte undertecknat."
        in client.get(f"{LIST}{case.pk}/avsluta/").content.decode()
    )
    assert client.post(f"{LIST}{case.pk}/avsluta/", {"confirmed": Confirmation.values}).status_code == 422
    case.refresh_from_db()
    assert case.is_open


def test_a_cancelled_case_says_so_and_offers_nothing(client_for, client, registrar, case):
    staff = client_for(registrar)
    assert "Det går inte att ångra" in staff.get(f"{LIST}{case.pk}/makulera/").content.decode()
    page = staff.post(f"{LIST}{case.pk}/makulera/", {"reason": "Dubblett"}, follow=True).content.decode()
    assert f"Ärende {case} är makulerat." in page
    for offered in ("registrera", "avsluta", "andra", "makulera", "oppna-igen", "tilldela"):
        assert f"{LIST}{case.pk}/{offered}/" not in page
    assert "Numret används inte igen" in client.get(f"/diarium/{case.slug}/").content.decode()
    case.refresh_from_db()
    assert case.status == CaseStatus.CANCELLED


def test_two_who_change_at_once_do_not_overwrite_each_other(client_for, registrar, case):
    client, path = client_for(registrar), f"{LIST}{case.pk}/andra/"
    assert 'value="Remiss om vägnätet"' in client.get(path).content.decode()
    mine = {"title": "Min", "counterpart": "Trafikverket", "reason": "Skrivfel", "seen_changes": "0"}
    page = client.post(path, mine, follow=True).content.decode()
    assert "Ärendemeningen var ”Remiss om vägnätet” och blev ”Min”." in page
    refused = client.post(path, mine | {"title": "Din"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Det heter nu ”Min”" in page
    assert 'value="Din"' in page
    assert 'name="seen_changes" value="1"' in page, "who has read it may save"
    client.post(path, mine | {"title": "Din", "counterpart": "", "seen_changes": "1"})
    page = client.get(f"{LIST}{case.pk}/").content.decode()
    assert "Motparten var Trafikverket och blev inte angiven." in page


def test_the_question_of_jav_comes_first(client_for, owner, officer, second_officer):
    application = send(factories.make_application(user=owner), owner)
    pk = application.case.pk
    path = f"{LIST}{pk}/registrera/"
    asked = client_for(officer).get(path)
    assert asked.status_code == 302
    assert asked.headers["Location"].endswith(f"?next=%2Fhandlaggning%2Fdiarium%2F{pk}%2Fregistrera%2F")
    declare(application, officer)
    assert client_for(officer).get(path).status_code == 200
    declare(application, second_officer, ground="other", text="Vi är grannar.")
    assert client_for(second_officer).get(path).status_code == 403


def test_a_case_asks_as_much_for_one_as_for_three(client_for, registrar, officer, record):
    case, client = record.case, client_for(registrar)
    close_case(actor=registrar, case_id=case.pk, confirmed=Confirmation.values)
    one = count_queries(lambda: client.get(f"{LIST}{case.pk}/"))
    for number in range(2):
        register_by_hand(
            actor=officer,
            case_id=case.pk,
            direction="outgoing",
            title=f"Svar {number}",
            dated_on=timezone.localdate(),
        )
    assert count_queries(lambda: client.get(f"{LIST}{case.pk}/")) == one
