import csv
import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.exports import HEADINGS
from calls.models import Participation, Registration
from s3portal.audit.models import Event
from s3portal.common.spreadsheets import defused
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

pytestmark = pytest.mark.django_db


def url(name, meeting, *more):
    return reverse(f"calls:officer_registration_{name}", args=[meeting.pk, *more])


def make(**fields):
    return factories.make_meeting(
        **(
            {"attendance": "both", "place": "Rådhuset", "registration": "open", "asks_meal_wishes": True}
            | fields
        )
    )


def going_on(**fields):
    now = timezone.now()
    return make(starts_at=now, ends_at=now + timedelta(hours=2), **fields)


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


# --- Who ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["owner", "delegate_user", "registrar", "member", "assessor"])
@pytest.mark.parametrize("name", ["list", "door", "export", "attendance", "message", "new", "cancel"])
def test_only_officers_and_admins(client_for, who, name, request):
    meeting = make()
    address = url(name, meeting, *([1] if name == "cancel" else []))
    client = client_for(request.getfixturevalue(who))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403


def test_somebody_elses_meeting_is_not_a_way_in(client_for, officer):
    elsewhere = factories.make_participation(meeting=make())
    client = client_for(officer)
    address = url("cancel", make(), elsewhere.pk)
    assert client.post(address).status_code == 404
    assert (
        client.get(url("list", elsewhere.meeting).replace(str(elsewhere.meeting.pk), "4711")).status_code
        == 404
    )


# --- The list -------------------------------------------------------------------------------------------
def names_in(response):
    return [participation.registration.name for participation, _where in response.context["rows"]]


def test_search_choice_and_order(client_for, officer):
    meeting = make()
    now = timezone.now()
    factories.make_participation(
        meeting=meeting, name="Cecilia", organisation="Bolaget", created_at=now - timedelta(hours=3)
    )
    factories.make_participation(
        meeting=meeting, name="Adam", organisation="Kommunen", place="link", wants_room_since=now,
        created_at=now - timedelta(hours=2), meal_wishes="Vegetariskt",
    )  # fmt: skip
    factories.make_participation(
        meeting=meeting, name="Bo", organisation="Akademin", place="link", created_at=now - timedelta(hours=1)
    )
    factories.make_participation(meeting=meeting, name="Borta", place="link", cancelled_at=now)
    client, address = client_for(officer), url("list", meeting)
    for query, expected in (
        ({}, ["Adam", "Bo", "Cecilia"]),
        ({"ordning": "organisation"}, ["Bo", "Cecilia", "Adam"]),
        ({"ordning": "anmald"}, ["Cecilia", "Adam", "Bo"]),
        ({"ordning": "deltar"}, ["Adam", "Bo", "Cecilia"]),
        ({"urval": "lokalen"}, ["Cecilia"]),
        ({"urval": "lank"}, ["Adam", "Bo"]),
        ({"urval": "vantar"}, ["Adam"]),
        ({"q": "kommun"}, ["Adam"]),
        ({"q": "ceci"}, ["Cecilia"]),
        ({"q": "saknas"}, []),
        ({"ordning": "påhittad", "urval": "x"}, ["Adam", "Bo", "Cecilia"]),
    ):
        assert names_in(client.get(address, query)) == expected, query
    page = page_of(client.get(address))
    assert "Via länk, i kö till lokalen" in page
    assert "Vegetariskt" in page
    assert "Ingen anmäld svarar mot sökningen" in page_of(client.get(address, {"q": "saknas"}))
    assert "Ingen är anmäld än" in page_of(client.get(url("list", make())))


def test_a_long_list_has_pages_and_the_same_queries(client_for, officer):
    meeting = going_on()
    client, address = client_for(officer), url("list", meeting)
    factories.make_participation(meeting=meeting, meal_wishes="Vegan")
    one = count_queries(lambda: client.get(address))
    people = Registration.objects.bulk_create(
        Registration(meeting=meeting, name=f"Person {number:03}", email=f"p{number}@example.org")
        for number in range(150)
    )
    Participation.objects.bulk_create(
        Participation(registration=person, meeting=meeting, place="link") for person in people
    )
    assert count_queries(lambda: client.get(address)) == one
    second = client.get(address, {"page": 2})
    assert len(second.context["rows"]) == 51


