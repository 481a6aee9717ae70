"""What every change in a call's contents begins with, and how it is told."""

import json
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from calls.enums import CallAction, CallStatus
from calls.models import Call
from calls.rules import require_call_editor
from calls.services.editing import lock_call, require_unreceived
from calls.services.publishing import note_change
from calls.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.models import Event
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import sha256_hex
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import format_day, in_stockholm

GONE: Final = "Det du ändrar i är borttaget av någon annan. Gå tillbaka till listan och börja därifrån."
#: Where a row stands, and whose it is, say nothing about what it holds.
_NOT_CONTENT: Final = frozenset({"id", "call_id", "order"})
_LONGEST_NAME: Final = 120


def open_contents(*, call_id: int, actor: User, asked: bool) -> Call:
    """The call under its lock, for somebody who may change what belongs to it.

    ``asked``: it is about what applicants are asked or judged by. That stands still when the call is
    concluded or has received its first application. Raises Refusal.
    """
    require_call_editor(actor)
    call = lock_call(call_id)
    if asked:
        require(call.status, CallAction.SAVE)
        require_unreceived(call)
    return call


def require_finished(call: Call, **texts: str) -> None:
    """Raises Refusal if a text of a published call, by the name of its field, has a leftover of a template:
    it would be public at once. In a draft they are looked for before it is published."""
    if call.status == CallStatus.DRAFT:
        return
    for field, text in texts.items():
        for leftover in find_leftovers(text):
            raise Refusal(f"”{leftover.text}” står kvar. {leftover.reason}", field=field)


def tell(*, actor: User, call: Call, row: Model, action: str, field: str, text: str) -> None:
    """One sentence for the trail, and for the public when the call is published."""
    count_change(call)
    record_event(actor=actor, action=action, obj=call, text=text, data={"row": _name_of(row)})
    note_change(call=call, field=field, text=text)


def count_change(call: Call) -> None:
    """So that who has read the call as it was does not publish it as it has become."""
    call.contents_version += 1
    call.save(update_fields=["contents_version"])


def _name_of(row: Model) -> str:
    return f"{row._meta.model_name}:{row.pk}"


def quoted(name: str) -> str:
    """A row's name within a sentence; long ones are cut, since a sentence has its limit too."""
    return f"”{name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + '…'}”"


def fingerprint(row: Model) -> str:
    """Stands for what a row holds: the form of the row carries it, so that nobody overwrites unseen."""
    held = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in _NOT_CONTENT
    }
    return sha256_hex(json.dumps(held, cls=DjangoJSONEncoder, sort_keys=True).encode())[:32]


def require_unchanged(*, call: Call, row: Model, seen: str, actor: User) -> None:
    """Raises Conflict, with who and when, if the row no longer holds what the actor's page showed."""
    if seen == fingerprint(row):
        return
    event = Event.objects.about(call._meta.label_lower, call.pk).filter(data__row=_name_of(row)).first()
    if event is None:
        raise Conflict("Uppgifterna har ändrats efter att du öppnade sidan.")
    who = "Du själv" if event.actor_id == actor.pk else event.actor_label
    moment = in_stockholm(event.at)
    raise Conflict(
        f"{who} sparade här den {format_day(moment.date())} kl. {moment:%H.%M.%S}, efter att du öppnade "
        "sidan."
    )
