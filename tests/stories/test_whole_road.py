"""One grant the whole way: call, application, diary, decision, seal, mail, nämnd, public.

Everything is real: the browser, PostgreSQL, Redis, a Celery worker in its own process and an SMTP server.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from applications.models import Application
from decisions.models import Decision
from s3portal.common.files import read_frozen, sha256_hex
from s3portal.common.pdf import check_seal, seal_roots
from tests.pdf_validation import assert_valid

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "Nod för trä och design"


def press(page: Page, name: str) -> None:
    """A button that leads to a page: done when that page is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).last.click()


def write_application(page: Page, axe) -> None:
    """Fill in every step as an applicant would."""
    page.get_by_role("link", name="Läs om utlysningen").click()
    axe(page)
    page.get_by_role("link", name="Påbörja ansökan").first.click()
    axe(page)
    page.get_by_label("E-postadress").fill("sokande@example.se")
    page.get_by_label("Lösenord").fill("s3-portalen-demo")
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url("**/mina-ansokningar/ny/**")
    axe(page)
    page.get_by_role("button", name="Påbörja").first.click()
    page.wait_for_url("**/sokande/")
    axe(page)
    page.get_by_label("Telefon").fill("063147500")
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/samverkan/")
    axe(page)
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/projekt/")
    page.get_by_label("Projektets namn").fill(TITLE)
    page.locator("#id_summary").fill("Vi samlar träföretag, formgivare och forskare i ett kluster.")
    page.locator("#id_aims").fill("Fler företag i länet utvecklar egna produkter av trä.")
    page.locator("#id_akt-0-what").fill("Fyra lärlabb om året och en gemensam testbädd.")
    sustainable = [f"{name}_sustainability" for name in ("economic", "environmental", "social")]
    others = ["background", "target_group", "expected_results", "strategy_link", "risks", "dissemination"]
    for name in [*others, *sustainable]:
        page.locator(f"#id_{name}").fill("Som vi beskriver i klusterplanen.")
    page.get_by_role("checkbox", name="Jord, skog och vatten").check()
    page.get_by_role("checkbox", name="Östersund").check()
    year = timezone.localdate().year + 1
    page.get_by_label("Första dag").fill(f"{year}-03-01")
    page.get_by_label("Sista dag").fill(f"{year}-12-31")
    page.locator("#id_akt-0-starts_on").fill(f"{year}-03-01")
    page.locator("#id_akt-0-ends_on").fill(f"{year}-12-31")
    page.locator("#id_akt-0-responsible").fill("Karin Lund")
    axe(page)
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/budget/")
    page.get_by_role("combobox", name="Kostnadsslag, rad 1").select_option("personnel")
    expect(page.locator("#id_line-0-rate")).to_have_count(0)
    page.get_by_role("textbox", name=f"Rad 1, {year}, kronor").fill("600 000")
    page.get_by_role("textbox", name=f"Rad 2, {year}, kronor").fill("150.000")
    # The sums follow what is typed, without a save: 600 000 + 150 000 + 15 % of the salaries.
    expect(page.locator("#totalt")).to_have_text("840\u00a0000")
    axe(page)
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/finansiering/")
    page.get_by_role("combobox", name="Namn, finansiär 1").fill("Peak Jämtland")
    page.get_by_role("textbox", name="Värde, kr, finansiär 1").fill("240000")
    page.get_by_role("button", name="Lägg till arbetad tid").click()
    expect(page.get_by_role("textbox", name="Timmar, finansiär 2")).to_be_visible()
    page.get_by_role("combobox", name="Namn, finansiär 2").fill("Trä & Form AB")
    page.get_by_role("textbox", name="Timmar, finansiär 2").fill("400")
    page.get_by_role("textbox", name="Kr per timme, finansiär 2").fill("500")
    page.get_by_label("Belopp ni söker").fill("400 000")
    expect(page.locator("#stodniva")).to_contain_text("47,6\u00a0%")
    axe(page)
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/stod/")
    axe(page)
    page.get_by_role("radio", name="Nej").check()
    page.get_by_label("Hur många år har klustret fått driftstöd").fill("1")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=re.compile("Spara och fortsätt")).click()
    page.wait_for_url("**/bilagor/")
    axe(page)
    page.get_by_role("link", name=re.compile("Fortsätt till")).click()
    page.wait_for_url("**/granska/")
    axe(page)


