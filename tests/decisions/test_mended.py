"""What was put right after 0.4.0 in delegation orders, appeal times and declarations of jäv."""

from datetime import timedelta

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications.enums import RecusalGround
from decisions import final_queries
from decisions.enums import AppealRoute, FinalState
from decisions.finality import AppealFacts, Facts, finality
from decisions.impartiality import DecisionRecused
from decisions.models import Appeal, Decision, DecisionDeclaration, DelegationOrder, PartyReceipt
from decisions.services import delegating
from decisions.services.drafting import delete_draft
from decisions.services.holding import end_delegate
from decisions.services.recusing import declare_in_decision
from s3portal.common.errors import Refusal
from s3portal.diary.guards import first_stop, require_assignable
from s3portal.outbox.models import Message
from tests import factories
from tests.decisions.test_finality import basis, day


# --- Each party has a time of its own ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("appellant", "party", "came", "state"),
    [
        # Chosen in the form, however the appellant is written.
        ("Peak ekonomisk förening", "Peak ek. för.", "2024-03-22", FinalState.APPEALED),
        ("Peak ekonomisk förening", "Peak ek. för.", "2024-03-25", FinalState.RUNNING),
        ("Peak ek. för.", "Norr AB", "2024-03-25", FinalState.APPEALED),
        # Registered before the party was chosen.
        ("peak EK. för.", "", "2024-03-25", FinalState.RUNNING),
        ("Norr AB", "", "2024-03-25", FinalState.APPEALED),
        ("Någon annan", "", "2024-03-25", FinalState.APPEALED),
    ],
)
def test_an_appeal_is_in_time_by_the_appellants_own_receipt(
    officer, registrar, appellant, party, came, state
):
    """Peak got it on 1 March and has until the 22nd; Norr on the 8th, until 2 April (2 April 2024 is a
    Tuesday: three weeks from the 8th is Good Friday)."""
    decision = factories.make_signed_decision(
        user=officer, kind="other", legal_basis=basis(AppealRoute.SERVICE), decided_on=day("2024-03-01")
    )
    for name, received, until in [
        ("Peak ek. för.", "2024-03-01", "2024-03-22"),
        ("Norr AB", "2024-03-08", "2024-04-02"),
    ]:
        PartyReceipt.objects.create(
            decision=decision, party=name, received_on=day(received), proved_by="Kvittens",
            appeal_until=day(until), registered_by=registrar,
        )  # fmt: skip
    Appeal.objects.create(
        decision=decision,
        received_on=day(came),
        appellant=appellant,
        party=party,
        registered_by=registrar,
    )
    today = day("2024-03-26")
    found = final_queries.finality_of_id(decision.pk, today=today)
    assert found is not None
    assert (found.state, found.last_day) == (state, day("2024-04-02"))
    [row] = final_queries.with_clock(Decision.objects.filter(pk=decision.pk))
    assert row.waits == (state is FinalState.APPEALED)


def test_what_came_too_late_for_its_own_party_is_told_as_late():
    late = AppealFacts(day("2024-03-25"), own_last_day=day("2024-03-22"))
    receipts = [day("2024-03-01"), day("2024-03-08")]
    found = finality(
        Facts(AppealRoute.SERVICE, day("2024-03-01"), receipts=receipts, appeals=[late]), day("2024-05-01")
    )
    assert (found.state, found.late_appeals) == (FinalState.FINAL, 1)


# --- Orders that overlapped before 0.4.0 ------------------------------------------------------------------
def test_a_new_order_ends_all_that_overlap(registrar):
    today, committee = timezone.localdate(), factories.make_committee()
    with pgtrigger.ignore("decisions.DelegationOrder:one_order_at_a_time"):
        old = [
            factories.make_delegation_order(committee=committee, valid_from=today - timedelta(days=days))
            for days in (200, 100)
        ]
    facts = delegating.OrderFacts("Ny", "2027", today + timedelta(days=5), today + timedelta(days=500))
    new = delegating.start_order(actor=registrar, committee=committee, facts=facts)
    factories.make_clause(order=new)
    delegating.adopt_order(
        actor=registrar, order_id=new.pk, expected_version=new.version, adopted_on=today, adopted="§ 5",
        ends_previous=True,
    )  # fmt: skip
    for order in old:
        order.refresh_from_db()
        assert order.valid_to == today + timedelta(days=4)
    with pytest.raises(DatabaseError, match="another order"), transaction.atomic():
        DelegationOrder.objects.filter(pk=old[0].pk).update(valid_to=today + timedelta(days=5))


# --- A delegate who leaves --------------------------------------------------------------------------------
def test_those_whose_decisions_wait_are_told_that_the_delegate_leaves(proposed, delegate, registrar, officer):
    today = timezone.localdate()
    for _ in range(2):
        end_delegate(actor=registrar, delegate_id=delegate.pk, last_day=today)
    mail = Message.objects.get(kind="delegate_ended")
    assert mail.to_email == officer.email
    assert str(proposed.case) in mail.subject
    assert f"/handlaggning/beslut/{proposed.pk}/" in mail.text_body


def test_of_a_draft_nobody_is_told(draft, delegate, registrar):
    end_delegate(actor=registrar, delegate_id=delegate.pk, last_day=timezone.localdate())
    assert not Message.objects.filter(kind="delegate_ended").exists()


# --- Jäv in a decision without an application -------------------------------------------------------------
@pytest.fixture
def declared(draft, second_officer):
    declare_in_decision(decision_id=draft.pk, actor=second_officer, ground=RecusalGround.RELATIVE)
    return draft


def test_who_has_declared_jav_opens_no_file_of_the_case_and_is_not_given_it(
    declared, second_officer, officer, registrar
):
    case = declared.case
    with pytest.raises(DecisionRecused):
        first_stop(second_officer, case)
    assert (first_stop(officer, case), first_stop(registrar, case)) == ("", "")
    with pytest.raises(Refusal, match="har anmält jäv i ärendet") as refused:
        require_assignable(registrar, case, second_officer)
    assert refused.value.field == "officer"
    with pytest.raises(Refusal, match="Du har anmält jäv"):
        require_assignable(second_officer, case, officer)
    require_assignable(registrar, case, officer)


def test_the_draft_goes_and_the_declaration_stays_with_the_case(declared, second_officer, officer):
    case = declared.case
    declare_in_decision(decision_id=declared.pk, actor=officer, ground=RecusalGround.NONE)
    delete_draft(decision_id=declared.pk, actor=officer)
    answers = DecisionDeclaration.objects.filter(case=case)
    assert {one.decision_id for one in answers} == {None}
    assert {second_officer, officer} <= {one.person for one in answers}
    with pytest.raises(PermissionDenied):
        first_stop(second_officer, case)
    for wrong in (answers.delete, lambda: answers.update(ground=RecusalGround.PARTY)):
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()
