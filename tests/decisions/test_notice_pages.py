"""The notice board's pages, for everyone and for the region's own people, and what other pages tell of it."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from decisions.models import Appeal, BoardNotice, PartyReceipt
from decisions.services.appeals import register_appeal
from decisions.services.notices import post_decision_notice, post_minutes_notice, take_down_notice
from decisions.services.receipts import register_receipt
from decisions.services.reporting import report_decisions
from s3portal.common.swedish import STOCKHOLM
from tests import factories
from tests.counting import count_queries

KEPT = "Regionens hus, Östersund"
BOARD = "/anslagstavla/"
INNER = "/handlaggning/anslag/"
FINAL = "/handlaggning/laga-kraft/"
PERSONAS = ["officer", "delegate_user", "registrar", "admin_user", "member", "assessor", "owner", "stranger"]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at("2024-03-21T10:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(db):
    return factories.make_committee_meeting(
        starts_at=at("2024-03-19T09:00"), approved_on=date(2024, 3, 20), report_paragraph="§ 60"
    )


@pytest.fixture
def notice(meeting, registrar):
    return post_minutes_notice(meeting_id=meeting.pk, kept_at=KEPT, actor=registrar)


@pytest.fixture
def own(officer):
    return factories.make_signed_decision(user=officer, reportable=False, published=True)


def text(response):
    return response.content.decode()


def taken_down(notice, registrar, clock, moment="2024-04-12T08:00", reason=""):
    clock.move_to(at(moment))
    return take_down_notice(notice_id=notice.pk, actor=registrar, early_reason=reason)


# --- Everyone ---------------------------------------------------------------------------------------------
def test_the_board_and_a_notice(client, meeting, registrar, clock):
    assert "Just nu sitter inga anslag uppe" in text(client.get(BOARD))
    notice = post_minutes_notice(meeting_id=meeting.pk, kept_at=KEPT, actor=registrar)
    page = text(client.get(BOARD))
    assert "Protokoll från regionala utvecklingsnämnden den 19 mars 2024" in page
    assert "11 april 2024" in page
    page = text(client.get(f"{BOARD}{notice.pk}/"))
    for part in [KEPT, "§ 60", "Vill du överklaga?", "Överklagandet ska ha kommit in senast 11 april 2024",
                 "Tre veckor senare är torsdagen den 11 april 2024", "Tas ned tidigast"]:  # fmt: skip
        assert part in page, part
    taken_down(notice, registrar, clock)
    assert "Just nu sitter inga" in text(client.get(BOARD))
    assert "Kunde överklagas" in text(client.get(f"{BOARD}?visa=tidigare"))
    page = text(client.get(f"{BOARD}{notice.pk}/"))
    assert "Anslaget är nedtaget." in page
    assert "Vill du överklaga?" not in page
    clock.move_to(at("2025-04-13T08:00"))
    assert client.get(f"{BOARD}{notice.pk}/").status_code == 404
    assert "Det finns inga tidigare anslag" in text(client.get(f"{BOARD}?visa=tidigare"))


def test_one_that_came_down_early_says_so(client, notice, registrar, clock):
    taken_down(notice, registrar, clock, "2024-03-22T08:00", "Fel dag i texten")
    assert "innan tiden gått ut" in text(client.get(f"{BOARD}?visa=tidigare"))
    page = text(client.get(f"{BOARD}{notice.pk}/"))
    assert "Tiden räknas om från ett nytt anslag." in page
    assert "Så är tiden räknad" not in page
    assert "Fel dag i texten" not in page


def test_the_board_has_pages_and_costs_the_same(client, registrar, officer, clock):
    def more(number):
        for _each in range(number):
            decision = factories.make_signed_decision(user=officer, reportable=False, document=False)
            post_decision_notice(decision_id=decision.pk, kept_at=KEPT, actor=registrar)

    more(1)
    one = count_queries(lambda: client.get(BOARD))
    more(20)
    assert count_queries(lambda: client.get(BOARD)) == one
    assert len(client.get(BOARD).context["page"]) == 20
    assert len(client.get(f"{BOARD}?page=2").context["page"]) == 1


# --- Rights -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_see_and_keep(request, client_for, notice, own, registrar, persona):
    appeal = register_appeal(
        decision_id=own.pk, received_on=timezone.localdate(), appellant="Anna", actor=registrar
    )
    client = client_for(request.getfixturevalue(persona))
    sees, keeps = persona in PERSONAS[:4], persona == "registrar"
    for address, allowed in [
        (INNER, sees),
        (f"{INNER}{notice.pk}/", sees),
        (FINAL, sees),
        (f"/handlaggning/overklaganden/{appeal.pk}/", sees),
        (f"{INNER}{notice.pk}/ta-ned/", keeps),
        (f"{INNER}sammantrade/{notice.meeting_id}/", keeps),
        (f"{INNER}beslut/{own.pk}/", keeps),
        (f"/handlaggning/beslut/{own.pk}/overklagande/", keeps),
        (f"/handlaggning/overklaganden/{appeal.pk}/lamna-over/", keeps),
    ]:
        assert client.get(address).status_code == (200 if allowed else 403), address
    for address in (f"{INNER}{notice.pk}/bevis/", f"/handlaggning/beslut/{own.pk}/delgivning/"):
        allowed = keeps if "delgivning" in address else sees
        assert client.get(address).status_code == (404 if allowed else 403), address
    for address in (f"{INNER}{notice.pk}/ta-ned/", f"{INNER}beslut/{own.pk}/"):
        assert client.post(address).status_code == (422 if keeps else 403), address
    remove = f"/handlaggning/beslut/{own.pk}/delgivning/99/ta-bort/"
    assert client.post(remove).status_code == (404 if keeps else 403)
    assert BoardNotice.objects.get().is_standing


def test_what_does_not_exist(client_for, registrar, officer, meeting):
    client = client_for(registrar)
    draft = factories.make_decision(user=officer)
    coming = factories.make_committee_meeting()
    for address in [
        f"{BOARD}99/",
        f"{INNER}99/",
        f"{INNER}sammantrade/{coming.pk}/",
        f"{INNER}beslut/{draft.pk}/",
        f"/handlaggning/beslut/{draft.pk}/overklagande/",
        "/handlaggning/overklaganden/99/",
    ]:
        assert client.get(address).status_code == 404, address


# --- The registrar ----------------------------------------------------------------------------------------
def test_from_missing_to_proved(client_for, registrar, meeting, own, clock):
    client = client_for(registrar)
    start = text(client.get("/handlaggning/"))
    assert "Anslag att sätta upp" in start
    page = text(client.get(INNER))
    assert f"{INNER}sammantrade/{meeting.pk}/" in page
    assert f"{INNER}beslut/{own.pk}/" in page
    response = client.post(f"{INNER}sammantrade/{meeting.pk}/", {"kept_at": ""})
    assert response.status_code == 422
    assert "Fyll i det här fältet." in text(response)
    response = client.post(f"{INNER}sammantrade/{meeting.pk}/", {"kept_at": KEPT, "posted_on": "2024-03-30"})
    assert "Ange en dag som har varit." in text(response)
    assert f'value="{KEPT}"' in text(response)
    page = text(client.post(f"{INNER}sammantrade/{meeting.pk}/", {"kept_at": KEPT}, follow=True))
    assert "Anslaget är uppsatt." in page
    notice = BoardNotice.objects.get()
    page = text(client.get(f"/handlaggning/sammantraden/{meeting.pk}/"))
    assert f"{INNER}{notice.pk}/" in page
    assert "Sätt upp anslag" not in page
    # Again: it is there already.
    again = client.post(f"{INNER}sammantrade/{meeting.pk}/", {"kept_at": KEPT})
    assert "Anslaget sitter redan uppe" in text(again)
    clock.move_to(at("2024-04-12T08:00"))
    # Three weeks are longer than a session.
    client = client_for(registrar)
    assert ">Nu</td>" in text(client.get(INNER))
    page = text(client.post(f"{INNER}{notice.pk}/ta-ned/", follow=True))
    assert "Anslaget är nedtaget, och beviset är registrerat." in page
    proof = client.get(f"{INNER}{notice.pk}/bevis/")
    assert proof.headers["Content-Type"] == "application/pdf"
    assert proof.getvalue().startswith(b"%PDF-")
    assert f"{INNER}{notice.pk}/bevis/" in text(client.get(INNER))


def test_taking_down_early_warns_and_asks(client_for, registrar, notice, meeting):
    client, address = client_for(registrar), f"{INNER}{notice.pk}/ta-ned/"
    page = text(client.get(address))
    assert "Tiden att överklaga går ut först 11 april 2024" in page
    assert "Låt det sitta kvar" in page
    response = client.post(address, {"early_reason": "Fel protokoll"})
    assert response.status_code == 422
    assert "Bekräfta att du vet att tiden inte löper ut." in text(response)
    assert "Fel protokoll" in text(response)
    assert client.post(address, {"confirmed": "on"}).status_code == 422
    assert BoardNotice.objects.get().is_standing
    page = text(client.post(address, {"confirmed": "on", "early_reason": "Fel protokoll"}, follow=True))
    assert "Anslaget är nedtaget för tidigt. Sätt upp ett nytt." in page
    page = text(client.get(f"/handlaggning/sammantraden/{meeting.pk}/"))
    assert "nedtaget för tidigt" in page
    assert "Sätt upp anslag" in page
    # Pressed twice.
    again = client.post(address, {"confirmed": "on", "early_reason": "Igen"})
    assert "Anslaget är redan nedtaget." in text(again)


def test_a_notice_of_the_earlier_board_has_its_own_days(client_for, registrar, own, clock):
    clock.move_to(at("2024-06-03T10:00"))
    client = client_for(registrar)
    client.post(f"{INNER}beslut/{own.pk}/", {"kept_at": KEPT, "posted_on": "2024-03-22"})
    notice = BoardNotice.objects.get()
    address = f"{INNER}{notice.pk}/ta-ned/"
    # There it came down on the last day, which was too early; the page could not know.
    response = client.post(address, {"taken_down_on": "2024-04-12"})
    assert (response.status_code, notice.appeal_until) == (422, date(2024, 4, 12))
    assert "Ange varför du ändå tar ned det." in text(response)
    client.post(address, {"taken_down_on": "2024-04-13"})
    assert BoardNotice.objects.get().taken_down_on == date(2024, 4, 13)


# --- Appeals and receipts ---------------------------------------------------------------------------------
def test_an_appeal_all_the_way(client_for, registrar, own, clock):
    post_decision_notice(decision_id=own.pk, kept_at=KEPT, actor=registrar)
    clock.move_to(at("2024-05-06T10:00"))
    client = client_for(registrar)
    address = f"/handlaggning/beslut/{own.pk}/overklagande/"
    response = client.post(address, {"appellant": "Anna Andersson", "received_on": "2024-03-01"})
    assert "Beslutet fattades 21 mars 2024." in text(response)
    page = text(
        client.post(address, {"appellant": "Anna Andersson", "received_on": "2024-04-12"}, follow=True)
    )
    assert "Överklagandet är registrerat." in page
    assert "Lämna ändå över det" in page
    assert "Avvisa som för sent inkommet" not in page
    appeal = Appeal.objects.get()
    base = f"/handlaggning/overklaganden/{appeal.pk}/"
    assert client.get(f"{base}okant/").status_code == 404
    step = text(client.get(f"{base}lamna-over/"))
    assert 'value="Förvaltningsrätten i Härnösand"' in step
    court = {"court": "Förvaltningsrätten i Härnösand"}
    response = client.post(f"{base}lamna-over/", {**court, "handed_over_on": "2024-04-01"})
    assert "Överklagandet kom in 12 april 2024." in text(response)
    client.post(f"{base}lamna-over/", {**court, "handed_over_on": "2024-04-15"})
    client.post(f"{base}malnummer/", {"court_case_number": "1234-24"})
    assert "Beslutet ändrades" not in text(client.get(f"{base}avgorande/"))
    client.post(f"{base}avgorande/", {"outcome": "dismissed", "outcome_on": "2024-05-02"})
    response = client.post(f"{base}lamna-over/", {**court, "handed_over_on": "2024-05-02"})
    assert "Överklagandet är avgjort." in text(response)
    page = text(client.post(f"{base}laga-kraft/", {"final_on": "2024-05-05"}, follow=True))
    assert "Förvaltningsrätten i Härnösand, mål nr 1234-24" in page
    assert "Slutligt avgjort" in page
    assert "Nästa steg" not in page


def test_who_got_it(client_for, registrar, officer, clock):
    basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only", valid_from=date(2018, 1, 1))
    decision = factories.make_signed_decision(user=officer, kind="other", legal_basis=basis)
    client, address = client_for(registrar), f"/handlaggning/beslut/{decision.pk}/delgivning/"
    assert "Som det är nu får beslutet aldrig laga kraft." in text(client.get(address))
    sent = {"party": "Peak", "received_on": "2024-03-30", "proved_by": "Kvitto"}
    assert "Ange en dag som har varit." in text(client.post(address, sent))
    page = text(client.post(address, {**sent, "received_on": "2024-03-21"}, follow=True))
    assert "kan överklaga till och med 11 april 2024" in page
    assert "Peak finns redan" in text(client.post(address, {**sent, "received_on": "2024-03-21"}))
    remove = f"{address}{PartyReceipt.objects.get().pk}/ta-bort/"
    assert "Uppgiften är borttagen." in text(client.post(remove, follow=True))
    register_receipt(
        decision_id=decision.pk, party="Peak", received_on=date(2024, 3, 21), proved_by="x", actor=registrar
    )
    clock.move_to(at("2024-04-15T08:00"))
    client = client_for(registrar)
    page = client.post(
        f"/handlaggning/beslut/{decision.pk}/overklagande/",
        {"party": "Peak", "appellant": "Advokat Ek", "received_on": "2024-04-12"},
        follow=True,
    )
    assert "Advokat Ek <small>För Peak</small>" in text(page)
    assert "Regionen avvisar det" in text(page)
    assert "Avvisa som för sent inkommet" in text(page)


# --- The lists, and other pages ---------------------------------------------------------------------------
def test_the_lists(client_for, registrar, officer, own, meeting):
    decision = factories.make_signed_decision(user=officer, decided_on=date(2024, 3, 1))
    client = client_for(registrar)
    page = client.get(FINAL)
    assert {row[0] for row in page.context["rows"]} == {own, decision}
    assert "Anmäl beslutet till ett sammanträde." in text(page)
    post_decision_notice(decision_id=own.pk, kept_at=KEPT, actor=registrar)
    page = client.get(f"{FINAL}?visa=lopande")
    assert [row[0] for row in page.context["rows"]] == [own]
    assert [tab["count"] for tab in page.context["tabs"]] == [1, 1, 0, 2, 0]
    assert "Här finns inga beslut" in text(client.get(f"{FINAL}?visa=overklagade"))
    one = count_queries(lambda: client.get(FINAL))
    for _each in range(3):
        factories.make_signed_decision(user=officer, document=False)
    assert count_queries(lambda: client.get(FINAL)) == one


def test_every_page_of_the_decision_tells(client, client_for, officer, registrar, member, own, clock):
    def pages():
        return [
            text(client_for(officer).get(f"/handlaggning/beslut/{own.pk}/")),
            text(client.get(f"/beslut/{own.slug}/")),
        ]

    assert "Sätt upp ett eget anslag om det." in pages()[0]
    assert "Tiden att överklaga har inte börjat löpa" in pages()[1]
    notice = post_decision_notice(decision_id=own.pk, kept_at=KEPT, actor=registrar)
    assert f'href="/beslut/{own.slug}/"' in text(client.get(f"{BOARD}{notice.pk}/"))
    for page in pages():
        assert "11 april 2024" in page
        assert "Tre veckor senare är torsdagen den 11 april 2024" in page
    appeal = register_appeal(
        decision_id=own.pk,
        received_on=date(2024, 3, 21),
        received_at_court=True,
        court_case_number="1234-24",
        appellant="Anna Andersson",
        actor=registrar,
    )
    for page in pages():
        assert "mål nr 1234-24" in page
        assert "Anna Andersson" not in page
    page = text(client_for(registrar).get(f"/handlaggning/beslut/{own.pk}/"))
    assert f"/handlaggning/overklaganden/{appeal.pk}/" in page
    assert "Registrera överklagande" in page


def test_the_committee_sees_it_of_each_decision(client_for, officer, registrar, member):
    committee = factories.make_committee(members=[member])
    coming = factories.make_committee_meeting(committee=committee, starts_at=at("2024-04-16T09:00"))
    decisions = [factories.make_signed_decision(user=officer) for _each in range(2)]
    report_decisions(meeting_id=coming.pk, decision_ids=[decisions[0].pk], actor=registrar)
    client, address = client_for(member), f"/namnd/{coming.pk}/"
    assert "Tiden att överklaga börjar när det anslås att protokollet är justerat." in text(
        client.get(address)
    )
    one = count_queries(lambda: client.get(address))
    report_decisions(meeting_id=coming.pk, decision_ids=[decisions[1].pk], actor=registrar)
    assert count_queries(lambda: client.get(address)) == one
    type(coming).objects.filter(pk=coming.pk).update(
        starts_at=at("2024-03-19T09:00"), approved_on=date(2024, 3, 20), report_paragraph="§ 60"
    )
    notice = post_minutes_notice(meeting_id=coming.pk, kept_at=KEPT, actor=registrar)
    page = text(client.get(address))
    assert f"{BOARD}{notice.pk}/" in page
    assert "Beslutet får överklagas till och med torsdagen den 11 april 2024." in page


def test_the_applicant_sees_it(client_for, owner, officer, registrar, clock):
    from applications.services import submit_application

    with time_machine.travel(timezone.now(), tick=False):
        draft = factories.make_application(user=owner)
        application = submit_application(application_id=draft.pk, actor=owner, arrived_at=timezone.now())
    decision = factories.make_signed_decision(
        user=officer, kind="grant", application=application, case=application.case, reportable=False
    )
    post_decision_notice(decision_id=decision.pk, kept_at=KEPT, actor=registrar)
    page = text(client_for(owner).get(f"/mina-ansokningar/{application.pk}/"))
    assert f"Beslut {decision.case}" in page
    assert "12 april 2024 om ingen överklagar" in page
    assert "Läs beslutet" not in page
    clock.shift(timedelta(days=30))
    page = text(client_for(owner).get(f"/mina-ansokningar/{application.pk}/"))
    assert "2024-04-12" in page
