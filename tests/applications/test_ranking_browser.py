"""Ranking by keyboard: an amount, a step that wants a reason, and the way back."""

import pytest

from tests.applications.ranking import applications, call, ranking
from tests.applications.test_ranking import url

__all__ = ["applications", "call", "ranking"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_amounts_and_places_by_keyboard(ranking, call, officer, live_server, page, log_in, axe):
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}{url('', call.pk)}")
    axe(page)
    amount = page.get_by_label("Föreslaget belopp i kronor, ").first
    amount.fill("200 000")
    amount.press("Enter")
    page.wait_for_selector("text=Kvar efter förslaget 300")
    assert page.get_by_role("alert").count() == 0
    page.locator("[id^=ner-]").first.press("Enter")
    page.wait_for_url("**?plats=2")
    axe(page)
    page.get_by_label("Skäl för platsen").fill("Störst nytta.")
    page.get_by_label("Skäl för platsen").press("Tab")
    page.get_by_role("button", name="Spara").press("Enter")
    page.wait_for_selector("text=Skäl: Störst nytta.")
    page.locator("[id^=upp-]").nth(1).press("Enter")
    page.wait_for_selector("[id^=ner-]:focus")
    page.set_viewport_size({"width": 390, "height": 800})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
