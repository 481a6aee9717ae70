import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from s3portal.diary.models import Case
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def url(name, application):
    return reverse(f"applications:{name}", args=[application.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def test_review_shows_everything_and_sends(client_for, draft, owner):
    client = client_for(owner)
    found = text(client.get(url("review", draft)))
    for words in ("Vi samlar företag i fjällen.", "Företagen", "300 000 kr", "Skicka in ansökan"):
        assert words in found, words
    response = client.post(url("submit", draft), {"version": "1"})
    assert response.headers["Location"] == url("receipt", draft)
    draft.refresh_from_db()
    assert draft.status == "submitted"


def test_pressing_twice_gives_the_same_receipt(client_for, draft, owner):
    client = client_for(owner)
    for _ in range(2):
        assert client.post(url("submit", draft), {"version": "1"}).headers["Location"] == url(
            "receipt", draft
        )
    assert Case.objects.count() == 1


def test_what_is_missing_is_listed_with_links(client_for, draft, owner):
    Application.objects.filter(pk=draft.pk).update(title="", applied_amount=None)
    client = client_for(owner)
    page = client.get(url("review", draft)).content.decode()
    assert f'href="{url("step_project", draft)}#id_title"' in page
    assert f'href="{url("step_financing", draft)}#id_applied_amount"' in page
    response = client.post(url("submit", draft), {"version": "1"})
    assert response.status_code == 422
    assert "Fyll i projektets namn." in text(response)
    assert not Case.objects.exists()


def test_an_editor_sends_on_an_attested_authority(client_for, draft, colleague, officer):
    client = client_for(colleague)
    found = text(client.get(url("review", draft)))
    assert "Be Olga Ödmark att skicka in, eller skicka in själv" in found
    answer = client.post(url("submit", draft), {"version": "1"})
    assert answer.status_code == 422
    assert "Kryssa i att du får företräda organisationen" in text(answer)
    factories.make_attachment(application=draft, kind="authority")
    draft.refresh_from_db()
    sent = client.post(url("submit", draft), {"version": draft.version, "authority_attested": "on"})
    assert sent.headers["Location"] == url("receipt", draft)
    assert "Kim Källström, som har intygat sin rätt" in text(client.get(url("receipt", draft)))
    draft.refresh_from_db()
    declare(draft, officer)
    shown = text(client_for(officer).get(url("officer_detail", draft)))
    assert "har intygat sin rätt att företräda organisationen. Pröva fullmakten bland bilagorna." in shown


def test_where_nobody_is_a_signatory_one_attests(client_for, draft, owner, organisation):
    organisation.memberships.update(is_signatory=False)
    found = text(client_for(owner).get(url("review", draft)))
    assert "Du kan skicka in själv om du får företräda organisationen." in found


def test_strangers(client_for, draft, stranger, officer):
    for user in (stranger, officer):
        assert client_for(user).post(url("submit", draft)).status_code == 404
        assert client_for(user).get(url("submit", draft)).status_code == 404


def test_a_colleague_changed_it_after_the_review(client_for, draft, owner, colleague):
    Application.objects.filter(pk=draft.pk).update(version=2, updated_by=colleague)
    response = client_for(owner).post(url("submit", draft), {"version": "1"})
    assert response.status_code == 409
    assert "Kim Källström ändrade ansökan" in text(response)
    assert 'name="version" value="2"' in response.content.decode()
    assert not Case.objects.exists()


def test_a_version_that_is_no_number(client_for, draft, owner):
    assert client_for(owner).post(url("submit", draft), {"version": "x"}).status_code == 422


def test_consent(client_for, draft, owner):
    basis = draft.call.legal_basis
    basis.publication_consent_required = True
    basis.save(update_fields=["publication_consent_required"])
    client = client_for(owner)
    assert "Vi samtycker till att uppgifter om stödet publiceras" in text(client.get(url("review", draft)))
    response = client.post(url("submit", draft), {"version": "1"})
    assert response.status_code == 422
    assert "Kryssa i att ni samtycker till publicering." in text(response)
    assert client.post(url("submit", draft), {"version": "1", "publication_consent": "on"}).status_code == 302


def test_late_by_a_second(client_for, owner):
    with time_machine.travel("2021-11-29T22:00:00Z", tick=False) as clock:
        closes = timezone.now().replace(hour=22, minute=59, second=59)
        call = factories.make_call(opens_at=closes - timedelta(days=30), closes_at=closes)
        late, in_time = (factories.make_application(user=owner, call=call) for _ in range(2))
        client = client_for(owner)
        clock.move_to(closes + timedelta(microseconds=999_999))
        assert client.post(url("submit", in_time), {"version": "1"}).status_code == 302
        clock.move_to(closes + timedelta(seconds=1))
        response = client.post(url("submit", late), {"version": "1"})
    assert response.status_code == 409
    found = text(response)
    assert (
        "Utlysningen stängde 29 november 2021 kl. 23.59.59. "
        "Ansökan kom 30 november 2021 kl. 00.00.00 och kan inte tas emot."
    ) in found
    assert "Utkastet finns kvar och går att läsa." in found
    late.refresh_from_db()
    assert late.is_draft


def test_withdrawn_is_not_sent_again(client_for, draft, owner):
    sent = send(draft, owner)
    assert client_for(owner).post(url("submit", sent)).headers["Location"] == url("receipt", sent)
