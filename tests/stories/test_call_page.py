"""A visitor finds a call by its amount and reads a page that holds everything a call can hold."""

import json
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.models import Call
from tests import factories
from tests.calls.test_call_page import add_answer, add_document

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = [{"width": 1280, "height": 900}, {"width": 390, "height": 800}]


@pytest.fixture
def full(transactional_db: None, officer) -> Call:
    call = factories.make_call(
        title="Kluster i fjällen", min_amount=100_000, max_amount=500_000, grant_months=12
    )
    condition = factories.make_question(call=call, label="Söker ni annat stöd?", kind="yes_no")
    factories.make_question(
        call=call,
        label="Vilket?",
        help_text="Nämn vem som ger det.",
        max_length=500,
        shown_if=condition,
        shown_if_answer="ja",
    )
    call.requested_attachments.create(order=1, name="Årsredovisning", help_text="Den senaste.")
    for _ in range(2):
        factories.make_criterion(call=call)
    add_document(call, officer, versions=3)
    add_document(call, officer, title="Strategi för smart specialisering")
    for number in range(21):
        add_answer(call, officer, number=number + 1)
    for number in range(7):
        call.changes.create(field="title", text=f"Ändring {number} av utlysningens rubrik och ingress.")
    call.milestones.create(kind="sub_deadline", title="Skiss", text="Två sidor", day=date(2030, 1, 1))
    factories.make_meeting(call=call, place="Hus U, Kyrkgatan 12", dial_in_number="+46 8 505 218 69")
    factories.make_meeting(call=call, save_the_date=True, kind="dialogue")
    factories.make_meeting(call=call, status="cancelled", cancelled_at=timezone.now())
    return call


@pytest.mark.parametrize("viewport", SIZES, ids=["desk", "phone"])
def test_everything_on_one_page(full, live_server, page, axe):
    page.goto(f"{live_server.url}/utlysningar/{full.slug}/")
    axe(page)
    # Unfolded too: what is folded away is not looked at.
    page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true })")
    axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    # The strict policy lets the data stand there, as it is data.
    data = json.loads(page.locator('script[type="application/ld+json"]').inner_text())
    assert data["name"] == "Kluster i fjällen"
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Kopiera länken").click()
    expect(page.locator("[data-copied]")).to_have_text("Länken är kopierad.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/utlysningar/{full.slug}/")


def test_folded_answers_are_on_the_paper(full, live_server, page):
    page.goto(f"{live_server.url}/utlysningar/{full.slug}/")
    folded = page.locator("main details:not([open])")
    before = folded.count()
    assert before > 20
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded.count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert folded.count() == before


@pytest.mark.parametrize("viewport", SIZES, ids=["desk", "phone"])
def test_a_call_is_found_by_the_amount(full, live_server, page, axe):
    page.goto(f"{live_server.url}/utlysningar/")
    amount = page.get_by_label("Belopp ni vill söka (kr)")
    amount.fill("femtio")
    with page.expect_navigation():
        amount.press("Enter")
    axe(page)
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_value("femtio")
    amount.fill("600 000")
    with page.expect_navigation():
        page.get_by_role("button", name="Sök", exact=True).click()
    axe(page)
    expect(page.get_by_text("Vi hittade ingen utlysning")).to_be_visible()
    amount.fill("500 000")
    with page.expect_navigation():
        page.get_by_role("button", name="Sök", exact=True).click()
    axe(page)
    expect(page.get_by_role("link", name="Kluster i fjällen")).to_be_visible()
    page.goto(f"{live_server.url}/moten/?nar=kommande")
    axe(page)
    page.goto(f"{live_server.url}/moten/?slag=vision")
    axe(page)
