"""The pages after the signature in a browser: nothing for axe to find, nothing that scrolls sideways."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from decisions.services.expediting import expedite_decision
from decisions.services.reading import mark_read
from decisions.services.reporting import report_decisions
from s3portal.diary.enums import Direction
from s3portal.diary.services import register_record, store_record_file
from s3portal.outbox.models import Message
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [{"width": 1280, "height": 900}, {"width": 390, "height": 844}]


@pytest.fixture
def world(officer, delegate_user, registrar, member):
    """One of everything that the pages can show; gives the addresses by who looks."""
    committee = factories.make_committee(members=[member])
    meeting = factories.make_committee_meeting(committee=committee, place="Regionens hus, Östersund")
    held = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=20), report_paragraph="§ 60",
        approved_on=timezone.localdate() - timedelta(days=18),
    )  # fmt: skip
    clause = factories.make_clause(order=factories.make_delegation_order(committee=committee), number="8.2")
    delegate = factories.make_delegate(user=delegate_user, clause=clause)
    case = factories.make_case(
        title="Projekt: Stärka samarbeten med regioner i EU utifrån S3",
        counterpart="Tillväxtverket",
        officer=officer,
    )
    decision = factories.make_signed_decision(
        user=officer, published=True, case=case, title=case.title, amount=460_000, amount_is_ceiling=True,
        points=["Ansökan om medfinansiering skickas till Tillväxtverket enligt upprättat förslag."],
        recipients=[("Tillväxtverket", "tvv@example.org"), ("Ekonomi", "eko@example.org"), ("Arkivet", "")],
    )  # fmt: skip
    late = factories.make_signed_decision(user=officer, decided_on=timezone.localdate() - timedelta(days=30))
    elsewhere = factories.make_signed_decision(
        user=officer, signed_elsewhere=True, published=True, decided_on=date(2022, 3, 10), document=False,
        title="Deltagande i projekt: Designdrivna Innovationskluster",
    )  # fmt: skip
    read = factories.make_signed_decision(user=officer, title="Medfinansiering: Nod för skoglig bioekonomi")
    [_, second] = report_decisions(
        meeting_id=meeting.pk, decision_ids=[decision.pk, read.pk], actor=registrar
    )
    mark_read(report=second, reader=member)
    factories.make_signed_decision(user=officer, decided_on=timezone.localdate())
    expedite_decision(decision_id=decision.pk, actor=officer)
    Message.objects.filter(to_email="eko@example.org").update(status="failed", last_error="550 No such user")
    factories.make_decision(user=officer, delegate=delegate)
    incoming = register_record(
        actor=None, case=case, direction=Direction.INCOMING, title="Förfrågan", counterpart="Tillväxtverket"
    )
    store_record_file(
        record=incoming, filename="förfrågan.pdf", content_type="application/pdf", content=b"%PDF-1.7"
    )
    staff = "/handlaggning"
    return {
        None: [
            "/beslut/", "/beslut/?q=finnsinte", f"/beslut/{decision.slug}/", f"/beslut/{elsewhere.slug}/",
            f"/beslut/{elsewhere.slug}/pdf/", "/diarium/", f"/diarium/{case.slug}/",
        ],
        member: ["/namnd/", f"/namnd/{meeting.pk}/", f"/namnd/{held.pk}/"],
        registrar: [
            f"{staff}/", f"{staff}/sammantraden/", f"{staff}/sammantraden/{meeting.pk}/",
            f"{staff}/sammantraden/{held.pk}/", f"{staff}/sammantraden/nytt/",
            f"{staff}/sammantraden/{meeting.pk}/andra/", f"{staff}/delegation/", f"{staff}/beslut/{late.pk}/",
        ],
        officer: [
            f"{staff}/", f"{staff}/diarium/", f"{staff}/diarium/{case.pk}/", f"{staff}/beslut/{decision.pk}/",
            f"{staff}/beslut/{elsewhere.pk}/",
        ],
        delegate_user: [f"{staff}/"],
    }  # fmt: skip


@pytest.fixture
def visit(new_page, log_in, live_server):
    """``visit(person)`` gives a function that opens addresses as that person."""

    def as_person(person):
        page = new_page()
        if person is not None:
            log_in(page, live_server, person)

        def open_page(address):
            page.goto(f"{live_server.url}{address}")
            return page

        return open_page

    return as_person


@pytest.mark.parametrize("viewport", SIZES, ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(world, visit, axe, viewport):
    for person, addresses in world.items():
        open_page = visit(person)
        for address in addresses:
            page = open_page(address)
            axe(page)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{address} is {width} wide"


def test_a_form_with_errors_is_accessible(visit, axe, registrar):
    factories.make_committee()
    page = visit(registrar)("/handlaggning/sammantraden/nytt/")
    page.get_by_label("Klockslag").fill("kl nio")
    page.get_by_role("button", name="Lägg in").click()
    page.get_by_text("Skriv klockslaget som 9.00.").first.wait_for()
    axe(page)


@pytest.mark.parametrize("viewport", SIZES[1:], ids=["phone"])
def test_the_chosen_tab_is_on_the_screen(visit, viewport, registrar):
    page = visit(registrar)("/handlaggning/laga-kraft/?visa=laga-kraft")
    tab = page.locator(".s3-linktabs [aria-current]")
    assert tab.inner_text().startswith("Laga kraft")
    place = tab.bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= viewport["width"]


@pytest.mark.parametrize("viewport", SIZES[1:], ids=["phone"])
def test_no_list_is_read_sideways_on_a_phone(world, visit, viewport, registrar):
    open_page = visit(registrar)
    lists = ("beslut/", "diarium/", "sammantraden/", "anslag/", "delegation/")
    for address in (f"/handlaggning/{one}" for one in lists):
        tables = open_page(address).locator(".s3-tablewrap")
        assert tables.count() > 0, address
        assert tables.evaluate_all("all => all.every(one => one.scrollWidth <= one.clientWidth)"), address
