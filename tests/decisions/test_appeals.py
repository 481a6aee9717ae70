"""Appeals from the day they came in until the ruling is final, and who got a decision when."""

from datetime import date, datetime

import pytest
import time_machine
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from decisions.enums import AppealAction, AppealStatus, FinalState
from decisions.final_queries import final_list, finality_of_id
from decisions.models import Addressee, Appeal, PartyReceipt
from decisions.services import appeals
from decisions.services.notices import post_decision_notice
from decisions.services.receipts import register_receipt, remove_receipt
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import STOCKHOLM
from s3portal.diary.models import Case, Record
from tests import factories
from tests.applications.sending import send

TODAY = date(2024, 6, 3)
COURT = "Förvaltningsrätten i Härnösand"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2024, 6, 3, 10, tzinfo=STOCKHOLM), tick=False) as traveller:
        yield traveller


@pytest.fixture
def decision(officer, registrar):
    """Its own notice stood from 2 May; the last day is 23 May."""
    made = factories.make_signed_decision(user=officer, reportable=False, decided_on=date(2024, 4, 29))
    post_decision_notice(
        decision_id=made.pk, kept_at="Regionens hus", actor=registrar, posted_elsewhere_on=date(2024, 5, 2)
    )
    return made


@pytest.fixture
def recovery(officer):
    """A decision that the party may appeal under förvaltningslagen."""
    basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only", valid_from=date(2018, 1, 1))
    return factories.make_signed_decision(
        user=officer, kind="other", legal_basis=basis, decided_on=date(2024, 4, 29)
    )


def register(decision, actor, day=date(2024, 5, 20), **fields):
    return appeals.register_appeal(
        decision_id=decision.pk, received_on=day, appellant="Anna Andersson", actor=actor, **fields
    )


def state(decision):
    return finality_of_id(decision.pk, today=TODAY)


# --- The whole way ----------------------------------------------------------------------------------------
def test_from_received_to_final(decision, registrar, clock):
    assert state(decision).state == FinalState.FINAL
    appeal = register(decision, registrar)
    assert (appeal.status, appeal.at_court) == ("received", "")
    assert state(decision).sentence.endswith("Överklagandet är inte överlämnat än.")
    appeal = appeals.hand_over_appeal(
        appeal_id=appeal.pk, handed_over_on=date(2024, 5, 21), court=COURT, actor=registrar
    )
    assert appeal.at_court == COURT
    appeal = appeals.number_appeal(appeal_id=appeal.pk, court_case_number="1234-24", actor=registrar)
    assert appeal.at_court == f"{COURT}, mål nr 1234-24"
    found = state(decision)
    assert (found.state, found.at_court) == (FinalState.APPEALED, [f"{COURT}, mål nr 1234-24"])
    appeals.decide_appeal(
        appeal_id=appeal.pk, outcome="rejected", outcome_on=date(2024, 5, 27), actor=registrar
    )
    assert state(decision).state == FinalState.APPEALED
    # The higher court's ruling takes the place of the first.
    appeals.decide_appeal(
        appeal_id=appeal.pk,
        outcome="dismissed",
        outcome_on=date(2024, 5, 29),
        court="Kammarrätten i Sundsvall",
        court_case_number="99-24",
        actor=registrar,
    )
    closed = appeals.close_appeal(appeal_id=appeal.pk, final_on=date(2024, 6, 1), actor=registrar)
    assert (closed.is_closed, closed.at_court) == (True, "Kammarrätten i Sundsvall, mål nr 99-24")
    found = state(decision)
    assert (found.state, found.final_on) == (FinalState.FINAL, date(2024, 6, 1))
    records = Record.objects.filter(case=decision.case).order_by("number")
    assert [(one.direction, one.title, one.counterpart) for one in records][-4:] == [
        ("incoming", "Överklagande", "Anna Andersson"),
        ("outgoing", "Överklagande överlämnat till domstol", COURT),
        ("incoming", "Domstolens avgörande om överklagande", COURT),
        ("incoming", "Domstolens avgörande om överklagande", "Kammarrätten i Sundsvall"),
    ]
    actions = (
        Event.objects.filter(action__startswith="appeal_").order_by("pk").values_list("action", flat=True)
    )
    assert list(actions) == [
        "appeal_registered", "appeal_handed_over", "appeal_numbered", "appeal_decided", "appeal_decided",
        "appeal_closed",
    ]  # fmt: skip


