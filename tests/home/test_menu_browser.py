"""The main menu on a laptop's screen: one line, whoever it is for."""

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = """() => new Set(
    [...document.querySelectorAll("#huvudmeny > ul > li")]
        .filter((entry) => entry.offsetParent !== null).map((entry) => entry.offsetTop)
).size"""


@pytest.mark.parametrize("persona", ["admin_user", "registrar", "officer"])
def test_the_menu_stands_on_one_line_at_1280(request, live_server, page: Page, log_in, persona):
    user = request.getfixturevalue(persona)
    user.full_name = "Lena-Maria Åslund Fjällström"
    user.save(update_fields=["full_name"])
    page.set_viewport_size({"width": 1280, "height": 900})
    log_in(page, live_server, user)
    page.goto(f"{live_server.url}/handlaggning/")
    assert page.evaluate(LINES) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    # The name is heard also where there is no room to show it.
    assert page.get_by_role("button", name="Lena-Maria Åslund Fjällström").count() == 1
