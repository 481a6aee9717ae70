"""Who is stopped at the files of a case, and from having it: asked of the apps that know what it is about.

The diary knows no domain. An app registers its guard when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.models import Case


@dataclass(frozen=True)
class Guard:
    """``opening``: where somebody must go before they open a file of the case, or nothing; may raise
    PermissionDenied. ``assigning`` (actor, case, officer) raises Refusal when it may not be given so.
    ``barring``: of cases, those that ``opening`` keeps the person out of for good, to ask of many at once."""

    opening: Callable[[User, Case], str]
    assigning: Callable[[User, Case, User], None]
    barring: Callable[[User], Q]


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


def barred_cases(user: User) -> Q:
    """Of cases: those where somebody has jäv. For what takes in many cases; one by one it is ``first_stop``
    that is asked."""
    return reduce(or_, (guard.barring(user) for guard in GUARDS), Q(pk__in=[]))


def require_let_in(actor: User, case: Case) -> None:
    """Raises Refusal for who has a question of jäv to answer first, PermissionDenied for who has jäv."""
    if first_stop(actor, case):
        raise Refusal("Svara först på frågan om jäv i ärendet.")