def test_the_diary_has_the_day_an_appeal_came_and_went(decision, registrar):
    appeal = register(decision, registrar, date(2024, 5, 17))
    appeals.hand_over_appeal(
        appeal_id=appeal.pk, handed_over_on=date(2024, 5, 21), court=COURT, actor=registrar
    )
    register(decision, registrar, TODAY)
    register(decision, registrar, date(2024, 5, 17), received_at_court=True)
    records = Record.objects.filter(title__icontains="överklagande").order_by("number")
    told = [(one.title, timezone.localdate(one.dated_at), one.has_time) for one in records]
    assert told == [
        ("Överklagande", date(2024, 5, 17), False),
        ("Överklagande överlämnat till domstol", date(2024, 5, 21), False),
        ("Överklagande", TODAY, True),
        ("Underrättelse från domstolen om överklagande", TODAY, True),
    ]


def test_an_annulled_decision_is_never_final(decision, registrar):
    appeal = register(decision, registrar, received_at_court=True, court_case_number="7-24")
    assert (appeal.status, appeal.at_court) == ("at_court", f"{COURT}, mål nr 7-24")
    appeals.decide_appeal(
        appeal_id=appeal.pk, outcome="annulled", outcome_on=date(2024, 5, 30), actor=registrar
    )
    appeals.close_appeal(appeal_id=appeal.pk, final_on=date(2024, 6, 3), actor=registrar)
    found = state(decision)
    assert (found.state, found.final_on) == (FinalState.ANNULLED, None)


def test_a_protected_appellant_is_not_in_the_diary(decision, registrar):
    register(decision, registrar, appellant_protected=True)
    assert not Record.objects.filter(counterpart__contains="Andersson").exists()
    assert not Event.objects.filter(text__contains="Andersson").exists()


@pytest.mark.parametrize(("day", "is_late"), [(date(2024, 5, 23), False), (date(2024, 5, 24), True)])
def test_the_last_day_is_in_time(decision, registrar, day, is_late):
    register(decision, registrar, day)
    found = state(decision)
    assert found.late_appeals == int(is_late)
    assert (found.state == FinalState.FINAL) == is_late


def test_a_mistake_counts_for_nothing(decision, registrar):
    appeal = register(decision, registrar)
    cancelled = appeals.cancel_appeal(appeal_id=appeal.pk, actor=registrar)
    assert (cancelled.status, cancelled.outcome, cancelled.outcome_final_on) == ("closed", "mistake", TODAY)
    assert state(decision).state == FinalState.FINAL


# --- Every status and action ------------------------------------------------------------------------------
STEPS = {
    AppealAction.HAND_OVER: lambda pk, actor: appeals.hand_over_appeal(
        appeal_id=pk, handed_over_on=date(2024, 5, 27), court=COURT, actor=actor
    ),
    AppealAction.NUMBER: lambda pk, actor: appeals.number_appeal(
        appeal_id=pk, court_case_number="1-24", actor=actor
    ),
    AppealAction.DISMISS: lambda pk, actor: appeals.dismiss_appeal(
        appeal_id=pk, dismissed_on=date(2024, 5, 28), actor=actor
    ),
    AppealAction.DECIDE: lambda pk, actor: appeals.decide_appeal(
        appeal_id=pk, outcome="rejected", outcome_on=date(2024, 5, 29), actor=actor
    ),
    AppealAction.CLOSE: lambda pk, actor: appeals.close_appeal(
        appeal_id=pk, final_on=date(2024, 6, 2), actor=actor
    ),
    AppealAction.CANCEL: lambda pk, actor: appeals.cancel_appeal(appeal_id=pk, actor=actor),
}
WAYS = {
    AppealStatus.RECEIVED: [],
    AppealStatus.AT_COURT: [AppealAction.HAND_OVER],
    AppealStatus.DECIDED: [AppealAction.HAND_OVER, AppealAction.DECIDE],
    AppealStatus.CLOSED: [AppealAction.CANCEL],
}


