"""Five ranked applications decided in one sitting with the keyboard only: three grants and two rejections,
one of them passed on because of jäv; and what the applicants see."""

import pytest
from playwright.sync_api import Page, expect

from applications import services
from applications.models import Application
from decisions.models import Decision, DecisionBatch, DecisionDocument, Expedition
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from tests import factories
from tests.applications.judging import assign, go_through, hand_in, scored_call
from tests.applications.ranking import change, line, lock
from tests.applications.sending import send
from tests.decisions.batches import take_all
from tests.stories.test_assessing import choose, press, reach

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def applicants():
    """Each with an organisation of their own."""
    made = []
    for name in ("Ada", "Bea", "Cia", "Dea", "Eva"):
        user = factories.make_user(f"{name.lower()}@example.org", full_name=name)
        organisation = factories.make_organisation(name=f"{name}s kluster")
        factories.make_membership(user=user, organisation=organisation, is_signatory=True)
        made.append(user)
    return made


@pytest.fixture
def sent(applicants, officer, assessor):
    """In the order of their points; gone through and ready to be ranked."""
    call = scored_call(weights=(40, 60), frame=900_000)
    made = []
    for points, user in zip((5, 4, 3, 2, 1), applicants, strict=True):
        draft = factories.make_application(
            user=user, call=call, organisation=user.organisations.get(), title=f"{user.full_name} samlar"
        )
        application = send(draft, user)
        assign(application, officer, assessor)
        hand_in(application, assessor, points, points)
        made.append(go_through(application, officer))
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    line(ranking, officer, 3)
    for application in made[3:]:
        change(ranking, application, officer, proposal="reject")
    lock(ranking, officer)
    return made


@pytest.fixture
def signers():
    """The director, and who steps in for her: both hold clause 8.1 and 8.2."""
    order = factories.make_delegation_order()
    clause = factories.make_clause(order=order, number="8.1")
    people = [
        factories.make_staff("delegate", "doris@example.org", full_name="Doris Direktör"),
        factories.make_staff("delegate", "tora@example.org", full_name="Tora Ställföreträdare"),
    ]
    factories.make_delegate(user=people[0], clause=clause)
    factories.make_delegate(user=people[1], clause=clause, acting=True, valid_to=order.valid_to)
    return people


def see(page: Page, axe) -> None:
    """At a desk and on a phone."""
    axe(page)
    page.set_viewport_size({"width": 390, "height": 800})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})


def worked(page: Page) -> None:
    """The worker does what was asked for while the page asks how far it has come."""
    expect(page.locator("#omgang-lage")).to_contain_text("är klara.")
    take_all()
    expect(page.locator("#omgang-lage")).to_contain_text("Allt är klart.")
    press(page, page.get_by_role("link", name="Visa hur det gick"))


def test_five_decisions_in_one_sitting(
    live_server, new_page, log_in, axe, officer, sent, signers, applicants
):
    doris, tora = signers
    call = sent[0].call
    desk = new_page()
    log_in(desk, live_server, officer)
    make_drafts(desk, live_server, axe, call)
    write_and_send(desk, axe, sent)
    director = new_page()
    log_in(director, live_server, doris)
    declare_and_sign(director, live_server, axe, sent)
    pass_on(desk, live_server, sent)
    deputy = new_page()
    log_in(deputy, live_server, tora)
    sign_the_last(deputy, live_server, axe)
    expedite(desk, live_server, axe)
    look_at_the_outcome(sent, signers)
    for user, application in zip(applicants, sent, strict=True):
        page = new_page()
        log_in(page, live_server, user)
        page.goto(f"{live_server.url}/mina-ansokningar/{application.pk}/")
        wanted = "Beviljad" if application in sent[:3] else "Avslagen"
        expect(page.locator("main")).to_contain_text(wanted)


def make_drafts(page: Page, live_server, axe, call) -> None:
    page.goto(f"{live_server.url}/handlaggning/utlysningar/{call.pk}/rangordning/")
    press(page, page.get_by_role("link", name="Beslut för alla"))
    see(page, axe)
    for name in ("Undertecknare av bifall", "Undertecknare av avslag"):
        reach(page, page.get_by_label(name))
        page.keyboard.type("Doris")
    press(page, page.get_by_role("button", name="Skapa beslut för alla"))
    worked(page)
    expect(page.locator("tbody tr")).to_have_count(5)
    see(page, axe)


