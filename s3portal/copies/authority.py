"""On what ground a person may decide that a document is not given out: asked of the app that knows who may
decide what (KL 6:37, 7:5). It is an exercise of authority that can be appealed (OSL 6:3, 6:7).

This app knows no domain. The app registers its source when it is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils import timezone

from s3portal.accounts.models import User


@dataclass(frozen=True)
class Authority:
    """``key``: for a form. ``label``: the provision as it is written in the decision. ``text``: what it is
    about. ``title``: the decider's, as it stands under the name. ``snapshot``: all that is known of it, to be
    kept with the decision (KL 13:8); JSON."""

    key: str
    label: str
    text: str
    title: str
    snapshot: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """``held_by``: what the person may decide by on the day. ``hold``: keeps the one with that key as it is
    until the transaction ends."""

    held_by: Callable[[User, date], list[Authority]]
    hold: Callable[[str], None]


SOURCES: Final[list[Source]] = []


def register(source: Source) -> None:
    """Called from an app's ``ready``; once, however often."""
    if source not in SOURCES:
        SOURCES.append(source)


def authorities_of(user: User) -> list[Authority]:
    """What the person may refuse by today."""
    today = timezone.localdate()
    return [one for source in SOURCES for one in source.held_by(user, today)]


def hold_authority(user: User, key: str) -> Authority | None:
    """The one with the key, held until the transaction ends, if the person has it today."""
    for source in SOURCES:
        if key in {one.key for one in source.held_by(user, timezone.localdate())}:
            source.hold(key)
    return next((one for one in authorities_of(user) if one.key == key), None)
