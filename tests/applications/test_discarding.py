"""Drafts that are removed, brought back, forgotten."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone

from applications import services
from applications.models import Application, DraftVersion
from applications.services.discarding import (
    discard_unused_drafts,
    purge_discarded,
    warn_of_unused_drafts,
)
from applications.tasks import tidy_drafts
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.sending import send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def draft(owner):
    return factories.make_application(user=owner)


def discard(draft, user):
    return services.discard_draft(application_id=draft.pk, actor=user)


def restore(draft, user):
    return services.restore_draft(application_id=draft.pk, actor=user)


def test_a_removed_draft_is_brought_back_as_it_was(draft, owner, colleague):
    factories.make_partner(application=draft)
    discard(draft, colleague)
    draft.refresh_from_db()
    assert (draft.status, draft.discarded_at is not None) == ("discarded", True)
    assert not Application.objects.received().exists()
    assert not Application.objects.standing().exists()
    restore(draft, owner)
    draft.refresh_from_db()
    assert (draft.status, draft.discarded_at, draft.partners.count()) == ("draft", None, 1)
    actions = list(Event.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["application_draft_discarded", "application_draft_restored"]
    assert not Event.objects.filter(text__contains=draft.title).exists()


def test_only_writers_remove_and_bring_back(draft, owner, stranger):
    with pytest.raises(Refusal, match="men inte ändra"):
        discard(draft, stranger)
    discard(draft, owner)
    with pytest.raises(Refusal, match="men inte ändra"):
        restore(draft, stranger)


def test_what_was_sent_is_not_removed(draft, owner):
    send(draft, owner)
    with pytest.raises(Refusal, match="Ni kan återkalla den"):
        discard(draft, owner)
    with pytest.raises(Refusal, match="Bara ett borttaget utkast"):
        restore(draft, owner)


def test_a_removed_draft_is_gone_for_good_after_thirty_days(draft, owner):
    factories.make_partner(application=draft)
    DraftVersion.objects.filter(application=draft).delete()
    discard(draft, owner)
    removed_at = Application.objects.get().discarded_at
    assert purge_discarded(now=removed_at + 30 * DAY - timedelta(seconds=1)) == 0
    assert purge_discarded(now=removed_at + 30 * DAY) == 1
    assert not Application.objects.exists()
    assert Event.objects.filter(action="application_draft_deleted").count() == 1


def test_a_removed_change_goes_though_another_has_been_begun(draft, owner):
    sent = send(draft, owner)
    removed = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    discard(removed, owner)
    kept = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=timezone.now())
    assert purge_discarded(now=timezone.now() + 31 * DAY) == 1
    assert list(sent.replacements.all()) == [kept]
    assert not Application.objects.filter(pk=removed.pk).exists()


def test_what_an_application_replaces_stands_once_it_is_sent(draft, owner):
    sent = send(draft, owner)
    other = factories.make_application(user=owner)
    with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
        Application.objects.filter(pk=sent.pk).update(replaces=other)


@pytest.mark.parametrize(
    "change", [{"status": "discarded"}, {"status": "draft", "discarded_at": timezone.now()}]
)
def test_the_database_goes_by_status_and_time_together(draft, change):
    with pytest.raises(Error, match="application_discarded_has_time"), transaction.atomic():
        Application.objects.update(**change)


def test_the_content_of_a_removed_draft_stands(draft, owner):
    partner = factories.make_partner(application=draft)
    discard(draft, owner)
    for step in (lambda: Application.objects.update(title="Ny"), partner.delete):
        with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
            step()


# --- Unused -----------------------------------------------------------------------------------------------
def saved_ago(draft, days, now):
    Application.objects.filter(pk=draft.pk).update(updated_at=now - days * DAY)


def test_an_unused_draft_is_told_of_then_removed_then_deleted(draft, owner, colleague):
    now = timezone.now()
    saved_ago(draft, 334, now)
    assert warn_of_unused_drafts(now=now) == 0
    saved_ago(draft, 335, now)
    assert (warn_of_unused_drafts(now=now), warn_of_unused_drafts(now=now)) == (1, 0)
    messages = Message.objects.filter(kind="draft_unused")
    assert sorted(messages.values_list("to_email", flat=True)) == sorted([owner.email, colleague.email])
    assert discard_unused_drafts(now=now + 29 * DAY) == 0
    assert discard_unused_drafts(now=now + 30 * DAY) == 1
    assert Application.objects.get().status == "discarded"
    assert purge_discarded(now=now + 60 * DAY) == 1


def test_a_draft_that_is_very_old_when_first_told_of_gets_its_thirty_days(draft):
    now = timezone.now()
    saved_ago(draft, 800, now)
    assert discard_unused_drafts(now=now) == 0
    assert warn_of_unused_drafts(now=now) == 1
    assert discard_unused_drafts(now=now + 29 * DAY) == 0
    assert discard_unused_drafts(now=now + 30 * DAY) == 1


def test_one_who_writes_again_begins_a_new_year(draft):
    now = timezone.now()
    saved_ago(draft, 400, now)
    warn_of_unused_drafts(now=now)
    Application.objects.update(updated_at=now + DAY)
    assert discard_unused_drafts(now=now + 40 * DAY) == 0
    assert warn_of_unused_drafts(now=now + 300 * DAY) == 0
    assert warn_of_unused_drafts(now=now + 337 * DAY) == 1


def test_what_was_sent_is_never_unused(draft, owner):
    sent = send(draft, owner)
    Application.objects.filter(pk=sent.pk).update(updated_at=timezone.now() - 1000 * DAY)
    tidy_drafts()
    assert Application.objects.get().status == "submitted"
    assert not Message.objects.filter(kind="draft_unused").exists()


def test_a_draft_that_somebody_holds_is_left_for_another_night(draft, owner, monkeypatch):
    from applications.services import discarding

    monkeypatch.setattr(discarding, "BATCH", 1)
    another = factories.make_application(user=owner)
    for each in (draft, another):
        discard(each, owner)
    assert purge_discarded(now=timezone.now() + 31 * DAY) == 2
