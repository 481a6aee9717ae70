"""The draft page and the signature in a real browser, with and without script."""

import pytest
from playwright.sync_api import expect

from decisions.models import Decision
from tests import factories

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "390"]),
]


@pytest.fixture
def fine(page, viewport, axe):
    """``fine()``: the page is as wide as the screen and has no fault that axe knows of."""

    def look():
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], page.url
        axe(page)

    return look


@pytest.fixture
def enter(page, log_in, live_server):
    """``enter(user, rest)``: log in, and open a page under /handlaggning/beslut/."""

    def go(user, rest):
        if page.url == "about:blank":
            log_in(page, live_server, user)
        page.goto(f"{live_server.url}/handlaggning/beslut/{rest}")

    return go


def test_written_while_the_document_is_seen(page, enter, fine, officer, draft):
    draft.points.filter(order=2).delete()
    draft.extract_recipients.all().delete()
    factories.consider(draft)
    enter(officer, f"{draft.pk}/")
    fine()
    assert page.locator("#kontroll-panel").get_by_text("2 uppgifter att rätta").is_visible()
    page.get_by_role("button", name="Lägg till punkt").click()
    new_point = page.locator("#id_punkt-1-text")
    new_point.wait_for()
    expect(new_point).to_be_focused()
    new_point.fill("Finansiering sker inom ram för område Hållbar tillväxt.")
    page.locator("#id_mottagare-0-name").fill("SVID")
    page.locator(".dok-end", has_text="SVID").wait_for()
    page.locator(".dok-beslut li", has_text="Hållbar tillväxt").wait_for()
    page.locator("#kontroll-panel", has_text="Pröva sekretessen och skicka").wait_for()
    page.locator("#sparat[data-state=sparat]").wait_for()
    page.get_by_role("button", name="Lägg till punkt").click()
    page.locator("#id_punkt-2-text").wait_for()
    page.get_by_role("button", name="Ta bort punkt 3").click()
    page.locator("#id_punkt-2-text").wait_for(state="detached")
    expect(page.get_by_role("button", name="Lägg till punkt")).to_be_focused()
    fine()
    page.get_by_role("button", name="Skicka för underskrift").click()
    box = page.get_by_label("Jag har prövat sekretessen: inget i beslutet är hemligt")
    expect(box).to_have_attribute("aria-invalid", "true")
    fine()
    box.check()
    # What is typed after the tick is saved by itself, and the tick stands.
    page.get_by_label("Ärendebeskrivning").fill("Regionen är partner i Klusterkraft.")
    page.locator(".dok", has_text="Regionen är partner i Klusterkraft.").first.wait_for()
    page.locator("#sparat[data-state=sparat]").wait_for()
    expect(box).to_be_checked()
    page.get_by_role("button", name="Skicka för underskrift").click()
    page.get_by_text("Beslutet är skickat till Doris Direktör för underskrift.").wait_for()
    fine()
    assert Decision.objects.get().status == "proposed"


def test_what_stops_it_leads_to_the_field(page, enter, fine, officer, draft):
    Decision.objects.filter(pk=draft.pk).update(reasons="")
    enter(officer, f"{draft.pk}/")
    page.get_by_role("button", name="Skicka för underskrift").click()
    summary = page.locator(".ds-error-summary")
    summary.wait_for()
    assert page.evaluate("document.activeElement.className") == "ds-error-summary"
    fine()
    summary.get_by_role("link", name="Skäl för beslutet saknas").click()
    assert page.evaluate("document.activeElement.id") == "id_reasons"


def test_the_tick_stands_when_the_draft_is_saved_meanwhile(page, enter, officer, draft):
    """Leaving the field by ticking the box starts an autosave, whose answer replaces the box."""
    enter(officer, f"{draft.pk}/")
    page.locator("#id_title").press_sequentially(" och mer")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("label[for=id_provad]").click()
    page.locator("#sparat[data-state=sparat]").wait_for()
    expect(page.locator("#id_provad")).to_be_checked()
    page.locator("label[for=id_provad]").click()
    page.locator("#id_title").press_sequentially(" igen")
    page.locator("label[for=id_provad]").click()
    page.get_by_role("button", name="Skicka för underskrift").click()
    page.get_by_text("Beslutet är skickat till").wait_for()
    assert Decision.objects.get(pk=draft.pk).status == "proposed"


def test_two_browsers(page, enter, fine, officer, draft):
    enter(officer, f"{draft.pk}/")
    Decision.objects.filter(pk=draft.pk).update(version=9, background="Någon annan skrev något annat.")
    page.locator("#id_title").fill("Min rubrik")
    page.locator("#kontroll-panel [role=alert]").wait_for()
    assert page.locator("#sparat").get_attribute("data-state") == "fel"
    fine()
    page.get_by_role("button", name="Spara utkast").last.click()
    page.locator("#krock-rubrik").wait_for()
    assert page.locator("#id_title").input_value() == "Min rubrik"
    fine()


def test_read_and_signed(page, enter, fine, delegate_user, proposed):
    enter(delegate_user, "")
    fine()
    page.get_by_role("link", name=proposed.title).click()
    page.get_by_role("heading", name="Granska och skriv under").wait_for()
    fine()
    page.get_by_role("button", name="Skriv under").click()
    page.wait_for_url("**/konto/reauthenticate/**")
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.get_by_text(f"Beslutet {proposed.case} är undertecknat.").wait_for()
    fine()
    assert Decision.objects.get().is_signed


def test_the_pages_around(enter, fine, officer, proposed, application):
    other = factories.make_decision(user=officer)
    for rest in ("", "ny/", f"ny/ansokan/{application.pk}/", f"{proposed.pk}/", f"{other.pk}/ta-bort/"):
        enter(officer, rest)
        fine()
