"""The staff's search in a browser: from any page by the keyboard, without script, on a phone too."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG_WORD = "Näringslivsutvecklingssamverkansorganisationsavtalsförhandlingsprotokoll"


@pytest.fixture
def quiet_page(browser: Any) -> Any:
    """A browser that runs no script."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_number_typed_in_the_header_opens_its_case_without_script(live_server, quiet_page, log_in, officer):
    case = factories.make_case(title="Deltagande i SMICE")
    log_in(quiet_page, live_server, officer)
    quiet_page.goto(f"{live_server.url}/handlaggning/")
    quiet_page.get_by_label("Sök ärende, namn, belopp eller text").fill(f"run {case.serial}-{case.year}")
    quiet_page.keyboard.press("Enter")
    expect(quiet_page.get_by_role("heading", level=1)).to_have_text("Deltagande i SMICE")


def test_words_are_marked_and_tabs_and_pages_are_reached_by_links(
    live_server, page: Page, log_in, officer, owner, axe: Callable[[Page], None]
):
    application = send(factories.make_application(user=owner, title=f"Led {LONG_WORD}"), owner)
    declare(application, officer)
    for number in range(30):
        factories.make_case(title=f"Led {number} {LONG_WORD}")
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/diarium/")
    page.get_by_label("Sök ärende, namn, belopp eller text").fill("led")
    page.get_by_role("button", name="Sök i allt").click()
    expect(page.locator("mark").first).to_have_text("Led")
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
    page.get_by_role("link", name="Nästa").click()
    expect(page.get_by_text("Visar 26–31 av 31, de senaste först.")).to_be_visible()
    page.get_by_role("link", name="Ansökningar 1").click()
    expect(page.get_by_role("heading", level=3)).to_have_text(f"Led {LONG_WORD}")
    expect(page.get_by_label("Sök efter")).to_have_value("led")


def test_a_draft_says_that_it_is_one_and_the_hits_are_taken_as_a_file(
    live_server, page: Page, log_in, officer, axe: Callable[[Page], None]
):
    draft = factories.make_decision(user=officer, title=f"Bidrag {LONG_WORD}", reasons="Timmerrännan håller.")
    draft.extract_recipients.create(order=2, name=f"Timmerrännans {LONG_WORD}")
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/sok/?q=timmerrännan&flik=beslut")
    expect(page.locator("li.s3-decision").get_by_text("Utkast", exact=True)).to_be_visible()
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
    with page.expect_download() as taken:
        page.get_by_role("button", name="Hämta som csv").click()
    assert f"{draft.case};Bidrag" in taken.value.path().read_text("utf-8-sig")