@pytest.fixture
def late(recovery, registrar):
    """An appeal that came too late, of the kind that the region itself dismisses."""
    register_receipt(
        decision_id=recovery.pk,
        party="Peak",
        received_on=date(2024, 5, 2),
        proved_by="Kvitto",
        actor=registrar,
    )
    return register(recovery, registrar, date(2024, 5, 24))


@pytest.mark.parametrize("action", AppealAction)
@pytest.mark.parametrize("status", AppealStatus)
def test_each_status_and_action(late, registrar, status, action):
    for step in WAYS[status]:
        STEPS[step](late.pk, registrar)
    assert Appeal.objects.get().status == status
    leads_to = appeals.TRANSITIONS[status].get(action)
    if leads_to is None:
        with pytest.raises(Refusal, match=r"\.$"):
            STEPS[action](late.pk, registrar)
        assert Appeal.objects.get().status == status
    else:
        assert STEPS[action](late.pk, registrar).status == leads_to
        assert Appeal.objects.get().status == leads_to


@pytest.mark.parametrize("action", AppealAction)
def test_only_the_registrar(late, officer, admin_user, action):
    for actor in (officer, admin_user):
        with pytest.raises(Refusal, match=r"Bara en registrator registrerar överklaganden\."):
            STEPS[action](late.pk, actor)


def test_who_may_register(decision, officer):
    with pytest.raises(Refusal, match=r"Bara en registrator registrerar överklaganden\."):
        register(decision, officer)
    assert not Appeal.objects.exists()


# --- Too late ---------------------------------------------------------------------------------------------
def test_the_region_dismisses_only_what_is_its_to_dismiss(decision, recovery, late, registrar):
    in_time = register(recovery, registrar, date(2024, 5, 23))
    with pytest.raises(Refusal, match="kom in i tid"):
        STEPS[AppealAction.DISMISS](in_time.pk, registrar)
    of_the_court = register(decision, registrar, date(2024, 5, 24))
    with pytest.raises(Refusal, match="Domstolen prövar om överklagandet kom in i tid"):
        STEPS[AppealAction.DISMISS](of_the_court.pk, registrar)
    assert STEPS[AppealAction.DISMISS](late.pk, registrar).outcome == "late"


@pytest.mark.parametrize(("protected", "told"), [(False, "Anna Andersson"), (True, "")])
def test_a_dismissal_stands_in_the_diary_with_its_day(late, registrar, protected, told):
    Appeal.objects.filter(pk=late.pk).update(appellant_protected=protected)
    STEPS[AppealAction.DISMISS](late.pk, registrar)
    record = Record.objects.filter(case=late.decision.case).order_by("number").last()
    assert (record.direction, record.title) == ("drawn_up", "Överklagande avvisat som för sent inkommet")
    assert (record.counterpart, timezone.localdate(record.dated_at)) == (told, date(2024, 5, 28))


def test_each_party_has_a_time_of_its_own(recovery, registrar):
    for party, day in (("Anna Andersson", date(2024, 4, 30)), ("Peak", date(2024, 5, 10))):
        register_receipt(
            decision_id=recovery.pk, party=party, received_on=day, proved_by="Kvitto", actor=registrar
        )
    appeal = register(recovery, registrar, date(2024, 5, 22))
    assert STEPS[AppealAction.DISMISS](appeal.pk, registrar).outcome == "late"


def test_before_the_clock_nothing_is_too_late(recovery, registrar):
    appeal = register(recovery, registrar, date(2024, 5, 31))
    with pytest.raises(Refusal, match="kom in i tid"):
        STEPS[AppealAction.DISMISS](appeal.pk, registrar)