def test_one_grant_from_call_to_public_decision(
    demo, live_server, new_page, come_in, celery_worker_process, smtp_sink, axe, settings
):
    settings.BASE_URL = live_server.url
    applicant = new_page()
    applicant.goto(live_server.url)
    axe(applicant)
    write_application(applicant, axe)
    diary_number = submit_and_read_receipt(applicant, axe, smtp_sink)
    assert re.fullmatch(rf"RUN/\d+/{timezone.localdate().year}", diary_number)

    officer = come_in("handlaggare")
    draft_decision(officer, axe, diary_number)
    sign(come_in("direktor"), axe, diary_number)
    decision = Decision.objects.select_related("document__file", "case").get(application__title=TITLE)
    file = decision.document.file
    pdf = read_frozen(file.storage_name, sha256=file.sha256)
    assert_valid(pdf)
    seal = check_seal(pdf, roots=seal_roots())
    assert (seal.intact, seal.trusted, seal.covers_whole_file, seal.signed_by) == (
        True,
        True,
        True,
        "Anders Holm",
    )
    assert Application.objects.get(title=TITLE).status == "granted"

    send_out(officer, axe, smtp_sink, pdf)
    report_to_committee(come_in("registrator"), axe)
    read_as_member(come_in("ledamot"), axe, decision, pdf)
    read_as_public(new_page(), live_server, axe, decision, pdf)
    applicant.goto(f"{live_server.url}/mina-ansokningar/")
    expect(applicant.locator("main")).to_contain_text("Beviljad")


def submit_and_read_receipt(page: Page, axe, smtp_sink) -> str:
    consent = page.get_by_role("checkbox", name=re.compile("samtycke|publicer", re.IGNORECASE))
    if consent.count():
        consent.check()
    page.get_by_role("button", name="Skicka in ansökan").click()
    page.wait_for_url("**/kvitto/")
    axe(page)
    number = re.search(r"RUN/\d+/\d{4}", page.locator("main").inner_text())
    assert number is not None
    smtp_sink.wait_for(1)
    receipt = smtp_sink.messages[0]
    assert number[0] in receipt.get_body(("plain",)).get_content()
    assert number[0] in receipt.get_body(("html",)).get_content()
    # The worker renders what was sent; the page finds it by itself.
    link = page.get_by_role("link", name=re.compile(r"pdf", re.IGNORECASE)).first
    expect(link).to_be_visible(timeout=60_000)
    record = Application.objects.get(title=TITLE).record
    assert record.number == 1
    assert [file.content_type for file in record.files.all()] == ["application/json", "application/pdf"]
    answer = page.request.get(page.url.replace("/kvitto/", f"/filer/{record.files.last().pk}/"))
    assert sha256_hex(answer.body()) == record.files.last().sha256
    return number[0]


def answer_on_jav(page: Page, axe) -> None:
    """Asked of everybody before they open the application or sign."""
    expect(page.locator("h1")).to_have_text("Finns det något jäv?")
    axe(page)
    page.get_by_label("Inget jäv").check()
    press(page, "Svara")


def go_through_the_conditions(page: Page, axe) -> None:
    page.get_by_role("link", name="Behörighet").click()
    axe(page)
    for box in page.get_by_label("Din bedömning").filter(visible=True).all():
        box.select_option("Uppfyllt")
    for box in page.get_by_label("Skäl:").filter(visible=True).all():
        box.fill("Prövat och i sin ordning.")
    press(page, "Spara bedömningen")
    expect(page.locator("main")).to_contain_text("villkor är genomgångna")


def draft_decision(page: Page, axe, diary_number: str) -> None:
    axe(page)
    page.get_by_role("link", name="Ansökningar").first.click()
    axe(page)
    page.get_by_role("link", name=TITLE).click()
    answer_on_jav(page, axe)
    axe(page)
    press(page, "Ta ärendet")
    go_through_the_conditions(page, axe)
    press(page, "Markera som granskad")
    page.get_by_role("link", name="Skriv beslut").click()
    axe(page)
    page.get_by_label("Bifall till ansökan").check()
    page.get_by_role("button", name="Börja skriva").click()
    page.wait_for_url(re.compile(r"/handlaggning/beslut/\d+/$"))
    axe(page)
    # First what a hurried officer tries: the portal says what is missing and sends nothing.
    press(page, "Skicka för underskrift")
    summary = page.locator(".ds-error-summary")
    expect(summary).to_contain_text("innan du skickar för underskrift")
    expect(summary).to_be_focused()
    axe(page)
    page.get_by_label("Skäl för beslutet").fill(
        "Projektet driver styrkeområdet Jord, skog och vatten framåt, i linje med strategin."
    )
    page.get_by_label("Delegationspunkt").select_option(index=1)
    page.get_by_label("Undertecknare").select_option(index=1)
    empty = page.locator("textarea[aria-label^='Beslutspunkt']").all()
    for box in empty:
        if not box.input_value().strip():
            box.fill("Finansiering sker inom ram för område Hållbar tillväxt.")
    press(page, "Spara utkast")
    expect(page.locator(".s3-preview")).to_contain_text(diary_number)
    expect(page.locator(".s3-preview")).to_contain_text("Skäl för beslutet")
    axe(page)
    expect(page.locator("#kontroll-panel")).to_contain_text("Pröva sekretessen och skicka")
    page.get_by_label("Jag har prövat sekretessen: inget i beslutet är hemligt").check()
    press(page, "Skicka för underskrift")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("underskrift")
    assert Decision.objects.get(application__title=TITLE).status == "proposed", page.locator(
        "main"
    ).inner_text()


