from datetime import datetime

import icalendar
import pytest
from django.urls import reverse

from s3portal.common.swedish import STOCKHOLM
from tests import factories

pytestmark = pytest.mark.django_db


def fetch(client, meeting):
    response = client.get(reverse("calls:meeting_calendar", args=[meeting.pk]))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="mote-{meeting.pk}.ics"'
    calendar = icalendar.Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    return response.content.decode(), calendar, event


def test_a_calendar_reads_the_meeting_on_swedish_clocks(client, settings):
    settings.BASE_URL = "https://s3.regionjh.se"
    meeting = factories.make_meeting(
        title="Mobilisering: Jord, skog och vatten",
        starts_at=datetime(2020, 10, 15, 9, 30, tzinfo=STOCKHOLM),
        ends_at=datetime(2020, 10, 15, 12, 30, tzinfo=STOCKHOLM),
        place="Hus U, campus Östersund",
        text="Vi identifierar **insatser**.",
        link="https://video.example.org/mote",
        dial_in_number="+46 8 505 218 69",
        conference_id="243 401 317#",
        video_address="regionjh@m.webex.com",
        video_id="121 598 316 6",
        room_full=True,
    )
    raw, calendar, event = fetch(client, meeting)
    assert "DTSTART;TZID=Europe/Stockholm:20201015T093000" in raw
    assert "DTEND;TZID=Europe/Stockholm:20201015T123000" in raw
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert event["uid"] == f"mote-{meeting.pk}@s3.regionjh.se"
    assert event["summary"] == "Mobilisering: Jord, skog och vatten"
    assert event["location"] == "Hus U, campus Östersund"
    address = f"http://testserver/moten/{meeting.pk}/"
    assert event["url"] == address
    assert event["description"] == (
        "Fullsatt i lokalen. Nu endast öppen för deltagande via länk.\n\n"
        "Vi identifierar insatser.\n\n"
        "Anslut: https://video.example.org/mote\n"
        "Ring in: +46 8 505 218 69\n"
        "Telefonkonferens-ID: 243 401 317#\n"
        "Videokonferensenhet: regionjh@m.webex.com\n"
        "Videokonferens-ID: 121 598 316 6\n\n" + address
    )


def test_the_entry_is_the_same_each_time(client):
    meeting = factories.make_meeting()
    assert fetch(client, meeting)[2]["uid"] == fetch(client, meeting)[2]["uid"]


def test_what_is_not_known_is_left_out(client):
    meeting = factories.make_meeting(link="")
    _raw, _calendar, event = fetch(client, meeting)
    assert "location" not in event
    assert event["description"] == f"http://testserver/moten/{meeting.pk}/"


def test_a_title_cannot_add_lines_of_its_own(client):
    meeting = factories.make_meeting(title="Möte\r\nATTENDEE:mailto:a@example.org", place="a;b,c\\d")
    _raw, calendar, event = fetch(client, meeting)
    assert "attendee" not in event
    assert len(calendar.walk("VEVENT")) == 1
    assert event["location"] == "a;b,c\\d"


def test_a_change_has_a_higher_sequence_and_the_same_uid(client):
    meeting = factories.make_meeting()
    before = fetch(client, meeting)[2]
    meeting.sequence = 3
    meeting.save(update_fields=["sequence"])
    after = fetch(client, meeting)[2]
    assert (before["sequence"], after["sequence"]) == (0, 3)
    assert before["uid"] == after["uid"]


def test_a_link_for_the_registered_is_not_in_the_public_file(client):
    meeting = factories.make_meeting(link_public=False, dial_in_number="+46 8 505 218 69")
    description = str(fetch(client, meeting)[2]["description"])
    assert meeting.link not in description
    assert "505 218 69" not in description


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "CONFIRMED"),
        ({"save_the_date": True}, "TENTATIVE"),
        (
            {
                "status": "cancelled",
                "cancelled_at": datetime(2020, 10, 1, tzinfo=STOCKHOLM),
                "cancel_reason": "Snö.",
            },
            "CANCELLED",
        ),
    ],
)
def test_what_is_certain_and_what_is_off(client, fields, status):
    meeting = factories.make_meeting(**fields)
    event = fetch(client, meeting)[2]
    assert event["status"] == status
    assert ("Mötet är inställt. Snö." in event["description"]) == (status == "CANCELLED")
