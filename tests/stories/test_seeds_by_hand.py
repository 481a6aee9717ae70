"""The region's two real decisions, written by hand as their officers would have done it on the real days.

Everything is typed in the browser: the officer's draft in 2022 and 2024, the question of jäv, the signature
with the delegate's password. What comes out is the document, and it has the seeds' words.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine

from decisions import appeal
from decisions.models import Decision
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.diary.services import import_case
from tests import factories
from tests.decisions.seeded import FACTS, HEADINGS, REASONS, Seed, raw_section, read_seed
from tests.decisions.test_document import plain, printed, sections
from tests.pdf_validation import assert_valid

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@dataclass
class Office:
    """Who worked there and under which order, on the day of the decision."""

    seed: Seed
    officer: Any
    signer: Any


def open_office(number: str) -> Office:
    seed, facts = read_seed(number), FACTS[number]
    order_title, _comma, clause_number = seed.sections["Delegationsbestämmelse och delegation"][0].rpartition(
        ", punkt "
    )
    name, title = seed.signatory
    officer = factories.make_staff("officer", full_name=seed.head[1])
    signer = factories.make_staff("delegate", full_name=name)
    factories.make_legal_basis(name="Regionens egna medel", valid_from=date(2018, 1, 1))
    order = factories.make_delegation_order(
        committee=factories.make_committee(name="regionala utvecklingsnämnden"),
        title=order_title,
        valid_from=facts.order_dates[0],
        valid_to=facts.order_dates[1],
    )
    factories.make_delegate(
        user=signer,
        clause=factories.make_clause(order=order, number=clause_number),
        office=title.removeprefix("Tf. "),
        acting=facts.acting,
        valid_to=date.fromisoformat(facts.signed_at[:10]),
    )
    import_case(
        actor=None, prefix="RUN", serial=facts.serial, year=facts.year, title=seed.head[6],
        opened_on=date(facts.year, 1, 2),
    )  # fmt: skip
    return Office(seed, officer, signer)


def type_row(page: Any, button: str, field: str, text: str) -> None:
    """Press the button and write in the row that it gives."""
    box = page.locator(field)
    if not box.count():
        page.get_by_role("button", name=button).click()
    box.wait_for()
    box.fill(text)


def save(page: Any) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Spara utkast", exact=True).last.click()


def write_draft(page: Any, base: str, number: str, office: Office) -> None:
    seed, facts = office.seed, FACTS[number]
    page.goto(f"{base}/handlaggning/beslut/ny/")
    page.locator("input[name=kind][value=participation]").check()
    page.get_by_label("Rubrik").fill(seed.head[6])
    page.get_by_label("Använd ett ärende som finns").check()
    page.get_by_label("Diarienummer").fill(seed.head[5])
    page.get_by_role("button", name="Börja skriva").click()
    page.get_by_role("heading", name="Beslutsutkast").wait_for()

    page.get_by_label("Ärendebeskrivning").fill(raw_section(number, "Ärendebeskrivning", "Beslutsunderlag"))
    page.get_by_label("Enhet").fill(seed.head[0])
    page.get_by_label("Handläggare", exact=True).fill(seed.head[1])
    page.get_by_label("Telefon").fill(seed.head[2].removeprefix("Tfn:").strip())
    page.locator("#id_case_officer_email").fill(seed.head[3].removeprefix("E-post: "))
    for row, title in enumerate(seed.sections["Beslutsunderlag"]):
        type_row(page, "Lägg till handling", f"#id_handling-{row}-title", title)
    for row, text in enumerate(seed.points):
        type_row(page, "Lägg till punkt", f"#id_punkt-{row}-text", text)
    page.get_by_label("Skäl för beslutet").fill(REASONS)
    page.get_by_label("Belopp", exact=True).fill(str(facts.amount))
    page.locator("#id_amount_kind").select_option("in_kind")
    page.get_by_label("Beloppet är ett högsta belopp").set_checked(facts.amount_is_ceiling)
    page.get_by_label("Från och med").fill(facts.period[0].isoformat())
    page.get_by_label("Till och med").fill(facts.period[1].isoformat())
    page.locator("#id_legal_basis").select_option(label="Regionens egna medel")
    page.locator("#id_mottagare-0-name").fill(seed.sections["Utdrag till"][0])
    page.locator("#id_mottagare-0-email").fill("mottagare@example.org")
    save(page)
    # Now the kind and the amount are stored, and those who may decide it that day are offered.
    clause = page.locator("#id_clause")
    label = clause.locator("option", has_text=seed.sections["Delegationsbestämmelse och delegation"][0][-3:])
    clause.select_option(label=label.first.inner_text())
    save(page)


def answer_no_jav(page: Any) -> None:
    page.get_by_role("heading", name="Finns det något jäv?").wait_for()
    page.get_by_label("Inget jäv").check()
    page.get_by_role("button", name="Svara").click()


@pytest.mark.parametrize("number", ["002", "004"])
def test_written_and_signed_by_hand_on_the_real_day(live_server, page, log_in, axe, number):
    base = live_server.url
    with time_machine.travel(FACTS[number].signed_at, tick=True):
        office = open_office(number)
        log_in(page, live_server, office.officer)
        write_draft(page, base, number, office)
        axe(page)
        page.get_by_role("button", name="Skicka för underskrift").click()
        answer_no_jav(page)
        page.get_by_role("heading", name="Beslutsutkast").wait_for()
        page.get_by_label("Jag har prövat sekretessen: inget i beslutet är hemligt").check()
        page.get_by_role("button", name="Skicka för underskrift").click()
        page.get_by_text(f"Beslutet är skickat till {office.signer.full_name} för underskrift.").wait_for()

        page.context.clear_cookies()
        log_in(page, live_server, office.signer)
        page.goto(f"{base}/handlaggning/beslut/{Decision.objects.get().pk}/underskrift/")
        answer_no_jav(page)
        page.get_by_role("button", name="Skriv under").click()
        page.locator("input[name=password]").fill(factories.PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.get_by_text("undertecknat").first.wait_for()
        axe(page)

    decision = Decision.objects.with_parts().get()
    assert decision.status == "signed"
    file = decision.document.file
    pdf = read_frozen(file.storage_name, sha256=file.sha256)
    head, body = sections(printed(pdf))
    assert plain(" ".join(head)) == plain(" ".join(office.seed.head))
    for heading in HEADINGS:
        assert body.pop(heading) == plain(" ".join(office.seed.sections[heading])), heading
    # What the law asks for today and the seeds lack.
    assert set(body) == {"Skäl för beslutet", appeal.HEADING}
    assert_valid(pdf)
    report = check_seal(pdf, roots=seal_roots())
    assert (report.intact, report.signed_by) == (True, office.signer.full_name)
