"""A komplettering by keyboard: asked by parts, written, looked through old beside new, sent and read."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.models import Application, SupplementRequest
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.applications.test_browser import press, tab_to, type_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_asked_and_answered_by_keyboard(live_server, page, log_in, axe, owner, officer):
    sent = send(factories.make_application(user=owner), owner)
    declare(sent, officer)

    def address(name, **more):
        return live_server.url + reverse(f"applications:{name}", kwargs={"pk": sent.pk, **more})

    log_in(page, live_server, officer)
    page.goto(address("officer_supplement"))
    expect(page.get_by_label("Vad saknas i Budget?")).to_be_hidden()
    type_in(page, "#id_text", "Vem svarar vi?")
    tab_to(page, "#id_open_sokande")
    page.keyboard.press("Space")
    type_in(page, "#id_missing_sokande", "Telefonen fungerar inte.")
    axe(page)
    press(page, "form[enctype] button[type=submit]")
    expect(page.get_by_text("Begäran om komplettering är skickad")).to_be_visible()
    asked = SupplementRequest.objects.get()
    copy = Application.objects.get(answering=asked)

    page.context.clear_cookies()
    log_in(page, live_server, owner)
    page.goto(address("supplement"))
    press(page, f"a[href$='/{copy.pk}/sokande/']")
    axe(page)
    type_in(page, "#id_contact_name", "Karin Lund")
    press(page, "button[name=fortsatt]")
    expect(page.get_by_role("row", name="Kontaktperson")).to_contain_text("Karin Lund")
    page.set_viewport_size({"width": 390, "height": 844})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    type_in(page, "#id_answer", "Ring Karin.")
    press(page, "form[action$='/skicka/'] button[type=submit]")
    expect(page.get_by_text("Er komplettering är mottagen.")).to_be_visible()

    page.context.clear_cookies()
    log_in(page, live_server, officer)
    page.goto(address("officer_supplement_changes", supplement_pk=asked.pk))
    row = page.get_by_role("row", name="Kontaktperson")
    expect(row.locator("del").first).to_be_visible()
    expect(row.locator("ins").first).to_contain_text("Karin")
    expect(row).to_contain_text("Ändrad")
    axe(page)
