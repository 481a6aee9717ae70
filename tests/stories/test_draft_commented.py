"""A decision goes to and fro between the officer and the delegate, with comments beside its text."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from decisions.models import CommentThread, Decision, DecisionDocument
from s3portal.common.context_processors import TRIAL_PASSWORD
from s3portal.common.files import read_frozen
from s3portal.common.swedish import in_stockholm
from s3portal.outbox.models import Message
from s3portal.outbox.services import reminding
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DESK, TABLET, PHONE = ({"width": width, "height": 900} for width in (1280, 820, 390))
SECRET_WORDS = "Zebrafråga om målet"


@pytest.fixture
def viewport() -> dict[str, int]:
    return DESK


@pytest.fixture
def decision(demo: None) -> Decision:
    from calls.models import LegalBasis
    from decisions.models import Delegate
    from s3portal.accounts.models import User

    officer = User.objects.get(email="handlaggare@example.se")
    director = User.objects.get(email="direktor@example.se")
    delegate = Delegate.objects.valid_on(timezone.localdate()).filter(user=director).first()
    own_money = LegalBasis.objects.valid_on(timezone.localdate()).get(code="regionens-egna-medel")
    return factories.make_decision(user=officer, delegate=delegate, legal_basis=own_money)


def part(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


@pytest.fixture
def at_noon(monkeypatch) -> "Callable[[], list[str]]":
    """``at_noon()`` writes what is due at noon tomorrow, which is no quiet hour: who is told of comments."""

    def write() -> list[str]:
        noon = in_stockholm(timezone.now() + timedelta(days=1)).replace(hour=12)
        monkeypatch.setattr(reminding, "timezone", SimpleNamespace(now=lambda: noon))
        reminding.create_reminders()
        told = Message.objects.filter(kind="draft_commented").order_by("pk")
        return list(told.values_list("to_email", flat=True))

    return write


def test_to_and_fro_until_it_is_signed(demo, decision, come_in, live_server, axe, at_noon):
    base = f"{live_server.url}/handlaggning/beslut/{decision.pk}/"
    writer, director = come_in("handlaggare"), come_in("direktor")

    # The officer sends it.
    writer.goto(base)
    writer.get_by_role("button", name="Skicka för underskrift").click()
    writer.get_by_text("Beslutet är skickat till").wait_for()

    # The delegate reads, marks some words of a point, comments on them and sends it back.
    director.goto(f"{base}underskrift/")
    assert director.get_by_text("Ändrat sedan du läste senast").count() == 0
    director.get_by_role("link", name="Läs och kommentera").click()
    point = part(director, "Beslutspunkt 2")
    # On the first word: the middle of the paragraph may be beside the text, where there is no word to mark.
    point.locator("[data-quotable-text] p").dblclick(position={"x": 12, "y": 10})
    point.get_by_text("Skriv en kommentar till Beslutspunkt 2").click()
    # The browser tells the script of the unfolding a moment after the click.
    expect(point.get_by_label("Ord i texten som det gäller")).not_to_have_value("")
    point.get_by_label("Ord i texten som det gäller").fill("Hållbar tillväxt")
    point.get_by_label("Kommentar", exact=True).fill(SECRET_WORDS)
    for size in (DESK, TABLET, PHONE):
        director.set_viewport_size(size)
        axe(director)
        assert director.evaluate("() => document.documentElement.scrollWidth") <= size["width"]
    director.set_viewport_size(DESK)
    point.get_by_role("button", name="Spara kommentaren").click()
    expect(part(director, "Beslutspunkt 2").get_by_role("heading", level=3)).to_have_text(
        "Kommentarer till Beslutspunkt 2: 1 öppen"
    )
    director.goto(f"{base}underskrift/")
    director.get_by_text("1 kommentar är inte klar").first.wait_for()
    axe(director)
    director.get_by_label("Vad ska ändras?").fill("Se kommentaren.")
    director.get_by_role("button", name="Skicka tillbaka").click()
    director.get_by_text("Beslutet är skickat tillbaka till handläggaren.").wait_for()

    # The officer has one mail, which tells of the comment but not what it says.
    returned = Message.objects.get(to_email="handlaggare@example.se", kind="decision_returned")
    assert "1 kommentar i texten är inte klar." in returned.text_body
    assert SECRET_WORDS not in returned.text_body + returned.html_body
    assert at_noon() == []

    # She sees it where she writes, answers, changes the text, moves the point and marks it as done.
    writer.goto(base)
    writer.get_by_text(SECRET_WORDS).wait_for()
    axe(writer)
    writer.get_by_role("link", name="Svara eller markera som klar").click()
    thread = writer.get_by_role("article", name="Öppen kommentar")
    thread.get_by_text("Svara på kommentaren").click()
    thread.get_by_label("Svar", exact=True).fill("Nu står målet i skälen.")
    thread.get_by_role("button", name="Spara svaret").click()
    writer.get_by_text("Kommentaren är sparad.").wait_for()
    assert at_noon() == ["direktor@example.se"]
    mail = Message.objects.get(kind="draft_commented")
    assert mail.subject == f"1 ny kommentar i utkastet i {decision.case}"
    assert f"/handlaggning/beslut/{decision.pk}/kommentarer/" in mail.text_body
    assert not {"målet", decision.title} & set(mail.text_body.split())
    writer.goto(base)
    writer.locator("#id_reasons").fill("Projektet bidrar till det första målet i den regionala strategin.")
    writer.get_by_role("button", name="Flytta upp punkt 2").click()
    expect(writer.locator("#id_punkt-0-text")).to_have_value(
        "Finansiering sker inom ram för område Hållbar tillväxt."
    )
    writer.locator("#id_punkt-0-text").fill("Finansiering sker inom ram för område Grön tillväxt.")
    writer.get_by_role("button", name="Spara utkast").click()
    writer.get_by_text("Utkastet är sparat.", exact=True).wait_for()
    writer.goto(f"{base}kommentarer/")
    # The comment has followed its point.
    moved = part(writer, "Beslutspunkt 1")
    moved.get_by_text("Texten har ändrats sedan dess").wait_for()
    moved.get_by_role("button", name=re.compile("^Klar")).click()
    writer.get_by_text("Kommentaren är klar.").wait_for()
    writer.goto(base)
    # The text is another than the one whose secrecy was tried.
    writer.get_by_label("Jag har prövat sekretessen: inget i beslutet är hemligt").check()
    writer.get_by_role("button", name="Skicka för underskrift").click()
    writer.get_by_text("Beslutet är skickat till").wait_for()

    # The delegate sees what has changed since he read it, compares and signs.
    director.goto(f"{base}underskrift/")
    box = director.get_by_text("Sedan dess är det här ändrat: Skäl för beslutet, Beslutspunkt 1.")
    box.wait_for()
    director.get_by_role("link", name="Se vad som är ändrat").click()
    director.get_by_text("Ändrad och flyttad").wait_for()
    assert director.locator("ins", has_text="Grön").is_visible()
    assert director.locator("del", has_text="Hållbar").is_visible()
    axe(director)
    director.goto(f"{base}underskrift/")
    assert director.get_by_text("kommentar är inte klar").count() == 0
    director.get_by_role("button", name="Skriv under").click()
    director.get_by_label("Lösenord", exact=True).fill(TRIAL_PASSWORD)
    director.get_by_role("button", name="Bekräfta").click()
    director.get_by_text("är undertecknat.").first.wait_for()

    # The comments are in none of what is kept.
    file = DecisionDocument.objects.get(decision=decision).file
    pdf = PdfReader(BytesIO(read_frozen(file.storage_name, sha256=file.sha256)))
    attached = b"".join(content for files in pdf.attachments.values() for content in files).decode()
    printed = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    assert "Grön tillväxt" in printed
    assert "Grön tillväxt" in attached
    for words in (SECRET_WORDS, "Nu står målet"):
        assert words not in printed + attached
    assert CommentThread.objects.count() == 1
    writer.goto(f"{base}kommentarer/")
    writer.get_by_text("Beslutet är undertecknat.").first.wait_for()
    assert writer.get_by_text("Skriv en kommentar").count() == 0
    axe(writer)
