"""Disposing of records in a browser: the list is read, struck from and approved, at a desk and on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from s3portal.diary.enums import Confirmation, Direction
from s3portal.diary.retention.enums import StartsFrom
from s3portal.diary.retention.services import carry_out, class_records, propose_list
from s3portal.diary.services import close_case, open_by_hand, register_by_hand
from tests.diary.test_retention import make_class

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG_WORD = "Näringslivsutvecklingssamverkansorganisationsavtalsförhandlingsprotokoll"


@pytest.fixture
def case(registrar):
    made = open_by_hand(actor=registrar, title=LONG_WORD)
    for number in (1, 2):
        register_by_hand(
            actor=registrar,
            case_id=made.pk,
            direction=Direction.INCOMING,
            title=f"Rekvisition {number}",
            dated_on=timezone.localdate() - timedelta(days=400),
        )
    close_case(actor=registrar, case_id=made.pk, confirmed=Confirmation.values)
    return made


def looks_right(page: Page, axe: Callable[[Page], None]) -> None:
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        axe(page)
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0


def test_the_registrar_strikes_one_and_approves_the_rest(
    live_server, page: Page, log_in, registrar, case, axe: Callable[[Page], None]
):
    kind = make_class(registrar, LONG_WORD, years=0, starts_from=StartsFrom.RECORD_DATED, source=LONG_WORD)
    log_in(page, live_server, registrar)
    page.goto(f"{live_server.url}/handlaggning/diarium/{case.pk}/gallring/")
    page.get_by_label("1. Rekvisition 1").select_option(str(kind.pk))
    looks_right(page, axe)
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Sparat. 1 ändrade.")).to_be_visible()
    class_records(actor=registrar, case_id=case.pk, classes={2: kind.pk})
    page.goto(f"{live_server.url}/handlaggning/diarium/")
    page.get_by_role("link", name="Gallring").click()
    looks_right(page, axe)
    page.get_by_role("link", name=LONG_WORD).click()
    looks_right(page, axe)
    page.go_back()
    page.get_by_role("button", name="Ta fram en lista nu").click()
    looks_right(page, axe)
    page.get_by_role("link", name=f"Stryk {case} handling 2").click()
    looks_right(page, axe)
    page.get_by_label("Varför handlingen ska vara kvar").fill("Begärd av forskare")
    page.get_by_role("button", name="Stryk handlingen").click()
    expect(page.get_by_text("Begärd av forskare")).to_be_visible()
    page.get_by_label("Gallringsbeslut").fill("RUN/12/2029")
    page.get_by_label("Jag har läst listan").check()
    page.get_by_role("button", name="Godkänn och gallra").press("Enter")
    expect(page.get_by_text("Handlingarna gallras nu.")).to_be_visible()
    carry_out(list_id=case.records.get(number=1).disposal_items.get().disposal_list_id)
    page.reload()
    expect(page.get_by_role("row", name="handling 1").get_by_text("Gallrad")).to_be_visible()
    looks_right(page, axe)
    page.goto(f"{live_server.url}/diarium/{case.slug}/")
    expect(page.get_by_text("enligt")).to_be_visible()
    looks_right(page, axe)
    assert propose_list(actor=registrar) is None, "what is struck out rests"
