"""The registrar's page of packages, and the pages of a merged case, as they are seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from s3portal.archive.services import make_package, order_package
from s3portal.diary.services import merge_case, open_by_hand
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG_WORD = "Näringslivsutvecklingssamverkansorganisationsavtalsförhandlingsprotokoll"


def test_nothing_is_wider_than_the_window_and_axe_finds_nothing(
    live_server, page: Page, log_in, registrar, axe: Callable[[Page], None]
):
    case, into = (open_by_hand(actor=registrar, title=f"{LONG_WORD} {number}") for number in range(2))
    factories.mark_secret(case, "case")
    merge_case(actor=registrar, case_id=case.pk, into_id=into.pk, reason=LONG_WORD)
    make_package(package_id=order_package(actor=registrar, case=case).pk)
    order_package(actor=registrar, prefix=case.prefix, year=case.year)
    log_in(page, live_server, registrar)
    for path in (
        "/handlaggning/arkiv/",
        f"/handlaggning/diarium/{case.pk}/",
        f"/handlaggning/diarium/{into.pk}/",
        f"/handlaggning/diarium/{into.pk}/sammanfor/",
        f"/handlaggning/diarium/{case.pk}/sammanfor/upphav/",
        f"/diarium/{into.slug}/",
        f"/diarium/{case.slug}/",
    ):
        page.goto(f"{live_server.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 800}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            axe(page)
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{path} at {size['width']} px"
