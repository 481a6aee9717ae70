"""A decision in which something is secret is sent out: the applicant reads it behind the login, others get
the masked version, one address is wrong and put right, and one gets a letter.

Everything is real: the browser, PostgreSQL, Redis, a Celery worker in its own process and an SMTP server."""

import io
import re

import pypdf
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from decisions.models import DecisionOpening, Dispatch
from decisions.services.masking import mark_decision
from s3portal.diary.secrecy import Provision
from tests import factories
from tests.applications.judging import go_through
from tests.applications.sending import send
from tests.stories.test_visitor_follows import link_in, mail_to, words_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SECRET = "Kristallberg"


@pytest.fixture
def decision(owner, officer, registrar):
    application = go_through(
        send(factories.make_application(user=owner, title="Klusterkraft"), owner), officer
    )
    made = factories.make_signed_decision(
        user=officer, application=application, case=application.case, kind="rejection", amount_kind="none",
        amount=None, title="Avslag på ansökan", reasons=f"Planen {SECRET} räcker inte.",
        recipients=[
            (application.organisation.name, owner.email),
            ("Tillväxtverket", "fel@example.org"),
            ("Arkivet", ""),
        ],
    )  # fmt: skip
    mark_decision(
        actor=registrar, decision_id=made.pk, parts=[], passages=[SECRET],
        provision=Provision.BUSINESS, reason="Affärsplaner.",
    )  # fmt: skip
    return made


def row(page: Page, name: str):
    return page.locator("#expediering ~ ul > li").filter(
        has=page.get_by_role("heading", name=name, exact=True)
    )


def see(page: Page, axe) -> None:
    """At a desk and on a phone."""
    axe(page)
    page.set_viewport_size({"width": 390, "height": 800})
    axe(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})


def until(page: Page, name: str, words: str) -> None:
    """The worker is a process of its own: the page is looked at until it tells."""
    for _ in range(60):
        page.reload()
        if row(page, name).get_by_text(words, exact=True).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{name} never came to {words}: {page.url} {page.locator('main').inner_text()}")


def test_a_secret_decision_reaches_everybody(
    decision, owner, officer, live_server, new_page, log_in, celery_worker_process, smtp_sink, axe, settings
):
    settings.BASE_URL = live_server.url
    desk = new_page()
    log_in(desk, live_server, officer)
    desk.goto(f"{live_server.url}/handlaggning/beslut/?visa=expediera")
    with desk.expect_navigation():
        desk.get_by_role("link", name=decision.title).click()
    see(desk, axe)
    write_to_the_party(desk, owner)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Expediera beslutet").click()
    until(desk, "Tillväxtverket", "Skickat")
    until(desk, str(decision.application.organisation), "Skickat")

    letter = mail_to(smtp_sink, owner.email, "finns att läsa")
    assert "Tack för er ansökan." in words_of(letter)
    assert not list(letter.iter_attachments())
    masked = mail_to(smtp_sink, "fel@example.org", str(decision.case))
    [pdf] = list(masked.iter_attachments())
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.get_content())).pages)
    assert "[Skyddat, OSL 30:27]" in re.sub(r"\s+", " ", text)
    assert SECRET not in text
    assert not any(SECRET in message.as_string() for message in smtp_sink.messages)

    read_behind_the_login(new_page(), letter, owner, axe)
    put_the_address_right(desk, smtp_sink, axe)
    send_the_letter(desk, axe)
    desk.reload()
    expect(row(desk, str(decision.application.organisation))).to_contain_text("Öppnat i portalen")
    expect(row(desk, str(decision.application.organisation))).to_contain_text(
        "Det räknas inte som delgivning."
    )
    desk.goto(f"{live_server.url}/handlaggning/beslut/?visa=expediera")
    expect(desk.locator("main")).to_contain_text("Alla har fått sina beslut")
    assert DecisionOpening.objects.get().user == owner
    assert Dispatch.objects.count() == 5, "one to the party, three to the one who moved, and a letter"


def write_to_the_party(desk: Page, owner) -> None:
    """A text of one's own, and a sentence from the list."""
    with desk.expect_navigation():
        desk.get_by_role("link", name=re.compile("Ändra Peak")).click()
    desk.get_by_label("Text i mejlet").fill("Tack för er ansökan. Här är beslutet.")
    desk.get_by_label(re.compile("Hör av er till handläggaren")).check()
    desk.get_by_label("E-postadress").fill("")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Spara").click()
    expect(desk.locator("main")).to_contain_text("Skriv en e-postadress, eller välj ett annat sätt.")
    expect(desk.get_by_label("Text i mejlet")).to_have_value(re.compile("Tack för er ansökan"))
    desk.get_by_label("E-postadress").fill(owner.email)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Spara").click()
    expect(desk.locator("main")).to_contain_text("Mottagaren är ändrad.")


def read_behind_the_login(page: Page, letter, owner, axe) -> None:
    """Logged out: the link leads to the login, and from there to the decision in full."""
    page.goto(link_in(letter))
    expect(page).to_have_url(re.compile("/konto/login/"))
    assert SECRET not in page.content()
    page.locator("input[name=login]").fill(owner.email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(re.compile(r"/mina-ansokningar/\d+/beslut/\d+/$"))
    expect(page.locator(".dok-ark")).to_contain_text(SECRET)
    expect(page.locator("main")).to_contain_text("Så har vi skickat beslutet")
    see(page, axe)


def put_the_address_right(desk: Page, smtp_sink, axe) -> None:
    """The recipient's own server sends it back; the new address is refused once, then it arrives."""
    with desk.expect_navigation():
        row(desk, "Tillväxtverket").get_by_role("link", name=re.compile("Kom i retur")).click()
    desk.get_by_label("Vilken dag det kom i retur").fill(timezone.localdate().isoformat())
    desk.get_by_label("Vad som stod i returen").fill("550 okänd mottagare")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Anteckna").click()
    expect(row(desk, "Tillväxtverket")).to_contain_text("I returen stod: 550 okänd mottagare")
    smtp_sink.refuse("permanent")
    send_again(desk, "stangd@example.org", "Fel adress.")
    until(desk, "Tillväxtverket", "Kom inte fram")
    expect(row(desk, "Tillväxtverket")).to_contain_text("No such user here")
    see(desk, axe)
    smtp_sink.accept()
    send_again(desk, "ratt@example.org", "Den nya adressen var stängd.")
    until(desk, "Tillväxtverket", "Skickat")
    again = mail_to(smtp_sink, "ratt@example.org", "Beslut")
    assert len(list(again.iter_attachments())) == 1


def send_again(desk: Page, email: str, reason: str) -> None:
    with desk.expect_navigation():
        row(desk, "Tillväxtverket").get_by_role("link", name=re.compile("Skicka igen")).click()
    desk.get_by_label("E-postadress").fill(email)
    desk.get_by_label("Varför beslutet skickas igen").fill(reason)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Skicka igen").click()


def send_the_letter(desk: Page, axe) -> None:
    with desk.expect_navigation():
        row(desk, "Arkivet").get_by_role("link", name=re.compile("Skickat med brev")).click()
    expect(desk.locator("main")).to_contain_text("Mottagaren ska ha: Den maskade versionen")
    desk.get_by_label("Postadress").fill("Arkivvägen 1, 831 31 Östersund")
    see(desk, axe)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Anteckna").click()
    expect(row(desk, "Arkivet")).to_contain_text("Skickat med brev")
