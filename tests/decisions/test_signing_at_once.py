"""Two who want different things with one decision at once, and a process that dies while it signs."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from decisions.content import content_of
from decisions.models import Decision, DecisionDocument, DecisionReport
from decisions.services import signing
from decisions.services.drafting import save_draft
from decisions.services.filling import hold_back
from decisions.services.proposing import propose_decision, return_decision
from decisions.services.reporting import report_decisions
from decisions.services.seating import end_member
from decisions.services.signing import sign_decision
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import read_frozen
from s3portal.common.pdf import check_seal, seal_roots
from s3portal.diary.models import Record, RecordFile
from s3portal.outbox.models import Message
from tests import factories
from tests.decisions.test_signing import at_once, sign
from tests.dying import run_until_killed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SIGNING = "decisions.services.signing"


def sign_in_own_process(*, decision_id: int, actor_id: int, version: int) -> None:
    """What the delegate's button does, for a process that is killed meanwhile."""
    from s3portal.accounts.models import User

    sign_decision(decision_id=decision_id, actor=User.objects.get(pk=actor_id), expected_version=version)


def assert_whole(decision: Decision) -> None:
    """Signed, with one file that is kept as it was sealed, one line in the diary, one mail and one event."""
    document = DecisionDocument.objects.get(decision=decision)
    content = read_frozen(document.file.storage_name, sha256=document.file.sha256)
    assert check_seal(content, roots=seal_roots()).intact
    assert Record.objects.filter(case=decision.case).count() == 1
    assert Event.objects.filter(action="decision_signed", object_id=decision.pk).count() == 1
    assert Message.objects.filter(kind="decision_signed").count() == 1


def assert_untouched(decision: Decision) -> None:
    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.status, stored.slug, stored.full_text, stored.signed_at) == ("proposed", None, "", None)
    assert not DecisionDocument.objects.exists()
    assert not Record.objects.filter(case=decision.case).exists()
    assert not RecordFile.objects.exists()
    assert not Event.objects.filter(action="decision_signed").exists()
    assert not Message.objects.filter(kind="decision_signed").exists()


# --- Killed -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "after"),
    [
        ("render_decision", False),
        ("seal_pdf", True),
        ("store_record_file", True),
        ("_tell_officer", True),
    ],
)
def test_killed_while_it_signs_leaves_none_and_the_next_a_whole(proposed, delegate_user, at, after):
    run_until_killed(
        f"{__name__}:sign_in_own_process",
        at=f"{SIGNING}:{at}",
        after=after,
        decision_id=proposed.pk,
        actor_id=delegate_user.pk,
        version=proposed.version,
    )
    assert_untouched(proposed)
    assert_whole(sign(proposed, delegate_user))


def test_killed_when_all_is_committed_leaves_a_whole_one(proposed, delegate_user):
    run_until_killed(
        f"{__name__}:sign_in_own_process",
        at=f"{__name__}:sign_decision",
        after=True,
        decision_id=proposed.pk,
        actor_id=delegate_user.pk,
        version=proposed.version,
    )
    stored = Decision.objects.get(pk=proposed.pk)
    assert stored.status == "signed"
    assert_whole(stored)


# --- At the same moment -----------------------------------------------------------------------------------
@pytest.fixture(params=["another delegate", "the same delegate"])
def rework(request, proposed, delegate, officer, delegate_user):
    """Returns the proposal, writes in it and proposes it again: to somebody else who may decide it, or to the
    same. Each is a step of its own, as when two people press."""
    to = delegate
    if request.param == "another delegate":
        other = factories.make_staff("delegate", "tf@example.org", full_name="Tora Förordnad")
        to = factories.make_delegate(
            user=other, clause=delegate.clause, acting=True, valid_to=timezone.localdate()
        )
        factories.declare_none(proposed, other)

    def latest():
        return Decision.objects.with_parts().get(pk=proposed.pk)

    def work():
        return_decision(
            decision_id=proposed.pk,
            actor=delegate_user,
            reason="Skälen saknar målet.",
            expected_version=proposed.version,
        )
        content = replace(content_of(latest()), title="Ändrad rubrik", delegate=to)
        saved = save_draft(
            decision_id=proposed.pk, actor=officer, expected_version=latest().version, content=content
        )
        factories.consider(latest())
        return propose_decision(decision_id=saved.pk, actor=officer, expected_version=saved.version)

    work.delegate = to
    return work


