"""What is due of decisions, and who is told."""

from datetime import date, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from decisions import due, due_notices, reminders
from decisions.models import Decision
from decisions.report_list import list_mark
from decisions.services.asking import ask_about_decision
from decisions.services.commenting import reply, start_thread
from decisions.services.confirming import confirm_list
from decisions.services.notices import post_minutes_notice
from decisions.services.reporting import report_decisions
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message, ReminderRule
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
TONIGHT = datetime(2026, 11, 24, 23, 59, 59, tzinfo=STOCKHOLM)


def test_the_delegate_is_told_of_what_waits(officer, delegate_user):
    delegate = factories.make_delegate(user=delegate_user)
    decision = proposed(officer, delegate)
    proposed(officer, delegate, proposed_at=days(-9))
    factories.make_decision(user=officer, delegate=delegate)
    (occasion,) = due.waiting_decisions(days(-8), TONIGHT)
    topic = f"decision_waiting:{delegate_user.pk}"
    assert (occasion.obj, occasion.at, occasion.topic) == (delegate_user, TONIGHT, topic)
    assert due.wait_of(Decision.objects.get(pk=decision.pk)) == occasion
    (reminder,) = due.signature_reminders([occasion])
    assert reminder.to_email == "delegate@example.org"
    assert reminder.values["skickat"] == "24 november 2026"
    assert reminder.values["antal"] == "1 beslut"
    assert reminder.values["beslut"] == reminder.values["lista"] == f"{decision.case} {decision.title}"
    assert reminder.values["länk"].endswith(f"/handlaggning/beslut/{decision.pk}/")
    delegate_user.is_active = False
    delegate_user.save(update_fields=["is_active"])
    assert list(due.signature_reminders(due.waiting_decisions(days(-8), TONIGHT))) == []


def test_what_was_sent_the_same_day_is_one_mail_to_each_who_signs(officer, second_officer, delegate_user):
    other = factories.make_staff("delegate", "annan@example.org")
    mine, theirs = factories.make_delegate(user=delegate_user), factories.make_delegate(user=other)
    first = proposed(officer, mine, proposed_at=NOW - timedelta(hours=1), case_officer_name="Hanna Ek")
    second = proposed(officer, mine, case_officer_name="Sven Å")
    third = proposed(officer, theirs)
    before = proposed(officer, mine, proposed_at=days(-1))
    found = list(due.signature_reminders(due.waiting_decisions(days(-8), TONIGHT)))
    said = {(one.to_email, one.values["skickat"]): one.values for one in found}
    assert {key: values["lista"] for key, values in said.items()} == {
        ("delegate@example.org", "23 november 2026"): f"{before.case} {before.title}",
        ("delegate@example.org", "24 november 2026"): (
            f"{first.case} {first.title}; {second.case} {second.title}"
        ),
        ("annan@example.org", "24 november 2026"): f"{third.case} {third.title}",
    }
    many = said["delegate@example.org", "24 november 2026"]
    assert (many["antal"], many["beslut"]) == ("2 beslut", "2 beslut")
    assert many["handläggare"] == "Hanna Ek, Sven Å"
    assert many["länk"].endswith("/handlaggning/beslut/")
    only = list(due.signature_reminders(due.waiting_decisions(NOW, TONIGHT), only={"annan@example.org"}))
    assert [one.to_email for one in only] == ["annan@example.org"]


def test_the_evening_s_last_decision_counts_to_its_swedish_day(officer, delegate_user):
    """A quarter to midnight in Sweden is the same day, though it is another in UTC in summer."""
    late = datetime(2026, 7, 1, 23, 45, tzinfo=STOCKHOLM)
    just_after = datetime(2026, 7, 2, 0, 15, tzinfo=STOCKHOLM)
    delegate = factories.make_delegate(user=delegate_user)
    for moment in (late, just_after):
        proposed(officer, delegate, proposed_at=moment)
    found = due.waiting_decisions(late - timedelta(days=2), just_after + timedelta(days=2))
    assert [one.at.astimezone(STOCKHOLM).isoformat() for one in found] == [
        "2026-07-01T23:59:59+02:00",
        "2026-07-02T23:59:59+02:00",
    ]
    assert [one.values["antal"] for one in due.signature_reminders(found)] == ["1 beslut", "1 beslut"]


def test_a_mail_that_waits_is_written_anew_when_one_of_its_decisions_is_returned(
    officer, delegate_user, monkeypatch, smtp_sink
):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver_due.delay", lambda: None)
    delegate = factories.make_delegate(user=delegate_user)
    first, second = (proposed(officer, delegate, proposed_at=days(-2)) for _ in range(2))
    assert create_reminders() == 1
    Decision.objects.filter(pk=first.pk).update(status="draft")
    assert deliver_round(seconds=30) == 0
    assert create_reminders() == 1
    assert deliver_round(seconds=30) == 1
    (mail,) = Message.objects.filter(status="sent")
    assert str(second.case) in mail.subject
    # It has had its mail: what is done afterwards sends no other.
    Decision.objects.filter(pk=second.pk).update(status="draft")
    assert (create_reminders(), deliver_round(seconds=30)) == (0, 0)


