"""Who is told when something in a case is marked as secret, and when two cases are merged, so that what is
marked in the one is secret in the other: the apps that have shown it.

The diary knows no domain. An app registers what it does when it is ready."""

from collections.abc import Callable
from typing import Final

from s3portal.accounts.models import User
from s3portal.diary.models import CaseMerger, SecrecyMark

#: Called in the transaction that sets the mark, with the case locked.
Follower = Callable[[User, SecrecyMark], None]
FOLLOWERS: Final[list[Follower]] = []
#: Called in the transaction that merges two cases, with both locked.
MergerFollower = Callable[[User, CaseMerger], None]
MERGER_FOLLOWERS: Final[list[MergerFollower]] = []


def register(follower: Follower) -> None:
    """Called from an app's ``ready``; once, however often."""
    if follower not in FOLLOWERS:
        FOLLOWERS.append(follower)


def register_for_mergers(follower: MergerFollower) -> None:
    """The same, for what it does when cases are merged."""
    if follower not in MERGER_FOLLOWERS:
        MERGER_FOLLOWERS.append(follower)


def tell_marked(actor: User, mark: SecrecyMark) -> None:
    for follower in FOLLOWERS:
        follower(actor, mark)


def tell_merged(actor: User, merger: CaseMerger) -> None:
    for follower in MERGER_FOLLOWERS:
        follower(actor, merger)
