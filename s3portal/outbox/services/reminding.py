"""What is due becomes messages: every few minutes. Twice, or by two at once, writes nothing twice."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from s3portal.common.errors import Refusal
from s3portal.outbox import links, words
from s3portal.outbox.due import SLACK, Offset, is_quiet, latest_due, parse_offset
from s3portal.outbox.enums import MailGroup
from s3portal.outbox.models import MailSettings, ReminderRule
from s3portal.outbox.reminders import KINDS, Occasion, Reminder, ReminderKind
from s3portal.outbox.services.choosing import opted_out
from s3portal.outbox.services.enqueueing import BATCH, Mail, enqueue_many

logger = logging.getLogger(__name__)

#: Longer keys are kept as their hash; the column holds 250 signs.
LONGEST_KEY: Final = 200


@dataclass(frozen=True)
class Setup:
    """How one kind is sent: as an administrator has set it, else as the kind says."""

    kind: ReminderKind
    enabled: bool
    offsets: tuple[Offset, ...]
    subject: str
    body: str

    @classmethod
    def of(cls, kind: ReminderKind, rule: ReminderRule | None) -> "Setup":
        if rule is None:
            return cls(
                kind, enabled=True, offsets=_offsets(kind.offsets), subject=kind.subject, body=kind.body
            )
        return cls(kind, rule.enabled, _offsets(rule.offsets), rule.subject, rule.body)


def _offsets(codes: Iterable[str]) -> tuple[Offset, ...]:
    found = []
    for code in codes:
        try:
            found.append(parse_offset(code))
        except Refusal:
            # Checked when saved; what came some other way must not silence the other times.
            logger.exception("A reminder's time cannot be read: %r", code)
    return tuple(found)


def create_reminders() -> int:
    """Write the reminders that are due now. Returns how many were new.

    A constant number of queries for each ``BATCH`` of recipients. A kind that fails keeps no other waiting.
    """
    now, hours = timezone.now(), mail_settings()
    rules = {rule.kind: rule for rule in ReminderRule.objects.all()}
    quiet, written = is_quiet(now, hours), 0
    for kind in sorted(KINDS.values(), key=lambda one: (one.order, one.code)):
        setup = Setup.of(kind, rules.get(kind.code))
        if not setup.enabled or not setup.offsets or (quiet and not kind.urgent):
            continue
        try:
            written += _create(setup, now, hours)
        except Exception:
            logger.exception("The reminders %s could not be made.", kind.code)
    return written


def mail_settings() -> MailSettings:
    """The hours as they are set, or as they are from the beginning."""
    return MailSettings.objects.first() or MailSettings()


def _create(setup: Setup, now: datetime, hours: MailSettings) -> int:
    due = _due(setup, now, hours)
    if not due:
        return 0
    written = 0
    source = iter(setup.kind.recipients([occasion for occasion, _, _ in due.values()]))
    while batch := list(islice(source, BATCH)):
        written += _write(setup, batch, due)
    return written


@transaction.atomic
def _write(setup: Setup, batch: list[Reminder], due: "_Due") -> int:
    """Under a lock of what the batch is about, and asked anew after it: a deadline that somebody is moving
    has either been moved, and nothing is written of the old one, or waits for what is written to be there
    and stops it."""
    occasions = {(one.occasion.topic, one.occasion.at): one.occasion for one in batch}
    _hold(occasions.values())
    moments = [at for _topic, at in occasions]
    still = {(one.topic, one.at) for one in setup.kind.occasions(min(moments), max(moments))}
    return enqueue_many(
        _mails(setup, [one for one in batch if (one.occasion.topic, one.occasion.at) in still], due)
    )


def _hold(occasions: Iterable[Occasion]) -> None:
    """The lightest lock that keeps out who has ``select_for_update``; rows that point here may come."""
    by_table: dict[str, set[Any]] = defaultdict(set)
    for occasion in occasions:
        by_table[occasion.obj._meta.db_table].add(occasion.obj.pk)
    with connection.cursor() as cursor:
        for table in sorted(by_table):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT 1 FROM {name} WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",  # noqa: S608
                [sorted(by_table[table])],
            )


_Due = Mapping[tuple[str, datetime], tuple[Occasion, Offset, datetime]]


def _due(setup: Setup, now: datetime, hours: MailSettings) -> _Due:
    """The occasions with a reminder to send now: which, and the hour it should have gone."""
    kind = setup.kind
    longest = max(offset.length for offset in setup.offsets)
    first, last = (now - kind.grace - longest - SLACK, now) if kind.after else (now, now + longest + SLACK)
    due = {}
    for occasion in kind.occasions(first, last):
        found = latest_due(
            occasion.at,
            setup.offsets,
            now=now,
            hours=hours,
            grace=kind.grace,
            after=kind.after,
            urgent=kind.urgent,
        )
        if found:
            due[occasion.topic, occasion.at] = (occasion, *found)
    return due


def _mails(setup: Setup, batch: list[Reminder], due: _Due) -> Iterator[Mail]:
    refused = opted_out(setup.kind.group, {reminder.to_email.lower() for reminder in batch})
    for reminder in batch:
        occasion, offset, hour = due[reminder.occasion.topic, reminder.occasion.at]
        if reminder.to_email.lower() in refused or (reminder.since is not None and reminder.since > hour):
            continue
        yield reminder_mail(setup, reminder, key=reminder_key(setup.kind, reminder, offset), obj=occasion.obj)


def reminder_key(kind: ReminderKind, reminder: Reminder, offset: Offset) -> str:
    """One mail for each topic, moment, time and address, whatever the kind and the case of the address."""
    occasion = reminder.occasion
    sign = "+" if kind.after else "-"
    at = occasion.at.astimezone(UTC).isoformat()
    key = f"reminder:{occasion.topic}:{at}:{sign}{offset}:{reminder.to_email.lower()}"
    return key if len(key) <= LONGEST_KEY else f"reminder:{hashlib.sha256(key.encode()).hexdigest()}"


def reminder_mail(setup: Setup, reminder: Reminder, *, key: str, obj: Any) -> Mail:
    """The reminder in the words of its kind, with the way to turn it off when it is not official."""
    kind, email = setup.kind, reminder.to_email
    html, text = words.rendered(words.fill_markdown(setup.body, reminder.values))
    unsubscribe = reminder.unsubscribe_url
    if not unsubscribe and kind.group is not None:
        unsubscribe = links.one_click_path(email, kind.group)
    return Mail(
        kind=kind.code,
        template="reminder",
        key=key,
        to_email=email,
        context={
            "subject": words.fill_line(setup.subject, reminder.values),
            "html": html,
            "text": text,
            "why": None if kind.group is None else WHY[kind.group],
            "choices_path": links.choices_path(email),
            "unsubscribe_url": reminder.unsubscribe_url,
        },
        obj=obj,
        expires_at=None if kind.after else reminder.occasion.at,
        about_at=reminder.occasion.at,
        facts=reminder.facts,
        unsubscribe_url=unsubscribe,
    )


#: Why a mail comes to somebody, as its last lines say.
WHY: Final = {
    MailGroup.CALLS: "Du får påminnelsen för att du har en ansökan som inte är inskickad.",
    MailGroup.NEWS: "Du får mejlet för att du följer utlysningar eller möten i portalen.",
    MailGroup.MEETINGS: "Du får påminnelsen för att du är anmäld till mötet.",
    MailGroup.WORK: "Du får påminnelsen för att du arbetar med ärendet i portalen.",
}
