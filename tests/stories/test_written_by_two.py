"""An application as large as a real one, written by two at once with the keyboard alone.

One of them is logged out in the middle of the answers, the other loses the network in the middle of the
budget, and it is sent in the last minute. What was typed is then compared with what was sent.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from applications.documents import read_sent, sent_file
from applications.models import Application
from applications.services.door import clock
from calls.models import Call
from s3portal.common.files import read_frozen, sha256_hex
from tests import factories
from tests.small_files import small_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]

YEAR = timezone.localdate().year + 1
TITLE = "Designdrivna kluster i fjällen"
ANSWERS = [
    f"Svar {n}: ”Åre & Östersund” <{n}> är med från början."
    if n % 4
    else f"Svar {n}.\n\nVi har frågat {n * 7} företag. " + "De vill utveckla tjänster med forskare. " * 15
    for n in range(1, 41)
]
LOGGED_OUT_AT = 24
CATEGORIES = ("Personal", "Externa tjänster", "Resor och logi", "Material och lokaler")
LINES = [
    (CATEGORIES[n % 4], f"Kostnad {n + 1}, delprojekt {n % 3 + 1}", 20_000 + 1_100 * n, 30_000 + 900 * n)
    for n in range(30)
]
COST = sum(first + second for _, _, first, second in LINES)
APPLIED = COST // 2
HOURS, RATE = 250, 400
CASH = [40_000] * 6
CASH.append(COST - APPLIED - HOURS * RATE - sum(CASH))
FINANCIERS = [f"Finansiär {n} AB" for n in range(1, 9)]
MINE = {
    "summary": "Vi samlar företag, formgivare och forskare.",
    "background": "Företagen är små och saknar kontakt med forskare. " * 20,
    "aims": "Femton företag har testat en ny tjänst.",
    "target_group": "Besöksföretag i fjällen.",
    "expected_results": "En testbädd som drivs vidare.",
    "strategy_link": "Upplevelser och digitala lösningar.",
}
THEIRS = {
    "economic_sustainability": "Fler helårsjobb.",
    "environmental_sustainability": "Färre resor.",
    "social_sustainability": "Alla är med.",
    "risks": "Få anmäler sig; då tar vi hjälp av branschen.",
    "dissemination": "Vi följer upp med en enkät. " * 10,
}


# --- Hands on the keyboard --------------------------------------------------------------------------------
def reach(page: Page, wanted: Locator) -> None:
    """Tab on until the thing has focus."""
    for _ in range(500):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no way to {wanted} with the Tab key on {page.url}")


def write(page: Page, name: str, text: str) -> None:
    reach(page, page.locator(f"#id_{name}"))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def type_day(page: Page, name: str, day: str) -> None:
    """Month, day and year, in the order of the browser's own field."""
    reach(page, page.locator(f"#id_{name}"))
    page.keyboard.type(day)


def press(page: Page, wanted: Locator) -> None:
    """A link or a button that leads to a page."""
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go_on(page: Page) -> None:
    press(page, page.locator("button[name=fortsatt]"))


def come_in(page: Page, address: str, user) -> None:
    page.goto(f"{address}/konto/login/")
    for name, text in (("login", user.email), ("password", factories.PASSWORD)):
        reach(page, page.locator(f"main input[name={name}]"))
        page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/konto/login/" not in url)


def saved(page: Page) -> None:
    page.locator("#sparat[data-state=sparat]").wait_for()


