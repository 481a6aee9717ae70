"""Decisions for all in a locked ranking: made, checked, sent, signed and expedited, each by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.utils import timezone

from applications import services
from applications.models import Application
from decisions import tasks
from decisions.batch_queries import waiting_batches
from decisions.checks import failing
from decisions.checks.ranked import ranked
from decisions.models import BatchItem, BatchStep, Decision, DecisionBatch, DecisionDocument, Expedition
from decisions.models.batch import UNLOCKED
from decisions.services import batch_steps, batching, signing
from decisions.services.drafting import delete_draft, draft_from_application
from decisions.services.proposing import propose_decision, return_decision
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.pdf import RenderingFailed
from s3portal.diary.models import Record
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.ranking import change, lock, unlock
from tests.decisions.batches import (
    batch,
    call,
    decisions_of,
    proposed_batch,
    ranking,
    sent,
    sign_all,
    steps_of,
    take_all,
)

__all__ = ["batch", "call", "proposed_batch", "ranking", "sent"]
pytestmark = pytest.mark.django_db
DONE = ("done", "")


def statuses(batch):
    return [one.status for one in decisions_of(batch)]


# --- The drafts -------------------------------------------------------------------------------------------
def test_each_application_gets_a_draft_that_follows_the_ranking(batch, sent, delegate):
    drafts = decisions_of(batch)
    assert [draft.application_id for draft in drafts] == [one.pk for one in sent]
    assert [(draft.kind, draft.amount) for draft in drafts] == [
        ("grant", 300_000), ("grant", 250_000), ("rejection", None),
    ]  # fmt: skip
    assert {draft.delegate for draft in drafts} == {delegate}
    assert drafts[1].points.last().text == "Slutrapporten lämnas före sommaren."
    assert steps_of(batch, "draft") == [DONE, DONE, DONE]


def test_the_reasons_are_each_ones_own(batch, call):
    area = call.areas.get()
    first, second, third = (draft.reasons for draft in decisions_of(batch))
    assert first == (
        "Ansökan har fått 100,0 av 100 poäng i den samlade bedömningen. Den står på plats 1 av 3 i "
        f"rangordningen av ansökningarna i utlysningen {call}.\n\n"
        "Den ryms inom utlysningens ram med 300\u00a0000\u00a0kronor.\n\n"
        f"Projektet hör till styrkeområdet {area} i {area.strategy.name}.\n\n"
        "Bedömningen mot utlysningens kriterier:\n\n- Kriterium 1: Därför.\n- Kriterium 2: Därför."
    )
    assert "250\u00a0000\u00a0kronor. Ansökan gällde 300\u00a0000\u00a0kronor." in second
    assert "plats 3 av 3" in third
    assert "styrkeområdet" not in third, "only a grant has to tell of the strategy"
    assert "Det som sedan återstår av ramen räcker inte till den här ansökan." in third


def test_the_assessors_words_stay_out_where_the_applicant_has_marked_secrets(
    call, owner, officer, assessor, delegate
):
    from tests.applications.judging import assign, go_through, hand_in
    from tests.applications.sending import send

    draft = factories.make_application(user=owner, call=call)
    draft.trade_secrets.create(field="summary", reason="Vår metod.")
    application = send(draft, owner)
    assign(application, officer, assessor)
    hand_in(application, assessor, 5, 5)
    go_through(application, officer)
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    change(ranking, application, officer, amount=300_000)
    lock(ranking, officer)
    made = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    (only,) = decisions_of(made)
    assert "plats 1 av 1" in only.reasons
    assert "Därför." not in only.reasons


def test_pressing_twice_makes_one_batch(batch, call, officer):
    assert batching.start_batch(call_id=call.pk, actor=officer) == batch
    assert batching.ask_for_drafts(batch_id=batch.pk, actor=officer) == batching.Asked(0, 0)
    assert (Decision.objects.count(), BatchItem.objects.count()) == (3, 3)


def test_the_database_holds_one_batch_to_a_locking(batch, officer):
    with pytest.raises(IntegrityError, match="lock_id"), transaction.atomic():
        DecisionBatch.objects.create(lock=batch.lock, made_by=officer)
    item = batch.items.first()
    with pytest.raises(IntegrityError, match="batch_application_once"), transaction.atomic():
        BatchItem.objects.create(
            batch=batch, application=item.application, place=9, proposal="reject", amount=0
        )


def test_what_the_ranking_said_and_what_came_of_a_step_stand(batch):
    item, step = batch.items.first(), BatchStep.objects.first()
    for change_it in (
        lambda: BatchItem.objects.filter(pk=item.pk).update(amount=1),
        lambda: BatchStep.objects.filter(pk=step.pk).update(reason="Annat"),
        lambda: BatchStep.objects.filter(pk=step.pk).delete(),
        batch.delete,
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change_it()


def test_one_step_at_a_time_in_a_decision(batch, officer):
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    waiting = BatchStep.objects.waiting().first()
    with pytest.raises(IntegrityError, match="batch_step_one_at_a_time"), transaction.atomic():
        BatchStep.objects.create(item=waiting.item, action="expedite", actor=officer)
    assert batching.propose_drafts(batch_id=batch.pk, actor=officer).count == 0


def test_an_open_ranking_leads_to_nothing(sent, call, officer):
    services.start_ranking(call_id=call.pk, actor=officer)
    with pytest.raises(Refusal, match="Lås rangordningen först"):
        batching.start_batch(call_id=call.pk, actor=officer)


def test_who_may_ask(batch, delegate_user, officer, registrar, call):
    for person in (delegate_user, registrar):
        for ask in (batching.ask_for_drafts, batching.propose_drafts, batching.ask_for_expedition):
            with pytest.raises(Refusal):
                ask(batch_id=batch.pk, actor=person)
        with pytest.raises(Refusal):
            batching.start_batch(call_id=call.pk, actor=person)
    with pytest.raises(Refusal, match="Bara en delegat"):
        sign_all(batch, officer)


def test_those_on_the_reserve_list_wait_until_they_are_rejected(sent, call, officer, delegate):
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    change(ranking, sent[0], officer, amount=300_000)
    change(ranking, sent[2], officer, proposal="reserve")
    lock(ranking, officer)
    made = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    assert [one.kind for one in decisions_of(made)] == ["grant", "rejection"]
    batching.ask_for_drafts(batch_id=made.pk, actor=officer, with_reserves=True)
    take_all()
    assert [one.kind for one in decisions_of(made)] == ["grant", "rejection", "rejection"]


def test_who_has_jav_in_one_makes_the_others(ranking, sent, call, officer, second_officer, delegate):
    declare(sent[1], second_officer, ground="party")
    declare(sent[0], second_officer)
    made = batching.start_batch(call_id=call.pk, actor=second_officer)
    take_all()
    assert [one.application_id for one in decisions_of(made)] == [sent[0].pk]
    # Not answered in the third, barred in the second.
    asked = batching.ask_for_drafts(batch_id=made.pk, actor=second_officer)
    assert asked == batching.Asked(0, 1)
    assert batching.ask_for_drafts(batch_id=made.pk, actor=officer) == batching.Asked(2, 0)


def test_a_draft_that_is_removed_can_be_made_again(batch, officer):
    first = decisions_of(batch)[0]
    delete_draft(decision_id=first.pk, actor=officer)
    assert batching.ask_for_drafts(batch_id=batch.pk, actor=officer).count == 1
    take_all()
    assert statuses(batch) == ["draft"] * 3


def test_a_draft_that_was_begun_before_is_taken_in_as_it_stands(ranking, sent, call, officer, delegate):
    begun = draft_from_application(application_id=sent[0].pk, actor=officer, kind="grant")
    Decision.objects.filter(pk=begun.pk).update(reasons="Egna skäl.")
    made = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    assert decisions_of(made)[0] == begun
    assert decisions_of(made)[0].reasons == "Egna skäl."


def test_a_draft_of_another_kind_is_left_beside_the_batchs(ranking, sent, call, officer, delegate):
    begun = draft_from_application(application_id=sent[0].pk, actor=officer, kind="other")
    made = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    taken = decisions_of(made)[0]
    assert (taken.kind, taken == begun) == ("grant", False)
    assert sent[0].decisions.count() == 2


def test_one_that_was_decided_before_the_batch_is_shown_with_its_decision(
    ranking, sent, call, officer, delegate, delegate_user
):
    begun = draft_from_application(application_id=sent[0].pk, actor=officer, kind="grant")
    Decision.objects.filter(pk=begun.pk).update(reasons="Egna skäl.")
    factories.consider(begun)
    declare(sent[0], delegate_user)
    proposed = propose_decision(decision_id=begun.pk, actor=officer, expected_version=begun.version)
    sign_decision(decision_id=begun.pk, actor=delegate_user, expected_version=proposed.version)
    made = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    assert decisions_of(made)[0] == begun
    assert statuses(made) == ["signed", "draft", "draft"]


def test_drafts_are_made_out_to_the_delegate_that_was_chosen(ranking, call, officer, delegate):
    other = factories.make_delegate(
        user=factories.make_staff("delegate"), clause=factories.make_clause(number="8.3")
    )
    made = batching.start_batch(call_id=call.pk, actor=officer, grants_by=delegate, rejections_by=other)
    take_all()
    assert [one.delegate for one in decisions_of(made)] == [delegate, delegate, other]
    assert decisions_of(made)[2].clause == other.clause


# --- Unlocked ---------------------------------------------------------------------------------------------
def test_an_unlocked_ranking_stops_all_and_the_next_locking_takes_the_drafts(
    batch, ranking, sent, call, officer
):
    unlock(ranking, officer)
    with pytest.raises(Refusal, match="Rangordningen är upplåst"):
        batching.propose_drafts(batch_id=batch.pk, actor=officer)
    drafts = decisions_of(batch)
    change(ranking, sent[0], officer, amount=200_000)
    lock(ranking, officer)
    again = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    assert decisions_of(again) == drafts
    assert decisions_of(batch) == []
    batching.propose_drafts(batch_id=again.pk, actor=officer)
    take_all()
    assert steps_of(again, "propose") == [
        ("failed", "Rangordningens belopp är 200\u00a0000\u00a0kr, men utkastets är 300\u00a0000\u00a0kr"),
        DONE,
        DONE,
    ]


def test_a_proposal_that_the_next_locking_does_not_lead_to_is_taken_in_and_stopped(
    proposed_batch, ranking, sent, call, officer, delegate_user
):
    """Left in the former batch it could be signed beside the new decision on the same application."""
    drafts = decisions_of(proposed_batch)
    unlock(ranking, officer)
    assert waiting_batches(delegate_user) == []
    change(ranking, sent[0], officer, proposal="reject")
    lock(ranking, officer)
    again = batching.start_batch(call_id=call.pk, actor=officer)
    take_all()
    assert decisions_of(again) == drafts
    item = again.items.get(decision=drafts[0])
    assert [one.code for one in failing(ranked(item, drafts[0]))] == ["ranked_kind"]
    sign_all(again, delegate_user)
    take_all()
    assert statuses(again) == ["proposed", "signed", "signed"]


def test_unlocked_between_the_signature_and_its_turn(proposed_batch, ranking, officer, delegate_user):
    sign_all(proposed_batch, delegate_user)
    unlock(ranking, officer)
    take_all()
    assert {reason for _state, reason in steps_of(proposed_batch, "sign")} == {UNLOCKED}
    assert statuses(proposed_batch) == ["proposed"] * 3


# --- Sent -------------------------------------------------------------------------------------------------
def test_those_that_pass_are_sent_and_the_others_say_why(batch, officer, delegate_user):
    drafts = decisions_of(batch)
    Decision.objects.filter(pk=drafts[1].pk).update(amount=240_000)
    Decision.objects.filter(pk=drafts[2].pk).update(unit="", background="")
    factories.consider(*drafts)
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    assert statuses(batch) == ["proposed", "draft", "draft"]
    assert steps_of(batch, "propose") == [
        DONE,
        ("failed", "Rangordningens belopp är 250\u00a0000\u00a0kr, men utkastets är 240\u00a0000\u00a0kr"),
        ("failed", "Enhet saknas; Ärendebeskrivning saknas"),
    ]
    mail = Message.objects.get(kind="decision_batch_proposed")
    assert (mail.to_email, mail.subject) == (
        delegate_user.email, f"Att skriva under: 1 beslut, {batch.lock.ranking.call}",
    )  # fmt: skip
    assert not Message.objects.filter(kind="decision_proposed").exists()
    # What is put right is sent the next time, and those that are sent stay.
    Decision.objects.filter(pk=drafts[1].pk).update(amount=250_000)
    factories.consider(drafts[1])
    assert batching.propose_drafts(batch_id=batch.pk, actor=officer).count == 2
    take_all()
    assert statuses(batch) == ["proposed", "proposed", "draft"]
    assert Message.objects.filter(kind="decision_batch_proposed").count() == 2


def test_another_kind_than_the_ranking_leads_to_is_not_sent(batch, officer):
    Decision.objects.filter(pk=decisions_of(batch)[2].pk).update(kind="other")
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    assert steps_of(batch, "propose")[2] == (
        "failed",
        "Rangordningen leder till avslag på ansökan, men utkastet är annat beslut",
    )


# --- Signed -----------------------------------------------------------------------------------------------
def test_each_is_signed_sealed_and_registered_by_itself(proposed_batch, delegate_user, sent):
    before = Record.objects.count()
    sign_all(proposed_batch, delegate_user)
    assert statuses(proposed_batch) == ["proposed"] * 3
    take_all()
    decisions = decisions_of(proposed_batch)
    assert [one.status for one in decisions] == ["signed"] * 3
    assert {one.signed_by for one in decisions} == {delegate_user}
    assert len({one.signed_at for one in decisions}) == len({one.slug for one in decisions}) == 3
    assert DecisionDocument.objects.filter(decision__in=decisions, sealed=True).count() == 3
    assert Record.objects.count() == before + 3
    assert [Application.objects.get(pk=one.pk).status for one in sent] == ["granted", "granted", "rejected"]
    assert Event.objects.filter(action="decision_signed", actor_id=delegate_user.pk).count() == 3
    asked = Event.objects.get(action="decision_batch_signed")
    assert asked.data == {"decisions": sorted(one.pk for one in decisions)}
    mail = Message.objects.get(kind="decision_batch_signed")
    assert mail.subject == f"Undertecknat: 3 beslut, {proposed_batch.lock.ranking.call}"
    assert not Message.objects.filter(kind="decision_signed").exists()


def test_one_that_is_unticked_waits(proposed_batch, delegate_user):
    sign_all(proposed_batch, delegate_user, decisions_of(proposed_batch)[:2])
    take_all()
    assert statuses(proposed_batch) == ["signed", "signed", "proposed"]


def test_one_that_is_returned_is_written_anew_and_signed_later(proposed_batch, officer, delegate_user):
    second = decisions_of(proposed_batch)[1]
    return_decision(
        decision_id=second.pk,
        actor=delegate_user,
        expected_version=second.version,
        reason="Skriv villkoret om.",
    )
    with pytest.raises(Conflict, match="väntar inte längre"):
        sign_all(proposed_batch, delegate_user)
    sign_all(proposed_batch, delegate_user, [one for one in decisions_of(proposed_batch) if one != second])
    take_all()
    assert statuses(proposed_batch) == ["signed", "draft", "signed"]
    batching.propose_drafts(batch_id=proposed_batch.pk, actor=officer)
    take_all()
    sign_all(proposed_batch, delegate_user, [decisions_of(proposed_batch)[1]])
    take_all()
    assert statuses(proposed_batch) == ["signed"] * 3


def test_what_is_signed_is_the_text_that_was_read(proposed_batch, delegate_user):
    first = decisions_of(proposed_batch)[0]
    first.version -= 1
    with pytest.raises(Conflict, match="har ändrats"):
        sign_all(proposed_batch, delegate_user, [first])
    with pytest.raises(Refusal, match="Välj minst ett beslut"):
        sign_all(proposed_batch, delegate_user, [])


def test_another_delegate_signs_nothing_of_it(proposed_batch):
    with pytest.raises(Conflict, match="väntar inte längre på din underskrift"):
        sign_all(proposed_batch, factories.make_staff("delegate"))


def test_the_mandate_is_asked_for_in_the_moment_of_each_signature(proposed_batch, delegate, delegate_user):
    sign_all(proposed_batch, delegate_user)
    first, *others = BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True)
    batch_steps.carry_out(step_id=first)
    factories.rewrite(delegate, valid_to=timezone.localdate() - timedelta(days=1))
    for pk in others:
        batch_steps.carry_out(step_id=pk)
    assert statuses(proposed_batch) == ["signed", "proposed", "proposed"]
    reasons = [reason for _state, reason in steps_of(proposed_batch, "sign")[1:]]
    assert all("Doris Direktör fick besluta till och med den" in reason for reason in reasons)


def test_above_the_ceiling_one_stays_and_the_others_are_signed(proposed_batch, delegate, delegate_user):
    factories.rewrite(delegate.clause, ceiling=300_000)
    sign_all(proposed_batch, delegate_user)
    take_all()
    assert statuses(proposed_batch) == ["proposed", "signed", "signed"]
    assert "för högt för punkt 8.1" in steps_of(proposed_batch, "sign")[0][1]


def test_jav_that_is_declared_meanwhile_stops_that_one(proposed_batch, delegate_user, sent):
    sign_all(proposed_batch, delegate_user)
    declare(sent[1], delegate_user, ground="relative")
    take_all()
    assert statuses(proposed_batch) == ["signed", "draft", "signed"]
    assert steps_of(proposed_batch, "sign")[1][0] == "failed"


def test_without_an_answer_on_jav_nothing_is_signed(batch, officer, delegate_user, sent):
    batching.propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    declare(sent[0], delegate_user)
    declared = batching.sign_chosen(
        batch_id=batch.pk, actor=delegate_user, chosen={one.pk: one.version for one in decisions_of(batch)}
    )
    assert declared == batching.Asked(1, 2)


def test_a_person_who_has_left_signs_nothing(proposed_batch, delegate_user):
    sign_all(proposed_batch, delegate_user)
    delegate_user.is_active = False
    delegate_user.save(update_fields=["is_active"])
    take_all()
    assert statuses(proposed_batch) == ["proposed"] * 3


@pytest.mark.parametrize(
    ("asked", "taken"),
    [("2026-11-26T11:00:00+00:00", "2026-11-26T12:00:01+00:00"),
     ("2026-11-26T22:59:00+00:00", "2026-11-26T23:00:00+00:00")],
)  # fmt: skip
def test_a_signature_is_carried_out_soon_and_on_its_own_day_or_not_at_all(
    proposed_batch, delegate_user, asked, taken
):
    with time_machine.travel(asked, tick=False):
        sign_all(proposed_batch, delegate_user)
    with time_machine.travel(taken, tick=False):
        take_all()
    assert {reason for _state, reason in steps_of(proposed_batch, "sign")} == {batch_steps.TOO_LATE}
    assert statuses(proposed_batch) == ["proposed"] * 3


def test_a_fault_in_one_rendering_says_why_and_the_others_go_on(proposed_batch, delegate_user, monkeypatch):
    real, broken = signing.render_decision, decisions_of(proposed_batch)[1].pk

    def render(decision, **how):
        if decision.pk == broken:
            raise RenderingFailed("Dokumentet innehåller tecken som inte går att skriva ut: 漢.")
        return real(decision, **how)

    monkeypatch.setattr(signing, "render_decision", render)
    sign_all(proposed_batch, delegate_user)
    take_all()
    assert statuses(proposed_batch) == ["signed", "proposed", "signed"]
    assert steps_of(proposed_batch, "sign")[1] == (
        "failed", "Dokumentet innehåller tecken som inte går att skriva ut: 漢.",
    )  # fmt: skip


def test_the_frame_is_never_exceeded(proposed_batch, delegate_user, call, sent):
    """The frame was lowered after the ranking was locked."""
    type(call).objects.filter(pk=call.pk).update(frame=540_000)
    sign_all(proposed_batch, delegate_user)
    take_all()
    assert statuses(proposed_batch) == ["signed", "proposed", "signed"]
    assert steps_of(proposed_batch, "sign")[1][1] == (
        "Utlysningens ram räcker inte: beloppet är 250\u00a0000\u00a0kr, och 240\u00a0000\u00a0kr är kvar av "
        "540\u00a0000\u00a0kr."
    )
    assert Application.objects.get(pk=sent[1].pk).status == "assessed"


def test_one_that_was_signed_for_itself_is_left_as_it_is(proposed_batch, delegate_user):
    sign_all(proposed_batch, delegate_user)
    first = decisions_of(proposed_batch)[0]
    sign_decision(decision_id=first.pk, actor=delegate_user, expected_version=first.version)
    take_all()
    assert statuses(proposed_batch) == ["signed"] * 3
    assert steps_of(proposed_batch, "sign")[0] == ("failed", "Beslutet är redan undertecknat.")


# --- Faults -----------------------------------------------------------------------------------------------
def test_what_is_no_refusal_is_tried_again_and_given_up_at_last(proposed_batch, delegate_user, monkeypatch):
    def fail(*_args, **_named):
        raise OSError("disk full")

    monkeypatch.setattr(signing, "store_record_file", fail)
    sign_all(proposed_batch, delegate_user, decisions_of(proposed_batch)[:1])
    step = BatchStep.objects.waiting().get()
    for _ in range(batch_steps.MOST_ATTEMPTS):
        with pytest.raises(OSError, match="disk full"):
            batch_steps.carry_out(step_id=step.pk)
        assert BatchStep.objects.waiting().get() == step
    assert batch_steps.carry_out(step_id=step.pk) is False
    assert steps_of(proposed_batch, "sign") == [("failed", batch_steps.GAVE_UP)]
    assert statuses(proposed_batch) == ["proposed"] * 3


def test_a_step_is_taken_once(proposed_batch, delegate_user):
    sign_all(proposed_batch, delegate_user)
    step = BatchStep.objects.waiting().order_by("pk").first()
    tasks.carry_out_step(step.pk)
    assert batch_steps.carry_out(step_id=step.pk) is False
    assert BatchStep.objects.get(pk=step.pk).attempts == 1


def test_what_has_come_to_a_halt_is_asked_for_again(proposed_batch, delegate_user, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.carry_out_step, "delay", asked.append)
    sign_all(proposed_batch, delegate_user)
    waiting = list(BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True))
    tasks.carry_out_stalled_steps()
    assert asked == []
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        tasks.carry_out_stalled_steps()
        assert asked == waiting
        asked.clear()
        # One is done: the others are on their way.
        batch_steps.carry_out(step_id=waiting[0])
        tasks.carry_out_stalled_steps()
        assert asked == []


def test_a_broker_that_is_away_is_asked_once(
    proposed_batch, delegate_user, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []

    def away(pk):
        asked.append(pk)
        raise OSError("no broker")

    monkeypatch.setattr(tasks.carry_out_step, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        sign_all(proposed_batch, delegate_user)
    assert len(asked) == 1
    assert BatchStep.objects.waiting().count() == 3


# --- Expedited --------------------------------------------------------------------------------------------
def test_all_that_is_signed_is_expedited(proposed_batch, officer, delegate_user):
    sign_all(proposed_batch, delegate_user, decisions_of(proposed_batch)[:2])
    take_all()
    assert batching.ask_for_expedition(batch_id=proposed_batch.pk, actor=officer).count == 2
    take_all()
    assert Expedition.objects.count() == 2
    assert Message.objects.filter(kind="decision_extract").count() == 2
    assert batching.ask_for_expedition(batch_id=proposed_batch.pk, actor=officer).count == 0
