"""What a reminder is. Each app says in its ``reminders.py`` which kinds it has and what is due of each; the
outbox knows when, in which words and to whom not.

A kind is registered when its app is ready. ``occasions`` and ``recipients`` are queries and nothing else: the
outbox asks them every few minutes, and asking twice is harmless. It asks them again before a reminder leaves:
what has been said no to, sent in, moved or signed since it was written is not sent.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import Promise

from s3portal.outbox.enums import MailGroup

if TYPE_CHECKING:
    from s3portal.outbox.models import Message


@dataclass(frozen=True)
class Occasion:
    """One thing to remind of. ``at`` is what the kind's times count from: a deadline, a start, a publication.

    ``topic`` names the thing ("call_closing:12"). Kinds that share a topic share their mail: an address gets
    one for each topic, ``at`` and time, whichever kind comes first. A moved ``at`` is a new occasion."""

    obj: models.Model
    at: datetime
    topic: str


@dataclass(frozen=True)
class Reminder:
    """One mail to one address about one occasion. ``values`` fill the kind's placeholders.

    ``since``: no reminder whose hour was before this is sent (a draft that was begun yesterday is not
    reminded of the day before). ``unsubscribe_url`` goes into List-Unsubscribe."""

    occasion: Occasion
    to_email: str
    values: Mapping[str, str]
    since: datetime | None = None
    unsubscribe_url: str = ""

    @property
    def facts(self) -> str:
        """A short name of what the mail says: another when anything in it is."""
        said = json.dumps(dict(self.values), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


class Recipients(Protocol):
    """The mails about these occasions, or those of them to the addresses ``only`` (in small letters): a
    constant number of queries for all of them."""

    def __call__(
        self, occasions: Sequence[Occasion], *, only: Collection[str] | None = None
    ) -> Iterable[Reminder]: ...


def addressed(
    rows: "models.QuerySet[Any]", field: str, only: Collection[str] | None
) -> "models.QuerySet[Any]":
    """Those of the rows whose ``field`` is one of the addresses ``only`` (in small letters); all without."""
    if only is None:
        return rows
    return rows.annotate(only_address=Lower(field)).filter(only_address__in=list(only))


@dataclass(frozen=True)
class ReminderKind:
    """``offsets`` before ``at`` ("14d" calendar days, "3h", "15m"), or after it when ``after``.

    ``group`` None means official: it cannot be turned off. ``urgent`` ones are sent at quiet hours too when
    they are counted in hours or minutes.
    ``placeholders`` says what each placeholder holds; ``subject`` and ``body`` (restricted Markdown) are the
    default words. What a placeholder holds is shown as it stands, whatever it looks like, but one whose name
    begins with ``länk`` holds a whole address and becomes a link: ``{länk}`` or ``[Öppna ansökan]({länk})``.
    ``grace``: how late one may be sent when beat was away; never past ``at`` unless ``after``.
    ``order``: of kinds that share a topic, the lowest is sent."""

    code: str
    label: str | Promise
    group: MailGroup | None
    offsets: tuple[str, ...]
    subject: str
    body: str
    placeholders: Mapping[str, str | Promise]
    #: What is there with ``at`` from the first moment to the second, both inclusive.
    occasions: Callable[[datetime, datetime], Iterable[Occasion]]
    recipients: Recipients
    #: A real case for the preview, or None when there is none.
    example: Callable[[], Reminder | None]
    after: bool = False
    urgent: bool = False
    grace: timedelta = field(default=timedelta(days=2))
    order: int = 0


@dataclass(frozen=True)
class Told:
    """Of waiting messages, the keys of those that still hold, and of those that could not be told now: they
    wait for the next round."""

    standing: Collection[int]
    unknown: Collection[int] = ()


#: Of waiting messages, the keys of those that still hold.
Standing = Callable[[Sequence["Message"]], Collection[int] | Told]

KINDS: Final[dict[str, ReminderKind]] = {}
#: Kinds of mail that are no reminders but offer something for a time.
STANDING: Final[dict[str, Standing]] = {}


def register(kind: ReminderKind) -> None:
    """Called from an app's ``ready``. The code is unique."""
    if KINDS.get(kind.code, kind) is not kind:
        raise ValueError(f"Two kinds of reminder are called {kind.code}.")
    KINDS[kind.code] = kind


def register_standing(kind: str, standing: Standing) -> None:
    """Called from an app's ``ready``: asked, a constant number of queries for a batch, before they leave."""
    STANDING[kind] = standing
