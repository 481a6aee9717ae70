"""What the apps above do when somebody declares jäv in an application, in the same transaction.

The applications know nothing of what is built on them. An app registers when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from applications.models import Application
from s3portal.accounts.models import User


@dataclass(frozen=True)
class Follower:
    """``lock`` (an application's id) takes what comes before the application in the order of locks;
    ``recused`` passes on what the person had."""

    lock: Callable[[int], None]
    recused: Callable[[Application, User], None]


FOLLOWERS: Final[list[Follower]] = []


def register(follower: Follower) -> None:
    """Called from an app's ``ready``; once, however often."""
    if follower not in FOLLOWERS:
        FOLLOWERS.append(follower)


def lock_followers(application_id: int) -> None:
    for follower in FOLLOWERS:
        follower.lock(application_id)


def tell_followers(application: Application, person: User) -> None:
    for follower in FOLLOWERS:
        follower.recused(application, person)
