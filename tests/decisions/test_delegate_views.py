from urllib.parse import quote

import pytest

from decisions.models import Decision, Delegate
from decisions.services import signing
from s3portal.common.pdf import RenderingFailed
from tests import factories
from tests.proving import prove

pytestmark = pytest.mark.django_db


def at(decision, rest=""):
    return f"/handlaggning/beslut/{decision.pk}/{rest}"


def sign(client, decision, version=None):
    return client.post(at(decision, "underskrift/"), {"version": version or decision.version})


def test_the_page_shows_all_that_is_signed(client_for, delegate_user, proposed):
    page = client_for(delegate_user).get(at(proposed, "underskrift/")).content.decode()
    assert "Doris Direktör, regional utvecklingsdirektör" in page
    assert "Punkt 8.1, Beslut om medfinansiering" in page
    assert "150\u00a0000\u00a0kr i arbetad tid" in page
    assert "Du är den som ska skriva under" in page
    assert '<h2 class="dok-titel">' in page
    assert "</svg>Skriv under</button>" in page


def test_the_way_to_the_text_stands_by_the_button(client_for, delegate_user, proposed):
    """On a phone the text comes after the button."""
    page = client_for(delegate_user).get(f"/handlaggning/beslut/{proposed.pk}/underskrift/").content.decode()
    assert page.index('href="#dokument"') < page.index('type="submit">', page.index('href="#dokument"'))
    assert page.count('id="dokument"') == 1


def test_a_fresh_login_is_not_enough(client_for, delegate_user, proposed):
    response = sign(client_for(delegate_user), proposed)
    assert (
        response["location"] == f"/konto/reauthenticate/?next={quote(at(proposed, 'underskrift/'), safe='')}"
    )
    assert Decision.objects.get().status == "proposed"


def test_the_password_and_nothing_is_lost(client_for, delegate_user, proposed):
    client = client_for(delegate_user)
    response = prove(client, sign(client, proposed))
    assert response["location"] == at(proposed)
    stored = Decision.objects.get()
    assert (stored.status, stored.signed_by) == ("signed", delegate_user)
    page = client.get(response["location"]).content.decode()
    assert f"Beslutet {stored.case} är undertecknat." in page


def test_a_wrong_password_signs_nothing(client_for, delegate_user, proposed):
    client = client_for(delegate_user)
    response = client.post(sign(client, proposed)["location"], {"password": "fel"})
    assert response.status_code == 200
    assert Decision.objects.get().status == "proposed"


def test_an_old_proof_is_asked_for_again(client_for, delegate_user, proposed, settings):
    client = client_for(delegate_user, fresh=True)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert sign(client, proposed)["location"].startswith("/konto/reauthenticate/")
    assert Decision.objects.get().status == "proposed"


def test_signing(client_for, delegate_user, proposed):
    client = client_for(delegate_user, fresh=True)
    assert sign(client, proposed)["location"] == at(proposed)
    again = sign(client, proposed)
    assert again["location"] == at(proposed)
    assert "Beslutet är redan undertecknat." in client.get(at(proposed)).content.decode()


def test_logged_out_before_signing(client, delegate_user, proposed):
    response = sign(client, proposed)
    assert response["location"] == f"/konto/login/?next={quote(at(proposed, 'underskrift/'), safe='')}"
    response = client.post(
        response["location"], {"login": delegate_user.email, "password": factories.PASSWORD}
    )
    assert response["location"] == at(proposed, "underskrift/")
    assert Decision.objects.get().status == "proposed"


def test_another_delegate_is_told(client_for, proposed):
    other = factories.make_staff("delegate", full_name="Ola Annan")
    factories.declare_none(proposed, other)
    client = client_for(other, fresh=True)
    page = client.get(at(proposed, "underskrift/")).content.decode()
    assert "Du är inte den som ska skriva under" in page
    assert "Beslutet går inte att skriva under." in page
    response = sign(client, proposed)
    assert response.status_code == 422
    assert "Beslutet kan inte skrivas under: 1 uppgift är kvar att rätta." in response.content.decode()
    assert Decision.objects.get().status == "proposed"


