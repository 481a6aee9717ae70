"""The public diary in a browser: a search by a record's title, without script, on a phone too."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from s3portal.diary.enums import Direction
from s3portal.diary.services import register_record
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG_WORD = "Näringslivsutvecklingssamverkansorganisationsavtalsförhandlingsprotokoll"


@pytest.fixture
def case(db) -> Any:
    case = factories.make_case(title="Ansökan om stöd", opened_on=date(2024, 3, 1))
    register_record(actor=None, case=case, direction=Direction.INCOMING, title=f"Remissvar {LONG_WORD}")
    return case


def test_a_case_is_found_by_its_record_and_a_wrong_period_is_told(
    live_server, page: Page, case, axe: Callable[[Page], None]
):
    page.goto(f"{live_server.url}/diarium/")
    page.get_by_label("Sök", exact=True).fill("remissvaret")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Handling 1: Remissvar {LONG_WORD}")).to_be_visible()
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
    page.get_by_role("textbox", name="Från och med").fill("2024-05-02")
    page.get_by_role("textbox", name="Till och med").fill("2024-05-01")
    page.get_by_role("button", name="Sök").click()
    expect(page.get_by_text("Till och med ligger före från och med.")).to_be_visible()
    expect(page.get_by_label("Sök", exact=True)).to_have_value("remissvaret")
    axe(page)