# --- Days and outcomes that cannot be ---------------------------------------------------------------------
def test_days_in_order(decision, officer, registrar):
    for day, sentence in [
        (date(2024, 4, 28), "Beslutet fattades 29 april 2024."),
        (date(2024, 6, 4), "Ange en dag som har varit."),
    ]:
        with pytest.raises(Refusal, match=sentence) as refused:
            register(decision, registrar, day)
        assert refused.value.field == "received_on"
    with pytest.raises(Refusal, match=r"Beslutet är inte undertecknat\."):
        register(factories.make_decision(user=officer), registrar)
    appeal = register(decision, registrar)
    with pytest.raises(Refusal, match="Överklagandet kom in 20 maj 2024") as refused:
        appeals.hand_over_appeal(
            appeal_id=appeal.pk, handed_over_on=date(2024, 5, 19), court=COURT, actor=registrar
        )
    assert refused.value.field == "handed_over_on"
    STEPS[AppealAction.HAND_OVER](appeal.pk, registrar)
    for outcome, sentence in [
        ("late", "Välj hur domstolen avgjorde målet."),
        ("x", "Välj hur domstolen"),
        ("changed", "kan domstolen bara upphäva beslutet"),
    ]:
        with pytest.raises(Refusal, match=sentence) as refused:
            appeals.decide_appeal(
                appeal_id=appeal.pk, outcome=outcome, outcome_on=date(2024, 5, 30), actor=registrar
            )
        assert refused.value.field == "outcome"
    STEPS[AppealAction.DECIDE](appeal.pk, registrar)
    with pytest.raises(Refusal, match="Avgörandet kom 29 maj 2024"):
        appeals.close_appeal(appeal_id=appeal.pk, final_on=date(2024, 5, 28), actor=registrar)


