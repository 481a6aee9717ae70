"""The mobilisation of October: four meetings on two days, registered for until the room is full.

Everything is real: the browser, PostgreSQL, a Celery worker of its own and an SMTP server, whose mails
give the links that the visitors follow.
"""

import re
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from calls.models import Meeting, Participation
from s3portal.common.swedish import STOCKHOLM
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = "Fullsatt i lokalen. Nu endast öppen för deltagande via länk"
AREAS = [
    ("Jord, skog & vatten", 15, (9, 30), (12, 30), "243 401 317#"),
    ("Upplevelser", 15, (13, 15), (16, 30), "678 029 206#"),
    ("Digitala lösningar", 16, (9, 30), (12, 30), "129 998 686#"),
    ("Hållbar energi", 16, (13, 15), (16, 30), "565 586 322#"),
]


@pytest.fixture
def mobilisation(transactional_db: None) -> list[Meeting]:
    """The invitation as it went out, with two seats in the room for each slot."""
    year = timezone.localdate().year + 1
    series = factories.make_meeting_series(
        slug="mobilisering",
        title="Mobilisering av tillväxtarbetet den 15 och 16 oktober",
        text="Vi identifierar insatser som tar oss framåt, mot vision och prioriteringar.",
    )
    return [
        factories.make_meeting(
            kind="mobilisation",
            title=title,
            series=series,
            area=factories.make_area(name=title),
            starts_at=datetime(year, 10, day, *start, tzinfo=STOCKHOLM),
            ends_at=datetime(year, 10, day, *end, tzinfo=STOCKHOLM),
            place="Hus U, campus Östersund",
            link=f"https://video.example.org/{number}",
            link_public=False,
            dial_in_number="+46 8 505 218 69",
            conference_id=conference,
            programme="09.00 Morgonfika",
            meals="Lunch dukas fram kl. 12.00–13.30.",
            asks_meal_wishes=True,
            registration="open",
            attendance="both",
            capacity=2,
        )
        for number, (title, day, start, end, conference) in enumerate(AREAS)
    ]


def choose(page: Page, title: str, how: str) -> None:
    page.get_by_role("group", name=re.compile(re.escape(title))).get_by_label(how, exact=True).check()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def register(page: Page, base: str, axe: Any, name: str, choices: dict[str, str]) -> None:
    """From the list of meetings, as somebody who has heard of the invitation."""
    page.goto(f"{base}/moten/")
    page.get_by_role("link", name="Upplevelser").first.click()
    page.wait_for_url(re.compile(r"/moten/\d+/"))
    axe(page)
    page.get_by_role("link", name="Anmäl dig", exact=True).click()
    page.wait_for_url(re.compile(r"/moten/serie/mobilisering/anmalan/"))
    axe(page)
    # First what a hurried visitor does.
    press(page, "Anmäl mig")
    expect(page.locator(".ds-error-summary")).to_contain_text("Fyll i namn")
    axe(page)
    page.get_by_label("Namn").fill(name)
    page.get_by_label("Organisation").fill("Peak Jämtland")
    page.get_by_label("E-post").fill(f"{name.lower()}@example.org")
    page.get_by_label("Önskemål om mat").fill("Vegetariskt")
    for title, how in choices.items():
        choose(page, title, how)
    press(page, "Anmäl mig")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tack för din anmälan")
    axe(page)


def mail_to(smtp_sink: Any, name: str, subject: str) -> Any:
    """The newest mail with this subject to the person; waits for it."""
    address = f"{name.lower()}@example.org"
    for count in range(1, 30):
        found = [
            each for each in smtp_sink.messages if each["to"] == address and subject in str(each["subject"])
        ]
        if found:
            return found[-1]
        smtp_sink.wait_for(max(count, len(smtp_sink.messages) + 1))
    raise AssertionError(f"no mail to {address} about {subject}")


def link_of(message: Any) -> str:
    text = message.get_body(("plain",)).get_content()
    found = re.search(r"http\S+/anmalan/[0-9a-f-]{36}/", text)
    assert found, text
    return found[0]


