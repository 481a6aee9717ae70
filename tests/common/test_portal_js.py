"""static/js/portal.js in a real browser: whether it is saved, what is lost by leaving, where focus goes."""

import re

import pytest

from tests.common import portal_js_urls


@pytest.fixture
def draft(page, live_server, settings):
    settings.ROOT_URLCONF = "tests.common.portal_js_urls"
    portal_js_urls.answer.clear()
    portal_js_urls.received.clear()
    page.goto(live_server.url + "/utkast/")
    return page


def write(page, text):
    page.locator("#id_title").fill(text)
    page.locator("#id_title").press("Tab")


def saved(page):
    return page.locator("#sparat")


def told(page, pattern):
    saved(page).filter(has_text=re.compile(pattern)).wait_for()
    return saved(page).get_attribute("data-state")


def test_saved_at_a_swedish_clock(draft):
    write(draft, "Nod för bioekonomi")
    assert told(draft, r"Sparat \d\d\.\d\d") == "sparat"
    assert portal_js_urls.received == ["Nod för bioekonomi"]
    assert draft.locator("#yta").inner_text() == "utbytt"


def test_a_session_that_ended_keeps_the_text_and_says_so(draft, axe):
    portal_js_urls.answer["status"] = 401
    write(draft, "Viktig text")
    assert told(draft, "Inte sparat: du har loggats ut. Det du skrivit finns kvar") == "fel"
    assert draft.locator("#id_title").input_value() == "Viktig text"
    assert draft.locator("#yta").inner_text() == "orörd"
    link = saved(draft).get_by_role("link")
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("href").startswith("/konto/login/")
    axe(draft)


def test_the_login_page_is_never_put_into_the_form(draft):
    portal_js_urls.answer["redirect"] = True
    write(draft, "Viktig text")
    assert told(draft, "du har loggats ut") == "fel"
    assert draft.locator("#yta").inner_text() == "orörd"


@pytest.mark.parametrize(
    ("status", "words", "shown", "swapped"),
    [
        (409, "Kim Källström sparade 14.32.", "Inte sparat: Kim Källström sparade 14.32.", "utbytt"),
        (409, None, "Inte sparat: någon annan har sparat samtidigt.", "utbytt"),
        (422, "Ange hela kronor.", "Inte sparat: Ange hela kronor.", "utbytt"),
        (500, None, "Inte sparat: något gick fel. Vi försöker igen om en stund.", "orörd"),
    ],
)
def test_why_it_was_not_saved(draft, status, words, shown, swapped):
    portal_js_urls.answer.update(status=status, words=words)
    write(draft, "Text")
    assert told(draft, re.escape(shown)) == "fel"
    assert draft.locator("#yta").inner_text() == swapped


def test_no_contact_with_the_server(draft):
    draft.route("**/spara/", lambda route: route.abort())
    write(draft, "Text")
    assert told(draft, "Inte sparat: ingen kontakt med servern") == "fel"


def leaving_asks(page, live_server):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(live_server.url + "/klar/")
    return asked == ["beforeunload"]


def test_leaving_with_something_unsaved_asks_first(draft, live_server):
    portal_js_urls.answer["status"] = 500
    write(draft, "Text")
    told(draft, "Inte sparat")
    assert leaving_asks(draft, live_server)


def test_leaving_when_saved_does_not_ask(draft, live_server):
    write(draft, "Text")
    told(draft, "Sparat")
    assert not leaving_asks(draft, live_server)


def test_sending_does_not_ask(draft):
    asked = []
    draft.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    portal_js_urls.answer["status"] = 500
    write(draft, "Text")
    told(draft, "Inte sparat")
    draft.get_by_role("button", name="Skicka").click()
    draft.get_by_role("heading", name="Klar").wait_for()
    assert asked == []


def test_what_is_to_be_put_right_gets_focus(draft, axe):
    draft.get_by_role("button", name="Skicka").click()
    summary = draft.locator(".ds-error-summary")
    summary.wait_for()
    assert summary.evaluate("element => element === document.activeElement")
    assert draft.title() == "Rätta: Utkast – S3-portalen"
    axe(draft)


def test_a_token_changed_in_another_tab_does_not_stop_the_form(draft, live_server):
    """Logging in again in another tab changes the token; the page that waited must still be able to send."""
    other = "a" * 32
    draft.context.add_cookies([{"name": "csrftoken", "value": other, "url": live_server.url}])
    write(draft, "Text")
    assert told(draft, "Sparat") == "sparat"
    draft.get_by_role("button", name="Skicka").click()
    draft.get_by_role("heading", name="Klar").wait_for()


def test_a_form_is_sent_once_however_often_it_is_pressed(draft):
    # Last of all who hear of it, and nothing leaves the page.
    draft.evaluate(
        """() => { window.asked = 0; window.went = 0;
                   window.addEventListener("submit", event => {
                     window.asked += 1;
                     if (!event.defaultPrevented) window.went += 1;
                     event.preventDefault();
                   }); }"""
    )
    draft.get_by_role("button", name="Skicka").dblclick()
    assert draft.evaluate("[window.asked, window.went]") == [2, 1]
    draft.wait_for_timeout(3_100)
    draft.get_by_role("button", name="Skicka").click()
    assert draft.evaluate("[window.asked, window.went]") == [3, 2]
