"""The form in a browser: with the keyboard only, saved by itself, and the sums as they are typed."""

import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from applications import services
from applications.models import Application
from applications.parts import BudgetPart, ProjectPart, seen_mark
from tests import factories
from tests.applications.sending import send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


def address(live_server, name, application):
    return live_server.url + reverse(f"applications:{name}", args=[application.pk])


@pytest.fixture
def call(db):
    areas = [
        factories.make_area(name="Digitala lösningar", color="sjo", icon="digital"),
        factories.make_area(name="Upplevelser", color="ljung", icon="upplevelser"),
    ]
    return factories.make_call(areas=areas, overhead_percent=15, title="Utveckling av innovationskluster")


def tab_to(page, selector, most=80):
    """Press Tab until the control has focus, as someone without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by Tab on {page.url}")


def type_in(page, selector, text):
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page, selector):
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.slow
def test_the_whole_form_with_the_keyboard(live_server, page, log_in, owner, call):
    """From the confirm button to the receipt, without touching the mouse."""
    log_in(page, live_server, owner)
    page.goto(live_server.url + reverse("applications:start", args=[call.slug]))
    press(page, "main form button")
    type_in(page, "#id_contact_name", "Karin Lund")
    type_in(page, "#id_contact_phone", "063147500")
    press(page, "button[name=fortsatt]")
    tab_to(page, "#lagg-till-par")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_par-0-name")
    type_in(page, "#id_par-0-name", "Åvki")
    type_in(page, "#id_par-0-role", "Leder testbädden.")
    tab_to(page, "#id_par-0-receives_aid_0")
    page.keyboard.press("Space")
    press(page, "button[name=fortsatt]")
    type_in(page, "#id_title", "Designdrivna kluster")
    type_in(page, "#id_summary", "Vi samlar företag.")
    for choice in ("#id_areas_0", "#id_municipalities_6"):
        tab_to(page, choice)
        page.keyboard.press("Space")
    tab_to(page, "#id_starts_on")
    page.keyboard.type("01012027")
    tab_to(page, "#id_ends_on")
    page.keyboard.type("12312027")
    type_in(page, "#id_background", "Företagen är små.")
    type_in(page, "#id_aims", "Fler arbetar ihop.")
    type_in(page, "#id_target_group", "Företag i fjällen.")
    type_in(page, "#id_akt-0-what", "Möten.")
    tab_to(page, "#id_akt-0-starts_on")
    page.keyboard.type("02012027")
    tab_to(page, "#id_akt-0-ends_on")
    page.keyboard.type("03012027")
    type_in(page, "#id_akt-0-responsible", "Karin Lund")
    sustainable = [f"{name}_sustainability" for name in ("economic", "environmental", "social")]
    for name in ("expected_results", "strategy_link", *sustainable, "risks", "dissemination"):
        type_in(page, f"#id_{name}", "Som planerat.")
    press(page, "button[name=fortsatt]")
    type_in(page, "#id_line-0-rate", "400")
    type_in(page, "#id_line-0-2027", "1 000")
    type_in(page, "#id_line-2-2027", "40 000")
    page.locator("#totalt", has_text="500").wait_for()
    press(page, "button[name=fortsatt]")
    type_in(page, "#id_applied_amount", "250 000")
    type_in(page, "#id_fin-0-financier", "Kommunen")
    type_in(page, "#id_fin-0-amount", "200 000")
    tab_to(page, "#lagg-till-tid")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_fin-1-hours")
    type_in(page, "#id_fin-1-financier", "Företagen")
    type_in(page, "#id_fin-1-hours", "250")
    type_in(page, "#id_fin-1-hourly_rate", "200")
    page.locator("#finansieringsplan", has_text="Finansieringen täcker kostnaderna på kronan.").wait_for()
    press(page, "button[name=fortsatt]")
    tab_to(page, "#id_has_other_aid_0")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_declared-correct")
    page.keyboard.press("Space")
    press(page, "button[name=fortsatt]")
    page.wait_for_url("**/bilagor/")
    press(page, "main .s3-form-actions a[href$='/granska/']")
    press(page, "form[action$='/skicka/'] button")
    assert page.url.endswith("/kvitto/")
    application = Application.objects.get()
    assert application.status == "submitted"
    assert (application.contact_name, application.contact_phone) == ("Karin Lund", "063-14 75 00")
    assert (application.total_cost, application.applied_amount) == (500_000, 250_000)
    assert page.locator(".s3-facts__figure").inner_text() == str(application.case)


def test_it_saves_by_itself_and_tells(live_server, page, log_in, owner, colleague, call):
    draft = factories.make_application(user=owner, call=call)
    log_in(page, live_server, owner)
    page.goto(address(live_server, "step_project", draft))
    page.locator("#id_title").press("End")
    page.locator("#id_title").press_sequentially(" och mer")
    page.locator("#version[value^='2-']").wait_for(state="attached")
    page.locator("#sparat[data-state=sparat]").wait_for()
    draft.refresh_from_db()
    assert draft.title.endswith(" och mer")
    # Twice on the same page: the mark has followed.
    page.locator("#id_title").press_sequentially("!")
    page.locator("#id_title").blur()
    page.locator("#version[value^='3-']").wait_for(state="attached")
    # What cannot be read is told, and stays.
    page.locator("#id_ends_on").fill("2020-01-01")
    page.locator("#autosparat", has_text="Välj en sista dag").wait_for()
    assert page.locator("#sparat").get_attribute("data-state") == "fel"
    page.locator("#id_ends_on").fill("2028-01-01")
    page.locator("#sparat[data-state=sparat]").wait_for()
    assert page.locator("#autosparat").inner_text() == ""
    # Somebody else saves: told, and nothing is lost.
    draft.refresh_from_db()
    part = ProjectPart.read(draft)
    theirs = ProjectPart(**(part.__dict__ | {"aims": "Kollegans mål"}))
    services.save_draft(
        application_id=draft.pk,
        actor=colleague,
        part=theirs,
        seen=seen_mark(draft, part),
        arrived_at=draft.updated_at,
    )
    page.locator("#id_aims").fill("Mina mål")
    page.locator("#autosparat", has_text="Kim Källström sparade en annan text").wait_for()
    with page.expect_navigation():
        page.get_by_role("button", name="Spara utkast").last.click()
    assert "Kollegans mål" in page.inner_text("main")
    page.get_by_label("Min text").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Spara det jag har valt").click()
    draft.refresh_from_db()
    assert draft.aims == "Mina mål"


def test_the_financing_lives(live_server, page, log_in, owner, call):
    draft = factories.make_application(user=owner, call=call)
    log_in(page, live_server, owner)
    page.goto(address(live_server, "step_financing", draft))
    page.locator("#id_applied_amount").fill("400 000")
    page.locator("#stodniva", has_text="Över gränsen").wait_for()
    assert "58 %" in page.locator("#stodniva").inner_text().replace("\xa0", " ")
    # One row in working time more, then its kind changed, then gone again: all without leaving the page.
    page.locator("#lagg-till-tid").click()
    page.wait_for_selector("#id_fin-2-hours")
    assert page.locator("#ansokan").count() == 1
    page.locator("#id_fin-2-financier").fill("Åvki")
    page.locator("#id_fin-2-kind").select_option("cash")
    page.wait_for_selector("#id_fin-2-amount")
    assert page.locator("#id_fin-2-financier").input_value() == "Åvki"
    page.locator("#ta-bort-2").click()
    page.wait_for_selector("#id_fin-2-financier", state="detached")
    page.locator("#sparat[data-state=sparat]").wait_for()
    assert [row.financier for row in draft.financing.all()] == ["Peak Jämtland", "Företagen"]


PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.mark.parametrize("viewport", [PHONE], ids=["phone"])
def test_a_spreadsheet_is_pasted_and_the_keyboard_moves(live_server, page, log_in, owner, call):
    """Thirty lines and three years: more rows than the table had, Swedish numbers and a quoted cell."""
    draft = factories.make_application(
        user=owner, call=call, empty=True, starts_on=date(2027, 2, 1), ends_on=date(2029, 1, 31)
    )
    log_in(page, live_server, owner)
    page.goto(address(live_server, "step_budget", draft))
    rows = ['"Hyra, ""Norra"" huset"\t1 000\t2\xa0000\t3 000,00 kr']
    rows += [f"Rad {number}\t{number}\t–\t" for number in range(2, 31)]
    page.locator("#id_line-0-description").focus()
    page.evaluate(PASTE, "\r\n".join(rows) + "\r\n")
    expect(page.locator("#id_line-29-2027")).to_have_value("30")
    expect(page.locator("#id_line-0-description")).to_have_value('Hyra, "Norra" huset')
    page.locator("#sparat[data-state=sparat]").wait_for()
    stored = BudgetPart.read(Application.objects.get(pk=draft.pk)).lines
    assert len(stored) == 30
    assert (stored[0].cells, stored[29].cells) == (((2027, 1000), (2028, 2000), (2029, 3000)), ((2027, 30),))
    page.locator("#id_line-0-2028").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_line-1-2028")).to_be_focused()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator("#id_line-2-2028")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#id_line-1-2028")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#id_line-0-2028")).to_be_focused()
    # The sums follow: 2 000 kr of personnel with 15 percent of indirect costs, and the 7 kr.
    expect(page.locator("#rad-1")).to_have_text("9")
    expect(page.locator("#totalt-2028")).to_have_text(re.compile("2.307"))
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, "wider than a phone"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_the_applicant_follow_axe(live_server, page, axe, log_in, owner, call):
    draft = factories.make_application(user=owner, call=call)
    sent = send(factories.make_application(user=owner, call=factories.make_call()), owner)
    log_in(page, live_server, owner)
    visits = [live_server.url + reverse("applications:my_list")]
    visits.append(live_server.url + reverse("applications:start", args=[call.slug]))
    factories.make_partner(application=draft)
    factories.make_indicator(application=draft)
    draft.trade_secrets.create(field="risks", reason="Receptet.")
    parts = ("applicant", "partners", "project", "budget", "financing", "state_aid")
    visits += [address(live_server, f"step_{name}", draft) for name in parts]
    visits += [address(live_server, name, draft) for name in ("review", "delete")]
    visits += [address(live_server, name, sent) for name in ("receipt", "my_detail", "withdraw")]
    for visit in visits:
        page.goto(visit)
        fits_and_passes(page, axe)
    page.goto(address(live_server, "step_financing", draft))
    page.locator("#id_applied_amount").fill("1e9")
    page.locator("#id_fin-1-hours").fill("två")
    with page.expect_navigation():
        page.locator("button[name=fortsatt]").click()
    assert page.locator(".ds-error-summary").is_visible()
    fits_and_passes(page, axe)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_of_the_officer_follow_axe(live_server, page, axe, log_in, owner, officer):
    sent = send(factories.make_application(user=owner), owner)
    log_in(page, live_server, officer)
    page.goto(address(live_server, "officer_detail", sent))
    page.get_by_label("Inget jäv").check()
    fits_and_passes(page, axe)
    page.get_by_role("button", name="Svara").click()
    for visit in (
        live_server.url + reverse("applications:officer_list"),
        address(live_server, "officer_detail", sent),
        live_server.url + reverse("applications:project_list"),
        live_server.url + reverse("applications:project_detail", args=[factories.make_project().slug]),
    ):
        page.goto(visit)
        fits_and_passes(page, axe)


def fits_and_passes(page, axe):
    axe(page)
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"


def test_focus_stays_when_rows_come_and_go(live_server, page, log_in, owner, call):
    draft = factories.make_application(user=owner, call=call)
    log_in(page, live_server, owner)
    page.goto(address(live_server, "step_financing", draft))
    rows = page.locator("input[name$='-financier']")
    before = rows.count()
    page.locator("#lagg-till-tid").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before + 1)
    expect(page.locator("#lagg-till-tid")).to_be_focused()
    # The last row has no follower whose button could take over.
    page.locator("button[name=ta_bort]").last.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before)
    expect(page.locator("#lagg-till-kontant")).to_be_focused()
    page.locator("button[name=ta_bort]").first.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before - 1)
    expect(page.locator("button[name=ta_bort]").first).to_be_focused()


def test_what_could_not_be_saved_is_saved_by_itself(live_server, page, axe, log_in, owner, colleague, call):
    """The network goes and comes back; the session ends, and one logs in in another tab or on the page."""
    draft = factories.make_application(user=owner, call=call)
    log_in(page, live_server, owner)
    page.goto(address(live_server, "step_partners", draft))
    page.goto(address(live_server, "step_applicant", draft))
    saved = page.locator("#sparat[data-state=sparat]")
    page.context.set_offline(True)
    page.locator("#id_contact_name").fill("Skrivet utan nät")
    page.locator("#id_contact_name").blur()
    page.locator("#sparat[data-state=fel]", has_text="ingen kontakt med servern").wait_for()
    page.context.set_offline(False)
    saved.wait_for()
    draft.refresh_from_db()
    assert draft.contact_name == "Skrivet utan nät"
    Session.objects.all().delete()
    page.locator("#id_contact_name").fill("Skrivet utloggad")
    page.locator("#id_contact_name").blur()
    page.locator("#sparat[data-state=fel]", has_text="du har loggats ut").wait_for()
    other = page.context.new_page()
    log_in(other, live_server, owner)
    other.close()
    expect(page.get_by_role("dialog", name="Logga in igen")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved.wait_for()
    draft.refresh_from_db()
    assert draft.contact_name == "Skrivet utloggad"
    expect(page.get_by_role("dialog", name="Logga in igen")).not_to_be_visible()
    Session.objects.all().delete()
    page.locator("#id_contact_name").fill("Skrivet utloggad igen")
    page.locator("#id_contact_name").blur()
    dialog = page.get_by_role("dialog", name="Logga in igen")
    expect(dialog.get_by_label("Lösenord")).to_be_focused()
    axe(page)
    expect(dialog.get_by_label("E-post")).to_have_value(owner.email)
    page.keyboard.type("inte det")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("lösenord")
    dialog.get_by_role("button", name="Inte nu").click()
    page.get_by_role("button", name="Logga in här").click()
    # A colleague at the same computer: the first one's text is not saved as theirs.
    dialog.get_by_label("E-post").fill(colleague.email)
    dialog.get_by_label("Lösenord").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#sparat[data-state=fel]", has_text=f"men texten skrevs av {owner}").wait_for()
    Session.objects.all().delete()
    page.locator("#id_contact_name").press("End")
    page.keyboard.type("!")
    page.locator("#id_contact_name").blur()
    dialog.get_by_label("E-post").fill(owner.email)
    dialog.get_by_label("Lösenord").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    saved.wait_for()
    expect(dialog).not_to_be_visible()
    draft.refresh_from_db()
    assert (draft.contact_name, draft.updated_by) == ("Skrivet utloggad igen!", owner)
