"""A visitor without an account asks about a call, reads the answer, and follows the region's calls by mail.

Everything is real: the browser, PostgreSQL, Redis, a Celery worker in its own process and an SMTP server.
"""

import re
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from calls.models import Call, Inquiry, Subscription

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VISITOR = "vera@example.org"


def press(page: Page, name: str) -> None:
    """A button that leads to a page: done when that page is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def mail_to(sink, address: str, subject: str) -> EmailMessage:
    """The newest letter with these words in its subject, when it has come."""
    for count in range(1, 50):
        sink.wait_for(count)
        found = [
            message
            for message in sink.messages
            if message["To"] == address and subject in str(message["Subject"])
        ]
        if found:
            return found[-1]
    raise AssertionError(f"no letter to {address} about {subject}")


def words_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http\S+", words_of(message))
    assert found is not None
    return found[0]


def test_a_visitor_asks_and_everybody_reads_the_answer(
    demo, live_server, new_page, come_in, celery_worker_process, smtp_sink, axe, settings
):
    settings.BASE_URL = live_server.url
    call = Call.objects.get(slug="kluster-for-hallbar-omstallning")
    call.contacts.update(email="")
    call.contacts.create(order=99, name="Handläggaren", email="handlaggare@example.se")

    visitor = new_page()
    visitor.goto(f"{live_server.url}/utlysningar/{call.slug}/")
    visitor.get_by_role("link", name="Ställ en fråga").first.click()
    axe(visitor)
    press(visitor, "Skicka frågan")
    expect(visitor.locator(".ds-error-summary")).to_be_focused()
    axe(visitor)
    visitor.get_by_label("Din fråga").fill("Jag är Vera Visit. Får en kommun vara med?")
    visitor.get_by_label("Ditt namn").fill("Vera Visit")
    visitor.get_by_label("E-post").fill(VISITOR)
    press(visitor, "Skicka frågan")
    expect(visitor.locator("h1")).to_have_text("Tack för frågan")
    axe(visitor)
    receipt = mail_to(smtp_sink, VISITOR, "Vi har tagit emot frågan")
    assert "kommun" not in words_of(receipt)

    waiting = mail_to(smtp_sink, "handlaggare@example.se", "En fråga väntar på svar")
    officer = come_in("handlaggare")
    officer.goto(link_in(waiting))
    axe(officer)
    expect(officer.locator("main")).to_contain_text("Vera Visit")
    answer = officer.get_by_label("Svar", exact=True)
    answer.fill("Ja, som **samverkanspart**.")
    press(officer, "Publicera svaret")
    # The asker's name is still in the words that the public would read.
    expect(officer.locator(".ds-error-summary")).to_contain_text("”Vera”, ”Visit”")
    axe(officer)
    officer.get_by_label("Frågan som den publiceras").fill("Får en kommun vara med?")
    press(officer, "Förhandsvisa")
    expect(officer.locator("#forhandsvisning + * + .s3-markdown strong")).to_have_text("samverkanspart")
    axe(officer)
    press(officer, "Publicera svaret")
    expect(officer.locator("main")).to_contain_text("Frågan och svaret är publicerade.")
    axe(officer)
    with officer.expect_navigation():
        officer.get_by_role("link", name="Frågor och svar").click()
    with officer.expect_navigation():
        officer.get_by_role("link", name=re.compile("Besvarad")).click()
    expect(officer.locator("main")).to_contain_text("Får en kommun vara med?")
    axe(officer)

    reader = new_page()
    reader.goto(f"{live_server.url}/utlysningar/{call.slug}/")
    question = reader.get_by_text("Får en kommun vara med?")
    expect(question).to_be_visible()
    question.click()
    expect(reader.get_by_text("samverkanspart", exact=True)).to_be_visible()
    assert "Vera" not in reader.content()
    axe(reader)
    answered = mail_to(smtp_sink, VISITOR, "Svar på frågan")
    assert "Ja, som samverkanspart." in words_of(answered)

    officer.goto(f"{live_server.url}{officer_page(call)}")
    officer.get_by_label("Svar", exact=True).fill("Ja, som **samverkanspart** eller sökande.")
    press(officer, "Publicera rättelsen")
    reader.reload()
    expect(reader.locator("main")).to_contain_text("är rättat")
    mail_to(smtp_sink, VISITOR, "Rättat svar på frågan")


def officer_page(call: Call) -> str:
    return f"/handlaggning/utlysningar/{call.pk}/fragor-och-svar/{Inquiry.objects.get().pk}/"


def test_a_visitor_subscribes_changes_and_ends(
    demo, live_server, new_page, celery_worker_process, smtp_sink, axe, settings
):
    settings.BASE_URL = live_server.url
    visitor = new_page()
    visitor.goto(f"{live_server.url}/utlysningar/")
    visitor.get_by_role("contentinfo").get_by_role("link", name=re.compile("Prenumerera")).click()
    axe(visitor)
    press(visitor, "Skicka länk för att bekräfta")
    expect(visitor.locator(".ds-error-summary")).to_be_focused()
    visitor.get_by_label("E-post").fill(VISITOR)
    visitor.get_by_role("radio", name="Bara vissa styrkeområden").check()
    visitor.get_by_role("checkbox", name="Jord, skog och vatten").check()
    press(visitor, "Skicka länk för att bekräfta")
    expect(visitor.locator("h1")).to_have_text("Titta i din e-post")
    axe(visitor)
    assert not Subscription.objects.exists()

    # The letter may be opened on another computer.
    confirm = mail_to(smtp_sink, VISITOR, "Bekräfta")
    reader = new_page()
    reader.goto(link_in(confirm))
    expect(reader.locator("main")).to_contain_text("Jord, skog och vatten")
    axe(reader)
    press(reader, "Börja prenumerera")
    expect(reader.locator("main")).to_contain_text("Prenumerationen har börjat.")
    axe(reader)
    subscription = Subscription.objects.get()
    assert [area.name for area in subscription.areas.all()] == ["Jord, skog och vatten"]
    begun = mail_to(smtp_sink, VISITOR, "Du prenumererar på")
    assert subscription.unsubscribe_url in str(begun["List-Unsubscribe"])
    assert begun["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # Asking again tells nobody that the address is there, and its owner how to change.
    visitor.goto(f"{live_server.url}/prenumerera/")
    visitor.get_by_label("E-post").fill(VISITOR.upper())
    press(visitor, "Skicka länk för att bekräfta")
    expect(visitor.locator("h1")).to_have_text("Titta i din e-post")
    reader.goto(link_in(mail_to(smtp_sink, VISITOR, "Du prenumererar redan")))
    reader.get_by_role("radio", name="Alla utlysningar och möten").check()
    press(reader, "Spara")
    expect(reader.locator("main")).to_contain_text("Ändringen är sparad.")
    subscription.refresh_from_db()
    assert subscription.everything

    reader.goto(subscription.unsubscribe_url)
    axe(reader)
    assert Subscription.objects.exists(), "a look ends nothing"
    press(reader, "Avsluta prenumerationen")
    expect(reader.locator("h1")).to_have_text("Prenumerationen är avslutad")
    axe(reader)
    assert not Subscription.objects.exists()
    reader.goto(f"{live_server.url}{subscription.manage_path}")
    expect(reader.locator("h1")).to_have_text("Prenumerationen finns inte")
    axe(reader)
