"""What is due of applications, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from applications import due, reminders, services
from applications.models import Application
from calls.models import CallChange
from calls.queries.due import closing_calls
from s3portal.audit.models import Event
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import KINDS
from s3portal.outbox.services import create_reminders, deliver_round
from s3portal.outbox.words import check_placeholders
from tests import factories
from tests.applications.judging import assign
from tests.applications.sending import assessed, send
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def told(found):
    return sorted((one.to_email, one.values.get("ansökan")) for one in found)


# --- Drafts -----------------------------------------------------------------------------------------------
def draft_of(user, call, title, **fields):
    return factories.make_application(user=user, call=call, title=title, **fields)


def closing():
    return closing_calls(NOW, NOW + timedelta(days=400))


def test_those_who_may_write_are_reminded_of_the_draft(owner, colleague, stranger):
    call = factories.make_call()
    draft = draft_of(owner, call, "Fjällkluster")
    draft_of(stranger, factories.make_call(status="concluded", concluded_at=NOW), "Ett avslutat")
    found = list(due.draft_reminders(closing()))
    assert told(found) == [("colleague@example.org", "Fjällkluster"), ("owner@example.org", "Fjällkluster")]
    assert {one.occasion.topic for one in found} == {f"call_closing:{call.pk}"}
    assert {one.occasion.at for one in found} == {call.closes_at}
    assert found[0].values["länk"].endswith(f"/mina-ansokningar/{draft.pk}/")


def test_who_has_left_is_closed_or_only_signs_is_not(owner, colleague):
    call = factories.make_call()
    draft_of(owner, call, "Fjällkluster")
    colleague.memberships.all().delete()
    closed = factories.make_user(is_active=False)
    factories.make_membership(user=closed, organisation=owner.organisations.get(), role="editor")
    signs = factories.make_user()
    factories.make_membership(
        user=signs, organisation=owner.organisations.get(), role="signatory", is_signatory=True
    )
    assert told(due.draft_reminders(closing())) == [("owner@example.org", "Fjällkluster")]


def test_one_person_with_several_drafts_gets_one_mail_for_each_call(owner, organisation, other_organisation):
    calls = [factories.make_call(), factories.make_call()]
    factories.make_membership(user=owner, organisation=other_organisation, role="editor")
    draft_of(owner, calls[0], "Ett", organisation=organisation)
    draft_of(owner, calls[0], "Två", organisation=other_organisation)
    draft_of(owner, calls[1], "Tre", organisation=organisation)
    found = list(due.draft_reminders(closing()))
    assert told(found) == [("owner@example.org", "Ett; Två"), ("owner@example.org", "Tre")]
    assert [one.values["länk"].endswith("/mina-ansokningar/") for one in found] == [True, False]


def test_what_has_been_sent_is_no_draft_but_another_draft_is(owner):
    call = factories.make_call()
    send(draft_of(owner, call, "Skickad"), owner)
    assert told(due.draft_reminders(closing())) == []
    draft_of(owner, call, "En till")
    assert told(due.draft_reminders(closing())) == [("owner@example.org", "En till")]


def test_nobody_is_reminded_of_the_time_before_they_or_the_draft_came(owner, clock):
    call = factories.make_call()
    clock.shift(timedelta(days=1))
    draft_of(owner, call, "Fjällkluster")
    clock.shift(timedelta(days=1))
    late = factories.make_user("late@example.org")
    factories.make_membership(user=late, organisation=owner.organisations.get(), role="editor")
    since = {one.to_email: one.since for one in due.draft_reminders(closing())}
    assert since == {
        "owner@example.org": NOW + timedelta(days=1),
        "late@example.org": NOW + timedelta(days=2),
    }


def test_drafts_of_a_hundred_cost_as_much_as_of_one(owner):
    call = factories.make_call()
    draft_of(owner, call, "Ett")
    one = count_asked(lambda: list(due.draft_reminders(closing())))
    for _ in range(5):
        user = factories.make_user()
        factories.make_membership(user=user, organisation=factories.make_organisation(), role="owner")
        draft_of(user, factories.make_call(), "Fler", empty=True)
        draft_of(user, call, "Fler", empty=True)
    assert len(list(due.draft_reminders(closing()))) == 11
    assert count_asked(lambda: list(due.draft_reminders(closing()))) == one


# --- A moved decision -------------------------------------------------------------------------------------
def moved(call, at=NOW, text="Beslutet är flyttat från december 2026 till januari 2027.", **fields):
    return CallChange.objects.create(
        call=call, **({"field": "decision_planned", "at": at, "text": text} | fields)
    )


def test_those_who_wait_for_the_decision_are_told_once_for_each_change(owner, colleague, stranger, officer):
    call = factories.make_call()
    first = send(draft_of(owner, call, "Ett", contact_email="Kontakt@example.org"), owner)
    second = assessed(draft_of(owner, call, "Två"), owner, officer)
    draft_of(stranger, call, "Utkast")
    change = moved(call, at=NOW + timedelta(hours=1))
    (occasion,) = due.moved_decisions(NOW, NOW + timedelta(hours=1))
    assert (occasion.topic, occasion.at) == (f"decision_moved:{change.pk}", change.at)
    both = f"Ett ({first.case}); Två ({second.case})"
    found = list(due.move_reminders([occasion]))
    assert told(found) == [
        ("colleague@example.org", both),
        ("kontakt@example.org", f"Ett ({first.case})"),
        ("owner@example.org", both),
    ]
    assert found[0].values["ändring"] == "Beslutet är flyttat från december 2026 till januari 2027."


def test_who_applied_after_the_change_has_withdrawn_or_been_decided_is_not(owner, officer, clock):
    call = factories.make_call()
    withdrawn = send(draft_of(owner, call, "Tillbaka"), owner)
    services.withdraw_application(application_id=withdrawn.pk, actor=owner, reason="Nej")
    decided = assessed(draft_of(owner, call, "Klar"), owner, officer)
    services.grant_application(application_id=decided.pk, actor=None, amount=1)
    moved(call)
    clock.shift(timedelta(seconds=1))
    send(draft_of(owner, call, "Senare"), owner)
    assert list(due.move_reminders(due.moved_decisions(NOW, NOW))) == []


def test_other_changes_are_no_occasion():
    moved(factories.make_call(), field="closes_at")
    moved(factories.make_call(), at=NOW - timedelta(seconds=1))
    assert due.moved_decisions(NOW, NOW + timedelta(days=1)) == []


def test_a_moved_decision_of_many_costs_as_much_as_of_one(owner):
    call = factories.make_call()
    send(draft_of(owner, call, "Ett"), owner)
    moved(call)
    one = count_asked(lambda: list(due.move_reminders(due.moved_decisions(NOW, NOW))))
    for number in range(3):
        send(draft_of(owner, call, f"Fler {number}"), owner)
        moved(call)
    assert count_asked(lambda: list(due.move_reminders(due.moved_decisions(NOW, NOW)))) == one


# --- Supplements ------------------------------------------------------------------------------------------
def asked(user, officer, days=7, **fields):
    application = send(factories.make_application(user=user, **fields), user)
    return services.ask_for_supplement(
        application_id=application.pk,
        actor=officer,
        text="Budgeten saknas.",
        due_on=timezone.localdate() + timedelta(days=days),
    )


def supplements():
    return due.due_supplements(NOW, NOW + timedelta(days=30))


def test_the_last_day_of_a_supplement_is_counted_to_its_end(owner, officer):
    request = asked(owner, officer, title="Fjällkluster")
    (occasion,) = supplements()
    assert occasion.at.isoformat() == "2026-12-01T23:59:59+01:00"
    assert due.due_supplements(NOW, occasion.at - timedelta(seconds=1)) == []
    assert due.due_supplements(occasion.at, occasion.at) == [occasion]
    assert due.due_supplements(occasion.at + timedelta(seconds=1), NOW + timedelta(days=30)) == []
    (reminder,) = due.supplement_reminders([occasion])
    assert reminder.to_email == "owner@example.org"
    assert reminder.since == NOW
    assert reminder.values == {
        "ansökan": "Fjällkluster",
        "diarienummer": str(request.record.case),
        "sista_dag": "1 december 2026",
        "begäran": "Budgeten saknas.",
        "handläggare": "Hanna Handläggare",
        "länk": reminder.values["länk"],
    }


@pytest.mark.parametrize("end", ["answer", "stop", "withdraw"])
def test_what_is_answered_or_ended_is_not_due(owner, officer, end):
    request = asked(owner, officer)
    pk = request.application_id
    if end == "answer":
        services.answer_supplement(
            application_id=pk, supplement_id=request.pk, actor=owner, answer="Här", arrived_at=NOW
        )
    elif end == "stop":
        services.stop_asking(application_id=pk, actor=officer, reason="Löst.")
    else:
        services.withdraw_application(application_id=pk, actor=owner, reason="Nej")
    assert supplements() == []


def test_more_time_is_a_new_occasion_and_no_reminder_of_hours_before_it(owner, officer, clock):
    request = asked(owner, officer)
    clock.shift(timedelta(days=2))
    services.give_more_time(
        application_id=request.application_id,
        actor=officer,
        due_on=timezone.localdate() + timedelta(days=20),
        reason="Sommar.",
    )
    (occasion,) = supplements()
    assert occasion.at.isoformat() == "2026-12-16T23:59:59+01:00"
    assert {one.since for one in due.supplement_reminders([occasion])} == {NOW + timedelta(days=2)}


def test_the_officer_is_told_once_the_last_day_has_passed(owner, officer, second_officer):
    request = asked(owner, officer)
    (occasion,) = due.overdue_supplements(NOW, NOW + timedelta(days=30))
    assert (occasion.obj, occasion.at) == (request, request.due_at)
    assert [one.to_email for one in due.overdue_reminders([occasion])] == [officer.email], "who asked"
    services.assign_officer(application_id=request.application_id, actor=officer, officer=second_officer)
    again = due.overdue_supplements(NOW, NOW + timedelta(days=30))
    assert [one.to_email for one in due.overdue_reminders(again)] == [second_officer.email]
    assert list(due.overdue_reminders(again, only=[owner.email])) == []


def test_supplements_of_many_cost_as_much_as_of_one(owner, officer):
    asked(owner, officer)
    one = count_asked(lambda: list(due.supplement_reminders(supplements())))
    for _ in range(3):
        asked(owner, officer)
    assert count_asked(lambda: list(due.supplement_reminders(supplements()))) == one


# --- What waits while the world changes -------------------------------------------------------------------
def stopped(kind):
    rows = Message.objects.filter(kind=kind, status="cancelled")
    return sorted(rows.values_list("to_email", "cancelled_because"))


@pytest.mark.parametrize("end", ["send", "delete", "leave", "one of two"])
def test_a_waiting_reminder_of_a_draft_goes_out_only_while_it_holds(
    owner, colleague, monkeypatch, clock, smtp_sink, end
):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver_due.delay", lambda: None)
    call = factories.make_call(closes_at=NOW + timedelta(days=8))
    draft = draft_of(owner, call, "Fjällkluster")
    draft_of(owner, call, "Skogskluster") if end == "one of two" else None
    clock.shift(timedelta(hours=23))
    assert create_reminders() == 2
    if end == "leave":
        colleague.memberships.all().delete()
    elif end == "delete":
        services.discard_draft(application_id=draft.pk, actor=owner)
    else:
        send(draft, owner)
    Message.objects.exclude(kind="draft_closing").delete()
    sent = deliver_round(seconds=30)
    people = ["colleague@example.org", "owner@example.org"]
    if end == "leave":
        assert (sent, stopped("draft_closing")) == (1, [("colleague@example.org", "lapsed")])
    elif end == "one of two":
        # It would say that both wait. The next round tells of the one that does.
        assert (sent, stopped("draft_closing")) == (0, [(email, "changed") for email in people])
        assert (create_reminders(), deliver_round(seconds=30)) == (2, 2)
        assert all("Fjällkluster" not in message.as_string() for message in smtp_sink.messages)
    else:
        assert (sent, stopped("draft_closing")) == (0, [(email, "lapsed") for email in people])


def test_a_reminder_of_a_supplement_that_was_answered_names_who_pressed(owner, officer, clock, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver_due.delay", lambda: None)
    request = asked(owner, officer)
    with time_machine.travel(request.due_at - timedelta(days=3) + timedelta(hours=1), tick=False):
        assert create_reminders() == 0
    with time_machine.travel(request.due_at - timedelta(days=2, hours=12), tick=False):
        assert create_reminders() > 0
    services.stop_asking(application_id=request.application_id, actor=officer, reason="Löst.")
    assert Event.objects.get(action="messages_cancelled").actor_label == str(officer)


# --- The kinds --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", reminders.ALL, ids=lambda kind: kind.code)
def test_each_kind_is_registered_and_its_words_hold_what_it_gives(kind, owner, officer):
    assert KINDS[kind.code] is kind
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    assert kind.example() is None
    call = factories.make_call()
    factories.make_criterion(call=call)
    draft_of(owner, call, "Utkast")
    moved(call, at=NOW + timedelta(seconds=1))
    request = asked(owner, officer, call=call)
    assign(request.application, officer, factories.make_staff("assessor"))
    example = kind.example()
    assert set(example.values) == set(kind.placeholders)


def test_what_is_official_cannot_be_turned_off():
    assert {kind.code: kind.group for kind in reminders.ALL} == {
        "draft_closing": "calls",
        "decision_moved": None,
        "supplement_due": None,
        "supplement_overdue": None,
        "assessment_due": None,
    }
    assert Application.objects.count() == 0
