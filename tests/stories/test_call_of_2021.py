"""The region's own call of 2021, written by hand by an officer in the portal and published."""

import re
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.utils.text import slugify
from playwright.sync_api import Page, expect

from calls.models import Call
from s3portal.common.swedish.clock import moment_on
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = (
    "Utveckling av innovationskluster som operativt driver länets styrkeområden i smart specialisering framåt"
)
SUMMARY = (
    "Region Jämtland Härjedalen utlyser upp till 10 miljoner kronor för utveckling av innovationskluster som "
    "operativt driver länets fyra styrkeområden i smart specialisering framåt."
)
TEXT = """För att påskynda omställningen till ett hållbart och fortsatt konkurrenskraftigt län.

## Beslut och utbetalning

Beslut om innovationskluster fattas i **december 2021** och stödet betalas ut i ett år."""
WHO = (
    "Utlysningen riktar sig till aktörer som effektivt kan koordinera innovationskluster kopplade till ett "
    "eller flera av styrkeområdena."
)
AREAS = ["Jord, skog och vatten", "Upplevelser", "Hållbar energi", "Digitala lösningar"]


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Monday morning, four weeks before the last day. The browser's own clock is not looked at."""
    start = moment_on(date(2021, 11, 1), time(9))
    with time_machine.travel(start, tick=True) as traveller:
        yield traveller


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).last.click()


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def write(page: Page, axe: Callable[[Page], None]) -> None:
    """By keyboard alone: each field is reached with Tab from the one before."""
    page.get_by_label("Rubrik", exact=True).focus()
    for text in (TITLE, "", "", SUMMARY, TEXT):
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    # The text is shown as it will be read while it is written.
    expect(page.locator("#visad-text h3")).to_have_text("Beslut och utbetalning")
    expect(page.locator("#visad-text strong")).to_have_text("december 2021")
    page.get_by_label("Vem kan söka").focus()
    page.keyboard.insert_text(WHO)
    for _area in AREAS:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("10 000 000")
    page.get_by_label("Rättslig grund", exact=True).select_option(index=1)
    page.get_by_label("Högsta stödnivå").fill("50")
    page.get_by_label("Öppnar", exact=True).last.fill("2021-11-01")
    page.get_by_label("Sista ansökningsdag", exact=True).last.fill("2021-11-29")
    page.get_by_label("Stödperiod i månader").fill("12")
    page.get_by_label("Kan förlängas efter utvärdering").check()
    axe(page)


@pytest.mark.django_db(transaction=True)
def test_an_officer_writes_and_publishes_the_call_of_2021(clock, live_server, new_page, log_in, axe):
    strategy = factories.make_strategy(name="S3", first_year=2021, last_year=2027)
    for number, name in enumerate(AREAS):
        factories.make_area(name=name, strategy=strategy, order=number)
    factories.make_legal_basis(name="Regionens egna medel", valid_from=date(2021, 1, 1))
    officer = factories.make_staff("officer", "hanna@example.org", full_name="Hanna Handläggare")
    page = new_page()
    log_in(page, live_server, officer)

    page.goto(f"{live_server.url}/handlaggning/utlysningar/")
    axe(page)
    follow(page, "Ny utlysning")
    axe(page)
    write(page, axe)
    page.get_by_role("button", name="Lägg till kontakt").click()
    expect(page.get_by_label("Namn på kontakt 2")).to_be_focused()
    page.keyboard.insert_text("Anders Andersson")
    page.get_by_label("E-post till kontakt 2").fill("anders@example.org")
    press(page, "Spara utkast")

    # What is missing is said, and leads to the place.
    expect(page.locator("main")).to_contain_text("Det står inte när beslut är planerat")
    axe(page)
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("när beslut är planerat")).click()
    axe(page)
    page.get_by_label("Planerat beslut").fill("december 2021")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Klar att publicera")).to_be_visible()

    call = Call.objects.get()
    follow(page, "Förhandsgranska")
    expect(page.locator("main")).to_contain_text("Utlysningen är ett utkast och visas bara för handläggare.")
    axe(page)
    follow(page, "Tillbaka till utlysningen")
    follow(page, "Publicera")
    axe(page)
    press(page, "Publicera utlysningen")
    expect(page.locator("main")).to_contain_text("Utlysningen är publicerad.")
    axe(page)

    read_as_anybody(new_page(), live_server, call, axe)
    move_the_deadline(page, axe)
    told = new_page()
    told.goto(f"{live_server.url}/utlysningar/{call.slug}/")
    expect(told.locator("main")).to_contain_text(
        "Sista ansökningsdag är ändrad från 29 november 2021 kl. 23.59 till 6 december 2021 kl. 23.59."
    )
    axe(told)


def read_as_anybody(page: Page, live_server: Any, call: Call, axe: Callable[[Page], None]) -> None:
    assert call.slug == slugify(TITLE)
    page.goto(f"{live_server.url}/utlysningar/")
    with page.expect_navigation():
        page.get_by_role("link", name=TITLE).first.click()
    main = page.locator("main")
    for words in (
        "Öppen för ansökan",
        "10\u00a0000\u00a0000\u00a0kr",
        "29 november 2021 kl. 23.59",
        "December 2021",
        "12\u00a0månader, med möjlighet till förlängning",
        WHO,
        "Hanna Handläggare",
        "Anders Andersson",
        *AREAS,
    ):
        expect(main).to_contain_text(words)
    axe(page)


def move_the_deadline(page: Page, axe: Callable[[Page], None]) -> None:
    """Earlier is refused and keeps what was typed; later is told to all."""
    follow(page, "Redigera")
    page.get_by_label("Sista ansökningsdag", exact=True).last.fill("2021-11-22")
    press(page, "Spara och visa ändringen")
    expect(page.locator(".ds-error-summary")).to_contain_text("kan inte flyttas till en tidigare tid")
    expect(page.get_by_label("Sista ansökningsdag", exact=True).last).to_have_value("2021-11-22")
    axe(page)
    page.get_by_label("Sista ansökningsdag", exact=True).last.fill("2021-12-06")
    press(page, "Spara och visa ändringen")
    expect(page.locator("main")).to_contain_text("Ändringar som visas för alla")
