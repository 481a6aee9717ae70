"""Which step may be taken with a message in which status."""

from enum import StrEnum
from typing import Final

from s3portal.outbox.enums import MessageStatus


class MessageAction(StrEnum):
    DELIVER = "deliver"
    RESEND = "resend"
    CANCEL = "cancel"


ALLOWED: Final[dict[MessageAction, frozenset[MessageStatus]]] = {
    MessageAction.DELIVER: frozenset({MessageStatus.QUEUED}),
    MessageAction.RESEND: frozenset({MessageStatus.FAILED, MessageStatus.CANCELLED}),
    MessageAction.CANCEL: frozenset({MessageStatus.QUEUED}),
}


def allowed(action: MessageAction, status: str) -> bool:
    return status in ALLOWED[action]
