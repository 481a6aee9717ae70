from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from decisions import delegation_queries, queries
from decisions.models import CommitteeMeeting, Decision, DecisionReport, Expedition, Publication
from decisions.services.expediting import expedite_decision
from decisions.services.reporting import report_decisions
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

MEETINGS = "/handlaggning/sammantraden/"
PERSONAS = ["officer", "second_officer", "delegate_user", "registrar", "admin_user", "member"]
PERSONAS += ["assessor", "owner", "stranger"]


@pytest.fixture
def committee(db):
    return factories.make_committee()


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee)


@pytest.fixture
def decision(db):
    return factories.make_signed_decision(user=factories.make_staff("officer", full_name="Harry Handläggare"))


def held(committee, **fields):
    return factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() - timedelta(days=5), **fields
    )


# --- Rights -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_send_out_and_publish(request, client_for, decision, persona):
    client = client_for(request.getfixturevalue(persona))
    page = f"/handlaggning/beslut/{decision.pk}/"
    sends, publishes = persona in PERSONAS[:2], persona in [*PERSONAS[:2], "registrar"]
    for step, allowed in [("publicera", publishes), ("avpublicera", publishes), ("expediera", sends)]:
        response = client.post(f"{page}{step}/")
        assert response.status_code == (302 if allowed else 403), step
        assert client.get(f"{page}{step}/").status_code == (405 if allowed else 403), step
    assert Expedition.objects.exists() == sends


@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_see_and_arrange_meetings(request, client_for, meeting, persona):
    client = client_for(request.getfixturevalue(persona))
    sees, arranges = persona in PERSONAS[:5], persona in {"registrar", "admin_user"}
    reports = persona == "registrar"
    page = f"{MEETINGS}{meeting.pk}/"
    for address, allowed in [
        (MEETINGS, sees),
        (page, sees),
        (f"{MEETINGS}nytt/", arranges),
        (f"{page}andra/", arranges),
    ]:
        assert client.get(address).status_code == (200 if allowed else 403), address
    for address, allowed, status in [
        (f"{MEETINGS}nytt/", arranges, 422),
        (f"{page}andra/", arranges, 422),
        (f"{page}protokoll/", arranges, 422),
        (f"{page}anmal/", reports, 302),
        (f"{page}999/hall-tillbaka/", reports, 404),
        (f"{page}fyll/", reports, 302),
        (f"{page}stall-in/", arranges, 422),
    ]:
        assert client.post(address).status_code == (status if allowed else 403), address


@pytest.mark.parametrize("persona", PERSONAS)
def test_who_may_see_the_delegation(request, client_for, persona):
    allowed = persona in PERSONAS[:6]
    status = client_for(request.getfixturevalue(persona)).get("/handlaggning/delegation/").status_code
    assert status == (200 if allowed else 403)


def test_without_a_login_there_is_nothing(client, meeting, decision):
    for address in (MEETINGS, f"{MEETINGS}{meeting.pk}/", "/handlaggning/delegation/"):
        assert client.get(address).headers["Location"].startswith("/konto/login/")
    assert client.post(f"/handlaggning/beslut/{decision.pk}/expediera/").status_code == 302
    assert not Expedition.objects.exists()


# --- One signed decision ----------------------------------------------------------------------------------
def test_the_steps_and_what_they_say(client_for, officer, decision):
    client, page = client_for(officer), f"/handlaggning/beslut/{decision.pk}/"
    shown = client.get(page).content.decode()
    assert "Expediera beslutet" in shown
    assert "Publicera beslutet" in shown
    assert "Beslutet är inte anmält än." in shown
    shown = client.post(f"{page}expediera/", follow=True).content.decode()
    assert "Beslutet är expedierat." in shown
    assert "av Hanna Handläggare" in shown
    assert "I kö" in shown
    assert "Expediera beslutet" not in shown
    shown = client.post(f"{page}publicera/", follow=True).content.decode()
    assert "Beslutet visas nu för allmänheten." in shown
    assert f'href="/beslut/{decision.slug}/"' in shown
    shown = client.post(f"{page}avpublicera/", follow=True).content.decode()
    assert "Beslutet visas inte längre för allmänheten." in shown
    assert not Publication.objects.exists()


