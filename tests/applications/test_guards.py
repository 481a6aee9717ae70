"""Mails about applications on the outbox pages: the door of jäv holds there, and drafts stay private."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications import services
from applications.services.discarding import warn_of_unused_drafts
from decisions.services.drafting import draft_from_application
from s3portal.audit.models import Event
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import assessed, send

pytestmark = pytest.mark.django_db


def address(message):
    return f"/handlaggning/utskick/{message.pk}/"


def test_a_mail_about_an_application_asks_first_and_is_noted(client_for, officer, second_officer, owner):
    sent = send(factories.make_application(user=owner), owner)
    declare(sent, officer)
    services.write_to_applicant(application_id=sent.pk, actor=officer, subject="Fråga", text="Hemligt.")
    letter = Message.objects.filter(kind="letter").first()
    before = Event.objects.filter(action="application_opened").count()
    other = client_for(second_officer)
    asked = other.get(address(letter))
    assert asked.headers["Location"].startswith(f"/handlaggning/ansokningar/{sent.pk}/jav/?next=")
    declare(sent, second_officer)
    assert "Hemligt." in other.get(address(letter)).content.decode()
    assert Event.objects.filter(action="application_opened").count() == before + 1
    declare(sent, second_officer, ground="party")
    assert other.get(address(letter)).status_code == 403


def test_a_mail_about_a_draft_is_read_by_nobody_at_the_region(client_for, officer, owner):
    draft = factories.make_application(user=owner, title="Hemligt kluster")
    now = timezone.now()
    type(draft).objects.update(updated_at=now - timedelta(days=340))
    assert warn_of_unused_drafts(now=now) == 1
    message = Message.objects.get(kind="draft_unused")
    assert "Hemligt kluster" in message.text_body
    client = client_for(officer)
    page = client.get(address(message)).content.decode()
    assert ("Hemligt kluster" in page, "Det läser bara den som söker." in page) == (False, True)
    assert "Hemligt kluster" not in client.get("/handlaggning/utskick/").content.decode()


def test_a_mail_about_an_unsigned_decision_asks_first(client_for, officer, second_officer, owner):
    application = assessed(factories.make_application(user=owner), owner, officer)
    decision = draft_from_application(application_id=application.pk, actor=officer, kind="grant")
    message = Message.objects.create(
        key="d", kind="decision_proposed", to_email="a@example.org", subject="Beslut", text_body="Texten",
        object_type="decisions.decision", object_id=decision.pk,
    )  # fmt: skip
    client = client_for(second_officer)
    assert client.get(address(message)).status_code == 302
    declare(application, second_officer)
    assert "Texten" in client.get(address(message)).content.decode()
    unknown = Message.objects.create(
        key="u", kind="decision_proposed", to_email="a@example.org", subject="Beslut", text_body="Borta",
        object_type="decisions.decision", object_id=decision.pk + 1,
    )  # fmt: skip
    assert "Borta" in client.get(address(unknown)).content.decode()
