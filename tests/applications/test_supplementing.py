"""Komplettering: who asks, who answers, what the diary keeps and who is told."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import services
from applications.models import Application, SupplementRequest
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import go_through
from tests.applications.sending import assessed, send
from tests.applications.test_services_submitting import at_once

pytestmark = pytest.mark.django_db
TEXT = "Bilagan med budgeten saknas."


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)


@pytest.fixture
def sent(owner, colleague):
    """``colleague`` may write too; one who has left the portal and one who may only read are told nothing."""
    organisation = owner.organisations.get()
    gone = factories.make_user("gone@example.org", is_active=False)
    factories.make_membership(user=gone, organisation=organisation, role="editor")
    reader = factories.make_user("reader@example.org")
    factories.make_membership(user=reader, organisation=organisation, role="signatory", is_signatory=True)
    application = send(
        factories.make_application(
            user=owner, title="Fjäll & <kluster>", contact_email="Kontakt@example.org"
        ),
        owner,
    )
    Message.objects.all().delete()
    return application


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def ask(application, officer, **more):
    values = {"application_id": application.pk, "actor": officer, "text": TEXT, "due_on": in_days(14)}
    return services.ask_for_supplement(**(values | more))


def answer(application, user, request, **more):
    values = {
        "application_id": application.pk,
        "supplement_id": request.pk,
        "actor": user,
        "answer": "Här är budgeten.",
        "arrived_at": timezone.now(),
    }
    return services.answer_supplement(**(values | more))


def mails():
    return sorted(Message.objects.values_list("kind", "to_email"))


def told(kind):
    """What each of the applicant's people gets."""
    return [(kind, to) for to in ("colleague@example.org", "kontakt@example.org", "owner@example.org")]


def words(record):
    return [read_frozen(file.storage_name, sha256=file.sha256).decode() for file in record.files.all()]


def status_of(application):
    return Application.objects.get(pk=application.pk).status


# --- Asking -----------------------------------------------------------------------------------------------
def test_asking(sent, officer):
    request = ask(sent, officer)
    assert status_of(sent) == "supplement"
    record = request.record
    assert (record.number, record.direction, record.title) == (2, "outgoing", "Begäran om komplettering")
    (letter,) = words(record)
    assert TEXT in letter
    assert mails() == told("supplement_requested")
    message = Message.objects.get(to_email="owner@example.org")
    assert TEXT in message.text_body
    assert "Fjäll & <kluster>" in message.text_body
    assert "Fjäll &amp; &lt;kluster&gt;" in message.html_body
    assert f"/mina-ansokningar/{sent.pk}/komplettering/" in message.text_body
    assert (message.object_type, message.object_id) == ("applications.application", sent.pk)
    event = Event.objects.get(action="supplement_asked")
    assert (event.actor_id, event.object_id) == (officer.pk, sent.pk)


def test_what_was_sent_stands_while_it_is_supplemented(sent, officer):
    ask(sent, officer)
    with pytest.raises(Exception, match="is fixed"), transaction.atomic():
        Application.objects.filter(pk=sent.pk).update(title="En annan")


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-1, "Ange i dag eller en senare dag."), (367, "Ange en dag inom ett år.")],
)
def test_the_day_to_answer_by(sent, officer, days, sentence):
    with pytest.raises(Refusal) as refused:
        ask(sent, officer, due_on=in_days(days))
    assert (refused.value.message, refused.value.field) == (sentence, "due_on")
    assert not SupplementRequest.objects.exists()
    assert sent.case.records.count() == 1


@pytest.mark.parametrize("days", [0, 366])
def test_the_nearest_and_the_farthest_day(sent, officer, days):
    assert ask(sent, officer, due_on=in_days(days)).due_on == in_days(days)


def test_nothing_is_not_a_request(sent, officer):
    with pytest.raises(Refusal) as refused:
        ask(sent, officer, text="  \n")
    assert refused.value.field == "text"


@pytest.mark.parametrize("who", ["registrar", "delegate_user", "admin_user", "owner"])
def test_only_an_officer_asks(sent, request, who):
    with pytest.raises(Refusal, match="Bara en handläggare"):
        ask(sent, request.getfixturevalue(who))


