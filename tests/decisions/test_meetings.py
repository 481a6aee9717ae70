from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions.models import CommitteeMeeting
from decisions.services.meetings import change_meeting, create_meeting, record_minutes
from decisions.services.reporting import report_decisions
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories


def at(day, clock="09:00"):
    return timezone.make_aware(datetime.fromisoformat(f"{day}T{clock}"))


@pytest.fixture
def committee(db):
    return factories.make_committee()


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(at("2024-03-12", "10:00"), tick=False):
        yield


def test_a_meeting_is_entered(registrar, committee):
    meeting = create_meeting(
        committee=committee, starts_at=at("2024-03-19"), place="Regionens hus", actor=registrar
    )
    assert (meeting.day, meeting.place, meeting.has_begun) == (date(2024, 3, 19), "Regionens hus", False)
    assert Event.objects.get(action="meeting_created").text == (
        "Sammanträde inlagt: Regionala utvecklingsnämnden 2024-03-19"
    )


def test_a_held_meeting_can_be_entered_afterwards(registrar, committee):
    meeting = create_meeting(committee=committee, starts_at=at("2022-03-29"), place="", actor=registrar)
    assert meeting.has_begun
    assert set(CommitteeMeeting.objects.held()) == {meeting}
    assert not CommitteeMeeting.objects.coming().exists()


def test_a_committee_meets_once_at_a_time(registrar, committee):
    create_meeting(committee=committee, starts_at=at("2024-03-19"), place="", actor=registrar)
    with pytest.raises(Refusal, match="Nämnden har redan ett sammanträde vid den tiden") as refused:
        create_meeting(committee=committee, starts_at=at("2024-03-19"), place="", actor=registrar)
    assert refused.value.field == "day"
    other = factories.make_committee(name="regionstyrelsen")
    assert create_meeting(committee=other, starts_at=at("2024-03-19"), place="", actor=registrar)


def test_a_coming_meeting_is_moved(registrar, committee):
    meeting = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-19"))
    change_meeting(meeting_id=meeting.pk, starts_at=at("2024-03-20", "13:30"), place="Länk", actor=registrar)
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.place) == (at("2024-03-20", "13:30"), "Länk")


def test_where_it_cannot_be_moved(registrar, committee, officer):
    coming = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-19"))
    held = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-05"))
    taken = factories.make_committee_meeting(committee=committee, starts_at=at("2024-04-23"))
    for meeting, when, sentence in [
        (held, at("2024-03-20"), "Sammanträdet har börjat och kan inte flyttas."),
        (coming, at("2024-03-11"), "Välj en tid som inte har varit."),
        (coming, taken.starts_at, "Nämnden har redan ett sammanträde vid den tiden."),
    ]:
        with pytest.raises(Refusal) as refused:
            change_meeting(meeting_id=meeting.pk, starts_at=when, place="", actor=registrar)
        assert (refused.value.message, refused.value.field) == (sentence, "day")
    assert (
        change_meeting(meeting_id=held.pk, starts_at=held.starts_at, place="Sal 3", actor=registrar).place
        == "Sal 3"
    )


def test_not_to_a_day_before_a_decision_on_its_list(registrar, committee, officer):
    meeting = factories.make_committee_meeting(committee=committee, starts_at=at("2024-04-23"))
    decision = factories.make_signed_decision(user=officer, decided_on=date(2024, 3, 14))
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    with pytest.raises(Refusal, match="På listan finns ett beslut från 2024-03-14"):
        change_meeting(meeting_id=meeting.pk, starts_at=at("2024-03-13"), place="", actor=registrar)
    change_meeting(meeting_id=meeting.pk, starts_at=at("2024-03-14", "16:00"), place="", actor=registrar)
    meeting.refresh_from_db()
    assert meeting.day == date(2024, 3, 14)


