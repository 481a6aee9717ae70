"""Five applications, three assessors, one of them with jäv in one, ranked, moved and locked: told with the
keyboard only."""

import re
from fractions import Fraction
from io import BytesIO

import pytest
from django.db.models import F
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from applications.models import (
    Application,
    Assessment,
    Assignment,
    BudgetAmount,
    ImpartialityDeclaration,
    RankingLock,
    RankingRow,
)
from applications.results import results_of
from applications.tasks import render_ranking_appendix
from tests import factories
from tests.applications.judging import declare, scored_call
from tests.applications.sending import send
from tests.pdf_validation import assert_valid

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
#: Of each assessor, the points on the two criteria of each application; None where there is jäv.
POINTS = {
    "Anna Alm": [(4, 5), (3, 3), (5, 5), (1, 2), (2, 4)],
    "Bo Björk": [(4, 4), (3, 2), None, (1, 1), (3, 4)],
    "Cai Ceder": [(5, 5), (1, 1), (4, 5), (5, 5), (3, 3)],
}


def reach(page: Page, wanted: Locator) -> None:
    """Tab on until the thing has focus, as somebody without a mouse does."""
    for _ in range(150):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no way to {wanted} with the Tab key on {page.url}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """A link or a button that leads to a page."""
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press(key)


def choose(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Space")
    expect(wanted).to_be_checked()


def assign_all(page: Page, live_server, call) -> None:
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{call.pk}/")
    press(page, page.get_by_role("link", name="Ge ansökningar till bedömare"))
    for box in page.locator("input[name=applications]").all():
        choose(page, box)
    for name in POINTS:
        choose(page, page.get_by_label(name))
    press(page, page.get_by_role("button", name="Ge uppdragen"))
    expect(page.locator("main")).to_contain_text("15 uppdrag att bedöma är utskickade.")


def answer_on_jav(page: Page, *, relative: bool) -> None:
    expect(page.locator("h1")).to_have_text("Finns det något jäv?")
    reach(page, page.get_by_label("Inget jäv"))
    page.keyboard.press("Space")
    for _ in range(2 if relative else 0):
        page.keyboard.press("ArrowDown")
    answer = "Saken angår någon som står mig nära" if relative else "Inget jäv"
    expect(page.get_by_label(answer)).to_be_checked()
    press(page, page.get_by_role("button", name="Svara"))


def score(page: Page, points: tuple[int, int]) -> None:
    for box, wanted in zip(page.get_by_label("Poäng").all(), points, strict=True):
        reach(page, box)
        page.keyboard.type(str(wanted))
        page.keyboard.press("Tab")
        page.keyboard.type("Väl beskrivet.")
    total = page.locator("#summan")
    # Answered by the server while one writes.
    expect(total).to_contain_text(f"{(points[0] * 40 + points[1] * 60) // 5},0 av 100")
    press(page, page.get_by_role("button", name="Lämna bedömningen"))
    expect(page.locator("main")).to_contain_text("Din bedömning är lämnad.")


def test_five_applications_and_three_assessors(live_server, new_page, log_in, axe, owner, officer):
    call = scored_call()
    sent = [send(three_million(owner, call, f"Kluster nummer {n}"), owner) for n in range(5)]
    people = [factories.make_staff("assessor", full_name=name) for name in POINTS]
    desk = new_page()
    log_in(desk, live_server, officer)
    assign_all(desk, live_server, call)
    for person in people:
        page = new_page()
        log_in(page, live_server, person)
        for application, points in zip(sent, POINTS[person.full_name], strict=True):
            page.goto(f"{live_server.url}/handlaggning/bedomningar/")
            press(page, page.get_by_role("link", name=str(application.case)))
            answer_on_jav(page, relative=points is None)
            if points is None:
                expect(page.locator("main")).to_contain_text("Ärendet är inte öppet för dig")
                axe(page)
            else:
                score(page, points)
        axe(page)
    look_at_the_outcome(desk, live_server, axe, officer, sent)
    rank_and_lock(desk, live_server, axe, call, sent)
    read_the_appendix(desk, axe, call)


def three_million(owner, call, title: str) -> Application:
    """A draft to apply for 3 of 6 million kronor: ten times what the factory makes."""
    draft = factories.make_application(user=owner, call=call, title=title, applied_amount=3_000_000)
    BudgetAmount.objects.filter(line__application=draft).update(amount=F("amount") * 10)
    draft.financing.update(amount=F("amount") * 10, hours=F("hours") * 10)
    return draft


def look_at_the_outcome(page: Page, live_server, axe, officer, sent) -> None:
    assert Assessment.objects.counted().count() == 14
    barred = ImpartialityDeclaration.objects.get(ground="relative")
    assert (barred.person.full_name, barred.application_id) == ("Bo Björk", sent[2].pk)
    assert not Assignment.objects.active().filter(application=sent[2], assessor=barred.person).exists()
    means = [results_of(Application.objects.get(pk=one.pk)).mean for one in sent]
    assert means == [Fraction(272, 3), Fraction(128, 3), Fraction(192, 2), Fraction(152, 3), Fraction(196, 3)]
    declare(sent[3], officer)
    page.goto(f"{live_server.url}/handlaggning/ansokningar/{sent[3].pk}/bedomning/")
    main = page.locator("main")
    expect(main).to_contain_text("Medelvärde")
    # 32, 20 and 100: the last lies more than 20 from the median.
    expect(main.get_by_text("Avviker", exact=True)).to_have_count(1)
    axe(page)
    page.goto(f"{live_server.url}/handlaggning/ansokningar/{sent[2].pk}/jav/")
    expect(main).to_contain_text(re.compile("Bo Björk.*står mig nära"))


def rank_and_lock(page: Page, live_server, axe, call, sent) -> None:
    """The frame is enough for three of five; the third by the points is moved before the second."""
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{call.pk}/")
    press(page, page.get_by_role("link", name="Rangordning"))
    press(page, page.get_by_role("button", name="Börja rangordna"))
    main = page.locator("main")
    press(page, page.get_by_role("button", name="Flytta strecket"))
    expect(main).to_contain_text("Kvar efter förslaget 1\u00a0000\u00a0000\u00a0kr")
    axe(page)
    press(page, page.locator(f"#upp-{RankingRow.objects.get(application=sent[4]).pk}"))
    page.wait_for_url("**?plats=2")
    reach(page, page.get_by_label("Skäl för platsen"))
    page.keyboard.type("Ger klustret en bas i hela länet.")
    press(page, page.get_by_role("button", name="Spara"))
    expect(main).to_contain_text("Skäl: Ger klustret en bas i hela länet.")
    press(page, page.get_by_role("button", name="Lås"))
    expect(main).to_contain_text("Rangordningen är låst.")
    rows = [row["application"] for row in RankingLock.objects.get().content["rows"]]
    assert rows == [sent[number].pk for number in (2, 4, 0, 3, 1)]


def read_the_appendix(page: Page, axe, call) -> None:
    lock = RankingLock.objects.get()
    expect(page.locator("#rangordning-bilaga")).to_contain_text("Bilagan skapas")
    render_ranking_appendix(lock.pk)
    link = page.locator("#rangordning-bilaga a")
    expect(link).to_be_visible()
    reach(page, link)
    axe(page)
    pdf = page.request.get(f"{page.url.split('/handlaggning')[0]}{link.get_attribute('href')}").body()
    assert_valid(pdf)
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages).split())
    assert "Har inte deltagit på grund av jäv: Bo Björk (extern bedömare), 6 kap. 28 § kommunallagen" in text
    assert "Kvar efter förslaget 1 000 000" in text.replace("\u00a0", " ")
