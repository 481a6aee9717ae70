"""What happens to a dispatch afterwards: it is undone before it has left, comes back, or is read here."""

from datetime import date
from typing import cast

from django.db import transaction
from django.utils import timezone

from decisions.enums import DispatchStepKind, DispatchWay
from decisions.expedition import may_just_send, open_name
from decisions.models import Decision, DecisionOpening, Dispatch, DispatchStep, Expedition
from decisions.services.desk import Desk, hold_addressee, require_latest
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_isodate, in_stockholm
from s3portal.diary.services import withdraw_record
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.services import cancel_message

UNDONE = "Ångrat innan något hade skickats."
WRONG_NOTE = "Anteckningen var fel."


@transaction.atomic
def undo_dispatch(*, addressee_id: int, after: int, actor: User) -> None:
    """Stop a mail that still waits, or take back the note of a letter. What has left cannot be undone.
    ``after``: the dispatch that is undone, the last one that the actor has seen.

    Its record in the diary is cancelled (makulerad) when nothing that it tells of was sent. Raises Refusal
    and Conflict."""
    desk, dispatch = _hold(addressee_id, after, actor)
    if may_just_send(dispatch):
        raise Refusal("Det är redan ångrat.")
    if dispatch.message is not None:
        if dispatch.message.status != MessageStatus.QUEUED:
            raise Refusal("Mejlet har redan lämnat portalen och går inte att ångra.")
        cancel_message(message_id=dispatch.message.pk, actor=actor)
    elif dispatch.way == DispatchWay.EARLIER or dispatch.steps.all():
        raise Refusal("Det går inte att ångra.")
    why = WRONG_NOTE if dispatch.message is None else UNDONE
    DispatchStep.objects.create(
        dispatch=dispatch, kind=DispatchStepKind.UNDONE, on=timezone.localdate(), text=why, by=actor
    )
    record_event(
        actor=actor,
        action="dispatch_undone",
        obj=desk.decision,
        text=f"Ångrat: beslutet {_told(desk, dispatch)}",
        data={"dispatch": dispatch.pk},
    )
    _take_back(desk, dispatch, why)


@transaction.atomic
def note_returned(*, addressee_id: int, after: int, actor: User, on: date, text: str) -> DispatchStep:
    """A letter came back, or the recipient's own mail server sent the mail back after it had left here.
    ``after`` is the dispatch that came back, the last one that the actor has seen; ``on`` the day it came
    (inclusive), ``text`` what was said. Raises Refusal and Conflict."""
    desk, dispatch = _hold(addressee_id, after, actor)
    if may_just_send(dispatch) or (
        dispatch.message is not None and dispatch.message.status != MessageStatus.SENT
    ):
        raise Refusal("Det har inte skickats än och kan inte ha kommit tillbaka.")
    if dispatch.steps.all():
        raise Refusal("Det är redan antecknat att det kom i retur.")
    if on > timezone.localdate():
        raise Refusal("Ange en dag som har varit.", field="on")
    left_on = _left_on(dispatch)
    if on < left_on:
        raise Refusal(f"Det skickades {format_isodate(left_on)}. Ange den dagen eller en senare.", field="on")
    if not text:
        raise Refusal("Skriv vad som stod i returen.", field="text")
    step = DispatchStep.objects.create(
        dispatch=dispatch, kind=DispatchStepKind.RETURNED, on=on, text=text, by=actor
    )
    record_event(
        actor=actor,
        action="dispatch_returned",
        obj=desk.decision,
        text=f"Kom i retur {format_isodate(on)}: beslutet {_told(desk, dispatch)}",
        data={"dispatch": dispatch.pk},
    )
    return step


@transaction.atomic
def note_opened(*, decision: Decision, user: User) -> None:
    """The log of who of those that the decision was sent to has read it here, and when first: the one write
    of that GET (docs/adr/0002).

    It starts no clock. Under FL 44 § the time to appeal runs from the day the party got the decision, and
    that a page was opened is no confirmation of it (delgivningslagen 16–18 §§): the registrar enters the day
    that is proved (``receipts.register_receipt``)."""
    DecisionOpening.objects.get_or_create(decision=decision, user=user)
    record_event(
        actor=user,
        action="decision_opened",
        obj=decision,
        text=f"{user} öppnade beslutet i portalen",
    )


def _told(desk: Desk, dispatch: Dispatch) -> str:
    return f"{DispatchWay(dispatch.way).told} till {open_name(dispatch.addressee, desk.secrecy)}"


def _hold(addressee_id: int, after: int, actor: User) -> tuple[Desk, Dispatch]:
    """What was sent last to the recipient, with the decision held. Raises Conflict when it is not ``after``,
    and for who has been sent nothing."""
    desk, addressee = hold_addressee(addressee_id, actor)
    # Who has been sent nothing has no number, so there is one.
    return desk, cast(Dispatch, require_latest(addressee, after))


def _left_on(dispatch: Dispatch) -> date:
    if dispatch.sent_on is not None:
        return dispatch.sent_on
    sent_at = None if dispatch.message is None else dispatch.message.sent_at
    return in_stockholm(sent_at or dispatch.made_at).date()


def _take_back(desk: Desk, dispatch: Dispatch, why: str) -> None:
    """The record that says what never was, and that the decision was sent out at all."""
    if dispatch.record is not None and not _went(record=dispatch.record):
        withdraw_record(record=dispatch.record, actor=desk.actor, reason=why)
    if not _went(addressee__decision=desk.decision):
        Expedition.objects.filter(decision=desk.decision).delete()


def _went(**of: object) -> bool:
    """Whether any of these dispatches has left or is on its way."""
    found = Dispatch.objects.filter(**of).select_related("message").prefetch_related("steps")
    return any(not may_just_send(one) for one in found)
