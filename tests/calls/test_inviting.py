"""What those who have registered are told, and the calendar files of it."""

from datetime import datetime, timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.enums import Place
from calls.models import Participation
from calls.services import inviting, registering
from s3portal.audit.models import Event
from s3portal.common.swedish import STOCKHOLM
from s3portal.outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def make_open(**fields):
    return factories.make_meeting(
        **(
            {
                "registration": "open",
                "attendance": "both",
                "title": "Mobilisering",
                "starts_at": datetime(2026, 10, 15, 9, 30, tzinfo=STOCKHOLM),
                "programme": "09.00 **Kaffe**",
            }
            | fields
        )
    )


def read(attachment):
    calendar = icalendar.Calendar.from_ical(bytes(attachment.content))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def sign_up(meeting, *, email="anna@example.org", wanted=Place.ROOM, name="Anna Ask"):
    now = meeting.starts_at - timedelta(days=5)
    return registering.register(
        event=meeting, name=name, email=email, choices={meeting.pk: wanted}, now=now
    ).registration


def test_the_invitation_is_read_by_a_calendar(settings):
    settings.BASE_URL = "https://s3.example.se"
    meeting = make_open(sequence=2)
    sign_up(meeting, name='Anna "Ann" Ask\nX')
    (file,) = Message.objects.get().attachments.all()
    assert (file.filename, file.content_type) == (
        f"mote-{meeting.pk}.ics",
        "text/calendar; method=REQUEST; charset=utf-8",
    )
    calendar, event = read(file)
    assert str(calendar["method"]) == "REQUEST"
    assert str(event["uid"]) == f"mote-{meeting.pk}@s3.example.se"
    assert event["sequence"] == 2
    assert event["status"] == "CONFIRMED"
    assert str(event["organizer"]) == f"mailto:{settings.REGION['contact_email']}"
    attendee = event["attendee"]
    assert str(attendee) == "mailto:anna@example.org"
    assert attendee.params["CN"] == "Anna 'Ann' Ask X"
    assert attendee.params["PARTSTAT"] == "ACCEPTED"
    assert event["dtstart"].dt == meeting.starts_at
    assert b"DTSTART;TZID=Europe/Stockholm:20261015T093000" in bytes(file.content)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (datetime(2026, 10, 25, 9, 30, tzinfo=STOCKHOLM), "20261025T093000"),
        (datetime(2027, 3, 28, 9, 30, tzinfo=STOCKHOLM), "20270328T093000"),
        (datetime(2027, 3, 27, 9, 30, tzinfo=STOCKHOLM), "20270327T093000"),
    ],
)
def test_the_clock_is_right_when_summer_time_begins_and_ends(day, hours):
    meeting = make_open(starts_at=day)
    sign_up(meeting)
    (file,) = Message.objects.get().attachments.all()
    _calendar, event = read(file)
    assert f"DTSTART;TZID=Europe/Stockholm:{hours}".encode() in bytes(file.content)
    assert event["dtstart"].dt.utcoffset() == day.utcoffset()
    assert event["dtstart"].dt == day


def test_the_link_is_in_the_entry_of_those_who_come_by_it():
    meeting = make_open(link_public=False)
    sign_up(meeting)
    sign_up(meeting, email="bo@example.org", wanted=Place.LINK)
    files = {message.to_email: message.attachments.get() for message in Message.objects.all()}
    descriptions = {email: str(read(file)[1]["description"]) for email, file in files.items()}
    assert meeting.link not in descriptions["anna@example.org"]
    assert meeting.link in descriptions["bo@example.org"]


def test_a_moved_meeting_moves_in_the_calendar():
    meeting = make_open()
    first = sign_up(meeting)
    gone = sign_up(meeting, email="bo@example.org")
    registering.cancel_registration(registration_id=gone.pk, now=meeting.starts_at - timedelta(days=4))
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.sequence += 1
    meeting.save(update_fields=["starts_at", "ends_at", "sequence"])
    assert inviting.tell_moved(meeting=meeting, actor=None, note="Lokalen blev upptagen.\nVälkommen!") == 1
    # Twice is once.
    assert inviting.tell_moved(meeting=meeting, actor=None, note="") == 0
    message = Message.objects.get(kind="meeting_moved")
    assert message.to_email == "anna@example.org"
    for words in ("Lokalen blev upptagen.", "Fredag 16 oktober 2026", str(first.token)):
        assert words in message.text_body
        assert words in message.html_body
    calendar, event = read(message.attachments.get())
    assert (str(calendar["method"]), event["sequence"]) == ("REQUEST", 1)
    assert event["dtstart"].dt == meeting.starts_at
    original = read(
        Message.objects.get(to_email="anna@example.org", kind="meeting_registered").attachments.get()
    )
    assert event["uid"] == original[1]["uid"]
    assert Event.objects.filter(action="meeting_moved_told").count() == 1


def test_a_cancelled_meeting_leaves_the_calendar():
    meeting = make_open()
    sign_up(meeting)
    factories.make_participation(meeting=meeting, place="waiting", email="bo@example.org")
    meeting.status, meeting.cancelled_at = "cancelled", meeting.starts_at
    meeting.cancel_reason, meeting.sequence = "För få anmälda.", 1
    meeting.save(update_fields=["status", "cancelled_at", "cancel_reason", "sequence"])
    assert inviting.tell_cancelled(meeting=meeting, actor=None) == 2
    message = Message.objects.get(kind="meeting_cancelled", to_email="anna@example.org")
    assert "För få anmälda." in message.text_body
    calendar, event = read(message.attachments.get())
    assert (str(calendar["method"]), str(event["status"]), event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    # Who only waited has nothing in the calendar.
    assert Message.objects.get(to_email="bo@example.org").attachments.count() == 0


def test_who_leaves_gets_the_entry_taken_away():
    meeting = make_open()
    registration = sign_up(meeting)
    registering.cancel_registration(
        registration_id=registration.pk, now=meeting.starts_at - timedelta(hours=3)
    )
    message = Message.objects.get(kind="meeting_unregistered")
    calendar, event = read(message.attachments.get())
    assert str(calendar["method"]) == "CANCEL"
    assert str(event["attendee"]) == "mailto:anna@example.org"
    assert "Mobilisering" in message.text_body


def test_telling_many_costs_as_many_queries_as_telling_a_few():
    meeting = make_open(capacity=None)

    def cost(count):
        for _ in range(count):
            factories.make_participation(meeting=meeting, place="link")
        meeting.sequence += 1
        with CaptureQueriesContext(connection) as captured:
            told = inviting.tell_moved(meeting=meeting, actor=None, note="")
        assert told == Participation.objects.count()
        return len(captured)

    assert cost(2) == cost(60)


def test_each_mail_is_of_its_own_person():
    meeting = make_open()
    for name in ("anna", "bo"):
        sign_up(meeting, email=f"{name}@example.org", name=name)
    meeting.sequence = 1
    meeting.save(update_fields=["sequence"])
    inviting.tell_moved(meeting=meeting, actor=None, note="")
    for message in Message.objects.filter(kind="meeting_moved"):
        _calendar, event = read(message.attachments.get())
        assert str(event["attendee"]) == f"mailto:{message.to_email}"
