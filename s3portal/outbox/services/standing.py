"""Whether what waits should still go out: asked anew, for a batch at a time, just before it leaves."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from s3portal.outbox.enums import CancelReason
from s3portal.outbox.models import Message
from s3portal.outbox.reminders import KINDS, STANDING, Reminder, ReminderKind, Told
from s3portal.outbox.services.choosing import opted_out

logger = logging.getLogger(__name__)


@dataclass
class Verdict:
    """``fallen``: what should not be sent, by key, and why. ``unknown``: what could not be told."""

    fallen: dict[int, CancelReason] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)


def judge(messages: Iterable[Message]) -> Verdict:
    """Ask what reminds, or offers something, whether it still holds: a constant number of queries for each
    kind. A kind that cannot be asked keeps no other waiting."""
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        if message.kind in STANDING or (message.kind in KINDS and message.about_at is not None):
            by_kind[message.kind].append(message)
    verdict = Verdict()
    for code, found in by_kind.items():
        try:
            # In a savepoint: what cannot be asked spoils nothing in the transaction that holds the messages.
            with transaction.atomic():
                _judge_kind(code, found, verdict)
        except Exception:
            logger.exception("Whether the messages %s still hold could not be told.", code)
            verdict.unknown |= {message.pk for message in found}
    return verdict


def _judge_kind(code: str, messages: Sequence[Message], verdict: Verdict) -> None:
    if code not in STANDING:
        verdict.fallen |= _fallen(code, messages)
        return
    told = STANDING[code](messages)
    standing, unknown = (told.standing, set(told.unknown)) if isinstance(told, Told) else (told, set[int]())
    verdict.unknown |= unknown
    verdict.fallen |= {
        message.pk: CancelReason.LAPSED
        for message in messages
        if message.pk not in standing and message.pk not in unknown
    }


def _fallen(code: str, messages: Sequence[Message]) -> dict[int, CancelReason]:
    kind = KINDS[code]
    refused = opted_out(kind.group, {message.to_email.lower() for message in messages})
    now = _now(kind, messages)
    return {
        message.pk: reason for message in messages if (reason := _reason(message, refused, now)) is not None
    }


_About = tuple[str, object, object, str]


def _now(kind: ReminderKind, messages: Sequence[Message]) -> dict[_About, set[str]]:
    """What the kind says today of these occasions and addresses: the facts, by what they are about."""
    wanted = {_about(message)[:3] for message in messages}
    moments = [message.about_at for message in messages if message.about_at is not None]
    occasions = [
        occasion
        for occasion in kind.occasions(min(moments), max(moments))
        if (occasion.obj._meta.label_lower, occasion.obj.pk, occasion.at) in wanted
    ]
    facts: dict[_About, set[str]] = defaultdict(set)
    if occasions:
        addresses = {message.to_email.lower() for message in messages}
        for reminder in kind.recipients(occasions, only=addresses):
            facts[_about_reminder(reminder)].add(reminder.facts)
    return facts


def _about(message: Message) -> _About:
    return (message.object_type, message.object_id, message.about_at, message.to_email.lower())


def _about_reminder(reminder: Reminder) -> _About:
    occasion = reminder.occasion
    return (occasion.obj._meta.label_lower, occasion.obj.pk, occasion.at, reminder.to_email.lower())


def _reason(message: Message, refused: set[str], now: dict[_About, set[str]]) -> CancelReason | None:
    if message.to_email.lower() in refused:
        return CancelReason.OPTED_OUT
    facts = now.get(_about(message))
    if facts is None:
        return CancelReason.LAPSED
    # The next round writes it anew with the facts of today, if it is still due.
    return None if message.facts in facts else CancelReason.CHANGED
