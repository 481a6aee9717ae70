from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from decisions import queries
from decisions.models import CommitteeMeeting, Decision, DecisionReading, DecisionReport
from decisions.services.filling import hold_back
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories


@pytest.fixture
def committee(db):
    return factories.make_committee()


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee)


def report(meeting, *decisions, actor):
    return report_decisions(
        meeting_id=meeting.pk, decision_ids=[decision.pk for decision in decisions], actor=actor
    )


def begin(meeting):
    """As if the meeting had begun a moment ago."""
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() - timedelta(seconds=1))
    meeting.refresh_from_db()


def test_decisions_are_put_on_the_list_together(meeting, officer, registrar):
    first = factories.make_signed_decision(user=officer)
    second = factories.make_signed_decision(user=officer, signed_elsewhere=True)
    assert set(Decision.objects.unreported()) == {first, second}
    reports = report(meeting, first, second, actor=registrar)
    assert [each.decision for each in reports] == [first, second]
    assert {each.reported_by for each in reports} == {registrar}
    assert not Decision.objects.unreported().exists()
    events = Event.objects.filter(action="decision_reported")
    assert {event.object_id for event in events} == {first.pk, second.pk}
    assert events[0].text == f"Anmäls till {meeting}"


def test_all_or_none(meeting, officer, registrar):
    good = factories.make_signed_decision(user=officer)
    draft = factories.make_decision(user=officer)
    with pytest.raises(Refusal, match=r"Beslutet är ett utkast. Det måste först vara undertecknat."):
        report(meeting, good, draft, actor=registrar)
    assert not DecisionReport.objects.exists()
    assert not Event.objects.filter(action="decision_reported").exists()


def test_something_must_be_chosen_and_exist(meeting, registrar):
    with pytest.raises(Refusal, match=r"Välj minst ett beslut att anmäla."):
        report(meeting, actor=registrar)
    with pytest.raises(Refusal, match=r"Ett av besluten finns inte längre."):
        report_decisions(meeting_id=meeting.pk, decision_ids=[999_999], actor=registrar)


def test_what_cannot_be_reported(meeting, officer, registrar):
    hidden = factories.make_signed_decision(user=officer, reportable=False)
    foreign = factories.make_signed_decision(user=officer, committee_name="regionstyrelsen")
    for decision, sentence in [
        (hidden, f"{hidden.case} ska inte anmälas till nämnden."),
        (foreign, f"{foreign.case} fattades inte för regionala utvecklingsnämnden."),
    ]:
        with pytest.raises(Refusal) as refused:
            report(meeting, decision, actor=registrar)
        assert refused.value.message == sentence
    assert set(queries.unreported_for(meeting)) == set()


def test_the_committee_follows_from_the_clause(meeting, officer, registrar):
    mine = factories.make_clause(order=factories.make_delegation_order(committee=meeting.committee))
    other = factories.make_clause()
    decision = factories.make_signed_decision(user=officer, clause=mine, committee_name="ett äldre namn")
    foreign = factories.make_signed_decision(user=officer, clause=other)
    assert set(queries.unreported_for(meeting)) == {decision}
    report(meeting, decision, actor=registrar)
    with pytest.raises(Refusal, match="fattades inte för"):
        report(meeting, foreign, actor=registrar)


def test_a_decision_is_on_one_list_only(meeting, officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    report(meeting, decision, actor=registrar)
    other = factories.make_committee_meeting(committee=meeting.committee)
    with pytest.raises(Conflict) as refused:
        report(other, decision, actor=registrar)
    assert refused.value.message == f"{decision.case} är redan anmält till {meeting}."
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionReport.objects.create(decision=decision, meeting=other, reported_by=registrar)


def test_nothing_is_added_once_the_meeting_has_begun(meeting, officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    begin(meeting)
    with pytest.raises(Refusal, match=r"Sammanträdet har börjat. Välj ett kommande sammanträde."):
        report(meeting, decision, actor=registrar)
    assert not queries.unreported_for(meeting).exists()


def test_what_was_decided_elsewhere_can_be_entered_on_a_held_meeting(committee, officer, registrar):
    held = factories.make_committee_meeting(
        committee=committee, starts_at=datetime.fromisoformat("2022-03-29T09:00+02:00")
    )
    before = factories.make_signed_decision(user=officer, signed_elsewhere=True, decided_on=date(2022, 3, 29))
    after = factories.make_signed_decision(user=officer, signed_elsewhere=True, decided_on=date(2022, 3, 30))
    assert set(queries.unreported_for(held)) == {before}
    report(held, before, actor=registrar)
    with pytest.raises(Refusal) as refused:
        report(held, after, actor=registrar)
    assert refused.value.message == f"{after.case} beslutades 2022-03-30, efter sammanträdet."


def test_a_decision_leaves_the_list_until_the_meeting_begins(meeting, member, officer, registrar):
    decision = factories.make_signed_decision(user=officer)
    [entry] = report(meeting, decision, actor=registrar)
    DecisionReading.objects.create(report=entry, user=member)
    hold_back(report_id=entry.pk, reason="Kompletteras.", actor=registrar)
    assert set(Decision.objects.unreported()) == {decision}
    assert Event.objects.get(action="decision_held_back").object_id == decision.pk
    with pytest.raises(Conflict, match=r"Beslutet är redan borttaget från listan."):
        hold_back(report_id=entry.pk, reason="Kompletteras.", actor=registrar)
    [entry] = report(meeting, decision, actor=registrar)
    assert DecisionReport.objects.get() == entry


def test_what_the_last_meeting_missed_is_late(committee, officer):
    today = timezone.localdate()
    meeting = factories.make_committee_meeting(committee=committee)
    factories.make_committee_meeting(committee=committee, starts_at=timezone.now() - timedelta(days=10))
    factories.make_committee_meeting(starts_at=timezone.now() - timedelta(days=1))
    old = factories.make_signed_decision(user=officer, decided_on=today - timedelta(days=11))
    same = factories.make_signed_decision(user=officer, decided_on=today - timedelta(days=10))
    new = factories.make_signed_decision(user=officer, decided_on=today)
    rows = queries.mark_late(list(queries.unreported_for(meeting)), meeting)
    assert [(row.decision, row.late) for row in rows] == [(old, True), (same, False), (new, False)]


def test_without_a_held_meeting_nothing_is_late(meeting, officer):
    factories.make_signed_decision(user=officer, decided_on=date(2001, 1, 1))
    assert [row.late for row in queries.mark_late(list(queries.unreported_for(meeting)), meeting)] == [False]


@pytest.mark.django_db(transaction=True)
def test_two_registrars_at_once_put_it_on_one_list(officer, registrar):
    meetings = [factories.make_committee_meeting() for _ in range(2)]
    decision = factories.make_signed_decision(user=officer)

    def put(meeting):
        try:
            report(meeting, decision, actor=registrar)
        except Conflict:
            return "refused"
        finally:
            connection.close()
        return "reported"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(put, meetings)) == ["refused", "reported"]
    assert DecisionReport.objects.count() == 1
