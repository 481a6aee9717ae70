"""What of a message the region's own people may read: asked of the apps that know what it is about.

The outbox knows no domain. An app registers its guard when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from s3portal.accounts.models import User
from s3portal.outbox.models import Message


@dataclass(frozen=True)
class Guard:
    """``opening``: where somebody must go before they read the message, or nothing; may raise
    PermissionDenied. ``hiding``: why its text is for nobody at the region, or nothing. ``noting`` logs who
    read it, when it holds what is protected."""

    opening: Callable[[User, Message], str]
    hiding: Callable[[Message], str] = lambda message: ""
    noting: Callable[[User, Message], None] = lambda user, message: None


GUARDS: Final[list[Guard]] = []


def register(guard: Guard) -> None:
    """Called from an app's ``ready``; once, however often."""
    if guard not in GUARDS:
        GUARDS.append(guard)


def first_stop(user: User, message: Message) -> str:
    """Where somebody must go before reading the message; empty when nowhere."""
    return next((place for guard in GUARDS if (place := guard.opening(user, message))), "")


def why_hidden(message: Message) -> str:
    """Why the text is not shown, as a sentence; empty when it is."""
    return next((reason for guard in GUARDS if (reason := guard.hiding(message))), "")


def note_read(user: User, message: Message) -> None:
    """That somebody has read the message. The one write of a GET of the outbox (docs/adr/0002)."""
    for guard in GUARDS:
        guard.noting(user, message)
