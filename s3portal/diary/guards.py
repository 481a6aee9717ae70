"""Who is stopped at the files of a case, and from having it: asked of the apps that know what it is about.

The diary knows no domain. An app registers its guard when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from s3portal.accounts.models import User
from s3portal.diary.models import Case


@dataclass(frozen=True)
class Guard:
    """``opening``: where somebody must go before they open a file of the case, or nothing; may raise
    PermissionDenied. ``assigning`` (actor, case, officer) raises Refusal when it may not be given so."""

    opening: Callable[[User, Case], str]
    assigning: Callable[[User, Case, User], None]


GUARDS: Final[list[Guard]] = []


def register(guard: Guard) -> None:
    """Called from an app's ``ready``; once, however often."""
    if guard not in GUARDS:
        GUARDS.append(guard)


def first_stop(user: User, case: Case) -> str:
    """Where somebody must go before opening a file of the case; empty when nowhere."""
    return next((place for guard in GUARDS if (place := guard.opening(user, case))), "")


def require_assignable(actor: User, case: Case, officer: User) -> None:
    for guard in GUARDS:
        guard.assigning(actor, case, officer)
