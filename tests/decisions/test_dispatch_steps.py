"""What is noted of a dispatch afterwards: undone before it left, come back, read in the portal."""

from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.utils import timezone

from decisions.enums import DispatchState
from decisions.models import DecisionOpening, DispatchStep, Expedition, PartyReceipt
from decisions.services.dispatch_steps import note_opened, note_returned, undo_dispatch
from decisions.services.expediting import expedite_decision, note_sent, send_again, send_to
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.models import Message
from s3portal.outbox.services import deliver_message, resend_message
from tests.decisions.test_expediting import archive, decision, last_record, state, svid, waiting

__all__ = ["archive", "decision", "svid"]


def of(dispatch):
    """As the page knows it: whose it is, and that it was the last."""
    return {"addressee_id": dispatch.addressee_id, "after": dispatch.pk}


def test_a_mail_that_waits_is_undone_and_the_diary_says_so(officer, decision, svid, smtp_sink):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    undo_dispatch(**of(dispatch), actor=officer)
    assert state(decision, "SVID") == DispatchState.UNDONE
    assert not deliver_message(message_id=dispatch.message_id)
    record = last_record(decision)
    assert record.cancelled.reason == "Ångrat innan något hade skickats."
    assert not Expedition.objects.exists(), "it was never sent out"
    assert waiting() == [decision]
    with pytest.raises(Refusal, match="gäller inte längre"):
        resend_message(message_id=dispatch.message_id, actor=officer)
    with pytest.raises(Refusal, match="redan ångrat"):
        undo_dispatch(**of(dispatch), actor=officer)
    # One press sends it after all.
    second = send_to(addressee_id=svid.pk, actor=officer)
    assert (second.previous, second.reason) == (dispatch, "Det förra skickades aldrig.")
    assert deliver_message(message_id=second.message_id)
    assert smtp_sink.recipients == ["svid@example.org"]


def test_what_has_left_is_not_undone(officer, svid, smtp_sink):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    assert deliver_message(message_id=dispatch.message_id)
    with pytest.raises(Refusal, match="har redan lämnat portalen"):
        undo_dispatch(**of(dispatch), actor=officer)


def test_a_record_that_tells_of_others_too_stays(officer, decision, svid):
    from decisions.services.addressing import add_addressee

    add_addressee(
        decision_id=decision.pk, actor=officer, name="Eko", kind="internal", way="mail", email="e@example.org"
    )
    expedite_decision(decision_id=decision.pk, actor=officer)
    undo_dispatch(**of(svid.dispatches.get()), actor=officer)
    assert last_record(decision).cancelled is None
    assert Expedition.objects.exists()


def test_a_letter_noted_by_mistake_is_taken_back(officer, decision, archive):
    today = timezone.localdate()
    dispatch = note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today)
    undo_dispatch(**of(dispatch), actor=officer)
    assert state(decision, "Landsarkivet") == DispatchState.UNDONE
    assert last_record(decision).cancelled.reason == "Anteckningen var fel."
    assert Event.objects.filter(
        action="dispatch_undone", text="Ångrat: beslutet med brev till Landsarkivet"
    ).exists()
    second = note_sent(addressee_id=archive.pk, actor=officer, way="hand", sent_on=today, after=dispatch.pk)
    assert second.previous == dispatch
    with pytest.raises(Conflict, match="Någon annan har redan skickat"):
        undo_dispatch(**of(dispatch), actor=officer)
    assert state(decision, "Landsarkivet") == DispatchState.HANDED


def test_the_number_of_another_recipients_dispatch_undoes_and_notes_nothing(officer, decision, svid, archive):
    mail = send_to(addressee_id=svid.pk, actor=officer)
    today = timezone.localdate()
    note_sent(addressee_id=archive.pk, actor=officer, way="post", sent_on=today)
    for number in (mail.pk, 0):
        wrong = {"addressee_id": archive.pk, "after": number, "actor": officer}
        with pytest.raises(Conflict, match="Läs vad som står nu"):
            undo_dispatch(**wrong)
        with pytest.raises(Conflict, match="Läs vad som står nu"):
            note_returned(**wrong, on=today, text="Adressaten okänd")
    assert not DispatchStep.objects.exists()


def test_what_comes_back_is_noted_and_sent_again(officer, decision, svid, smtp_sink):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    today = timezone.localdate()
    with pytest.raises(Refusal, match="har inte skickats än"):
        note_returned(**of(dispatch), actor=officer, on=today, text="550")
    assert deliver_message(message_id=dispatch.message_id)
    assert waiting() == [decision]  # Landsarkivet
    for on, text, field in (
        (today + timedelta(days=1), "550", "on"),
        (today - timedelta(days=1), "550", "on"),
        (today, "", "text"),
    ):
        with pytest.raises(Refusal) as refused:
            note_returned(**of(dispatch), actor=officer, on=on, text=text)
        assert refused.value.field == field
    step = note_returned(**of(dispatch), actor=officer, on=today, text="550 okänd mottagare")
    assert state(decision, "SVID") == DispatchState.RETURNED
    with pytest.raises(Refusal, match="redan antecknat"):
        note_returned(**of(dispatch), actor=officer, on=today, text="550")
    for change in (step.delete, lambda: DispatchStep.objects.update(text="x")):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    again = send_again(
        addressee_id=svid.pk, actor=officer, after=dispatch.pk, way="mail", email="ny@example.org",
        text="Hej.", reason="Kom i retur.",
    )  # fmt: skip
    assert deliver_message(message_id=again.message_id)
    assert state(decision, "SVID") == DispatchState.LEFT


def test_reading_it_in_the_portal_is_logged_and_starts_no_clock(officer, owner, decision, svid):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    Message.objects.update(status="sent", sent_at=timezone.now())
    for _ in range(2):
        note_opened(decision=decision, user=owner)
    first = DecisionOpening.objects.get()
    assert first.opened_at >= dispatch.made_at
    assert Event.objects.filter(action="decision_opened", object_id=decision.pk).count() == 2
    assert not PartyReceipt.objects.exists()
    with pytest.raises(InternalError), transaction.atomic():
        first.delete()


def test_only_an_officer_notes_anything(officer, registrar, svid):
    dispatch = send_to(addressee_id=svid.pk, actor=officer)
    for step in (
        lambda: undo_dispatch(**of(dispatch), actor=registrar),
        lambda: note_returned(**of(dispatch), actor=registrar, on=timezone.localdate(), text="x"),
    ):
        with pytest.raises(Refusal, match="Bara en handläggare kan expediera"):
            step()