def test_a_refusal_is_shown_and_nothing_is_done(client_for, officer, registrar):
    elsewhere = factories.make_signed_decision(user=officer, signed_elsewhere=True)
    draft = factories.make_decision(user=officer)
    client = client_for(officer)
    for pk, step, sentence in [
        (elsewhere.pk, "expediera", "Beslutet undertecknades utanför portalen och skickas inte ut härifrån."),
        (draft.pk, "publicera", "Beslutet är ett utkast. Det måste först vara undertecknat."),
    ]:
        response = client.post(f"/handlaggning/beslut/{pk}/{step}/", follow=True)
        assert sentence in response.content.decode()
    assert client.post("/handlaggning/beslut/999999/publicera/").status_code == 404
    # A draft does not exist for the registrar.
    assert client_for(registrar).post(f"/handlaggning/beslut/{draft.pk}/publicera/").status_code == 404
    assert not Message.objects.exists()
    assert not Publication.objects.exists()


def test_what_the_page_of_a_signed_decision_is_told(officer, delegate_user, registrar, meeting, decision):
    after = queries.after_signing(decision, officer)["after"]
    assert (after.may_expedite, after.may_publish, after.expedition, after.publication, after.report) == (
        True, True, None, None, None,
    )  # fmt: skip
    assert (after.document, after.sending.went_wrong) == (decision.document, False)
    assert len(after.sending.ready) == len(after.sending.lines) == 1
    after = queries.after_signing(decision, delegate_user)["after"]
    assert (after.may_expedite, after.may_publish) == (False, False)
    expedite_decision(decision_id=decision.pk, actor=officer)
    Message.objects.filter(kind="decision_extract").update(status="failed", last_error="550 No such user")
    [report] = report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    after = queries.after_signing(decision, registrar)["after"]
    assert (after.sending.went_wrong, after.report, after.may_expedite, after.may_publish) == (
        True,
        report,
        False,
        True,
    )


def test_the_page_says_what_the_mail_server_said(client_for, officer, decision, meeting, registrar):
    expedite_decision(decision_id=decision.pk, actor=officer)
    Message.objects.filter(kind="decision_extract").update(status="failed", last_error="550 No such user")
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    shown = client_for(officer).get(f"/handlaggning/beslut/{decision.pk}/").content.decode()
    assert "Mejlservern svarade: 550 No such user" in shown
    assert "Beslutet har inte nått alla." in shown
    assert f'href="{MEETINGS}{meeting.pk}/"' in shown


def test_what_was_signed_elsewhere_is_not_said_to_be_unsent(client_for, officer):
    decision = factories.make_signed_decision(user=officer, signed_elsewhere=True, reportable=False)
    shown = client_for(officer).get(f"/handlaggning/beslut/{decision.pk}/").content.decode()
    assert "Beslutet undertecknades utanför portalen och skickas inte ut härifrån." in shown
    assert "Expediera beslutet" not in shown
    assert "Beslutet ska inte anmälas." in shown


# --- Meetings ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_empty_list_says_what_to_do(client_for, registrar):
    page = client_for(registrar).get(MEETINGS).content.decode()
    assert "Inga kommande sammanträden är inlagda" in page
    assert "Här samlas de sammanträden som har varit." in page


def test_the_list_tells_what_is_on_each_meeting(client_for, registrar, committee, meeting, decision):
    held(committee, report_paragraph="§ 60", approved_on=date(2026, 1, 2))
    page = client_for(registrar).get(MEETINGS).content.decode()
    assert "1 undertecknat beslut är inte anmält än." in page
    assert "§ 60" in page
    assert "2026-01-02" in page
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    response = client_for(registrar).get(MEETINGS)
    assert [each.reported for each in response.context["coming"]] == [1]
    assert "är inte anmält än" not in response.content.decode()


