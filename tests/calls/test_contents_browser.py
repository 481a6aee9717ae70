"""A call's contents in a browser: order by keyboard, focus that stays, and axe on each page."""

import pytest
from playwright.sync_api import expect

from tests.stories.test_every_page import contents_of_a_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shown(officer):
    from tests import factories

    return contents_of_a_draft(officer, area=factories.make_area())


def labels(page):
    return [text.partition(". ")[2] for text in page.locator(".s3-content-row__what b").all_inner_texts()]


def test_rows_are_moved_by_keyboard_and_the_focus_stays(shown, live_server, page, log_in, officer):
    row = shown["calls:criteri"][0]
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{row['pk']}/bilagor/")
    ids = [item.get_attribute("id").removeprefix("rad-") for item in page.locator(".s3-content-row").all()]
    page.locator(f"#ner-{ids[0]}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#flyttad")).to_have_text("Bilagan ligger nu som nummer 2 av 2.")
    expect(page.locator(".s3-content-row").first).to_have_id(f"rad-{ids[1]}")
    # It cannot go further down, so the other button waits for the next press.
    expect(page.locator(f"#upp-{ids[0]}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#flyttad")).to_have_text("Bilagan ligger nu som nummer 1 av 2.")
    expect(page.locator(f"#ner-{ids[0]}")).to_be_focused()


def test_a_refused_move_is_read_out_and_nothing_else_changes(shown, live_server, page, log_in, officer):
    row = shown["calls:question"][0]
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{row['pk']}/fragor/")
    before = labels(page)
    page.locator(f"#ner-{row['row_pk']}").click()
    expect(page.locator("#rader [role=alert]")).to_contain_text("måste komma efter den")
    assert labels(page) == before


def test_a_refused_step_gets_the_focus_on_the_new_page(shown, live_server, page, log_in, officer):
    from calls.models import Call
    from tests import factories

    draft = Call.objects.get(pk=shown["calls:question"][0]["pk"])
    log_in(page, live_server, officer)
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{draft.pk}/ta-bort/")
    meeting = factories.make_meeting(call=draft, registration="not_needed")
    page.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.goto(f"{live_server.url}/handlaggning/moten/{meeting.pk}/anmalda/ny/")
    expect(page.get_by_text("Det går inte att anmäla någon till mötet nu.")).to_be_visible()
    expect(page.locator(".s3-messages .ds-alert")).to_be_focused()


def test_rows_are_moved_without_script_too(shown, live_server, browser, officer, log_in):
    row = shown["calls:criteri"][0]
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        log_in(page, live_server, officer)
        page.goto(f"{live_server.url}/handlaggning/utlysningar/{row['pk']}/kriterier/")
        page.locator(f"#ner-{row['row_pk']}").click()
        expect(page.locator("#flyttad")).to_have_text("Kriteriet ligger nu som nummer 2 av 2.")
        expect(page.locator(".s3-content-row").last).to_have_id(f"rad-{row['row_pk']}")
    finally:
        context.close()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 800}])
def test_axe_finds_nothing(shown, live_server, page, log_in, officer, axe):
    row = shown["calls:question"][0]
    log_in(page, live_server, officer)
    base = f"{live_server.url}/handlaggning/utlysningar/{row['pk']}"
    folders = ("fragor", "kriterier", "bilagor", "hallpunkter", "dokument")
    question = f"fragor/{row['row_pk']}/"
    paths = [*(f"{folder}/" for folder in folders), *(f"{folder}/ny/" for folder in folders)]
    for path in [*paths, question, f"{question}ta-bort/", "fragor/forhandsgranska/"]:
        page.goto(f"{base}/{path}")
        axe(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider} px wider than the window"
    page.goto(f"{base}/fragor/ny/")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    axe(page)