def write_and_send(page: Page, axe, sent) -> None:
    """One draft's own reasons are completed; then all are sent."""
    press(page, page.get_by_role("link", name=str(sent[0].case)))
    reasons = page.get_by_label("Skäl för beslutet")
    reach(page, reasons)
    page.keyboard.press("Control+End")
    page.keyboard.type(" Projektet ligger i linje med strategin.")
    press(page, page.get_by_role("button", name="Spara utkast", exact=True).last)
    press(page, page.get_by_role("link", name="Beslutet hör till en omgång"))
    choose(page, page.get_by_label("Jag har prövat sekretessen"))
    press(page, page.get_by_role("button", name="Skicka alla utkast för underskrift"))
    worked(page)
    expect(page.locator("main")).to_contain_text("5 beslut väntar på underskrift.")
    see(page, axe)


def declare_and_sign(page: Page, live_server, axe, sent) -> None:
    page.goto(f"{live_server.url}/handlaggning/beslut/")
    press(page, page.get_by_role("link", name="Skriv under 5 beslut i en följd"))
    expect(page.locator("h1")).to_have_text("Finns det något jäv?")
    see(page, axe)
    reach(page, page.get_by_label(f"Jäv: {sent[1].case}"))
    page.keyboard.type("Saken angår någon")
    choose(page, page.get_by_label("Jag har gått igenom listan."))
    press(page, page.get_by_role("button", name="Svara"))
    expect(page.locator("main")).to_contain_text("Du har anmält jäv i ett ärende")
    expect(page.locator("input[name=valda]")).to_have_count(4)
    see(page, axe)
    reach(page, page.locator("main summary").first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Projektet ligger i linje med strategin.")).to_be_visible()
    axe(page)
    press(page, page.get_by_role("button", name="Skriv under valda"))
    prove_who_it_is(page)
    expect(page.locator("main")).to_contain_text("Du har skrivit under 4 beslut.")
    worked(page)
    expect(page.locator("main")).to_contain_text("Inget väntar på din underskrift.")
    expect(page.locator("main")).to_contain_text("Du har anmält jäv och tar ingen del i beslutet.")
    see(page, axe)


def prove_who_it_is(page: Page) -> None:
    reach(page, page.get_by_label("Lösenord", exact=True))
    page.keyboard.type(factories.PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def pass_on(page: Page, live_server, sent) -> None:
    """The officer makes the one out to the deputy."""
    page.goto(f"{live_server.url}/handlaggning/beslut/omgangar/{DecisionBatch.objects.get().pk}/")
    press(page, page.get_by_role("link", name=str(sent[1].case)))
    expect(page.locator("main")).to_contain_text("Doris Direktör har anmält jäv.")
    reach(page, page.get_by_label("Undertecknare"))
    page.keyboard.type("Tora")
    press(page, page.get_by_role("button", name="Spara utkast", exact=True).last)
    press(page, page.get_by_role("link", name="Beslutet hör till en omgång"))
    press(page, page.get_by_role("button", name="Skicka alla utkast för underskrift"))
    worked(page)


def sign_the_last(page: Page, live_server, axe) -> None:
    page.goto(f"{live_server.url}/handlaggning/beslut/")
    press(page, page.get_by_role("link", name="Skriv under 1 beslut i en följd"))
    choose(page, page.get_by_label("Jag har gått igenom listan."))
    press(page, page.get_by_role("button", name="Svara"))
    press(page, page.get_by_role("button", name="Skriv under valda"))
    prove_who_it_is(page)
    worked(page)
    axe(page)


def expedite(page: Page, live_server, axe) -> None:
    page.goto(f"{live_server.url}/handlaggning/beslut/omgangar/{DecisionBatch.objects.get().pk}/")
    press(page, page.get_by_role("button", name="Expediera 5 beslut"))
    worked(page)
    expect(page.locator("main")).to_contain_text("Alla beslut är undertecknade och expedierade.")
    see(page, axe)


def look_at_the_outcome(sent, signers) -> None:
    doris, tora = signers
    decisions = list(Decision.objects.order_by("batch_item__place"))
    assert [(one.status, one.kind) for one in decisions] == [
        *[("signed", "grant")] * 3, *[("signed", "rejection")] * 2,
    ]  # fmt: skip
    assert [one.signed_by for one in decisions] == [doris, tora, doris, doris, doris]
    assert len({one.reasons for one in decisions}) == len({one.slug for one in decisions}) == 5
    assert Expedition.objects.count() == 5
    for document in DecisionDocument.objects.select_related("file"):
        content = read_frozen(document.file.storage_name, sha256=document.file.sha256)
        assert check_seal(content, roots=seal_roots()).intact
    wanted = ["granted"] * 3 + ["rejected"] * 2
    assert [Application.objects.get(pk=one.pk).status for one in sent] == wanted
