"""The list to the next meeting fills itself; what is held back waits, and a meeting may be called off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from decisions import queries, tasks
from decisions.enums import DecisionKind, SeatOffice
from decisions.list_warnings import closing_soon
from decisions.models import (
    CommitteeMeeting,
    Decision,
    DecisionReading,
    DecisionReport,
    DelegationClause,
    HeldBack,
    MeetingAnnex,
)
from decisions.report_list import Grouping, grouped, lines_of, list_mark
from decisions.services.calling_off import call_off_meeting
from decisions.services.confirming import confirm_list, reopen_list
from decisions.services.delegating import ClauseData, save_clause
from decisions.services.filling import fill_lists, fill_next_list, hold_back
from decisions.services.holding import HolderData, add_delegate
from decisions.services.meetings import change_meeting, record_minutes
from decisions.services.reporting import report_decisions
from decisions.services.seating import cancel_member
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.counting import count_queries

MEETINGS = "/handlaggning/sammantraden/"


@pytest.fixture
def committee(member):
    return factories.make_committee(members=[member])


@pytest.fixture
def meeting(committee):
    return factories.make_committee_meeting(committee=committee)


@pytest.fixture
def signed(officer):
    return lambda **fields: factories.make_signed_decision(user=officer, document=False, **fields)


@pytest.fixture
def urgent(committee, signed):
    """One that the chair decided alone (KL 6:39)."""
    order = factories.make_delegation_order(committee=committee)
    clause = factories.make_clause(order=order, number="1.1", urgent=True)
    return lambda **fields: signed(clause=clause, clause_number="1.1", **fields)


def later(committee, days=40):
    return factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() + timedelta(days=days)
    )


def begin(meeting, days=0):
    CommitteeMeeting.objects.filter(pk=meeting.pk).update(
        starts_at=timezone.now() - timedelta(days=days, seconds=1)
    )
    meeting.refresh_from_db()


def close_agenda(meeting, days=1):
    meeting.agenda_closes_on = timezone.localdate() - timedelta(days=days)
    meeting.save(update_fields=["agenda_closes_on"])


def confirm(meeting, actor):
    return confirm_list(meeting_id=meeting.pk, seen=list_mark(meeting), actor=actor)


def on(meeting):
    return set(DecisionReport.objects.filter(meeting=meeting).values_list("decision_id", flat=True))


def call_off(meeting, actor, reason="Sjukdom"):
    return call_off_meeting(meeting_id=meeting.pk, reason=reason, actor=actor)


# --- It fills itself --------------------------------------------------------------------------------------
def test_what_is_signed_goes_to_the_next_list_once(meeting, signed, officer):
    one, two = signed(), signed(decided_on=timezone.localdate() - timedelta(days=50))
    signed(reportable=False)
    signed(signed_elsewhere=True)
    signed(committee_name="regionstyrelsen")
    factories.make_decision(user=officer)
    later(meeting.committee)
    assert (tasks.fill_committee_lists(), tasks.fill_committee_lists()) == (2, 0)
    assert on(meeting) == {one.pk, two.pk}
    assert set(DecisionReport.objects.values_list("reported_by", flat=True)) == {None}
    assert Event.objects.filter(action="decision_reported", object_id=one.pk).count() == 1


def test_without_a_coming_meeting_it_waits(committee, signed):
    decision = signed()
    assert fill_lists() == 0
    meeting = factories.make_committee_meeting(committee=committee)
    assert fill_lists() == 1
    assert on(meeting) == {decision.pk}


@pytest.mark.parametrize(("days", "first"), [(-3, True), (0, True), (1, False)])
def test_after_the_last_day_to_report_it_goes_to_the_one_after(meeting, signed, days, first):
    close_agenda(meeting, days)
    after, decision = later(meeting.committee), signed()
    fill_lists()
    assert on(meeting if first else after) == {decision.pk}


def test_a_confirmed_list_is_passed_over(meeting, signed, registrar):
    first = signed()
    fill_lists()
    confirm(meeting, registrar)
    after, second = later(meeting.committee), signed()
    assert fill_lists() == 1
    assert (on(meeting), on(after)) == ({first.pk}, {second.pk})


def test_what_the_chair_decided_goes_to_the_very_next_list_also_after_the_last_day(meeting, signed, urgent):
    close_agenda(meeting)
    after, plain, hurried = later(meeting.committee), signed(), urgent()
    assert fill_lists() == 2
    assert (on(meeting), on(after)) == ({hurried.pk}, {plain.pk})


def test_a_confirmed_list_is_to_be_opened_for_what_the_chair_decided(
    meeting, signed, urgent, registrar, client_for
):
    signed()
    fill_lists()
    confirm(meeting, registrar)
    after, plain, hurried = later(meeting.committee), signed(), urgent()
    assert (fill_lists(), fill_lists()) == (1, 0)
    assert on(after) == {plain.pk}
    assert Decision.objects.unreported().get() == hurried
    mail = Message.objects.get(kind="urgent_unreported")
    assert (mail.to_email, mail.object_id) == (registrar.email, meeting.pk)
    assert f"{MEETINGS}{meeting.pk}/" in mail.text_body
    for page in (MEETINGS, f"{MEETINGS}{meeting.pk}/"):
        assert "Öppna den igen, så kommer beslutet med" in client_for(registrar).get(page).content.decode()
    with pytest.raises(Refusal, match="ska anmälas vid nästa sammanträde"):
        report_decisions(meeting_id=after.pk, decision_ids=[hurried.pk], actor=registrar)
    reopen_list(meeting_id=meeting.pk, reason="Brådskande beslut", actor=registrar)
    assert fill_lists() == 1
    assert hurried.pk in on(meeting)
    assert "Öppna den igen, så" not in client_for(registrar).get(MEETINGS).content.decode()


def test_what_the_chair_decided_waits_for_the_very_next_list_when_a_meeting_is_called_off(
    meeting, urgent, signed, registrar
):
    hurried = urgent()
    fill_lists()
    plain = signed()
    report_decisions(meeting_id=meeting.pk, decision_ids=[plain.pk], actor=registrar)
    between, after = later(meeting.committee, 30), later(meeting.committee, 60)
    report_decisions(meeting_id=between.pk, decision_ids=[signed().pk], actor=registrar)
    confirm(between, registrar)
    assert call_off(meeting, registrar) == 1
    assert on(after) == {plain.pk}
    assert Decision.objects.unreported().get() == hurried
    fill_lists()
    assert Message.objects.get(kind="urgent_unreported").object_id == between.pk


def test_the_mark_of_a_list_is_that_of_just_these_decisions(meeting, signed, registrar):
    """One is held back and an older one comes in from a meeting that is called off: as many as before, and
    the same last one."""
    other = later(meeting.committee, 5)
    old, first, last = signed(), signed(), signed()
    report_decisions(meeting_id=other.pk, decision_ids=[old.pk], actor=registrar)
    report_decisions(meeting_id=meeting.pk, decision_ids=[first.pk, last.pk], actor=registrar)
    seen = list_mark(meeting)
    hold(DecisionReport.objects.get(decision=first), registrar)
    call_off(other, registrar)
    assert on(meeting) == {old.pk, last.pk}
    with pytest.raises(Conflict, match="har ändrats"):
        confirm_list(meeting_id=meeting.pk, seen=seen, actor=registrar)


def test_a_mark_of_secrecy_makes_it_another_list(meeting, signed):
    decision = signed()
    fill_lists()
    seen = list_mark(meeting)
    factories.mark_secret(decision.case, "title")
    assert list_mark(meeting) != seen


def test_what_the_chair_decided_stands_first_in_every_grouping(meeting, signed, urgent, client_for, member):
    signed(title="Gammalt", decided_on=timezone.localdate() - timedelta(days=9))
    urgent(title="Brådskande stöd")
    fill_lists()
    lines = lines_of(meeting)
    assert [line.matter for line in lines] == ["Brådskande stöd", "Gammalt"]
    for grouping, other in [
        (Grouping.NONE, "Övriga beslut"),
        (Grouping.CLAUSE, "Punkt 8.2"),
        (Grouping.AREA, "Utan styrkeområde"),
    ]:
        assert [group.title for group in grouped(lines, grouping)] == [
            "Ordförandens brådskande beslut (6 kap. 39 § kommunallagen)",
            other,
        ]
    page = client_for(member).get(f"/namnd/{meeting.pk}/").content.decode()
    assert page.index("Brådskande stöd") < page.index("Gammalt")
    assert page.count("</svg>Brådskande</span>") == 1


def test_what_an_earlier_meeting_missed_is_pointed_out(meeting, signed, client_for, registrar):
    begin(factories.make_committee_meeting(committee=meeting.committee), days=5)
    signed(decided_on=timezone.localdate() - timedelta(days=6))
    signed(decided_on=timezone.localdate() - timedelta(days=5))
    fill_lists()
    missed = [row.missed for row in queries.mark_missed(list(queries.reports_on(meeting)), meeting)]
    assert missed == [True, False]
    assert (
        "Borde ha anmälts tidigare" in client_for(registrar).get(f"{MEETINGS}{meeting.pk}/").content.decode()
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_filling_and_reporting_by_hand_at_once_list_it_once(officer, registrar):
    meeting = factories.make_committee_meeting()
    other, decision = later(meeting.committee), factories.make_signed_decision(user=officer, document=False)

    def tried(step):
        try:
            return step()
        except (Refusal, Conflict):
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(
            pool.map(
                tried,
                [
                    lambda: fill_next_list(committee_id=meeting.committee_id),
                    lambda: report_decisions(
                        meeting_id=other.pk, decision_ids=[decision.pk], actor=registrar
                    ),
                    lambda: fill_next_list(committee_id=meeting.committee_id),
                ],
            )
        )
    assert DecisionReport.objects.filter(decision=decision).count() == 1


# --- Held back --------------------------------------------------------------------------------------------
@pytest.fixture
def listed(meeting, signed):
    signed()
    fill_lists()
    return DecisionReport.objects.get()


def hold(report, actor, reason="Bilagan är fel"):
    return hold_back(report_id=report.pk, reason=reason, actor=actor)


def test_what_is_held_back_waits_until_the_meeting_has_begun(meeting, listed, registrar):
    after = later(meeting.committee)
    held = hold(listed, registrar)
    assert (held.reason, fill_lists(), queries.missing_from(meeting)) == (
        "Bilagan är fel", 0, queries.Missing(0, 0, held=1),
    )  # fmt: skip
    begin(meeting)
    assert fill_lists() == 1
    assert on(after) == {listed.decision_id}


def test_what_is_put_on_by_hand_is_no_longer_held_back(meeting, listed, registrar):
    hold(listed, registrar)
    report_decisions(meeting_id=meeting.pk, decision_ids=[listed.decision_id], actor=registrar)
    assert HeldBack.objects.get().released_by == registrar
    again = hold(DecisionReport.objects.get(), registrar, "Igen")
    assert (HeldBack.objects.count(), HeldBack.objects.holding().get()) == (2, again)


def test_what_cannot_be_held_back(meeting, listed, urgent, registrar, officer, admin_user):
    for actor in (officer, admin_user):
        with pytest.raises(Refusal, match="Bara en registrator"):
            hold(listed, actor)
    with pytest.raises(Refusal, match="Ange varför") as refused:
        hold(listed, registrar, "  ")
    assert refused.value.field == "reason"
    urgent()
    fill_lists()
    with pytest.raises(Refusal, match="kan inte hållas tillbaka"):
        hold(DecisionReport.objects.exclude(pk=listed.pk).get(), registrar)
    confirm(meeting, registrar)
    with pytest.raises(Refusal, match="är fastställd"):
        hold(listed, registrar)
    assert not HeldBack.objects.exists()


def test_the_database_keeps_why(listed, registrar):
    held = hold(listed, registrar)
    for wrong, error in [
        (held.delete, DatabaseError),
        (lambda: HeldBack.objects.update(reason="Annat"), DatabaseError),
        (lambda: HeldBack.objects.update(released_at=timezone.now()), IntegrityError),
        (
            lambda: HeldBack.objects.create(
                decision=held.decision, meeting=held.meeting, reason="Två", held_by=registrar
            ),
            IntegrityError,
        ),
    ]:
        with pytest.raises(error), transaction.atomic():
            wrong()


# --- Struck after the meeting -----------------------------------------------------------------------------
def test_what_the_committee_never_had_is_struck_and_goes_to_the_next_list(meeting, listed, registrar):
    after = later(meeting.committee)
    begin(meeting)
    with pytest.raises(Refusal, match="Ange varför beslutet stryks"):
        hold(listed, registrar, " ")
    hold(listed, registrar, "Skrevs under efter kallelsen")
    assert not DecisionReport.objects.exists()
    event = Event.objects.get(action="decision_held_back")
    assert event.text == f"Struket från {meeting}: Skrevs under efter kallelsen"
    assert fill_lists() == 1
    assert on(after) == {listed.decision_id}


def test_what_the_chair_decided_alone_can_be_put_off_only_by_the_meeting(meeting, urgent, registrar):
    urgent()
    fill_lists()
    after = later(meeting.committee)
    report = DecisionReport.objects.get()
    begin(meeting)
    hold(report, registrar, "Bordlagt")
    fill_lists()
    assert on(after) == {report.decision_id}


def test_a_confirmed_list_is_opened_after_the_meeting_and_confirmed_anew(meeting, listed, signed, registrar):
    signed()
    fill_lists()
    confirm(meeting, registrar)
    begin(meeting)
    with pytest.raises(Refusal, match="är fastställd"):
        hold(listed, registrar)
    reopen_list(meeting_id=meeting.pk, reason="Ett beslut bordlades", actor=registrar)
    hold(listed, registrar, "Bordlagt, § 61")
    annex = confirm(meeting, registrar)
    assert (annex.number, len(annex.content["decisions"])) == (2, 1)


def test_the_minutes_wait_for_an_opened_list_to_be_confirmed_again(meeting, listed, signed, registrar):
    signed()
    fill_lists()
    confirm(meeting, registrar)
    begin(meeting)
    reopen_list(meeting_id=meeting.pk, reason="Ett beslut bordlades", actor=registrar)
    hold(listed, registrar, "Bordlagt, § 61")
    minutes = {"meeting_id": meeting.pk, "approved_on": None, "actor": registrar}
    with pytest.raises(Refusal, match="Fastställ den innan"):
        record_minutes(report_paragraph="§ 60", **minutes)
    confirm(meeting, registrar)
    assert record_minutes(report_paragraph="§ 60", **minutes).has_minutes


def test_when_all_is_struck_there_is_nothing_to_confirm(meeting, listed, registrar):
    confirm(meeting, registrar)
    begin(meeting)
    reopen_list(meeting_id=meeting.pk, reason="Bordlagt", actor=registrar)
    hold(listed, registrar, "Bordlagt")
    with pytest.raises(Refusal, match="inget att fastställa"):
        confirm(meeting, registrar)
    record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=None, actor=registrar)


def test_once_the_minutes_are_noted_the_list_is_history(meeting, listed, registrar):
    begin(meeting)
    record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=None, actor=registrar)
    for step in (
        lambda: hold(listed, registrar),
        lambda: confirm(meeting, registrar),
    ):
        with pytest.raises(Refusal, match="Protokollets paragraf"):
            step()
    record_minutes(
        meeting_id=meeting.pk, report_paragraph="", approved_on=timezone.localdate(), actor=registrar
    )
    for spoil in (listed.delete, lambda: DecisionReport.objects.update(reported_at=timezone.now())):
        with pytest.raises(DatabaseError, match="minutes"), transaction.atomic():
            spoil()
    assert DecisionReport.objects.get() == listed


def test_the_page_offers_to_strike_until_the_minutes_are_noted(meeting, listed, registrar, client_for):
    begin(meeting)
    client, page = client_for(registrar), f"{MEETINGS}{meeting.pk}/"
    shown = client.get(page).content.decode()
    address = f"{page}{listed.pk}/hall-tillbaka/"
    assert f'href="{address}"' in shown
    assert "Listan fastställdes inte före sammanträdet." in shown
    assert "Fastställ listan" not in shown
    assert "Varför stryks beslutet?" in client.get(address).content.decode()
    refused = client.post(address, {"reason": ""})
    assert (refused.status_code, "Ange varför beslutet stryks." in refused.content.decode()) == (422, True)
    done = client.post(address, {"reason": "Nämnden fick det inte"}, follow=True)
    assert "är struket från listan" in done.content.decode()


def test_the_registrar_is_warned_of_a_near_meeting_without_a_last_day(committee):
    soon = factories.make_committee_meeting(
        committee=committee, starts_at=timezone.now() + timedelta(days=2), agenda_closes_on=None
    )
    later(committee, days=9)
    assert closing_soon(timezone.localdate()) == [soon]


# --- Confirming -------------------------------------------------------------------------------------------
def test_a_list_is_not_confirmed_once_the_meeting_has_begun(meeting, listed, registrar):
    begin(meeting)
    with pytest.raises(Refusal, match="Listan kan inte fastställas längre"):
        confirm(meeting, registrar)
    assert not MeetingAnnex.objects.exists()


# --- Called off -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("begun", [False, True])
def test_a_meeting_that_is_not_held_hands_its_list_over(meeting, listed, member, registrar, begun):
    DecisionReading.objects.create(report=listed, user=member)
    confirm(meeting, registrar)
    if begun:
        begin(meeting, days=3)
    after = later(meeting.committee)
    assert call_off(meeting, registrar) == 1
    listed.refresh_from_db()
    assert (listed.meeting, listed.readings.count()) == (after, 1)
    annex = MeetingAnnex.objects.get()
    assert (annex.holds, annex.reopen_reason) == (False, "Sammanträdet ställdes in: Sjukdom")
    assert not CommitteeMeeting.objects.held().exists()
    assert list(CommitteeMeeting.objects.called_off()) == [meeting]
    assert {event.action for event in Event.objects.filter(text__contains="inställda")} == {
        "decision_report_moved"
    }


def test_without_a_next_meeting_its_decisions_wait_and_go_on_by_themselves(meeting, listed, registrar):
    assert call_off(meeting, registrar) == 0
    assert not DecisionReport.objects.exists()
    after = later(meeting.committee)
    fill_lists()
    assert on(after) == {listed.decision_id}


def test_a_confirmed_next_list_is_passed_over_when_a_meeting_is_called_off(
    meeting, listed, signed, registrar
):
    between, after = later(meeting.committee, 30), later(meeting.committee, 60)
    report_decisions(meeting_id=between.pk, decision_ids=[signed().pk], actor=registrar)
    confirm(between, registrar)
    call_off(meeting, registrar)
    assert on(after) == {listed.decision_id}


def test_what_is_held_back_from_a_meeting_that_is_called_off_goes_on(meeting, listed, registrar):
    hold(listed, registrar)
    after = later(meeting.committee)
    call_off(meeting, registrar)
    fill_lists()
    assert on(after) == {listed.decision_id}


def test_what_cannot_be_called_off(meeting, registrar, officer):
    with pytest.raises(Refusal, match="Bara en registrator"):
        call_off(meeting, officer)
    with pytest.raises(Refusal, match="Ange varför") as refused:
        call_off(meeting, registrar, " ")
    assert refused.value.field == "reason"
    begin(meeting)
    record_minutes(meeting_id=meeting.pk, report_paragraph="§ 60", approved_on=None, actor=registrar)
    with pytest.raises(Refusal, match="har alltså hållits"):
        call_off(meeting, registrar)


def test_nothing_more_happens_with_a_meeting_that_is_called_off(meeting, signed, registrar):
    call_off(meeting, registrar)
    when = meeting.starts_at + timedelta(days=1)
    for step in (
        lambda: change_meeting(meeting_id=meeting.pk, starts_at=when, place="", actor=registrar),
        lambda: record_minutes(meeting_id=meeting.pk, report_paragraph="", approved_on=None, actor=registrar),
        lambda: report_decisions(meeting_id=meeting.pk, decision_ids=[signed().pk], actor=registrar),
        lambda: confirm(meeting, registrar),
    ):
        with pytest.raises(Refusal, match="inställt"):
            step()
    with pytest.raises(Conflict, match="redan inställt"):
        call_off(meeting, registrar)
    assert factories.make_committee_meeting(committee=meeting.committee, starts_at=meeting.starts_at)


def test_the_database_keeps_a_called_off_meeting_empty(meeting, signed, registrar):
    call_off(meeting, registrar)
    with pytest.raises(DatabaseError, match="called off"), transaction.atomic():
        DecisionReport.objects.create(decision=signed(), meeting=meeting)
    rows = CommitteeMeeting.objects.filter(pk=meeting.pk)
    for wrong in ({"cancel_reason": ""}, {"approved_on": timezone.localdate()}, {"cancelled_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


# --- Urgent clauses ---------------------------------------------------------------------------------------
def test_an_urgent_clause_is_reported_and_held_by_a_member(
    committee, registrar, member, delegate_user, client_for
):
    order = factories.make_delegation_order(committee=committee, status="draft")

    def save(**fields):
        data = ClauseData("1.1", "Brådskande ärenden", [DecisionKind.OTHER], urgent=True, **fields)
        return save_clause(actor=registrar, order_id=order.pk, expected_version=order.version, data=data)

    for field, value in [("reportable", False), ("sub_delegation", True)]:
        with pytest.raises(Refusal) as refused:
            save(**{field: value})
        assert refused.value.field == field
    clause = save()
    holder = HolderData(user=delegate_user, office="ordförande", valid_from=order.valid_from)
    seat = None
    for office in (None, SeatOffice.SUBSTITUTE):
        if office is not None:
            seat = committee.members.create(user=delegate_user, office=office, valid_from=order.valid_from)
        with pytest.raises(Refusal, match="är inte ledamot i nämnden") as refused:
            add_delegate(actor=registrar, clause_id=clause.pk, data=holder)
        assert refused.value.field == "user"
    cancel_member(actor=registrar, member_id=seat.pk, reason="Fel uppdrag")
    committee.members.create(user=delegate_user, office=SeatOffice.CHAIR, valid_from=order.valid_from)
    assert add_delegate(actor=registrar, clause_id=clause.pk, data=holder).office == "ordförande"
    assert (
        "Brådskande ärenden"
        in client_for(registrar).get(f"/handlaggning/delegation/{order.pk}/").content.decode()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        DelegationClause.objects.filter(pk=clause.pk).update(reportable=False)


# --- Pages ------------------------------------------------------------------------------------------------
def test_the_registrar_fills_and_calls_off_on_the_pages(meeting, signed, client_for, registrar):
    decision, client, page = signed(), client_for(registrar), f"{MEETINGS}{meeting.pk}/"
    assert "1 beslut fördes upp" in client.post(f"{page}fyll/", follow=True).content.decode()
    assert "inget nytt att föra upp" in client.post(f"{page}fyll/", follow=True).content.decode()
    after = later(meeting.committee)
    assert client.post(f"{page}stall-in/", {"reason": ""}).status_code == 422
    shown = client.post(f"{page}stall-in/", {"reason": "För få ärenden"}, follow=True).content.decode()
    for text in ("1 beslut flyttades till nästa lista.", "Sammanträdet är inställt", "För få ärenden"):
        assert text in shown, text
    assert on(after) == {decision.pk}
    assert "För få ärenden" in client.get(MEETINGS).content.decode()


def test_members_are_told_that_it_is_called_off(meeting, registrar, member, client_for):
    call_off(meeting, registrar)
    client = client_for(member)
    assert "är inställt: Sjukdom" in client.get("/namnd/").content.decode()
    assert "Sammanträdet är inställt: Sjukdom." in client.get(f"/namnd/{meeting.pk}/").content.decode()


@pytest.mark.parametrize(("days", "warned"), [(31, True), (30, False)])
def test_what_has_waited_long_is_warned_of(meeting, signed, client_for, registrar, days, warned):
    signed(decided_on=timezone.localdate() - timedelta(days=days))
    page = client_for(registrar).get(MEETINGS).content.decode()
    assert ("för mer än 30 dagar sedan" in page) == warned


@pytest.mark.parametrize(("days", "warned"), [(-4, False), (-3, True), (2, True)])
def test_a_list_whose_last_day_is_near_is_warned_of(meeting, listed, client_for, registrar, days, warned):
    close_agenda(meeting, days)
    client = client_for(registrar)
    for page in (MEETINGS, f"{MEETINGS}{meeting.pk}/"):
        assert ("är inte fastställd" in client.get(page).content.decode()) == warned, page
    confirm(meeting, registrar)
    assert "är inte fastställd" not in client.get(MEETINGS).content.decode()


def test_long_lists_have_pages_and_cost_the_same(meeting, signed, client_for, registrar, monkeypatch):
    client = client_for(registrar)
    monkeypatch.setattr("decisions.views.registrar.PER_PAGE", 2)
    monkeypatch.setattr("decisions.views.report_list.PER_PAGE", 2)
    pages = [f"{MEETINGS}{meeting.pk}/", f"{MEETINGS}{meeting.pk}/lista/?grupp=punkt"]
    for _ in range(2):
        signed()
    fill_lists()
    few = [count_queries(lambda page=page: client.get(page)) for page in pages]
    assert "Text till dagordningen" in client.get(pages[1]).content.decode()
    for _ in range(3):
        signed()
    fill_lists()
    assert [count_queries(lambda page=page: client.get(page)) for page in pages] == few
    assert len(client.get(f"{pages[0]}?lista=3").context["reports"]) == 1
    second = client.get(f"{pages[1]}&page=3")
    assert [len(group.lines) for group in second.context["groups"]] == [1]
    assert "Text till dagordningen" not in second.content.decode()
    text = client.get(f"{MEETINGS}{meeting.pk}/lista.txt?grupp=punkt")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.content.decode().count("Beslutat av") == Decision.objects.count() == 5
