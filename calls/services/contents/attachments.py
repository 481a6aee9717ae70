"""The files that applicants are asked to send along."""

from dataclasses import dataclass

from django.db import transaction

from calls.models import Call, RequestedAttachment
from calls.services.contents.opening import (
    GONE,
    open_contents,
    quoted,
    require_finished,
    require_unchanged,
    tell,
)
from calls.services.contents.ordering import next_order, number_rows
from s3portal.accounts.models import User
from s3portal.common.errors import Conflict, Refusal


@dataclass(frozen=True)
class AttachmentData:
    name: str
    help_text: str = ""
    required: bool = True


@transaction.atomic
def save_attachment(
    *, actor: User, call_id: int, data: AttachmentData, row_id: int | None = None, seen: str = ""
) -> RequestedAttachment:
    """Ask for a file, last in order, or change one that is asked for. Raises Refusal for a name that stands
    already, and Conflict when somebody else was first."""
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    rows = list(call.requested_attachments.all())
    if row_id is None:
        attachment = RequestedAttachment(call=call, order=next_order(rows))
    else:
        attachment = _pick(call, row_id)
        require_unchanged(call=call, row=attachment, seen=seen, actor=actor)
    require_finished(call, name=data.name, help_text=data.help_text)
    if any(row.name.casefold() == data.name.casefold() and row.pk != attachment.pk for row in rows):
        raise Refusal("Utlysningen begär redan en bilaga med det namnet.", field="name")
    old = attachment.name
    for name in ("name", "help_text", "required"):
        setattr(attachment, name, getattr(data, name))
    attachment.save()
    if row_id is None:
        action, text = "attachment_added", f"Bilagan {quoted(data.name)} begärs."
    elif data.name != old:
        action, text = "attachment_changed", f"Bilagan {quoted(old)} heter nu {quoted(data.name)}."
    else:
        action, text = "attachment_changed", f"Bilagan {quoted(old)} är ändrad."
    tell(actor=actor, call=call, row=attachment, action=action, field="requested_attachments", text=text)
    return attachment


@transaction.atomic
def delete_attachment(*, actor: User, call_id: int, row_id: int) -> None:
    call = open_contents(call_id=call_id, actor=actor, asked=True)
    attachment = _pick(call, row_id)
    tell(
        actor=actor,
        call=call,
        row=attachment,
        action="attachment_deleted",
        field="requested_attachments",
        text=f"Bilagan {quoted(attachment.name)} begärs inte längre.",
    )
    attachment.delete()
    number_rows(list(call.requested_attachments.all()))


def _pick(call: Call, row_id: int) -> RequestedAttachment:
    attachment = call.requested_attachments.filter(pk=row_id).first()
    if attachment is None:
        raise Conflict(GONE)
    return attachment