def test_what_is_being_signed_is_neither_written_in_nor_given_to_another(
    proposed, delegate, delegate_user, rework, monkeypatch
):
    """From what the delegate read, through the rendering, until the signature is written (KL 6:37)."""
    checked, reworked = threading.Event(), threading.Event()
    render = signing.render_decision

    def slowly(*args, **kwargs):
        checked.set()
        # It waits for the signature; if it did not, it would be done in this time.
        reworked.wait(1)
        return render(*args, **kwargs)

    def meanwhile():
        checked.wait(10)
        try:
            return rework()
        finally:
            reworked.set()

    monkeypatch.setattr(signing, "render_decision", slowly)
    signed, refused = at_once(lambda: sign(proposed, delegate_user), meanwhile)
    assert isinstance(signed, Decision)
    assert str(refused) == "Beslutet är undertecknat och kan inte ändras."
    stored = Decision.objects.get(pk=proposed.pk)
    assert (stored.status, stored.title, stored.delegate) == ("signed", proposed.title, delegate)
    assert (stored.signatory_name, stored.signed_by) == ("Doris Direktör", delegate_user)
    assert "Ändrad rubrik" not in stored.full_text
    assert_whole(stored)


def test_what_has_been_written_in_since_it_was_read_is_not_signed(proposed, delegate_user, rework):
    """The signature waits for what somebody else is doing, and then sees that it is another text."""
    begun = threading.Event()

    def slowly():
        with transaction.atomic():
            done = rework()
            begun.set()
            time.sleep(0.5)
        return done

    def afterwards():
        begun.wait(10)
        return sign(proposed, delegate_user)

    again, refused = at_once(slowly, afterwards)
    assert isinstance(refused, Conflict)
    stored = Decision.objects.get(pk=proposed.pk)
    assert (stored.status, stored.title, stored.version) == ("proposed", "Ändrad rubrik", again.version)
    assert stored.delegate == rework.delegate
    assert_untouched(proposed)
    assert_whole(sign(again, rework.delegate.user))


def test_a_signature_and_a_return_do_not_cross(proposed, delegate_user):
    results = at_once(
        lambda: sign(proposed, delegate_user),
        lambda: return_decision(
            decision_id=proposed.pk,
            actor=delegate_user,
            reason="Skälen saknar målet.",
            expected_version=proposed.version,
        ),
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    stored = Decision.objects.get(pk=proposed.pk)
    assert stored.status == ("draft" if isinstance(results[0], Refusal) else "signed")
    if stored.status == "signed":
        assert_whole(stored)


def test_reporting_and_withdrawing_at_once_leave_one_truth(proposed, delegate_user, registrar):
    signed = sign(proposed, delegate_user)
    meeting = factories.make_committee_meeting(committee=signed.clause.order.committee)
    report_decisions(meeting_id=meeting.pk, decision_ids=[signed.pk], actor=registrar)
    report = DecisionReport.objects.get()
    later = factories.make_committee_meeting(
        committee=meeting.committee, starts_at=meeting.starts_at + timedelta(days=30)
    )
    results = at_once(
        lambda: hold_back(report_id=report.pk, reason="Kompletteras.", actor=registrar),
        lambda: report_decisions(meeting_id=later.pk, decision_ids=[signed.pk], actor=registrar),
    )
    assert not isinstance(results[0], Refusal)
    left = list(DecisionReport.objects.values_list("meeting_id", flat=True))
    assert left == ([] if isinstance(results[1], Refusal) else [later.pk])


# --- The seat of who decides what is urgent ---------------------------------------------------------------
def test_a_seat_that_ends_while_the_chair_signs_waits_for_the_signature(
    delegate, proposed, delegate_user, registrar, monkeypatch
):
    """KL 6:39: the seat that the check saw is there until the signature is."""
    factories.rewrite(delegate.clause, urgent=True)
    today = timezone.localdate()
    seat = delegate.clause.order.committee.members.create(
        user=delegate_user, office="chair", valid_from=today - timedelta(days=300)
    )
    checked, order = threading.Event(), []
    render = signing.render_decision

    def slowly(*args, **kwargs):
        checked.set()
        time.sleep(0.5)
        order.append("signed")
        return render(*args, **kwargs)

    def end():
        checked.wait(10)
        end_member(actor=registrar, member_id=seat.pk, last_day=today - timedelta(days=1))
        order.append("ended")

    monkeypatch.setattr(signing, "render_decision", slowly)
    at_once(lambda: sign(proposed, delegate_user), end)
    assert order == ["signed", "ended"]
    assert Decision.objects.get(pk=proposed.pk).is_signed