def test_what_the_database_refuses(decision, registrar):
    appeal = register(decision, registrar)
    rows = Appeal.objects.filter(pk=appeal.pk)
    for name, change in [
        ("appeal_status_known", {"status": "lost"}),
        ("appeal_outcome_known", {"status": "decided", "outcome": "x", "outcome_on": TODAY}),
        ("appeal_whole", {"status": "at_court"}),
        ("appeal_whole", {"status": "decided", "court": COURT}),
        ("appeal_whole", {"status": "closed", "outcome": "rejected", "outcome_on": TODAY}),
        (
            "appeal_dates_in_order",
            {"status": "at_court", "court": COURT, "handed_over_on": date(2024, 5, 1)},
        ),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        rows.update(received_on=date(2024, 5, 1))
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        rows.delete()
    appeals.cancel_appeal(appeal_id=appeal.pk, actor=registrar)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        rows.update(court_case_number="1-24")


# --- Who got it when --------------------------------------------------------------------------------------
def receive(decision, actor, day=date(2024, 5, 10), party="Peak"):
    return register_receipt(
        decision_id=decision.pk, party=party, received_on=day, proved_by="Delgivningskvitto", actor=actor
    )


def test_the_day_a_party_got_it_starts_the_clock(recovery, registrar):
    assert state(recovery).state == FinalState.UNSERVED
    receipt = receive(recovery, registrar)
    assert receipt.appeal_until == date(2024, 5, 31)
    assert state(recovery).final_on == date(2024, 6, 1)
    event = Event.objects.get(action="receipt_registered")
    assert event.text == "Peak fick del av beslutet 2024-05-10 (Delgivningskvitto)"
    with pytest.raises(Conflict, match="Peak finns redan"):
        receive(recovery, registrar)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        PartyReceipt.objects.update(received_on=date(2024, 5, 1))
    remove_receipt(receipt_id=receipt.pk, actor=registrar)
    assert state(recovery).state == FinalState.UNSERVED
    with pytest.raises(Conflict, match="redan borttagen"):
        remove_receipt(receipt_id=receipt.pk, actor=registrar)


def party(decision, name, officer, email=""):
    return Addressee.objects.create(
        decision=decision, name=name, kind="party", way="post", email=email, added_by=officer
    )


def test_it_is_not_final_while_a_party_has_not_got_it(client_for, recovery, registrar, officer):
    """FL 44 §: the time of the other has not begun, however long ago the first got it."""
    party(recovery, "Peak Jämtland ekonomisk förening", officer)
    party(recovery, "Fjäll AB", officer)
    client, address = client_for(registrar), f"/handlaggning/beslut/{recovery.pk}/delgivning/"
    told = "Har inte registrerats som delgivna: <b>Peak Jämtland ekonomisk förening</b>, <b>Fjäll AB</b>."
    assert told in client.get(address).content.decode()
    typed = {"received_on": "2024-05-10", "proved_by": "Kvitto"}
    for fields, words in (
        ({"chosen": "", "party": ""}, "Skriv vem det är."),
        ({"chosen": "Fjäll AB", "party": "Peak"}, "Välj en part eller skriv ett namn, inte båda."),
    ):
        answer = client.post(address, typed | fields)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert client.post(address, typed | {"chosen": "Fjäll AB"}).status_code == 302
    found = state(recovery)
    assert (found.state, found.final_on) == (FinalState.UNSERVED, None)
    assert found.unserved == ["Peak Jämtland ekonomisk förening"]
    assert "en part har inte registrerats som delgiven" in found.sentence
    assert "Peak" not in found.sentence + found.warning, "lists and the public read these"
    page = client.get(f"/handlaggning/beslut/{recovery.pk}/").content.decode()
    assert "delgivna: <b>Peak Jämtland ekonomisk förening</b>." in page
    receive(recovery, registrar, date(2024, 5, 13), party="PEAK Jämtland ekonomisk förening")
    assert (state(recovery).final_on, state(recovery).unserved) == (date(2024, 6, 4), [])
    other = client.post(address, typed | {"party": "Region Norr"})
    assert other.status_code == 302, "somebody else is written by name"


NAMED = "Peak Jämtland ekonomisk förening"


@pytest.mark.parametrize(
    ("recipients", "typed", "left"),
    [
        # Two parties may have one representative, and each has a time of its own (FL 44 §).
        ([(NAMED, "peak@example.org"), ("Anna Ek", "PEAK@example.org")], NAMED, ["Anna Ek"]),
        ([(NAMED, "peak@example.org"), ("Anna Ek", "PEAK@example.org")], "anna ek", [NAMED]),
        # One address, and one name is a part of the other.
        ([(NAMED, "peak@example.org"), (f"Ekonomi, {NAMED}", "PEAK@example.org")], NAMED, []),
        ([("Fjäll AB", "fjall@example.org"), ("Fjäll", "fjall@example.org")], "Fjäll", []),
        ([(NAMED, "peak@example.org"), ("Anna Ek", "")], "peak@example.org", ["Anna Ek"]),
        ([(NAMED, "a@example.org"), (NAMED.upper(), "b@example.org")], NAMED, []),
        # As it may have been typed before the parties could be chosen.
        ([(NAMED, "")], "Peak Jämtland ek. för.", []),
        ([(NAMED, "")], "Peak Jämtland ek.för, org.nr 769600-1234", []),
        ([("Fjäll AB", "")], "Fjäll Aktiebolag (556000-4615)", []),
        # Those that are not known to be one are several.
        ([(NAMED, "peak@example.org"), ("Anna Ek", "anna@example.org")], NAMED, ["Anna Ek"]),
        ([("Norr AB", "")], "Region Norr", ["Norr AB"]),
        ([("Norr AB", ""), ("Norr HB", "")], "Norr HB", ["Norr AB"]),
        ([("556000-4615", ""), ("769600-1234", "")], "556000-4615", ["769600-1234"]),
        ([(NAMED, ""), ("Anna Ek", "")], "", [NAMED, "Anna Ek"]),
        ([(NAMED, "peak@example.org"), ("Anna Ek", "peak@example.org")], "", [NAMED, "Anna Ek"]),
        ([("Fjäll AB", "fjall@example.org"), ("Fjäll", "fjall@example.org")], "", ["Fjäll AB"]),
    ],
)
def test_recipients_that_are_one_party_are_served_by_one_receipt(
    recovery, registrar, officer, recipients, typed, left
):
    for name, email in recipients:
        party(recovery, name, officer, email)
    if typed:
        receive(recovery, registrar, party=typed)
    found = state(recovery)
    assert found.unserved == left
    assert (found.state == FinalState.UNSERVED) == bool(left)
    waits = {one.pk for one in final_list("varningar", today=TODAY).decisions}
    assert waits == ({recovery.pk} if left else set()), "the list says the same"


def test_the_applicant_is_one_party_under_all_its_names_and_addresses(officer, owner, registrar):
    application = send(factories.make_application(user=owner), owner)
    organisation = application.organisation
    basis = factories.make_legal_basis(appeal_rule="stop_and_recovery_only", valid_from=date(2018, 1, 1))
    made = factories.make_signed_decision(
        user=officer,
        kind="other",
        legal_basis=basis,
        decided_on=date(2024, 4, 29),
        application=application,
        case=application.case,
    )
    party(made, organisation.name, officer)
    party(made, "Kansliet", officer, application.contact_email)
    assert state(made).unserved == [organisation.name]
    party(made, "Fjäll AB", officer)
    receive(made, registrar, party="Kansliet")
    assert state(made).unserved == ["Fjäll AB"]
    remove_receipt(receipt_id=made.receipts.get().pk, actor=registrar)
    receive(made, registrar, party=organisation.name)
    assert state(made).unserved == ["Fjäll AB"]


def test_the_counterpart_of_a_case_is_served_by_its_name(recovery, registrar, officer):
    Case.objects.filter(pk=recovery.case_id).update(counterpart="Fjäll AB")
    party(recovery, "Fjäll aktiebolag", officer, "fjall@example.org")
    receive(recovery, registrar, party="fjäll ab")
    assert state(recovery).unserved == []


def test_the_party_who_appeals_is_chosen_and_its_own_time_decides(
    client_for, decision, recovery, registrar, officer
):
    """Whoever has written the appeal, and however the name is spelt."""
    receive(recovery, registrar, date(2024, 5, 2), party="Peak Jämtland ekonomisk förening")
    receive(recovery, registrar, date(2024, 5, 10), party="Norr AB")
    party(recovery, "Fjäll AB", officer)
    client, address = client_for(registrar), f"/handlaggning/beslut/{recovery.pk}/overklagande/"
    page = client.get(address).content.decode()
    for name in ("Peak Jämtland ekonomisk förening", "Norr AB", "Fjäll AB"):
        assert f'<option value="{name}">{name}</option>' in page
    typed = {"appellant": "Peak Jämtland ek. för. genom advokat Ek", "received_on": "2024-05-24"}
    for chosen, words in (("", "Välj part, eller att det är någon annan."), ("Syd AB", "Syd AB")):
        answer = client.post(address, typed | {"party": chosen})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    for chosen, last_day in (
        ("Peak Jämtland ekonomisk förening", date(2024, 5, 23)),
        ("Norr AB", date(2024, 5, 31)),
        ("Fjäll AB", None),
        ("-", None),
    ):
        assert client.post(address, typed | {"party": chosen}).status_code == 302
        made = Appeal.objects.latest("pk")
        assert made.party == ("" if chosen == "-" else chosen)
        assert appeals.last_day_of(made) == last_day, "no time runs out while Fjäll AB has not got it"
    with pytest.raises(Refusal, match="Välj en av parterna"):
        register(recovery, registrar, party="Syd AB")
    # Where the time runs from the notice there is one for all.
    board = client.get(f"/handlaggning/beslut/{decision.pk}/overklagande/").content.decode()
    assert "För vilken part" not in board
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(party="Norr AB")


def test_receipts_that_cannot_be(decision, recovery, registrar, officer):
    for target, actor, day, sentence in [
        (decision, registrar, date(2024, 5, 10), "räknas inte från delgivningen"),
        (recovery, officer, date(2024, 5, 10), "Bara en registrator"),
        (recovery, registrar, date(2024, 4, 28), "Beslutet fattades 29 april 2024"),
        (recovery, registrar, date(2024, 6, 4), "Ange en dag som har varit"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            receive(target, actor, day)
    receipt = receive(recovery, registrar)
    with pytest.raises(Refusal, match="Bara en registrator"):
        remove_receipt(receipt_id=receipt.pk, actor=officer)
    with pytest.raises(IntegrityError, match="receipt_time_in_order"), transaction.atomic():
        PartyReceipt.objects.create(
            decision=recovery, party="x", received_on=TODAY, proved_by="x", appeal_until=date(2024, 6, 2),
            registered_by=registrar,
        )  # fmt: skip