def test_after_the_last_day(client_for, delegate_user, proposed, delegate):
    Delegate.objects.filter(pk=delegate.pk).update(valid_to=delegate.valid_from)
    response = sign(client_for(delegate_user, fresh=True), proposed)
    assert response.status_code == 422
    assert "Doris Direktör fick besluta till och med den " in response.content.decode()


def test_a_text_that_has_changed_is_read_again(client_for, delegate_user, proposed):
    response = sign(client_for(delegate_user, fresh=True), proposed, version=1)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Beslutet är inte undertecknat" in page
    assert "Utkastet har ändrats sedan du öppnade sidan. Läs det igen." in page


def test_a_fault_in_the_rendering_is_told(client_for, delegate_user, proposed, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RenderingFailed("Dokumentet kunde inte göras till pdf utan fel.")

    monkeypatch.setattr(signing, "render_decision", fail)
    response = sign(client_for(delegate_user, fresh=True), proposed)
    assert response.status_code == 409
    assert "Dokumentet kunde inte göras till pdf utan fel." in response.content.decode()
    assert Decision.objects.get().status == "proposed"


def test_lost_the_race(client_for, delegate_user, proposed, monkeypatch):
    """The other browser signs between this one's reading and its signing."""
    from decisions.views import delegate as views

    sign_now = signing.sign_decision

    def late(**arguments):
        sign_now(**arguments)
        return sign_now(**arguments)

    monkeypatch.setattr(views, "sign_decision", late)
    client = client_for(delegate_user, fresh=True)
    assert sign(client, proposed)["location"] == at(proposed)
    assert "Beslutet är redan undertecknat." in client.get(at(proposed)).content.decode()


@pytest.mark.parametrize("rest", ["underskrift/", "skicka-tillbaka/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_officers_do_not_sign(client_for, officer, proposed, rest, method):
    assert getattr(client_for(officer, fresh=True), method)(at(proposed, rest)).status_code == 403
    assert Decision.objects.get().status == "proposed"


@pytest.mark.parametrize("rest", ["underskrift/", "skicka-tillbaka/"])
def test_a_draft_does_not_wait(client_for, delegate_user, draft, rest):
    client = client_for(delegate_user, fresh=True)
    assert client.get(at(draft, rest))["location"] == at(draft)
    assert client.post(at(draft, rest))["location"] == at(draft)
    assert "Beslutet väntar inte på underskrift." in client.get(at(draft)).content.decode()


# --- Back -------------------------------------------------------------------------------------------------
def test_send_back(client_for, delegate_user, proposed):
    client = client_for(delegate_user)
    assert "Vad ska ändras?" in client.get(at(proposed, "skicka-tillbaka/")).content.decode()
    response = client.post(
        at(proposed, "skicka-tillbaka/"),
        {"version": proposed.version, "reason": "Skriv tydligare."},
        follow=True,
    )
    assert "Beslutet är skickat tillbaka till handläggaren." in response.content.decode()
    stored = Decision.objects.get()
    assert (stored.status, stored.returned_reason) == ("draft", "Skriv tydligare.")


def test_not_without_saying_why(client_for, delegate_user, proposed):
    response = client_for(delegate_user).post(
        at(proposed, "skicka-tillbaka/"), {"version": proposed.version, "reason": " "}
    )
    assert response.status_code == 422
    assert "Skriv vad som ska ändras." in response.content.decode()


def test_an_older_page_sends_nothing_back(client_for, delegate_user, proposed):
    response = client_for(delegate_user).post(
        at(proposed, "skicka-tillbaka/"), {"version": 1, "reason": "Skriv tydligare."}
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "Utkastet har ändrats sedan du öppnade sidan. Läs det igen." in page
    assert "Skriv tydligare." in page


def test_logged_out_while_writing_why(client, delegate_user, proposed):
    response = client.post(at(proposed, "skicka-tillbaka/"), {"version": 2, "reason": "Lång motivering."})
    response = client.post(
        response["location"], {"login": delegate_user.email, "password": factories.PASSWORD}
    )
    assert response["location"] == at(proposed, "skicka-tillbaka/")
    assert "Lång motivering." in client.get(response["location"]).content.decode()