def test_a_meeting_is_entered_in_swedish_time(client_for, registrar, committee):
    response = client_for(registrar).post(
        f"{MEETINGS}nytt/",
        {"committee": committee.pk, "day": "19 mars 2030", "clock": "9.00", "place": "Sal 3"},
    )
    meeting = CommitteeMeeting.objects.get()
    assert response.headers["Location"] == f"{MEETINGS}{meeting.pk}/"
    assert meeting.starts_at == datetime.fromisoformat("2030-03-19T09:00+01:00")
    assert meeting.place == "Sal 3"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("day", "31 februari 2030", "Dag: "),
        ("day", "1999-12-31", "Ange ett år mellan 2000 och 2100."),
        ("day", "", "Fyll i dag"),
        ("clock", "kl nio", "Skriv klockslaget som 9.00."),
        ("clock", "", "Ange ett klockslag."),
        ("committee", "999999", "Välj en av nämnderna i listan."),
        ("place", "x" * 201, "Texten är 1 tecken för lång."),
    ],
)
def test_a_meeting_that_cannot_be(client_for, registrar, field, value, sentence):
    committee = factories.make_committee()
    typed = {"committee": committee.pk, "day": "2030-03-19", "clock": "9.00", "place": ""} | {field: value}
    response = client_for(registrar).post(f"{MEETINGS}nytt/", typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not CommitteeMeeting.objects.exists()


def test_the_service_says_no_in_the_form(client_for, registrar, committee, meeting):
    local = timezone.localtime(meeting.starts_at).replace(second=0, microsecond=0)
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(starts_at=local)
    typed = {"committee": committee.pk, "day": f"{local:%Y-%m-%d}", "clock": f"{local:%H.%M}"}
    response = client_for(registrar).post(f"{MEETINGS}nytt/", typed)
    assert response.status_code == 422
    assert "Nämnden har redan ett sammanträde vid den tiden." in response.content.decode()
    response = client_for(registrar).post(f"{MEETINGS}{meeting.pk}/andra/", typed | {"day": "2020-01-01"})
    assert response.status_code == 422
    assert "Välj en tid som inte har varit." in response.content.decode()


def test_a_meeting_is_changed(client_for, registrar, meeting):
    client, address = client_for(registrar), f"{MEETINGS}{meeting.pk}/andra/"
    assert 'name="committee"' not in client.get(address).content.decode()
    response = client.post(address, {"day": "2031-05-06", "clock": "13:30", "place": "Länk"}, follow=True)
    assert "Sammanträdet är ändrat." in response.content.decode()
    meeting.refresh_from_db()
    assert meeting.starts_at == datetime.fromisoformat("2031-05-06T13:30+02:00")


def test_changing_only_the_place_leaves_the_hour(client_for, registrar, committee):
    meeting = factories.make_committee_meeting(
        committee=committee, starts_at=datetime.fromisoformat("2022-03-29T09:00+02:00")
    )
    client, address = client_for(registrar), f"{MEETINGS}{meeting.pk}/andra/"
    initial = client.get(address).context["form"].initial
    typed = {"day": f"{initial['day']}", "clock": f"{initial['clock']:%H.%M}", "place": "Sal 3"}
    assert client.post(address, typed).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.place) == (datetime.fromisoformat("2022-03-29T09:00+02:00"), "Sal 3")


