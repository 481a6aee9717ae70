import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from s3portal.outbox.enums import MailGroup
from s3portal.outbox.links import _signer, choices_path, email_of, one_click_path
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.reminders import KINDS
from tests.outbox.kinds import World
from tests.outbox.test_views import make_message

pytestmark = pytest.mark.django_db


def refused(email="eva@example.org"):
    return sorted(OptOut.objects.filter(email=email).values_list("group", flat=True))


def test_the_link_shows_what_an_address_without_account_can_choose(client):
    page = client.get(choices_path("Eva@example.org")).content.decode()
    assert "eva@example.org kan få de här mejlen" in page
    assert page.count('type="checkbox"') == page.count("checked") == 2
    assert str(MailGroup.WORK.label) not in page


def test_unticked_is_turned_off_and_ticked_is_turned_on_again(client):
    path = choices_path("eva@example.org")
    page = client.post(path, {"wanted": ["news"]}, follow=True).content.decode()
    assert "Dina val är sparade." in page
    assert refused() == ["meetings"]
    assert page.count("checked") == 1
    client.post(path, {})
    assert refused() == ["meetings", "news"]
    client.post(path, {"wanted": ["news", "meetings"]})
    assert refused() == []


def test_what_is_not_offered_is_not_taken(client):
    response = client.post(choices_path("eva@example.org"), {"wanted": ["work"]})
    assert response.status_code == 422
    assert "ds-error-summary" in response.content.decode()
    assert refused() == []


@pytest.mark.parametrize("token", ["prov", "ImEi:xyz", "ImV2YUBleGFtcGxlLm9yZyI:AAAA"])
def test_a_link_of_somebody_elses_making_leads_nowhere(client, token):
    assert email_of(token) is None
    assert client.get(f"/utskick/val/{token}/").status_code == 404
    assert client.post(f"/utskick/val/{token}/news/").status_code == 404


def test_one_click_ends_one_group_without_cookies_or_login():
    client = Client(enforce_csrf_checks=True)
    path = one_click_path("eva@example.org", MailGroup.NEWS)
    for _ in range(2):
        response = client.post(path, {"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.content.decode()) == (200, "Avregistrerad.")
    assert refused() == ["news"]
    assert client.post(path.replace("/news/", "/allt/")).status_code == 404
    # The page with all choices is a form as others are.
    assert client.post(choices_path("eva@example.org"), {}).status_code == 403


def test_a_person_who_follows_the_buttons_link_gets_a_button_and_nothing_else(client):
    path = one_click_path("eva@example.org", MailGroup.NEWS)
    with time_machine.travel(timezone.now() + timedelta(days=4000)):
        page = client.get(path).content.decode()
        assert str(MailGroup.NEWS.label) in page
        assert "/utskick/val/" not in page.replace(path, "")
        assert refused() == []
        page = client.post(path).content.decode()
    assert refused() == ["news"]
    assert "skickas inte längre" in page


def test_a_link_that_has_ended_offers_a_new_one_by_mail(client):
    path = choices_path("Eva@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        assert client.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        response = client.get(path)
        assert response.status_code == 410
        assert "Länken gäller inte längre" in response.content.decode()
        assert "eva@" not in response.content.decode().lower()
        # What is ticked on an old page changes nothing.
        page = client.post(path, {"wanted": []}, follow=True).content.decode()
        assert "Vi har skickat en ny länk till adressen." in page
        client.post(path)
        assert refused() == []
        message = Message.objects.get()
        assert (message.kind, message.to_email) == ("mail_choices_link", "eva@example.org")
        assert "eva" not in message.key
        link = re.search(r"/utskick/val/[^/]+/", message.text_body)[0]
        assert link in message.html_body
        assert client.get(link).status_code == 200


def test_links_from_before_they_had_an_end_offer_a_new_one_too(client):
    assert client.get(f"/utskick/val/{_signer.sign_object('eva@example.org')}/").status_code == 410


def test_what_waits_of_a_refused_group_is_stopped(client, monkeypatch):
    World().kind(monkeypatch, "test_news", group=MailGroup.NEWS)
    make_message(1, kind="test_news", to_email="EVA@example.org")
    make_message(2, kind="test_news", to_email="bo@example.org")
    make_message(3, kind="receipt", to_email="eva@example.org")
    client.post(one_click_path("eva@example.org", MailGroup.NEWS))
    stopped = Message.objects.get(status="cancelled")
    assert (stopped.to_email, stopped.cancelled_because) == ("EVA@example.org", "opted_out")
    # The key is free: turned on again, the same is written when it is due.
    assert stopped.key == f"k1#{stopped.pk}"
    assert "test_news" in KINDS


@pytest.mark.parametrize(("persona", "boxes"), [("owner", 3), ("officer", 4)])
def test_the_own_page(request, client_for, persona, boxes):
    user = request.getfixturevalue(persona)
    client = client_for(user)
    page = client.get("/konto/utskick/").content.decode()
    assert page.count('type="checkbox"') == boxes
    assert user.email in page
    client.post("/konto/utskick/", {"wanted": ["news", "meetings"]})
    assert "calls" in refused(user.email)


def test_nobody_has_a_page_of_their_own(client):
    assert client.get("/konto/utskick/").headers["Location"] == "/konto/login/?next=/konto/utskick/"