def test_the_minutes_are_noted_afterwards(registrar, committee):
    meeting = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-05"))
    record_minutes(
        meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=date(2024, 3, 7), actor=registrar
    )
    meeting.refresh_from_db()
    assert (meeting.report_paragraph, meeting.approved_on) == ("§ 60", date(2024, 3, 7))
    event = Event.objects.get(action="meeting_minutes")
    assert event.text == "Paragraf § 60, justerat 2024-03-07"
    assert event.data == {"paragraph": "§ 60", "approved_on": "2024-03-07"}
    record_minutes(meeting_id=meeting.pk, report_paragraph="", approved_on=None, actor=registrar)
    assert Event.objects.filter(action="meeting_minutes").order_by("pk").last().text == (
        "Paragraf inte angiven, justerat inte angiven"
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2024, 3, 4), "Ange sammanträdets dag eller en senare dag."),
        (date(2024, 3, 13), "Ange en dag som har varit. Protokollet kan inte justeras i framtiden."),
    ],
)
def test_the_day_of_approval_must_be_possible(registrar, committee, day, sentence):
    meeting = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-05"))
    with pytest.raises(Refusal) as refused:
        record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=day, actor=registrar)
    assert (refused.value.message, refused.value.field) == (sentence, "approved_on")
    for possible in (date(2024, 3, 5), date(2024, 3, 12)):
        record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=possible, actor=registrar)


def test_no_minutes_before_the_meeting(registrar, committee):
    meeting = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() + timedelta(seconds=1)
    )
    with pytest.raises(Refusal, match="Sammanträdet har inte varit än"):
        record_minutes(meeting_id=meeting.pk, report_paragraph="§ 1", approved_on=None, actor=registrar)


# --- When the agenda closes -------------------------------------------------------------------------------
def test_the_last_day_to_report_is_noted_and_moved(registrar, committee):
    meeting = create_meeting(
        committee=committee,
        starts_at=at("2024-03-19"),
        place="",
        agenda_closes_on=date(2024, 3, 19),
        actor=registrar,
    )
    assert meeting.agenda_closes_on == date(2024, 3, 19)
    reminder = Message.objects.create(
        key="x",
        kind="decision_unreported",
        to_email="r@example.org",
        subject="Anmäl",
        text_body="Anmäl",
        object_type="decisions.committeemeeting",
        object_id=meeting.pk,
    )
    same = {"meeting_id": meeting.pk, "starts_at": at("2024-03-19"), "actor": registrar}
    change_meeting(place="Sal 3", agenda_closes_on=date(2024, 3, 19), **same)
    reminder.refresh_from_db()
    assert reminder.status == "queued", "nothing was moved"
    change_meeting(place="Sal 3", agenda_closes_on=date(2024, 3, 14), **same)
    reminder.refresh_from_db()
    assert reminder.status == "cancelled"
    change_meeting(place="Sal 3", **same)
    meeting.refresh_from_db()
    assert meeting.agenda_closes_on is None


@pytest.mark.parametrize("day", [date(2024, 3, 20), date(2025, 1, 1)])
def test_the_agenda_does_not_close_after_the_meeting(registrar, committee, day):
    values = {"starts_at": at("2024-03-19"), "place": "", "agenda_closes_on": day, "actor": registrar}
    with pytest.raises(Refusal, match="Ange sammanträdets dag eller en tidigare dag") as refused:
        create_meeting(committee=committee, **values)
    assert refused.value.field == "agenda_closes_on"
    meeting = factories.make_committee_meeting(committee=committee, starts_at=at("2024-03-19"))
    with pytest.raises(Refusal, match="en tidigare dag"):
        change_meeting(meeting_id=meeting.pk, **values)


def test_the_last_day_in_the_form_and_on_the_page(client_for, registrar, committee):
    client = client_for(registrar)
    typed = {"committee": committee.pk, "day": "2024-03-19", "clock": "9.00", "place": ""}
    wrong = client.post("/handlaggning/sammantraden/nytt/", typed | {"agenda_closes_on": "2024-03-20"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("Ange sammanträdets dag eller en tidigare dag.") == 2
    made = client.post("/handlaggning/sammantraden/nytt/", typed | {"agenda_closes_on": "12 mars 2024"})
    meeting = CommitteeMeeting.objects.get()
    assert meeting.agenda_closes_on == date(2024, 3, 12)
    assert (
        "Beslut ska vara anmälda senast 12 mars 2024."
        in client.get(made.headers["Location"]).content.decode()
    )
    form = client.get(f"/handlaggning/sammantraden/{meeting.pk}/andra/").content.decode()
    assert 'value="2024-03-12"' in form