def test_decisions_are_reported_with_one_press(client_for, registrar, meeting, officer, decision):
    second = factories.make_signed_decision(user=officer, signed_elsewhere=True)
    client, page = client_for(registrar), f"{MEETINGS}{meeting.pk}/"
    shown = client.get(page).content.decode()
    for text in (decision.title, str(decision.case), "Doris Direktör", "8.2", "150\u00a0000"):
        assert text in shown
    response = client.post(f"{page}anmal/", {"decision": [decision.pk, second.pk]}, follow=True)
    assert "2 beslut är med på listan till sammanträdet." in response.content.decode()
    assert "Alla beslut som ska anmälas är anmälda" in response.content.decode()
    report = DecisionReport.objects.get(decision=decision)
    address = f"{page}{report.pk}/hall-tillbaka/"
    assert client.post(address, {"reason": " "}).status_code == 422
    response = client.post(address, {"reason": "Fel belopp i bilagan"}, follow=True)
    assert f"{decision.case} hålls tillbaka." in response.content.decode()
    assert "Fel belopp i bilagan" in response.content.decode()
    assert set(Decision.objects.unreported()) == {decision}
    response = client.post(f"{page}anmal/", {"decision": [decision.pk]}, follow=True)
    assert "1 beslut är med på listan till sammanträdet." in response.content.decode()


@pytest.mark.parametrize("values", [[], ["x"], ["-1"], ["9" * 30], ["²"]])
def test_a_choice_that_is_none_is_told(client_for, registrar, meeting, decision, values):
    response = client_for(registrar).post(f"{MEETINGS}{meeting.pk}/anmal/", {"decision": values}, follow=True)
    assert "Välj minst ett beslut att anmäla." in response.content.decode()
    assert not DecisionReport.objects.exists()


def test_the_late_ones_are_pointed_out(client_for, registrar, committee, meeting, officer):
    held(committee)
    factories.make_signed_decision(user=officer, decided_on=timezone.localdate() - timedelta(days=6))
    page = client_for(registrar).get(f"{MEETINGS}{meeting.pk}/").content.decode()
    assert "Nämnden har sammanträtt sedan dess" in page


def test_the_list_of_a_held_meeting_is_closed(client_for, registrar, meeting, decision):
    report_decisions(meeting_id=meeting.pk, decision_ids=[decision.pk], actor=registrar)
    CommitteeMeeting.objects.update(starts_at=timezone.now() - timedelta(minutes=1), report_paragraph="§ 60")
    client, page = client_for(registrar), f"{MEETINGS}{meeting.pk}/"
    shown = client.get(page).content.decode()
    assert ("Håll tillbaka" in shown, "Stryk" in shown) == (False, False)
    assert "Sammanträdet har börjat." in shown
    report = DecisionReport.objects.get()
    shown = client.post(f"{page}{report.pk}/hall-tillbaka/", {"reason": "Nej"}).content.decode()
    assert "Protokollets paragraf eller justeringsdag är införd" in shown
    assert DecisionReport.objects.exists()


def test_the_minutes_are_noted(client_for, registrar, officer, committee, meeting):
    past = held(committee)
    client, page = client_for(registrar), f"{MEETINGS}{past.pk}/"
    typed = {"report_paragraph": "§ 60", "approved_on": f"{timezone.localdate():%Y-%m-%d}"}
    shown = client.post(f"{page}protokoll/", typed, follow=True).content.decode()
    assert "Uppgifterna om protokollet är sparade." in shown
    assert 'value="§ 60"' in shown
    assert "§ 60" in client_for(officer).get(page).content.decode()
    response = client.post(f"{page}protokoll/", typed | {"approved_on": "2001-01-01"})
    assert response.status_code == 422
    assert "Ange sammanträdets dag eller en senare dag." in response.content.decode()
    response = client.post(f"{page}protokoll/", typed | {"approved_on": "snart"})
    assert response.status_code == 422
    assert "Skriv datumet som 2024-03-01 eller 1 mars 2024." in response.content.decode()
    assert "Protokollet" not in client.get(f"{MEETINGS}{meeting.pk}/").content.decode()


def test_those_who_only_read_get_no_buttons(client_for, officer, registrar, meeting, decision):
    shown = client_for(officer).get(f"{MEETINGS}{meeting.pk}/").content.decode()
    assert decision.title in shown
    for text in ("Anmäl valda beslut", "Ändra tid och plats", 'type="checkbox"'):
        assert text not in shown
        assert text in client_for(registrar).get(f"{MEETINGS}{meeting.pk}/").content.decode()
    assert "Lägg in sammanträde" not in client_for(officer).get(MEETINGS).content.decode()