def test_one_at_a_time(sent, officer):
    ask(sent, officer)
    with pytest.raises(Refusal, match="redan kompletteras"):
        ask(sent, officer)


def test_not_once_it_is_assessed(owner, officer):
    application = assessed(factories.make_application(user=owner), owner, officer)
    with pytest.raises(Refusal, match="redan kompletteras"):
        ask(application, officer)


def test_it_is_not_assessed_before_the_answer(sent, officer):
    ask(sent, officer)
    with pytest.raises(Refusal, match="inte kompletteras"):
        go_through(sent, officer)


# --- Answering --------------------------------------------------------------------------------------------
def test_answering(sent, officer, colleague):
    """An editor without the right to sign answers; the case has an officer of its own."""
    request = ask(sent, officer)
    second = factories.make_staff("officer", "own@example.org")
    services.assign_officer(application_id=sent.pk, actor=officer, officer=second)
    Message.objects.all().delete()
    answered = answer(sent, colleague, request)
    assert status_of(sent) == "submitted"
    record = answered.answer_record
    assert (record.number, record.direction, record.title) == (3, "incoming", "Komplettering")
    (letter,) = words(record)
    assert "Här är budgeten." in letter
    assert not answered.came_late
    assert mails() == [("supplement_answered", "own@example.org"), *told("supplement_received")]
    assert Message.objects.get(to_email="own@example.org").subject == f"{sent.case}: komplettering inkommen"


def test_who_asked_is_told_when_the_case_has_no_officer(sent, officer, owner):
    answer(sent, owner, ask(sent, officer))
    assert Message.objects.get(kind="supplement_answered").to_email == officer.email


def test_a_second_request_after_the_answer(sent, officer, owner):
    answer(sent, owner, ask(sent, officer))
    request = ask(sent, officer, text="En sak till.")
    assert status_of(sent) == "supplement"
    assert request.record.number == 4


def test_the_last_second_of_the_last_day_is_in_time_and_the_next_is_late(sent, officer, owner):
    with time_machine.travel("2026-12-01T10:00:00+01:00", tick=False):
        request = ask(sent, officer, due_on=in_days(7))
    assert request.due_at.isoformat() == "2026-12-08T23:59:59+01:00"
    with time_machine.travel("2026-12-08T23:59:59+01:00", tick=False):
        assert not request.is_overdue(now=timezone.now())
    with time_machine.travel("2026-12-09T00:00:00+01:00", tick=False):
        assert request.is_overdue(now=timezone.now())
        Message.objects.all().delete()
        answered = answer(sent, owner, request)
    assert answered.came_late
    assert not answered.is_open
    assert answered.answer_record.title == "Komplettering, efter sista dagen 8 december 2026"
    message = Message.objects.get(kind="supplement_answered")
    assert message.subject == f"{sent.case}: komplettering inkommen efter sista dagen"
    assert "efter sista dagen 8 december 2026" in message.text_body


@pytest.mark.parametrize("who", ["stranger", "officer"])
def test_only_those_who_may_write_answer(sent, officer, request, who):
    asked = ask(sent, officer)
    with pytest.raises(Refusal, match="får skriva"):
        answer(sent, request.getfixturevalue(who), asked)


def test_a_signatory_who_does_not_write_does_not_answer(sent, officer):
    from s3portal.accounts.models import User

    asked = ask(sent, officer)
    with pytest.raises(Refusal, match="får skriva"):
        answer(sent, User.objects.get(email="reader@example.org"), asked)


def test_an_empty_answer(sent, officer, owner):
    with pytest.raises(Refusal) as refused:
        answer(sent, owner, ask(sent, officer), answer=" ")
    assert refused.value.field == "answer"


def test_a_request_of_another_application_is_not_answered(sent, officer, owner):
    other = send(factories.make_application(user=owner), owner)
    request = ask(other, officer)
    ask(sent, officer)
    with pytest.raises(Refusal, match="finns inte"):
        answer(sent, owner, request)


def test_the_second_to_answer_is_told_who_was_first(sent, officer, owner, colleague):
    request = ask(sent, officer)
    with time_machine.travel("2026-12-08T14:00:00+01:00", tick=False):
        answer(sent, owner, request)
    with pytest.raises(Conflict, match=r"Olga Ödmark svarade 8 december 2026 kl\. 14\.00\.00"):
        answer(sent, colleague, request)
    assert sent.case.records.count() == 3


