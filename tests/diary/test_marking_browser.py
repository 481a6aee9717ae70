"""Marking a record's title as secret when the case's has the same words, at a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from s3portal.diary.enums import Direction
from s3portal.diary.models import SecrecyMark
from s3portal.diary.services import register_record
from tests import factories
from tests.diary.test_retention_browser import looks_right

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_registrar_is_asked_about_the_title_of_the_case(
    live_server, page: Page, log_in, registrar, axe: Callable[[Page], None]
):
    case = factories.make_case(title="Stöd till Kvantlyft")
    register_record(actor=None, case=case, direction=Direction.INCOMING, title="Affärsplan Kvantlyft")
    log_in(page, live_server, registrar)
    page.goto(f"{live_server.url}/handlaggning/diarium/{case.pk}/sekretess/")
    page.get_by_label("Det som är hemligt").select_option("record_title-1")
    page.get_by_label("Bestämmelse", exact=True).select_option("30:27")
    page.get_by_label("Varför uppgiften kan vara hemlig").fill("Affärsplaner.")
    page.get_by_role("button", name="Märk som hemligt").click()
    expect(page.get_by_role("heading", name="Rätta 1 uppgift innan du märker")).to_be_visible()
    looks_right(page, axe)
    page.get_by_label("Skydda också ärendets och handlingarnas rubriker").check()
    page.get_by_role("button", name="Märk som hemligt").click()
    expect(page.get_by_text("Ärendets rubrik är också skyddad.")).to_be_visible()
    assert [mark.part for mark in SecrecyMark.objects.order_by("pk")] == ["record_title", "title"]