def test_the_door_has_no_wishes_about_food(client_for, officer):
    meeting = make()
    factories.make_participation(meeting=meeting, name="Anna", meal_wishes="Nötallergi")
    factories.make_participation(meeting=meeting, name="Bo", place="link")
    factories.make_participation(meeting=meeting, name="Cleo", place="link", wants_room_since=timezone.now())
    page = page_of(client_for(officer).get(url("door", meeting)))
    assert "Anna" in page
    assert "Cleo" in page
    assert ">Bo<" not in page
    assert "Nötallergi" not in page


# --- Files ----------------------------------------------------------------------------------------------
NASTY = ['=HYPERLINK("http://example.org")', "+46 63", "-1", "@SUM(A1)", "\tTabb"]


def nasty_meeting():
    meeting = make()
    for number, name in enumerate(NASTY):
        factories.make_participation(
            meeting=meeting, name=name, organisation='Åre; "kommun"', meal_wishes="Ä" if number else "=1+1"
        )
    return meeting


def test_csv_is_for_a_swedish_spreadsheet_and_has_no_formulas(client_for, officer):
    meeting = nasty_meeting()
    response = client_for(officer).post(url("export", meeting), {"form": "csv"})
    content = b"".join(response.streaming_content).decode("utf-8")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert content.startswith("\ufeffNamn;Organisation;")
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))
    assert tuple(rows[0]) == HEADINGS
    assert sorted(row[0] for row in rows[1:]) == sorted(f"'{name}" for name in NASTY)
    assert {row[1] for row in rows[1:]} == {'Åre; "kommun"'}
    assert not any(cell[:1] in set("=+-@\t") for row in rows for cell in row)


