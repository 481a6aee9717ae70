"""Which step may follow which in a call's life (architecture: Life cycles). Only the services take them."""

from typing import Final

from calls.enums import CallAction, CallStatus
from s3portal.common.errors import Refusal

#: (status, action) → the status after it; None when the row is gone. What is not here is refused.
#: Coming, open and closed are no steps: they follow from the clock.
ALLOWED: Final[dict[tuple[CallStatus, CallAction], CallStatus | None]] = {
    (CallStatus.DRAFT, CallAction.SAVE): CallStatus.DRAFT,
    (CallStatus.DRAFT, CallAction.DELETE): None,
    (CallStatus.DRAFT, CallAction.PUBLISH): CallStatus.PUBLISHED,
    (CallStatus.PUBLISHED, CallAction.SAVE): CallStatus.PUBLISHED,
    (CallStatus.PUBLISHED, CallAction.CONCLUDE): CallStatus.CONCLUDED,
}

_ALREADY_PUBLISHED: Final = {
    CallAction.DELETE: "Utlysningen är publicerad och kan inte tas bort. Den kan avslutas.",
    CallAction.PUBLISH: "Utlysningen är redan publicerad.",
}
_CONCLUDED: Final = {
    CallAction.SAVE: "Utlysningen är avslutad och kan inte ändras.",
    CallAction.DELETE: "Utlysningen är avslutad och kan inte tas bort.",
    CallAction.PUBLISH: "Utlysningen är avslutad och kan inte publiceras igen. Kopiera den i stället.",
    CallAction.CONCLUDE: "Utlysningen är redan avslutad.",
}


def allowed(status: str, action: CallAction) -> bool:
    return (CallStatus(status), action) in ALLOWED


def require(status: str, action: CallAction) -> CallStatus | None:
    """The status that ``action`` leads to, None when the row goes away. Raises Refusal when it may not be
    taken now."""
    if allowed(status, action):
        return ALLOWED[CallStatus(status), action]
    if status == CallStatus.DRAFT:
        raise Refusal("Utlysningen är ett utkast. Den måste först vara publicerad.")
    raise Refusal((_ALREADY_PUBLISHED if status == CallStatus.PUBLISHED else _CONCLUDED)[action])
