"""Reminders to assessors."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from applications import due_assessing, reminders, services
from applications.models import Assignment
from s3portal.outbox.models import Message
from s3portal.outbox.services import create_reminders, deliver_round
from tests import factories
from tests.applications.judging import assign, declare, hand_in, scored_call
from tests.applications.sending import send
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("applications.tasks.render_application_pdf.delay", lambda *ids: None)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def call():
    return scored_call(closes_at=NOW + timedelta(days=60))


@pytest.fixture
def sent(owner, call):
    return send(factories.make_application(user=owner, call=call), owner)


def due(days=30):
    return due_assessing.due_assessments(NOW, NOW + timedelta(days=days))


def told(**arguments):
    return [one.to_email for one in due_assessing.assessment_reminders(due(), **arguments)]


def test_until_it_is_handed_in(sent, officer, second_officer, assessor):
    assign(sent, officer, assessor, second_officer)
    assert sorted(told()) == sorted([assessor.email, second_officer.email])
    assert told(only=[assessor.email.lower()]) == [assessor.email]
    assert due(days=5) == []
    hand_in(sent, assessor, 3, 3)
    assert told() == [second_officer.email]
    declare(sent, second_officer)
    services.abstain(application_id=sent.pk, actor=second_officer, reason="Hinner inte.")
    assert told() == []


def test_not_who_has_left_or_has_jav_nor_after_the_decision(sent, owner, officer, second_officer, assessor):
    assign(sent, officer, assessor, second_officer)
    declare(sent, second_officer, ground="party")
    assert told() == [assessor.email]
    assessor.is_active = False
    assessor.save(update_fields=["is_active"])
    assert told() == []
    assessor.is_active = True
    assessor.save(update_fields=["is_active"])
    services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej")
    assert due() == []


def test_three_days_before_and_one(sent, officer, assessor, clock):
    assign(sent, officer, assessor)
    Message.objects.all().delete()
    days = []
    for number in range(8):
        moment = NOW + timedelta(days=number)
        clock.move_to(moment)
        create_reminders()
        found = Message.objects.filter(kind="assessment_due").count()
        if found > len(days):
            days.append((sent.assignments.get().due_on - timezone.localdate()).days)
    assert days == [3, 1]
    message = Message.objects.filter(kind="assessment_due").first()
    assert message.subject == f"{sent.case}: lämna din bedömning senast 1\xa0december\xa02026" or (
        "lämna din bedömning senast" in message.subject
    )
    assert f"/handlaggning/ansokningar/{sent.pk}/bedomning/" in message.text_body
    assert sent.title not in message.text_body


def test_a_moved_day_stops_the_old_reminder(sent, officer, assessor, clock):
    assignment = assign(sent, officer, assessor)[0]
    clock.move_to(NOW + timedelta(days=4))
    create_reminders()
    waiting = Message.objects.filter(kind="assessment_due", status="queued")
    assert waiting.count() == 1
    services.change_assignment(
        assignment_id=assignment.pk,
        actor=officer,
        due_on=assignment.due_on + timedelta(days=10),
        allow_trade_secrets=False,
    )
    assert not waiting.exists()


def test_what_was_handed_in_meanwhile_is_not_reminded_of(sent, officer, assessor, clock):
    assign(sent, officer, assessor)
    moment = NOW + timedelta(days=4)
    clock.move_to(moment)
    create_reminders()
    hand_in(sent, assessor, 3, 3)
    deliver_round(seconds=30)
    assert Message.objects.get(kind="assessment_due").status != "sent"


def test_the_example(sent, officer, assessor):
    assert reminders.ASSESSMENT_DUE.example() is None
    assign(sent, officer, assessor)
    assert reminders.ASSESSMENT_DUE.example().to_email == assessor.email


def test_constant_queries(sent, owner, call, officer, assessor):
    assign(sent, officer, assessor)
    one = count_asked(told)
    for _ in range(2):
        assign(send(factories.make_application(user=owner, call=call), owner), officer, assessor)
    assert Assignment.objects.count() == 3
    assert count_asked(told) == one