def sign(page: Page, axe, diary_number: str) -> None:
    page.get_by_role("link", name="Beslut", exact=True).first.click()
    axe(page)
    page.get_by_role("link", name=f"Svara på frågan om jäv i {diary_number}").click()
    decision = Decision.objects.get(application__title=TITLE)
    page.goto(re.sub(r"/handlaggning/.*", f"/handlaggning/beslut/{decision.pk}/underskrift/", page.url))
    answer_on_jav(page, axe)
    expect(page.locator("main")).to_contain_text(diary_number)
    axe(page)
    page.get_by_role("button", name="Skriv under").click()
    if "/konto/reauthenticate/" in page.url:
        page.get_by_label("Lösenord").fill("s3-portalen-demo")
        page.get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/handlaggning/beslut/\d+/$"))
    axe(page)
    assert Decision.objects.get(application__title=TITLE).status == "signed"


def send_out(page: Page, axe, smtp_sink, pdf: bytes) -> None:
    page.reload()
    press(page, "Expediera beslutet")
    press(page, "Publicera beslutet")
    axe(page)
    before = len(smtp_sink.messages)

    def with_pdf():
        return [message for message in smtp_sink.messages if any(True for _ in message.iter_attachments())]

    deadline = timezone.now() + timedelta(seconds=30)
    while not with_pdf() and timezone.now() < deadline:
        page.wait_for_timeout(200)
    assert with_pdf(), f"no decision among {before} messages"
    [attached] = with_pdf()[0].iter_attachments()
    assert attached.get_content() == pdf
    page.goto(re.sub(r"/handlaggning/.*", "/handlaggning/utskick/", page.url))
    axe(page)
    expect(page.locator("tbody")).to_contain_text("Skickat")


def report_to_committee(page: Page, axe) -> None:
    page.get_by_role("link", name="Sammanträden").first.click()
    axe(page)
    page.locator("main a[href*='/handlaggning/sammantraden/']").filter(
        has_text=re.compile(r"\d{4}")
    ).first.click()
    axe(page)
    page.get_by_role("row", name=re.compile(TITLE)).get_by_role("checkbox").check()
    press(page, "Anmäl valda beslut")
    expect(page.get_by_role("group", name="Tabell med anmälda beslut")).to_contain_text(TITLE)
    axe(page)


def read_as_member(page: Page, axe, decision: Decision, pdf: bytes) -> None:
    axe(page)
    page.goto(re.sub(r"/namnd/.*", f"/namnd/{decision.report.meeting_id}/", page.url))
    item = page.locator("article.s3-reported").filter(has_text=TITLE)
    expect(item).to_contain_text("Oläst")
    axe(page)
    address = item.get_by_role("link", name=re.compile("Öppna pdf")).get_attribute("href")
    answer = page.request.get(re.sub(r"/namnd/.*", str(address), page.url))
    assert answer.body() == pdf
    page.reload()
    expect(page.locator("article.s3-reported").filter(has_text=TITLE)).not_to_contain_text("Oläst")


def read_as_public(page: Page, live_server, axe, decision: Decision, pdf: bytes) -> None:
    # "noden" finds "nod": the search knows Swedish.
    page.goto(f"{live_server.url}/beslut/?q=noden")
    axe(page)
    page.get_by_role("link", name=re.compile(TITLE)).click()
    expect(page.locator("article.dok")).to_contain_text("Hur man överklagar")
    axe(page)
    answer = page.request.get(f"{live_server.url}/beslut/{decision.slug}/pdf/")
    assert answer.body() == pdf
    page.goto(f"{live_server.url}/diarium/{decision.case.slug}/")
    expect(page.locator("main")).to_contain_text(str(decision.case))
    axe(page)