def cells(content):
    """The texts of the first sheet by row, read as the file format says (ECMA-376)."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert sheet.findall(f".//{space}f") == [], "a formula"
    return [
        ["".join(text.text or "" for text in cell.iter(f"{space}t")) for cell in row.findall(f"{space}c")]
        for row in sheet.iter(f"{space}row")
    ]


def test_excel_has_the_names_as_text(client_for, officer):
    meeting = nasty_meeting()
    response = client_for(officer).post(url("export", meeting), {"form": "xlsx"})
    rows = cells(b"".join(response.streaming_content))
    assert rows[0] == list(HEADINGS)
    assert sorted(row[0] for row in rows[1:]) == sorted(NASTY)
    assert rows[1][1] == 'Åre; "kommun"'


def test_who_took_the_list_is_noted(client_for, officer):
    meeting = make()
    client = client_for(officer)
    assert client.get(url("export", meeting)).status_code == 405
    for form in ("csv", "xlsx"):
        response = client.post(url("export", meeting), {"form": form})
        b"".join(response.streaming_content)
    events = Event.objects.filter(action="participants_exported").order_by("pk")
    assert [(event.actor_id, event.object_id, event.text) for event in events] == [
        (officer.pk, meeting.pk, "Deltagarlistan hämtad som CSV"),
        (officer.pk, meeting.pk, "Deltagarlistan hämtad som Excel"),
    ]


@pytest.mark.parametrize("text", ["Anna", "", "a=b", "63-14"])
def test_ordinary_cells_are_left_alone(text):
    assert defused(text) == text


# --- Who came -------------------------------------------------------------------------------------------
def test_two_at_the_door_do_not_undo_each_other(client_for, officer, second_officer):
    meeting = going_on()
    first, second = (factories.make_participation(meeting=meeting) for _ in range(2))
    shown = [f"{first.pk}:0", f"{second.pk}:0"]
    address = url("attendance", meeting)
    client_for(officer).post(address, {"visad": shown, "deltog": [first.pk]})
    # Her page still shows the first as not there; she has only ticked the second.
    response = client_for(second_officer).post(
        address, {"visad": shown, "deltog": [second.pk], "tillbaka": "q=x&page=1"}
    )
    assert response.headers["Location"] == url("list", meeting) + "?q=x&page=1"
    assert [Participation.objects.get(pk=row.pk).attended for row in (first, second)] == [True, True]
    client_for(officer).post(address, {"visad": [f"{first.pk}:1", "x:1", "9" * 30, ""]})
    assert Participation.objects.get(pk=first.pk).attended is False
    client_for(officer).post(address, {"alla": "1"})
    assert set(Participation.objects.values_list("attended", flat=True)) == {True}


def test_ticks_are_shown_from_the_day_of_the_meeting(client_for, officer):
    today, later = going_on(), make()
    client = client_for(officer)
    for meeting, expected in ((today, True), (later, False)):
        factories.make_participation(meeting=meeting)
        assert ("Spara närvaro" in page_of(client.get(url("list", meeting)))) is expected
    client.post(url("attendance", later), {"alla": "1"})
    assert Participation.objects.get(meeting=later).attended is None


# --- Writing --------------------------------------------------------------------------------------------
def test_write_look_and_send_once(client_for, officer):
    meeting = make()
    for place in ("room", "room", "link"):
        factories.make_participation(meeting=meeting, place=place)
    client, address = client_for(officer), url("message", meeting)
    once = str(client.get(address).context["form"]["once"].value())
    words = {"once": once, "audience": "lokalen", "subject": "Ta med <kopp>", "text": "Hej **du**"}
    assert client.post(address, words | {"text": ""}).status_code == 422
    page = page_of(client.post(address, words))
    assert "2 mottagare" in page
    assert "<strong>du</strong>" in page
    assert "Ta med &lt;kopp&gt;" in page
    assert not Message.objects.exists()
    back = page_of(client.post(address, words | {"andra": "1"}))
    assert 'value="Ta med &lt;kopp&gt;"' in back
    assert once in back
    for _ in range(2):
        assert client.post(address, words | {"skicka": "1"}).status_code == 302
    assert Message.objects.count() == 2
    assert client.post(address, words | {"skicka": "1", "audience": "vantar"}).status_code == 422
    assert client.post(address, words | {"skicka": "1", "once": "x"}).status_code == 422


# --- By telephone ---------------------------------------------------------------------------------------
WHO = {"name": "Tove Telefon", "organisation": "AB", "email": "tove@example.org", "place": "room"}


def test_an_officer_registers_somebody_who_calls(client_for, officer):
    meeting = make(capacity=5)
    client, address = client_for(officer), url("new", meeting)
    page_of(client.get(address))
    assert client.post(address, WHO | {"email": "x"}).status_code == 422
    assert client.post(address, WHO | {"meal_wishes": "Vegan"}).status_code == 302
    participation = Participation.objects.get()
    assert (participation.place, participation.registration.meal_wishes) == ("room", "Vegan")
    assert Message.objects.get().to_email == "tove@example.org"
    response = client.post(address, WHO)
    assert response.status_code == 422
    assert "redan anmäld" in response.content.decode()


def test_somebody_in_a_series_is_added_to_one_more_meeting(client_for, officer):
    series = factories.make_meeting_series()
    first, second = make(series=series), make(series=series)
    client = client_for(officer)
    client.post(url("new", first), WHO)
    assert client.post(url("new", second), WHO | {"place": "link"}).status_code == 302
    assert Registration.objects.count() == 1
    places = Participation.objects.order_by("meeting_id").values_list("meeting_id", "place", "cancelled_at")
    assert list(places) == [(first.pk, "room", None), (second.pk, "link", None)]


@pytest.mark.parametrize("asks", [True, False])
def test_what_is_left_empty_for_one_more_meeting_stays_as_it_was_told(client_for, officer, asks):
    series = factories.make_meeting_series()
    earlier = factories.make_participation(
        meeting=make(series=series), email=WHO["email"], organisation="Peak", meal_wishes="Nötallergi"
    ).registration
    second = make(series=series, asks_meal_wishes=asks)
    typed = WHO | {"organisation": "", "meal_wishes": ""}
    assert client_for(officer).post(url("new", second), typed).status_code == 302
    earlier.refresh_from_db()
    assert (earlier.organisation, earlier.meal_wishes) == ("Peak", "Nötallergi")
    assert earlier.participations.count() == 2


def test_nobody_is_registered_where_the_portal_has_no_list(client_for, officer):
    for meeting in (make(registration="not_needed", asks_meal_wishes=False), make(status="draft")):
        assert client_for(officer).get(url("new", meeting)).status_code == 302


def test_an_officer_cancels_for_somebody(client_for, officer):
    participation = factories.make_participation(meeting=make(), name="Anna Ång")
    client, address = client_for(officer), url("cancel", participation.meeting, participation.pk)
    assert "Anna Ång" in page_of(client.get(address))
    assert client.post(address).status_code == 302
    participation.refresh_from_db()
    assert participation.cancelled_at is not None
    assert Message.objects.get().to_email == participation.registration.email
    assert client.post(address).status_code == 404