# --- The two ----------------------------------------------------------------------------------------------
class Desk:
    """A person at a computer, with the address of the draft."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        # From the start: the first dialog must not open before the browser is told to hand them over.
        page.on("filechooser", lambda _chooser: None)

    def open(self, name: str, draft: Application) -> Page:
        self.page.goto(self.address + reverse(f"applications:{name}", args=[draft.pk]))
        return self.page


def begin(olga: Desk, call: Call) -> Application:
    page = olga.page
    page.goto(olga.address + reverse("applications:start", args=[call.slug]))
    press(page, page.locator("main form button").first)
    write(page, "contact_name", "Olga Ödmark")
    write(page, "contact_email", "owner@example.org")
    write(page, "contact_phone", "063147500")
    go_on(page)
    go_on(page)
    return Application.objects.get()


def tell_about_the_project(olga: Desk, kim: Desk, draft: Application) -> None:
    """Both have the page open; neither undoes what the other has written."""
    page, other = olga.page, kim.open("step_project", draft)
    write(page, "title", TITLE)
    write(page, "summary", MINE["summary"])
    for name in ("areas_0", "municipalities_0"):
        reach(page, page.locator(f"#id_{name}"))
        page.keyboard.press("Space")
    type_day(page, "starts_on", f"0101{YEAR}")
    type_day(page, "ends_on", f"1231{YEAR + 1}")
    for name, text in THEIRS.items():
        write(other, name, text)
    press(other, other.locator(".s3-form-actions button[name=spara]"))
    for name in ("background", "aims", "target_group"):
        write(page, name, MINE[name])
    write(page, "akt-0-what", "Fyra lärlabb om året.")
    type_day(page, "akt-0-starts_on", f"0201{YEAR}")
    type_day(page, "akt-0-ends_on", f"1130{YEAR + 1}")
    write(page, "akt-0-responsible", "Kim Källström")
    for name in ("expected_results", "strategy_link"):
        write(page, name, MINE[name])
    go_on(page)


def answer(page: Page, questions, first: int, last: int) -> None:
    """The questions of these numbers, from the field where the person is."""
    for number in range(first, last + 1):
        write(page, f"q-{questions[number - 1].pk}", ANSWERS[number - 1])


def be_logged_out(kim: Desk, questions) -> None:
    """The session ends between two answers; Kim writes on and is told."""
    page = kim.page
    # Already in the next field: the page that finds out first would ask for the password before it.
    reach(page, page.locator(f"#id_q-{questions[LOGGED_OUT_AT - 1].pk}"))
    saved(page)
    [cookie] = [one for one in page.context.cookies() if one["name"] == "sessionid"]
    assert Session.objects.filter(session_key=cookie["value"]).delete()[0]
    page.keyboard.insert_text(ANSWERS[LOGGED_OUT_AT - 1])
    expect(page.locator("#sparat[data-state=fel]")).to_contain_text("du har loggats ut")


def log_in_again(kim: Desk) -> None:
    """In the dialog that the page opens; what was written is saved without being touched."""
    page = kim.page
    dialog = page.locator("dialog#logga-in")
    expect(dialog).to_be_visible()
    reach(page, dialog.locator("input[name=password]"))
    page.keyboard.insert_text(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    saved(page)


def paste_the_budget(olga: Desk) -> None:
    """Thirty rows from a spreadsheet."""
    page = olga.page
    sheet = page.context.new_page()
    sheet.set_content("<textarea autofocus></textarea>")
    reach(sheet, sheet.locator("textarea"))
    rows = [f"{label}\t{what}\t{first}\t{second}" for label, what, first, second in LINES]
    sheet.keyboard.insert_text("\n".join(rows))
    sheet.keyboard.press("Control+A")
    sheet.keyboard.press("Control+C")
    page.bring_to_front()
    reach(page, page.locator("#id_line-0-description"))
    page.keyboard.press("Control+V")
    page.locator("#id_line-29-description").wait_for()
    sheet.close()
    page.locator("#totalt", has_text=re.compile(r"\s".join(f"{COST:,}".split(",")))).wait_for()


def lose_the_network(olga: Desk) -> None:
    """The last row is renamed while there is no network, and saved when it is back."""
    page = olga.page
    page.context.set_offline(True)
    write(page, "line-29-description", f"{LINES[29][1]}, skrivet utan nät")
    page.keyboard.press("Tab")
    expect(page.locator("#sparat[data-state=fel]")).to_contain_text("ingen kontakt med servern")
    page.context.set_offline(False)
    saved(page)
    go_on(page)


def tell_who_pays(olga: Desk) -> None:
    page = olga.page
    write(page, "applied_amount", str(APPLIED))
    for row, button in enumerate(["lagg-till-kontant"] * 6 + ["lagg-till-tid"], start=1):
        reach(page, page.locator(f"#{button}"))
        page.keyboard.press("Enter")
        page.locator(f"#id_fin-{row}-financier").wait_for()
    # From the top again.
    page.evaluate("document.activeElement.blur()")
    for row, name in enumerate(FINANCIERS):
        write(page, f"fin-{row}-financier", name)
        if row < len(CASH):
            write(page, f"fin-{row}-amount", str(CASH[row]))
    write(page, "fin-7-hours", str(HOURS))
    write(page, "fin-7-hourly_rate", str(RATE))
    page.locator("#finansieringsplan", has_text="Finansieringen täcker kostnaderna på kronan.").wait_for()
    go_on(page)
    reach(page, page.locator("#id_has_other_aid_0"))
    page.keyboard.press("ArrowDown")
    reach(page, page.locator("#id_declared-correct"))
    page.keyboard.press("Space")
    go_on(page)


def attach(kim: Desk, call: Call, files: list[Path]) -> None:
    """What is asked for, and nine of one's own at once."""
    page = kim.page
    first = f"bilaga-{call.requested_attachments.get().pk}"
    upload(page, first, files[:1])
    expect(page.locator(f"#filer-{first} > li")).to_have_count(1, timeout=30_000)
    expect(page.locator(f"#id_{first}-upload")).to_be_focused()
    upload(page, "ovriga", files[1:])
    onwards = page.locator(".s3-form-actions a").last
    reach(page, onwards)
    expect(page.locator("form[data-slot=ovriga] [data-upload-status]")).to_have_text(
        "9 filer är uppladdade.", timeout=30_000
    )
    expect(page.locator("#filer-ovriga > li")).to_have_count(9)
    # Who has gone on while the files went is not called back.
    expect(onwards).to_be_focused()


