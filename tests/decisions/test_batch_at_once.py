"""A batch whose worker is killed, and two workers or people at the same batch at once."""

import threading
import time

import pytest
from django.db import transaction

from applications.models import Application
from applications.services import unlock_ranking
from decisions.models import BatchStep, Decision, DecisionBatch, DecisionDocument, SecrecyReview
from decisions.services import batch_steps, batching
from decisions.services.batch_steps import carry_out
from decisions.services.batching import propose_drafts
from decisions.services.drafting import lock_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.diary.models import Record, RecordFile
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.ranking import version
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
from tests.decisions.test_signing import at_once
from tests.dying import run_until_killed

__all__ = ["batch", "call", "proposed_batch", "ranking", "sent"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
STEPS, SIGNING = "decisions.services.batch_steps", "decisions.services.signing"


def carry_out_in_own_process(*, step_ids: list[int]) -> None:
    """What a worker does, for a process that is killed meanwhile."""
    for pk in step_ids:
        carry_out(step_id=pk)


def assert_whole(decision: Decision) -> None:
    """Signed, with one sealed file, one line in the diary, one event, and its application decided."""
    stored = Decision.objects.get(pk=decision.pk)
    assert stored.status == "signed"
    document = DecisionDocument.objects.get(decision=stored)
    content = read_frozen(document.file.storage_name, sha256=document.file.sha256)
    assert check_seal(content, roots=seal_roots()).intact
    assert Record.objects.filter(case=stored.case, title__startswith="Beslut: ").count() == 1
    assert Event.objects.filter(action="decision_signed", object_id=stored.pk).count() == 1
    wanted = "granted" if stored.kind == "grant" else "rejected"
    assert Application.objects.get(pk=stored.application_id).status == wanted


def assert_untouched(decision: Decision) -> None:
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.status, stored.slug, stored.full_text, stored.signed_at) == ("proposed", None, "", None)
    assert not DecisionDocument.objects.filter(decision=stored).exists()
    assert not RecordFile.objects.filter(record__case=stored.case, filename__startswith="beslut-").exists()
    assert not Event.objects.filter(action="decision_signed", object_id=stored.pk).exists()
    assert Application.objects.get(pk=stored.application_id).status == "assessed"


@pytest.mark.parametrize(
    ("at", "after"),
    [
        (f"{STEPS}:sign_decision", False),
        (f"{SIGNING}:render_decision", False),
        (f"{SIGNING}:seal_pdf", True),
        (f"{SIGNING}:store_record_file", True),
        (f"{STEPS}:_settle", False),
        (f"{STEPS}:_settle", True),
    ],
)
def test_killed_in_the_second_leaves_one_whole_and_none_half(proposed_batch, delegate_user, at, after):
    sign_all(proposed_batch, delegate_user)
    first, second, third = decisions_of(proposed_batch)
    run_until_killed(
        f"{__name__}:carry_out_in_own_process",
        at=at,
        call=2,
        after=after,
        step_ids=list(BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True)),
    )
    assert_whole(first)
    for decision in (second, third):
        assert_untouched(decision)
    assert [state for state, _reason in steps_of(proposed_batch, "sign")] == ["done", "waiting", "waiting"]
    assert not Message.objects.filter(kind="decision_batch_signed").exists()
    # The next worker finds what is left, and nothing is done twice.
    take_all()
    for decision in (first, second, third):
        assert_whole(decision)
    assert steps_of(proposed_batch, "sign") == [("done", "")] * 3
    assert BatchStep.objects.get(item__place=2, action="sign").attempts == 2
    assert Message.objects.filter(kind="decision_batch_signed").count() == 1


def test_killed_when_the_second_is_committed_leaves_two_whole(proposed_batch, delegate_user):
    sign_all(proposed_batch, delegate_user)
    run_until_killed(
        f"{__name__}:carry_out_in_own_process",
        at=f"{__name__}:carry_out",
        call=2,
        after=True,
        step_ids=list(BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True)),
    )
    first, second, third = decisions_of(proposed_batch)
    assert_whole(first)
    assert_whole(second)
    assert_untouched(third)