def test_the_room_fills_and_a_freed_seat_goes_to_the_next(
    mobilisation, live_server, new_page, celery_worker_process, smtp_sink, axe, settings
):
    settings.BASE_URL = live_server.url
    forest, experiences, digital, energy = mobilisation
    anna, bo, cia = new_page(), new_page(), new_page()

    anna.goto(f"{live_server.url}/moten/serie/mobilisering/")
    axe(anna)
    expect(anna.locator("main")).to_contain_text(experiences.title)
    both = {"Jord, skog & vatten": "I lokalen", "Digitala lösningar": "Via länk"}
    register(anna, live_server.url, axe, "Anna", both)
    expect(anna.locator("main")).to_contain_text("Du har en plats i lokalen.")
    register(bo, live_server.url, axe, "Bo", {"Jord, skog & vatten": "I lokalen"})

    cia.goto(f"{live_server.url}/moten/{forest.pk}/")
    expect(cia.locator("main")).to_contain_text(FULL)
    axe(cia)
    register(
        cia,
        live_server.url,
        axe,
        "Cia",
        {"Jord, skog & vatten": "I kö till lokalen, via länk så länge", "Hållbar energi": "I lokalen"},
    )
    expect(cia.locator("main")).to_contain_text("Du deltar via länk. Ville du sitta i lokalen står du i kö")

    # The mail holds one calendar entry for each meeting, with the link for those who come by it.
    confirmation = mail_to(smtp_sink, "Anna", "Du är anmäld")
    entries = [
        Calendar.from_ical(part.get_payload(decode=True))
        for part in confirmation.walk()
        if part.get_content_type() == "text/calendar"
    ]
    events = {str(event["summary"]): event for entry in entries for event in entry.walk("VEVENT")}
    assert set(events) == {forest.title, digital.title}
    assert forest.link not in str(events[forest.title]["description"])
    assert digital.link in str(events[digital.title]["description"])
    assert {str(entry["method"]) for entry in entries} == {"REQUEST"}

    # Anna cannot come to the first; she still comes to the other.
    anna.goto(link_of(confirmation))
    axe(anna)
    anna.get_by_role("link", name=f"Avanmäl mig från {forest.title}").click()
    anna.wait_for_url("**/avanmal/**")
    axe(anna)
    press(anna, "Avanmäl mig")
    expect(anna.get_by_role("status")).to_contain_text("Du är avanmäld.")
    axe(anna)
    cancelled = mail_to(smtp_sink, "Anna", "Din anmälan är ändrad")
    (left,) = [part for part in cancelled.walk() if part.get_content_type() == "text/calendar"]
    assert str(Calendar.from_ical(left.get_payload(decode=True))["method"]) == "CANCEL"

    # The seat is held for Cia, and for nobody else, until she answers.
    bo.goto(f"{live_server.url}/moten/{forest.pk}/")
    expect(bo.locator("main")).to_contain_text(FULL)
    cia.goto(link_of(mail_to(smtp_sink, "Cia", "En plats i lokalen är ledig")))
    expect(cia.locator("main")).to_contain_text("En plats i lokalen är ledig för dig")
    axe(cia)
    press(cia, "Ja, jag tar platsen")
    expect(cia.get_by_role("status")).to_contain_text("Du har en plats i lokalen.")
    axe(cia)
    seated = Participation.objects.filter(meeting=forest, place="room", cancelled_at=None)
    assert sorted(seated.values_list("registration__name", flat=True)) == ["Bo", "Cia"]

    # Cia leaves altogether; nobody waits, so the page opens the room again by itself.
    cia.get_by_role("link", name="Avanmäl mig", exact=True).click()
    cia.wait_for_url("**/avanmal/")
    press(cia, "Avanmäl mig")
    expect(cia.locator("main")).to_contain_text("Du är avanmäld.")
    axe(cia)
    cia.goto(f"{live_server.url}/moten/{forest.pk}/")
    expect(cia.locator("main")).not_to_contain_text(FULL)
    assert energy.participations.active().count() == 0


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 800}])
def test_the_pages_fit_a_phone(mobilisation, live_server, page, axe):
    series = mobilisation[0].series
    waiting = factories.make_participation(
        meeting=mobilisation[0], place="link", wants_room_since=timezone.now(), offered_until=timezone.now()
    )
    waiting.offered_until = mobilisation[0].starts_at
    waiting.save(update_fields=["offered_until"])
    for path in (
        f"/moten/serie/{series.slug}/",
        f"/moten/serie/{series.slug}/anmalan/",
        waiting.registration.change_path,
        f"{waiting.registration.change_path}avanmal/",
        "/moten/anmald/",
    ):
        page.goto(f"{live_server.url}{path}")
        axe(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path