def test_what_does_not_wait_is_a_fault(officer):
    with pytest.raises(ValueError, match="does not wait"):
        due.wait_of(factories.make_decision(user=officer))
    with pytest.raises(TypeError, match="signs nothing"):
        list(due.signature_reminders([due.Occasion(obj=factories.make_case(), at=NOW, topic="x")]))


def test_what_was_returned_and_sent_anew_counts_from_then(officer, delegate_user):
    decision = proposed(officer, factories.make_delegate(user=delegate_user), proposed_at=days(-3))
    Decision.objects.filter(pk=decision.pk).update(status="draft")
    assert due.waiting_decisions(days(-8), NOW) == []
    Decision.objects.filter(pk=decision.pk).update(status="proposed", proposed_at=days(-1))
    assert [one.at for one in due.waiting_decisions(days(-8), NOW)] == [TONIGHT - timedelta(days=1)]


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
        return list(due.signature_reminders(due.waiting_decisions(days(-8), TONIGHT)))

    proposed(officer, delegate)
    one = count_asked(ask)
    for days_ago in (0, 1, 2):
        proposed(officer, delegate, proposed_at=days(-days_ago))
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


# --- Notices that are missing -----------------------------------------------------------------------------
def test_every_registrar_is_told_of_each_notice_that_is_missing(officer, registrar):
    yesterday = NOW.date() - timedelta(days=1)
    meeting = factories.make_committee_meeting(starts_at=days(-2), approved_on=yesterday)
    factories.make_committee_meeting(starts_at=days(-2))
    own = factories.make_signed_decision(user=officer, document=False, reportable=False)
    factories.make_signed_decision(user=officer, document=False)
    found = due_notices.missing_notices(days(-8), NOW)
    assert [(one.obj, one.at.astimezone(STOCKHOLM).isoformat()) for one in found] == [
        (meeting, "2026-11-23T00:00:00+01:00"),
        (own, "2026-11-24T00:00:00+01:00"),
    ]
    assert due_notices.missing_notices(days(-8), days(-3)) == []
    mails = list(due_notices.notice_reminders(found))
    assert [mail.to_email for mail in mails] == [registrar.email, registrar.email]
    assert mails[0].values["anslag"] == "protokollet från regionala utvecklingsnämnden 22 november 2026"
    assert (mails[0].values["dag"], mails[0].values["sista_dag"]) == ("23 november 2026", "25 november 2026")
    assert mails[1].values["anslag"] == f"beslut {own.case}"
    assert list(due_notices.notice_reminders(found, only={"annan@example.org"})) == []
    post_minutes_notice(meeting_id=meeting.pk, kept_at="Regionens hus", actor=registrar)
    assert [one.obj for one in due_notices.missing_notices(days(-8), NOW)] == [own]


def test_what_gets_no_notice_is_a_fault(officer, registrar):
    with pytest.raises(ValueError, match="no day to count from"):
        due_notices.notice_of(factories.make_decision(user=officer))
    with pytest.raises(TypeError, match="gets no notice"):
        list(due_notices.notice_reminders([due.Occasion(obj=officer, at=NOW, topic="x")]))


# --- The kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", reminders.ALL, ids=lambda kind: kind.code)
def test_each_kind_is_registered_and_its_words_hold_what_it_gives(
    kind, officer, delegate_user, registrar, member
):
    assert KINDS[kind.code] is kind
    assert kind.group == "work"
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    assert kind.example() is None
    waiting = proposed(officer, factories.make_delegate(user=delegate_user))
    thread = start_thread(decision_id=waiting.pk, actor=delegate_user, anchor="del-title", text="Varför?")
    reply(decision_id=waiting.pk, thread_id=thread.pk, actor=officer, text="Därför.")
    factories.make_committee_meeting()
    factories.make_signed_decision(user=officer, document=False)
    factories.make_signed_decision(user=officer, document=False, reportable=False)
    confirmed = factories.make_committee_meeting(committee=factories.make_committee(members=[member]))
    listed = factories.make_signed_decision(user=officer, document=False)
    report_decisions(meeting_id=confirmed.pk, decision_ids=[listed.pk], actor=registrar)
    confirm_list(meeting_id=confirmed.pk, seen=list_mark(confirmed), actor=registrar)
    ask_about_decision(report_id=listed.report.pk, actor=member, text="Varför?")
    assert set(kind.example().values) == set(kind.placeholders)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Väntar: {diarienummer} {beslut}", "Väntar: {beslut}"),
        ("Beslutet {beslut} ({diarienummer}) väntar", "Beslutet {beslut} väntar"),
        ("{diarienummer} väntar", "{beslut} väntar"),
    ],
)
def test_an_administrator_s_own_words_follow(before, after):
    rule = ReminderRule.objects.create(kind="decision_waiting", subject=before, body=before, offsets=["2d"])
    other = ReminderRule.objects.create(kind="x", subject=before, body=before, offsets=["2d"])
    import_module("decisions.migrations.0023_waiting_is_gathered").forwards(apps, None)
    for row, expected in ((rule, after), (other, before)):
        row.refresh_from_db()
        assert (row.subject, row.body) == (expected, expected)
