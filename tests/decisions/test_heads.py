"""A HEAD asks whether a page is there: it is answered as the page is, and does nothing."""

import pytest
from django.urls import reverse

from decisions.models import Decision, DraftReading
from decisions.services.masking import mark_decision
from s3portal.audit.models import Event
from s3portal.diary.secrecy import Provision
from tests import factories

pytestmark = pytest.mark.django_db


def head(client, name, *args):
    return client.head(reverse(f"decisions:{name}", args=args)).status_code


def test_the_officers_pages(client_for, officer, draft):
    client = client_for(officer)
    for name in ("officer_detail", "draft_propose", "draft_delete"):
        assert head(client, name, draft.pk) == 200, name
    assert head(client, "draft_new") == 200
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert Decision.objects.count() == 1


def test_the_delegates_pages_leave_no_read_mark(client_for, delegate_user, proposed):
    client = client_for(delegate_user)
    for name in ("officer_detail", "sign", "return_draft"):
        assert head(client, name, proposed.pk) == 200, name
    assert not DraftReading.objects.exists()
    proposed.refresh_from_db()
    assert proposed.status == "proposed"


def test_the_public_page_of_verifying(client):
    assert head(client, "verify") == 200


def test_a_signed_decision_is_not_noted_as_read(client_for, officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    mark_decision(
        actor=registrar, decision_id=decision.pk, parts=["reasons"], passages=[],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    before = Event.objects.count()
    assert head(client_for(officer), "officer_detail", decision.pk) == 200
    assert Event.objects.count() == before


def test_what_was_typed_before_a_session_ended_stays_for_the_page(client, officer):
    address = reverse("decisions:draft_new")
    client.post(address, {"title": "Skrivet innan"})
    client.force_login(officer)
    assert client.head(address).status_code == 200
    assert "Skrivet innan" in client.get(address).content.decode()
