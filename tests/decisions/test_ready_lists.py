"""The members are told when the list to their meeting is ready."""

from datetime import datetime, timedelta

import pytest
import time_machine

from decisions import due_lists, reminders
from decisions.report_list import list_mark
from decisions.services.confirming import confirm_list, reopen_list
from decisions.services.reporting import report_decisions
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.models import Message, OptOut
from s3portal.outbox.services import create_reminders
from s3portal.outbox.words import check_placeholders
from tests import factories
from tests.counting import count_asked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def meeting(member, officer, registrar):
    meeting = factories.make_committee_meeting(committee=factories.make_committee(members=[member]))
    decision = factories.make_signed_decision(user=officer, document=False)
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    confirm_list(meeting_id=meeting.pk, seen=list_mark(meeting), actor=registrar)
    return meeting


def told():
    return set(Message.objects.filter(kind="report_list_ready").values_list("to_email", flat=True))


def test_those_who_sit_are_told_once_a_quarter_of_an_hour_later(meeting, member, clock):
    left = factories.make_staff("committee_member")
    meeting.committee.members.create(
        user=left, valid_from=NOW.date() - timedelta(days=9), valid_to=NOW.date() - timedelta(days=1)
    )
    clock.move_to(NOW + timedelta(minutes=14))
    create_reminders()
    assert told() == set()
    clock.move_to(NOW + timedelta(minutes=15))
    create_reminders()
    create_reminders()
    assert told() == {member.email}
    mail = Message.objects.get(kind="report_list_ready")
    assert f"/namnd/{meeting.pk}/" in mail.text_body
    assert "1 beslut anmäls till sammanträdet 8 december 2026" in mail.text_body


def test_a_list_that_is_opened_again_and_who_wants_no_reminders_get_none(meeting, member, registrar, clock):
    other = factories.make_staff("committee_member")
    meeting.committee.members.create(user=other, valid_from=NOW.date())
    OptOut.objects.create(email=other.email, group=MailGroup.WORK)
    clock.move_to(NOW + timedelta(minutes=15))
    create_reminders()
    assert told() == {member.email}
    reopen_list(meeting_id=meeting.pk, reason="Ett beslut saknas.", actor=registrar)
    assert due_lists.ready_lists(NOW, NOW) == []


def test_the_words_use_only_what_is_there_and_the_people_cost_the_same(meeting):
    kind = reminders.LIST_READY
    check_placeholders(kind.subject, kind.placeholders, field="subject")
    check_placeholders(kind.body, kind.placeholders, field="body")
    example = kind.example()
    assert example is not None
    assert set(example.values) == set(kind.placeholders)
    occasions = due_lists.ready_lists(NOW, NOW)
    one = count_asked(lambda: list(due_lists.ready_reminders(occasions)))
    for _ in range(3):
        meeting.committee.members.create(user=factories.make_staff("committee_member"), valid_from=NOW.date())
    assert count_asked(lambda: list(due_lists.ready_reminders(occasions))) == one
