"""Calendars, read back with the icalendar library."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from s3portal.common.swedish import STOCKHOLM
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOST = "127.0.0.1"


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    return icalendar.Calendar.from_ical(response.content)


def events(calendar):
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


@pytest.fixture
def call():
    return factories.make_call(
        slug="kluster",
        title="Kluster; i fjällen, nu",
        opens_at=datetime(2021, 10, 26, 8, tzinfo=STOCKHOLM),
        closes_at=datetime(2021, 11, 29, 23, 59, 59, tzinfo=STOCKHOLM),
        decision_timing="month",
        decision_on=date(2021, 12, 1),
    )


def test_a_call_with_everything(client, call):
    day = call.milestones.create(kind="sub_deadline", title="Delfrist", text="Skiss", day=date(2021, 11, 10))
    clock = call.milestones.create(kind="other", title="Samtal", day=date(2021, 11, 12), clock=time(9, 30))
    month = call.milestones.create(
        kind="evaluation", title="Utvärdering", day=date(2022, 12, 1), whole_month=True
    )
    call.milestones.create(kind="payment", title="Utbetalning", text="var tredje månad")
    meeting = factories.make_meeting(call=call, starts_at=datetime(2021, 11, 16, 8, tzinfo=STOCKHOLM))
    calendar = read(client, "/utlysningar/kluster/kalender.ics")
    found = events(calendar)
    assert set(found) == {
        f"utlysning-{call.pk}-oppnar",
        f"utlysning-{call.pk}-stanger",
        f"utlysning-{call.pk}-beslut",
        f"hallpunkt-{day.pk}",
        f"hallpunkt-{clock.pk}",
        f"hallpunkt-{month.pk}",
        f"mote-{meeting.pk}",
    }
    assert calendar["method"] == "PUBLISH"
    assert str(calendar["x-wr-calname"]).startswith("Kluster; i fjällen, nu")
    for required in ("prodid", "version"):
        assert required in calendar
    for event in found.values():
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "URL"} <= set(event)
    closing = found[f"utlysning-{call.pk}-stanger"]
    assert closing.decoded("dtstart") == datetime(
        2021, 11, 29, 23, 59, 59, tzinfo=ZoneInfo("Europe/Stockholm")
    )
    assert closing["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert "dtend" not in closing
    assert str(closing["summary"]) == "Sista ansökningsdag: Kluster; i fjällen, nu"
    assert str(closing["url"]) == f"{settings.BASE_URL}/utlysningar/kluster/"
    decision = found[f"utlysning-{call.pk}-beslut"]
    assert (decision.decoded("dtstart"), decision.decoded("dtend")) == (date(2021, 12, 1), date(2022, 1, 1))
    assert found[f"hallpunkt-{day.pk}"].decoded("dtend") == date(2021, 11, 11)
    assert "Skiss" in str(found[f"hallpunkt-{day.pk}"]["description"])
    assert found[f"hallpunkt-{clock.pk}"].decoded("dtstart").isoformat() == "2021-11-12T09:30:00+01:00"
    assert found[f"hallpunkt-{month.pk}"].decoded("dtend") == date(2023, 1, 1)


def test_summer_and_winter_time_come_with_their_zone(client, call):
    """26 October 2021 is summer time, 29 November winter time."""
    calendar = read(client, "/utlysningar/kluster/kalender.ics")
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/Stockholm"
    found = events(calendar)
    offsets = {key.rpartition("-")[2]: event.decoded("dtstart") for key, event in found.items()}
    assert offsets["oppnar"].utcoffset() == timedelta(hours=2)
    assert offsets["stanger"].utcoffset() == timedelta(hours=1)
    winter = found[f"utlysning-{call.pk}-stanger"]["dtstart"].to_ical()
    assert winter == b"20211129T235959"


def test_a_change_raises_the_sequence_and_keeps_the_uid(client, call):
    before = events(read(client, "/utlysningar/kluster/kalender.ics"))
    call.changes.create(field="closes_at", text="Sista ansökningsdag är ändrad.")
    after = events(read(client, "/utlysningar/kluster/kalender.ics"))
    assert before.keys() == after.keys()
    for key in before:
        assert int(after[key]["sequence"]) == int(before[key]["sequence"]) + 1
    call.version += 1
    call.save(update_fields=["version"])
    saved = events(read(client, "/utlysningar/kluster/kalender.ics"))
    assert {int(event["sequence"]) for event in saved.values()} == {2}


def test_a_cancelled_meeting_stays_and_says_so(client, call):
    meeting = factories.make_meeting(call=call, status="cancelled", cancelled_at=timezone.now(), sequence=3)
    event = events(read(client, "/utlysningar/kluster/kalender.ics"))[f"mote-{meeting.pk}"]
    assert str(event["status"]) == "CANCELLED"
    assert int(event["sequence"]) >= 3


def test_a_link_for_the_registered_is_in_no_calendar(client, call):
    area = factories.make_area(slug="skog")
    factories.make_meeting(call=call, area=area, link="https://video.example.org/hemlig", link_public=False)
    for path in ("/utlysningar/kluster/", "/styrkeomraden/skog/", "/moten/"):
        assert b"hemlig" not in client.get(f"{path}kalender.ics").content


def test_the_area_has_its_meetings_and_deadlines(client):
    area = factories.make_area(slug="skog")
    call = factories.make_call(areas=[area])
    sub = call.milestones.create(kind="sub_deadline", title="Delfrist", day=date(2030, 1, 1))
    call.milestones.create(kind="evaluation", title="Utvärdering", day=date(2031, 1, 1))
    own = factories.make_meeting(area=area)
    about = factories.make_meeting(call=call)
    both = factories.make_meeting(call=call, area=area)
    factories.make_meeting()
    factories.make_meeting(area=area, status="draft")
    factories.make_meeting(area=area, starts_at=timezone.now() - 400 * DAY)
    factories.make_call(areas=[area], status="draft")
    factories.make_call()
    found = events(read(client, "/styrkeomraden/skog/kalender.ics"))
    assert set(found) == {
        f"utlysning-{call.pk}-oppnar",
        f"utlysning-{call.pk}-stanger",
        f"hallpunkt-{sub.pk}",
        f"mote-{own.pk}",
        f"mote-{about.pk}",
        f"mote-{both.pk}",
    }


def test_all_meetings(client):
    shown = factories.make_meeting()
    factories.make_meeting(status="draft")
    factories.make_meeting(call=factories.make_call(status="draft"))
    assert set(events(read(client, "/moten/kalender.ics"))) == {f"mote-{shown.pk}"}


def test_an_empty_calendar_is_a_calendar(client):
    assert events(read(client, "/moten/kalender.ics")) == {}


@pytest.mark.parametrize("path", ["/utlysningar/utkast/kalender.ics", "/styrkeomraden/annat/kalender.ics"])
def test_what_nobody_may_see_is_not_found(client, client_for, officer, path):
    call = factories.make_call(slug="utkast", status="draft")
    factories.make_meeting(call=call)
    assert client.get(path).status_code == 404
    assert client_for(officer).get(path).status_code == 404


def test_it_is_sent_again_only_when_something_is_new(client, call):
    path = "/utlysningar/kluster/kalender.ics"
    first = client.get(path)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        again = client.get(path, headers={"if-none-match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        call.changes.create(field="title", text="Rubriken är ändrad.")
        new = client.get(path, headers={"if-none-match": first.headers["ETag"]})
    assert new.status_code == 200
    assert new.headers["ETag"] != first.headers["ETag"]
    assert new.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/utlysningar/kluster/kalender.ics", "/styrkeomraden/skog/kalender.ics", "/moten/kalender.ics"]
)
def test_calendars_cost_the_same_at_one_and_three_rows(client, call, path):
    area = factories.make_area(slug="skog")

    def add():
        factories.make_meeting(call=call, area=area)
        other = factories.make_call(areas=[area])
        for one in (call, other):
            one.milestones.create(kind="sub_deadline", title="Delfrist", day=date(2030, 1, 1))
            one.changes.create(field="title", text="Ändrad.")

    add()
    one = count_queries(lambda: client.get(path))
    add()
    add()
    assert count_queries(lambda: client.get(path)) == one


def test_the_pages_say_how_far_back_their_calendars_go(client):
    area = factories.make_area()
    for path in ("/moten/", f"/styrkeomraden/{area.slug}/"):
        assert "det senaste året och allt som kommer" in client.get(path).content.decode()