def upload(page: Page, slot: str, files: list[Path]) -> None:
    reach(page, page.locator(f"#id_{slot}-upload"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(files)
    reach(page, page.locator(f"form[data-slot={slot}] button[type=submit]"))
    page.keyboard.press("Enter")


def send_in_the_last_minute(olga: Desk, draft: Application, axe) -> Application:
    closes = timezone.now().replace(microsecond=0) + timedelta(seconds=59)
    Call.objects.filter(pk=draft.call_id).update(closes_at=closes)
    page = olga.open("review", draft)
    press(page, page.locator("form[action$='/skicka/'] button"))
    assert page.url.endswith("/kvitto/"), page.locator("main").inner_text()
    sent = Application.objects.get()
    assert closes - timedelta(seconds=60) < sent.submitted_at < closes + timedelta(seconds=1)
    axe(page)
    return sent


# --- The story --------------------------------------------------------------------------------------------
def test_two_write_a_whole_application_and_what_was_typed_is_what_was_sent(
    live_server, new_page, celery_worker_process, smtp_sink, axe, settings, owner, colleague, tmp_path
):
    settings.BASE_URL = live_server.url
    call = factories.make_call(areas=[factories.make_area(name="Upplevelser")], overhead_percent=0)
    questions = [
        factories.make_question(call=call, label=f"Fråga nummer {n}", kind="short" if n % 4 else "long")
        for n in range(1, 41)
    ]
    call.requested_attachments.create(order=1, name="Årsbokslut", required=True)
    files = [tmp_path / f"bilaga-{n}.pdf" for n in range(1, 11)]
    for number, file in enumerate(files):
        file.write_bytes(small_pdf(b"%% %d" % number))
    olga, kim = (Desk(new_page(), live_server.url) for _ in range(2))
    come_in(olga.page, live_server.url, owner)
    come_in(kim.page, live_server.url, colleague)

    draft = begin(olga, call)
    tell_about_the_project(olga, kim, draft)
    answer(kim.open("step_questions", draft), questions, 1, LOGGED_OUT_AT - 1)
    be_logged_out(kim, questions)
    olga.open("step_budget", draft)
    paste_the_budget(olga)
    log_in_again(kim)
    answer(kim.page, questions, LOGGED_OUT_AT + 1, 40)
    go_on(kim.page)
    lose_the_network(olga)
    kim.open("step_attachments", draft)
    attach(kim, call, files)
    tell_who_pays(olga)
    sent = send_in_the_last_minute(olga, draft, axe)

    look_at_what_was_sent(read_sent(sent_file(sent)), sent)
    look_at_the_files(sent, files)
    look_at_the_receipt(olga.page, sent, smtp_sink)


def look_at_what_was_sent(content, sent: Application) -> None:
    assert [one["value"] for one in content["answers"]] == [text.strip() for text in ANSWERS]
    project = content["project"]
    texts = MINE | THEIRS
    assert {name: project[name] for name in texts} == {name: text.strip() for name, text in texts.items()}
    assert (project["title"], project["starts_on"], project["ends_on"]) == (
        TITLE,
        f"{YEAR}-01-01",
        f"{YEAR + 1}-12-31",
    )
    typed = [*LINES[:29], (LINES[29][0], f"{LINES[29][1]}, skrivet utan nät", *LINES[29][2:])]
    lines = content["budget"]["lines"]
    assert [
        (one["label"], one["description"], one["amounts"][str(YEAR)], one["amounts"][str(YEAR + 1)])
        for one in lines
    ] == typed
    assert [(one["financier"], one["kind"], one["value"]) for one in content["financing"]] == [
        *((name, "cash", amount) for name, amount in zip(FINANCIERS, CASH, strict=False)),
        (FINANCIERS[7], "in_kind", HOURS * RATE),
    ]
    totals = content["totals"]
    assert (totals["total_cost"], totals["financing"], totals["applied"]) == (COST, COST, APPLIED)
    assert (sent.total_cost, sent.applied_amount) == (COST, APPLIED)
    assert content["submission"]["by"] == "Olga Ödmark"
    assert content["submission"]["diary_number"] == str(sent.case)


def look_at_the_files(sent: Application, files: list[Path]) -> None:
    """In what was sent, among the records of the case, and on disk: the same bytes."""
    chosen = {file.name: sha256_hex(file.read_bytes()) for file in files}
    listed = read_sent(sent_file(sent))["attachments"]
    assert {one["filename"]: one["sha256"] for one in listed} == chosen
    assert len(listed) == 10
    records = {one.filename: one for one in sent.record.files.filter(filename__in=chosen)}
    assert {name: one.sha256 for name, one in records.items()} == chosen
    for file in files:
        record = records[file.name]
        assert read_frozen(record.storage_name, sha256=record.sha256) == file.read_bytes()


def look_at_the_receipt(page: Page, sent: Application, smtp_sink) -> None:
    stored = sent_file(sent)
    assert sha256_hex(read_frozen(stored.storage_name, sha256=stored.sha256)) == stored.sha256
    assert re.fullmatch(rf"RUN/1/{timezone.localdate().year}", str(sent.case))
    expect(page.locator(".s3-facts__figure")).to_have_text(str(sent.case))
    expect(page.locator("main")).to_contain_text(stored.sha256)
    smtp_sink.wait_for(1)
    receipt = smtp_sink.messages[0]
    assert receipt["subject"] == f"Kvitto {sent.case}: vi har tagit emot er ansökan"
    words = receipt.get_body(("plain",)).get_content()
    for told in (str(sent.case), clock(sent.submitted_at), stored.sha256):
        assert told in words
