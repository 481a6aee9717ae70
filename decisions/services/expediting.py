"""Sending a signed decision to those who shall have it, one dispatch for each (Utdrag till, FL 33 §).

What is secret is asked when a dispatch is made, with the case held, and again when the mail leaves
(``decisions.standing``). Two who press at once wait for each other at the decision's row; the second finds
what the first has sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from decisions.enums import DispatchWay
from decisions.expedition import (
    Parcel,
    mail_context,
    mail_kind,
    may_just_send,
    open_name,
    text_for,
)
from decisions.models import Addressee, Dispatch, Expedition, MaskedDocument
from decisions.services.desk import (
    Desk,
    hold_addressee,
    hold_decision,
    latest_of,
    require_latest,
    require_open_text,
)
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile
from s3portal.common.swedish import format_day
from s3portal.diary.enums import Direction
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Record
from s3portal.diary.secrecy import PROTECTED
from s3portal.diary.services import register_record
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services import enqueue_mail

#: The diary holds no more of a title or a counterpart.
_MOST = 300
#: Said when what did not leave is sent after all.
NOT_SENT_BEFORE = "Det förra skickades aldrig."


@dataclass(frozen=True)
class _Sending:
    """One addressee and what goes to them now."""

    addressee: Addressee
    parcel: Parcel
    previous: Dispatch | None = None
    reason: str = ""
    sent_on: date | None = None


# --- To all who wait --------------------------------------------------------------------------------------
@transaction.atomic
def expedite_decision(*, decision_id: int, actor: User) -> Expedition:
    """Mail the decision to everyone who waits for it by mail, and note it in the diary.

    Letters are sent by hand and noted with ``note_sent``. Nobody gets it twice: a decision where nobody waits
    is left as it is. One that cannot get it keeps no other waiting. Raises Refusal when the decision is not
    signed here, and when there is nobody to whom it can go, with the reasons."""
    desk = hold_decision(decision_id, actor)
    done = Expedition.objects.filter(decision=desk.decision).first()
    if not desk.addressees:
        raise Refusal("Beslutet har ingen mottagare under Utdrag till, så det finns inget att skicka.")
    sendings, refusals = _ready(desk)
    if not sendings:
        if done is not None and not refusals:
            return done
        raise Refusal(" ".join(dict.fromkeys(refusals)) or BY_HAND_ONLY)
    _send_all(desk, sendings)
    return Expedition.objects.get(decision=desk.decision)


BY_HAND_ONLY = (
    "Ingen mottagare får beslutet med mejl. Skicka det med brev eller lämna över det, och anteckna det på "
    "beslutets sida."
)


def _ready(desk: Desk) -> tuple[list[_Sending], list[str]]:
    """What can be sent now, and why not to the others."""
    sendings: list[_Sending] = []
    refusals: list[str] = []
    for addressee in desk.addressees:
        latest = latest_of(addressee)
        if not DispatchWay(addressee.way).by_mail or not may_just_send(latest):
            continue
        try:
            sendings.append(_sending(desk, addressee, latest))
        except Refusal as refusal:
            refusals.append(refusal.message)
    return sendings, refusals


def _sending(desk: Desk, addressee: Addressee, latest: Dispatch | None) -> _Sending:
    parcel = desk.parcel(addressee)
    if parcel.masked:
        # Made before anything is written: what cannot be masked is refused for its recipient alone.
        with transaction.atomic():
            _ = desk.masked
    require_open_text(desk.secrecy, text_for(addressee))
    return _Sending(addressee, parcel, latest, "" if latest is None else NOT_SENT_BEFORE)


# --- To one -----------------------------------------------------------------------------------------------
@transaction.atomic
def send_to(*, addressee_id: int, actor: User) -> Dispatch:
    """Mail the decision to one who waits for it. One that has been sent is given back. Raises Refusal."""
    desk, addressee = hold_addressee(addressee_id, actor)
    latest = latest_of(addressee)
    if latest is not None and not may_just_send(latest):
        return latest
    if not DispatchWay(addressee.way).by_mail:
        raise Refusal(f"{addressee.name} får beslutet på annat sätt än med mejl. Anteckna när det skickades.")
    return _send_all(desk, [_sending(desk, addressee, latest)])[0]


@transaction.atomic
def send_again(
    *, addressee_id: int, actor: User, after: int, way: str, email: str, text: str, reason: str
) -> Dispatch:
    """Mail it once more, perhaps to another address. ``after``: the dispatch that this one follows.

    Raises Conflict when somebody has sent it since; Refusal while the former waits in the queue, without a
    reason, and for a way that the recipient cannot have it."""
    desk, addressee = hold_addressee(addressee_id, actor)
    latest = require_latest(addressee, after)
    _require_settled(latest)
    if not DispatchWay(way).by_mail:
        raise Refusal("Välj mejl med pdf eller med länk.", field="way")
    if not email:
        raise Refusal("Skriv en e-postadress.", field="email")
    if not reason:
        raise Refusal("Skriv varför beslutet skickas igen.", field="reason")
    parcel = desk.parcel(addressee, way=way, email=email)
    require_open_text(desk.secrecy, text)
    addressee.way, addressee.email, addressee.text = DispatchWay(way), email, text
    addressee.version += 1
    addressee.save(update_fields=["way", "email", "text", "version"])
    return _send_all(desk, [_Sending(addressee, parcel, latest, reason)])[0]


@transaction.atomic
def note_sent(
    *,
    addressee_id: int,
    actor: User,
    way: str,
    sent_on: date,
    postal_address: str = "",
    after: int | None = None,
    reason: str = "",
) -> Dispatch:
    """Note that it was sent by post or handed over on ``sent_on``, not before the signature nor in days to
    come. ``after``: the dispatch it follows, None for the first. Raises Refusal and Conflict."""
    desk, addressee = hold_addressee(addressee_id, actor)
    latest = require_latest(addressee, after)
    _require_settled(latest)
    if DispatchWay(way) not in (DispatchWay.POST, DispatchWay.HAND):
        raise Refusal("Välj om beslutet skickades med brev eller lämnades över.", field="way")
    _require_day(desk, sent_on)
    if latest is not None and not reason:
        if not may_just_send(latest):
            raise Refusal("Skriv varför beslutet skickas igen.", field="reason")
        reason = NOT_SENT_BEFORE
    parcel = desk.parcel(addressee, way=way)
    if postal_address != addressee.postal_address:
        addressee.postal_address = postal_address
        addressee.version += 1
        addressee.save(update_fields=["postal_address", "version"])
    return _send_all(desk, [_Sending(addressee, parcel, latest, reason, sent_on)])[0]


def _require_settled(latest: Dispatch | None) -> None:
    if latest is not None and latest.message is not None and latest.message.status == MessageStatus.QUEUED:
        raise Refusal("Det förra mejlet ligger kvar i kön. Vänta tills det har skickats, eller ångra det.")


def _require_day(desk: Desk, sent_on: date) -> None:
    if sent_on > timezone.localdate():
        raise Refusal("Ange en dag som har varit.", field="sent_on")
    decided_on = desk.decision.decided_on
    if decided_on is None or sent_on < decided_on:
        day = "" if decided_on is None else f" {format_day(decided_on)}"
        raise Refusal(f"Beslutet fattades{day}. Ange den dagen eller en senare.", field="sent_on")


# --- The rows ---------------------------------------------------------------------------------------------
def _send_all(desk: Desk, sendings: Sequence[_Sending]) -> list[Dispatch]:
    """A dispatch for each, one record in the diary and one line in the trail for them all."""
    _ = desk.document
    record = _register(desk, sendings)
    made = [_make(desk, sending, record) for sending in sendings]
    Expedition.objects.get_or_create(decision=desk.decision, defaults={"expedited_by": desk.actor})
    record_event(
        actor=desk.actor,
        action="decision_expedited",
        obj=desk.decision,
        text=f"Beslutet skickat {_told(desk, sendings)}",
        data={
            "dispatches": [dispatch.pk for dispatch in made],
            "ways": {str(one.addressee.pk): str(one.parcel.way) for one in sendings},
        },
    )
    return made


def _make(desk: Desk, sending: _Sending, record: Record) -> Dispatch:
    addressee, parcel = sending.addressee, sending.parcel
    masked = desk.masked if parcel.masked else None
    text = text_for(addressee) if parcel.way.by_mail else ""
    return Dispatch.objects.create(
        addressee=addressee,
        previous=sending.previous,
        way=parcel.way,
        to_email=addressee.email if parcel.way.by_mail else "",
        postal_address=addressee.postal_address if parcel.way == DispatchWay.POST else "",
        text=text,
        reason=sending.reason,
        masked=masked,
        message=_mail(desk, addressee, parcel, masked, text) if parcel.way.by_mail else None,
        sent_on=sending.sent_on,
        record=record,
        made_by=desk.actor,
    )


def _mail(
    desk: Desk, addressee: Addressee, parcel: Parcel, masked: MaskedDocument | None, text: str
) -> Message:
    """The key names which time it is, so that no recipient gets the same twice."""
    number = len(addressee.dispatches.all()) + 1
    file = desk.document.file if masked is None else masked.file
    attached = [FrozenFile(file.filename, file.content_type, file.storage_name, file.sha256)]
    return enqueue_mail(
        kind=mail_kind(parcel),
        key=f"decision-dispatch:{addressee.pk}:{number}",
        to_email=addressee.email,
        context=mail_context(desk.decision, desk.secrecy, parcel, text),
        obj=desk.decision,
        attachments=[] if parcel.way == DispatchWay.LINK else attached,
    )


def _told(desk: Desk, sendings: Sequence[_Sending]) -> str:
    """As in "med mejl till SVID, Ekonomi; med brev till Landsarkivet". Names that are secret are left out."""
    ways: dict[DispatchWay, list[str]] = {}
    for sending in sendings:
        ways.setdefault(sending.parcel.way, []).append(open_name(sending.addressee, desk.secrecy))
    return "; ".join(f"{way.told} till {', '.join(names)}" for way, names in ways.items())


def _register(desk: Desk, sendings: Sequence[_Sending]) -> Record:
    """To whom it went, when and how (OSL 5:2)."""
    case = desk.decision.case
    names = [open_name(sending.addressee, desk.secrecy) for sending in sendings]
    # A record's title is public for ever, so it never names who is protected (OSL 5:2 st. 2).
    hidden = case.is_protected or PROTECTED in names
    by_hand = sendings[0].sent_on
    # In a case that is merged with another nobody registers by hand: the portal tells of its own decision.
    theirs = by_hand is not None and merger_of(case) is None
    return register_record(
        actor=desk.actor,
        case=case,
        direction=Direction.OUTGOING,
        title=_shorten("Utdrag av beslut" if hidden else f"Utdrag {_told(desk, sendings)}"),
        counterpart=_shorten(", ".join(names)),
        dated_at=None if by_hand is None else _moment(by_hand),
        by_hand=desk.actor if theirs else None,
    )


def _moment(day: date) -> datetime:
    """The beginning of the day: which time it was, nobody has noted."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