# --- At the same moment -----------------------------------------------------------------------------------
def test_two_workers_share_a_batch(proposed_batch, delegate_user):
    """Both are given every step: each is taken once, and one mail tells of them all."""
    sign_all(proposed_batch, delegate_user)
    steps = list(BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True))
    results = at_once(
        lambda: carry_out_in_own_process(step_ids=steps),
        lambda: carry_out_in_own_process(step_ids=steps[::-1]),
    )
    assert results == [None, None]
    take_all()
    for decision in decisions_of(proposed_batch):
        assert_whole(decision)
    assert Message.objects.filter(kind="decision_batch_signed").count() == 1


def test_two_grants_at_once_do_not_exceed_the_frame(proposed_batch, delegate_user, call, sent):
    type(call).objects.filter(pk=call.pk).update(frame=540_000)
    sign_all(proposed_batch, delegate_user, decisions_of(proposed_batch)[:2])
    one, other = BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True)
    at_once(lambda: carry_out(step_id=one), lambda: carry_out(step_id=other))
    assert sorted(state for state, _reason in steps_of(proposed_batch, "sign")) == ["done", "failed"]
    assert sorted(Application.objects.get(pk=each.pk).status for each in sent[:2]) == ["assessed", "granted"]


def test_two_who_press_at_once_make_one_batch(ranking, call, officer, second_officer, delegate):
    results = at_once(
        lambda: batching.start_batch(call_id=call.pk, actor=officer),
        lambda: batching.start_batch(call_id=call.pk, actor=second_officer),
    )
    assert results == [DecisionBatch.objects.get()] * 2


def test_two_who_sign_the_same_at_once_sign_it_once(proposed_batch, delegate_user):
    results = at_once(
        lambda: sign_all(proposed_batch, delegate_user), lambda: sign_all(proposed_batch, delegate_user)
    )
    assert results == [None, None]
    assert BatchStep.objects.waiting().count() == 3


def test_the_signature_and_unlocking_do_not_cross(proposed_batch, delegate_user, ranking, officer):
    """Either nothing is signed and the ranking is open, or it is signed and the ranking stands."""
    sign_all(proposed_batch, delegate_user)
    step = BatchStep.objects.waiting().order_by("pk").first()
    seen = version(ranking)
    _signed, unlocked = at_once(
        lambda: carry_out(step_id=step.pk),
        lambda: unlock_ranking(ranking_id=ranking.pk, actor=officer, expected_version=seen, reason="Fel."),
    )
    first = decisions_of(proposed_batch)[0]
    if isinstance(unlocked, Refusal):
        assert_whole(first)
        assert DecisionBatch.objects.get().holds
    else:
        assert_untouched(first)
        assert not DecisionBatch.objects.get().holds


def test_who_sends_all_again_while_a_worker_sends_one_does_not_lock_it_out(batch, officer, monkeypatch):
    """The worker holds its draft when it asks for the batch; the page has the batch after the drafts."""
    propose_drafts(batch_id=batch.pk, actor=officer)
    first = BatchStep.objects.waiting().order_by("pk").first()
    SecrecyReview.objects.all()._raw_delete("default")
    for one in decisions_of(batch)[:1]:
        factories.consider(one)
    at_it = threading.Event()
    tell = batch_steps.tell_when_all_are_settled

    def slowly(step):
        at_it.set()
        time.sleep(1)
        tell(step)

    def again():
        at_it.wait(10)
        return propose_drafts(batch_id=batch.pk, actor=officer, nothing_is_secret=True).count

    monkeypatch.setattr(batch_steps, "tell_when_all_are_settled", slowly)
    assert at_once(lambda: carry_out(step_id=first.pk), again) == [True, 0]
    assert steps_of(batch, "propose")[0] == ("done", "")


def test_the_secrecy_of_drafts_is_tried_before_the_batch_is_held(batch, officer, monkeypatch):
    """A draft that somebody holds without a step, as when they save it, and then wants the batch."""
    SecrecyReview.objects.all()._raw_delete("default")
    draft, held = decisions_of(batch)[0], threading.Event()

    def save():
        with transaction.atomic():
            lock_decision(draft.pk)
            held.set()
            time.sleep(1)
            DecisionBatch.objects.select_for_update().get(pk=batch.pk)
            return "saved"

    def send():
        held.wait(10)
        return propose_drafts(batch_id=batch.pk, actor=officer, nothing_is_secret=True).count

    assert at_once(save, send) == ["saved", 3]
    assert SecrecyReview.objects.count() == 3
