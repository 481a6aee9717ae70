"""What is due of decisions, and who is told."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions import due, reminders
from decisions.models import Decision
from decisions.services.reporting import report_decisions
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.services import create_reminders, deliver_round
from s3portal.outbox.words import check_placeholders
from tests import factories
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def days(number):
    return NOW + timedelta(days=number)


def proposed(officer, delegate, **fields):
    decision = factories.make_decision(user=officer, delegate=delegate)
    values = {"status": "proposed", "proposed_by": officer, "proposed_at": NOW}
    Decision.objects.filter(pk=decision.pk).update(**(values | fields))
    return decision


# --- Waiting for a signature ------------------------------------------------------------------------------
def test_the_delegate_is_told_of_what_waits(officer, delegate_user):
    delegate = factories.make_delegate(user=delegate_user)
    decision = proposed(officer, delegate)
    proposed(officer, delegate, proposed_at=days(-9))
    factories.make_decision(user=officer, delegate=delegate)
    (occasion,) = due.waiting_decisions(days(-8), NOW)
    assert (occasion.obj, occasion.at, occasion.topic) == (decision, NOW, f"decision_waiting:{decision.pk}")
    (reminder,) = due.signature_reminders([occasion])
    assert reminder.to_email == "delegate@example.org"
    assert reminder.values["skickat"] == "24 november 2026"
    delegate_user.is_active = False
    delegate_user.save(update_fields=["is_active"])
    assert list(due.signature_reminders(due.waiting_decisions(days(-8), NOW))) == []


def test_what_was_returned_and_sent_anew_counts_from_then(officer, delegate_user):
    decision = proposed(officer, factories.make_delegate(user=delegate_user), proposed_at=days(-3))
    Decision.objects.filter(pk=decision.pk).update(status="draft")
    assert due.waiting_decisions(days(-8), NOW) == []
    Decision.objects.filter(pk=decision.pk).update(status="proposed", proposed_at=days(-1))
    assert [one.at for one in due.waiting_decisions(days(-8), NOW)] == [days(-1)]


@pytest.mark.parametrize("end", ["returned", "signs no more", "waits"])
def test_what_waits_in_the_outbox_goes_out_only_while_the_decision_waits(
    officer, delegate_user, monkeypatch, smtp_sink, end
):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver_due.delay", lambda: None)
    decision = proposed(officer, factories.make_delegate(user=delegate_user), proposed_at=days(-2))
    assert create_reminders() == 1
    if end == "returned":
        # Of a decision, its own services are tested where they are; here only that it waits no longer.
        Decision.objects.filter(pk=decision.pk).update(status="draft")
    elif end == "signs no more":
        delegate_user.is_active = False
        delegate_user.save(update_fields=["is_active"])
    assert deliver_round(seconds=30) == (end == "waits")
    assert Message.objects.get().cancelled_because == ("" if end == "waits" else "lapsed")


def test_waiting_of_many_costs_as_much_as_of_one(officer, delegate_user):
    delegate = factories.make_delegate(user=delegate_user)

    def ask():
        return list(due.signature_reminders(due.waiting_decisions(days(-8), NOW)))

    proposed(officer, delegate)
    one = count_asked(ask)
    proposed(officer, delegate)
    proposed(officer, delegate)
    assert len(ask()) == 3
    assert count_asked(ask) == one


# --- Not reported -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("closes_on", "at"),
    [
        (None, "2026-12-15T09:00:00+01:00"),
        (date(2026, 12, 10), "2026-12-10T23:59:59+01:00"),
        # On the meeting's own day it is too late when the meeting begins.
        (date(2026, 12, 15), "2026-12-15T09:00:00+01:00"),
    ],
)
def test_when_the_agenda_closes(closes_on, at):
    starts_at = datetime(2026, 12, 15, 9, tzinfo=STOCKHOLM)
    meeting = factories.make_committee_meeting(starts_at=starts_at, agenda_closes_on=closes_on)
    assert due.deadline_of(meeting).at.astimezone(STOCKHOLM).isoformat() == at


def test_only_the_next_open_agenda_of_each_committee():
    committee, other = factories.make_committee(), factories.make_committee(name="regionstyrelsen")
    today = timezone.localdate()
    factories.make_committee_meeting(
        committee=committee, starts_at=days(3), agenda_closes_on=today - timedelta(days=1)
    )
    second = factories.make_committee_meeting(committee=committee, starts_at=days(10))
    factories.make_committee_meeting(committee=committee, starts_at=days(20))
    third = factories.make_committee_meeting(committee=other, starts_at=days(5))
    assert [one.obj for one in due.agenda_deadlines(NOW, days(30))] == [third, second]
    assert due.agenda_deadlines(NOW, days(4)) == []


def test_every_registrar_gets_one_list_of_what_is_not_reported(officer, registrar):
    factories.make_staff("registrar", "second@example.org")
    factories.make_staff("registrar", "gone@example.org", is_active=False)
    meeting = factories.make_committee_meeting()
    occasions = due.agenda_deadlines(NOW, days(30))
    assert list(due.unreported_reminders(occasions)) == []
    first, second = (factories.make_signed_decision(user=officer, title=f"Beslut {n}") for n in (1, 2))
    factories.make_signed_decision(user=officer, reportable=False)
    found = list(due.unreported_reminders(occasions))
    assert [one.to_email for one in found] == ["registrar@example.org", "second@example.org"]
    (only,) = due.unreported_reminders(occasions, only={"second@example.org"})
    assert only.to_email == "second@example.org"
    assert found[0].values["antal"] == "2 beslut"
    assert found[0].values["beslut"] == f"{first.case} Beslut 1; {second.case} Beslut 2"
    assert found[0].since == NOW
    report_decisions(meeting_id=meeting.pk, decision_ids=[first.pk], actor=registrar)
    assert next(iter(due.unreported_reminders(occasions))).values["beslut"] == f"{second.case} Beslut 2"
    report_decisions(meeting_id=meeting.pk, decision_ids=[second.pk], actor=registrar)
    assert list(due.unreported_reminders(occasions)) == []


def test_a_long_list_names_the_first_and_counts_the_rest(officer, registrar, monkeypatch):
    monkeypatch.setattr(due, "MOST_NAMED", 2)
    factories.make_committee_meeting()
    for number in range(3):
        factories.make_signed_decision(user=officer, title=f"Beslut {number}", document=False)
    (reminder,) = due.unreported_reminders(due.agenda_deadlines(NOW, days(30)))
    assert reminder.values["antal"] == "3 beslut"
    assert reminder.values["beslut"].endswith("; och 1 till")


# --- The kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", reminders.ALL, ids=lambda kind: kind.code)
def test_each_kind_is_registered_and_its_words_hold_what_it_gives(kind, officer, delegate_user, registrar):
    assert KINDS[kind.code] is kind
    assert kind.group == "work"
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    assert kind.example() is None
    proposed(officer, factories.make_delegate(user=delegate_user))
    factories.make_committee_meeting()
    factories.make_signed_decision(user=officer, document=False)
    assert set(kind.example().values) == set(kind.placeholders)
