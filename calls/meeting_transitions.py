"""Which step may follow which in a meeting's life. Only the services move a meeting along it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from calls.enums import MeetingStatus
from s3portal.common.errors import Refusal


class MeetingAction(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    MOVE = "move"
    CANCEL = "cancel"
    DELETE = "delete"
    ATTEND = "attend"
    WRITE = "write"


#: What each action leads to; None: the meeting is gone. A pair that is not here is refused.
TRANSITIONS: Final[Mapping[MeetingStatus, Mapping[MeetingAction, MeetingStatus | None]]] = {
    MeetingStatus.DRAFT: {
        MeetingAction.EDIT: MeetingStatus.DRAFT,
        MeetingAction.PUBLISH: MeetingStatus.PUBLISHED,
        MeetingAction.DELETE: None,
    },
    MeetingStatus.PUBLISHED: {
        MeetingAction.EDIT: MeetingStatus.PUBLISHED,
        MeetingAction.MOVE: MeetingStatus.PUBLISHED,
        MeetingAction.CANCEL: MeetingStatus.CANCELLED,
        MeetingAction.ATTEND: MeetingStatus.PUBLISHED,
        MeetingAction.WRITE: MeetingStatus.PUBLISHED,
    },
    # Those who had registered may still need to be told something.
    MeetingStatus.CANCELLED: {MeetingAction.WRITE: MeetingStatus.CANCELLED},
}

_DRAFT = "Mötet är ett utkast. Publicera det först."
_WHY_NOT: Final[Mapping[tuple[MeetingStatus, MeetingAction], str]] = {
    (MeetingStatus.DRAFT, MeetingAction.MOVE): "Mötet är ett utkast. Ändra tid och plats i formuläret.",
    (MeetingStatus.DRAFT, MeetingAction.CANCEL): "Mötet är ett utkast. Ta bort det i stället.",
    (MeetingStatus.DRAFT, MeetingAction.ATTEND): _DRAFT,
    (MeetingStatus.DRAFT, MeetingAction.WRITE): _DRAFT,
    (MeetingStatus.PUBLISHED, MeetingAction.PUBLISH): "Mötet är redan publicerat.",
    (MeetingStatus.PUBLISHED, MeetingAction.DELETE): "Mötet är publicerat. Ställ in det i stället.",
}
_CANCELLED = "Mötet är inställt och kan inte ändras. Kopiera det om det ska hållas en annan gång."


def allows(status: str, action: MeetingAction) -> bool:
    return action in TRANSITIONS[MeetingStatus(status)]


def require(status: str, action: MeetingAction) -> None:
    """Raises Refusal when ``action`` may not be taken with a meeting in ``status``."""
    if not allows(status, action):
        raise Refusal(_WHY_NOT.get((MeetingStatus(status), action), _CANCELLED))