# --- More time, ending, taking back -----------------------------------------------------------------------
def test_more_time(sent, officer):
    request = ask(sent, officer)
    Message.objects.create(
        key="waits",
        kind="supplement_due",
        to_email="owner@example.org",
        subject="Snart",
        text_body="Snart",
        object_type="applications.supplementrequest",
        object_id=request.pk,
    )
    for days in (20, 14, 20):
        services.give_more_time(application_id=sent.pk, actor=officer, due_on=in_days(days), reason="Sommar.")
    request.refresh_from_db()
    assert request.due_on == in_days(20)
    assert status_of(sent) == "supplement"
    assert Message.objects.get(kind="supplement_due").status == "cancelled", "of the old day"
    assert Message.objects.filter(kind="supplement_postponed", to_email="owner@example.org").count() == 3
    assert sent.case.records.count() == 2


@pytest.mark.parametrize(
    ("days", "sentence"), [(14, "Det är redan sista dagen."), (-1, "Ange i dag eller en senare dag.")]
)
def test_more_time_needs_another_day_to_come(sent, officer, days, sentence):
    ask(sent, officer)
    with pytest.raises(Refusal, match=sentence):
        services.give_more_time(application_id=sent.pk, actor=officer, due_on=in_days(days), reason="Sommar.")


def test_ending_without_an_answer(sent, officer, owner):
    request = ask(sent, officer)
    Message.objects.all().delete()
    services.stop_asking(application_id=sent.pk, actor=officer, reason="Vi har hittat det.")
    assert status_of(sent) == "submitted"
    assert mails() == told("supplement_ended")
    with pytest.raises(Conflict, match="tar inte längre emot svar"):
        answer(sent, owner, request)
    go_through(sent, officer)


def test_only_an_officer_moves_or_ends_it(sent, officer, registrar):
    ask(sent, officer)
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.give_more_time(application_id=sent.pk, actor=registrar, due_on=in_days(20), reason="Ja")
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.stop_asking(application_id=sent.pk, actor=registrar, reason="Ja")


@pytest.mark.parametrize("step", ["give_more_time", "stop_asking"])
def test_what_does_not_wait_is_neither_moved_nor_ended(sent, officer, step):
    more = {"due_on": in_days(20)} if step == "give_more_time" else {}
    more["reason"] = "Sommar."
    with pytest.raises(Refusal, match="Ingen komplettering väntar"):
        getattr(services, step)(application_id=sent.pk, actor=officer, **more)


def test_who_withdraws_is_not_asked_any_more(sent, officer, owner):
    request = ask(sent, officer)
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Vi orkar inte.")
    assert status_of(sent) == "withdrawn"
    request.refresh_from_db()
    assert request.closed_at is not None
    assert not sent.supplements.unanswered().exists()


# --- At once, and the database's own rules ----------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once(sent, officer, owner, colleague, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda *ids: None)
    request = ask(sent, officer)
    results = at_once([lambda user=user: answer(sent, user, request) for user in (owner, colleague)])
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "SupplementRequest"]
    assert sent.case.records.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_ask_at_once(sent, officer, second_officer, monkeypatch):
    monkeypatch.setattr("s3portal.outbox.tasks.deliver.delay", lambda *ids: None)
    results = at_once([lambda user=user: ask(sent, user) for user in (officer, second_officer)])
    assert sorted(type(result).__name__ for result in results) == ["Refusal", "SupplementRequest"]
    assert sent.case.records.count() == 2


def test_the_database_holds_one_open_request_for_each_application(sent, officer):
    request = ask(sent, officer)
    with pytest.raises(IntegrityError, match="supplement_one_open"), transaction.atomic():
        SupplementRequest.objects.create(
            application=sent, text="Igen", due_on=in_days(3), record=sent.record, requested_by=officer
        )
    with pytest.raises(IntegrityError, match="supplement_answer_whole"), transaction.atomic():
        SupplementRequest.objects.filter(pk=request.pk).update(answered_at=timezone.now())