def test_the_pages_ask_as_much_for_one_as_for_three(client_for, registrar, officer, committee, meeting):
    client = client_for(registrar)

    def add():
        listed = factories.make_signed_decision(user=officer)
        report_decisions(meeting_id=meeting.pk, decision_ids=[listed.pk], actor=registrar)
        factories.make_signed_decision(user=officer)

    add()
    past = held(committee)
    pages = [MEETINGS, f"{MEETINGS}{meeting.pk}/", f"{MEETINGS}{past.pk}/"]
    one = [count_queries(lambda page=page: client.get(page)) for page in pages]
    for _ in range(2):
        add()
        held(committee)
        factories.make_committee_meeting(committee=committee)
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == one


def test_a_long_list_has_pages(client_for, registrar, officer, meeting, monkeypatch):
    monkeypatch.setattr("decisions.views.registrar.PER_PAGE", 2)
    for _ in range(3):
        factories.make_signed_decision(user=officer, document=False)
    client = client_for(registrar)
    assert len(client.get(f"{MEETINGS}{meeting.pk}/").context["unreported"]) == 2
    assert len(client.get(f"{MEETINGS}{meeting.pk}/?page=2").context["unreported"]) == 1


# --- Delegation -------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_without_an_order_the_page_says_so(client_for, registrar):
    page = client_for(registrar).get("/handlaggning/delegation/").content.decode()
    assert "Ingen delegationsordning är inlagd" in page


def test_the_delegation_shows_what_holds_today_first(client_for, officer, delegate_user, committee):
    today = timezone.localdate()
    old = factories.make_delegation_order(
        committee=committee, period="2019–2022", valid_from=date(2019, 1, 1), valid_to=date(2022, 12, 31)
    )
    coming = factories.make_delegation_order(
        committee=committee, period="2031–2034", valid_from=date(2031, 1, 1), valid_to=date(2034, 12, 31)
    )
    now = factories.make_delegation_order(committee=committee)
    tenth = factories.make_clause(order=now, number="8.10", ceiling=None, reportable=False)
    second = factories.make_clause(order=now, number="8.2", ceiling_included=True)
    gone = factories.make_delegate(
        user=officer, clause=second, acting=True, valid_from=today - timedelta(days=9),
        valid_to=today - timedelta(days=1),
    )  # fmt: skip
    holds = factories.make_delegate(user=delegate_user, clause=second)
    rows = delegation_queries.delegation_on(today)
    assert [(row.order, row.today) for row in rows] == [(now, True), (coming, False), (old, False)]
    assert [row.clause for row in rows[0].clauses] == [second, tenth]
    assert [(holder.delegate, holder.today) for holder in rows[0].clauses[0].holders] == [
        (holds, True), (gone, False),
    ]  # fmt: skip
    page = client_for(officer).get("/handlaggning/delegation/").content.decode()
    assert "Högst 500\u00a0000\u00a0kr" in page
    assert "Inget tak" in page
    assert "Hanna Handläggare, tf. regional utvecklingsdirektör" in page
    assert "Doris Direktör, regional utvecklingsdirektör" in page
    assert "tills vidare" in page
    assert "gäller inte i dag" in page
    assert "Ingen delegat" in page
    assert "Delegationsordningen har inga punkter." in page
    assert "Bifall till ansökan, avslag på ansökan, deltagande och medfinansiering, annat beslut" in page


def test_the_delegation_asks_as_much_for_one_as_for_three(client_for, registrar, delegate_user, committee):
    def add(year):
        order = factories.make_delegation_order(
            committee=committee, valid_from=date(year, 1, 1), valid_to=date(year, 12, 31)
        )
        for _ in range(year - 2019):
            factories.make_delegate(user=delegate_user, clause=factories.make_clause(order=order))

    client = client_for(registrar)
    add(2020)
    one = count_queries(lambda: client.get("/handlaggning/delegation/"))
    add(2021)
    add(2022)
    assert count_queries(lambda: client.get("/handlaggning/delegation/")) == one
