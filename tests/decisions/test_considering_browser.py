"""The page where the secrecy of a draft is tried, when somebody else has written in it meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from decisions.models import Decision
from tests import factories
from tests.diary.test_retention_browser import looks_right

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_new_text_is_read_before_anything_is_said_of_it(
    live_server, page: Page, log_in, officer, delegate, axe: Callable[[Page], None]
):
    draft = factories.make_decision(user=officer, delegate=delegate, considered=False)
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/beslut/{draft.pk}/sekretess/")
    Decision.objects.filter(pk=draft.pk).update(title="En annan rubrik", version=draft.version + 1)
    page.get_by_label("Skäl för beslutet").check()
    page.get_by_role("button", name="Märk som hemligt").click()
    expect(page.get_by_role("heading", name="Så lyder utkastet nu")).to_be_visible()
    expect(page.get_by_role("heading", name="En annan rubrik")).to_be_visible()
    expect(page.get_by_label("Skäl för beslutet")).to_be_checked()
    looks_right(page, axe)
