"""Kinds of reminder of the tests' own, about nothing but what the test says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from s3portal.outbox.enums import MailGroup
from s3portal.outbox.reminders import KINDS, Occasion, Reminder, ReminderKind


@dataclass
class World:
    """What there is to remind of, and of whom: for each kind, its moments by topic; the addresses of all."""

    occasions: dict[str, list[Occasion]] = field(default_factory=dict)
    emails: list[str] = field(default_factory=lambda: ["eva@example.org"])
    since: datetime | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    def kind(self, monkeypatch: Any, code: str = "test_closing", **fields: Any) -> ReminderKind:
        kind = ReminderKind(
            **(
                {
                    "code": code,
                    "label": f"Påminnelsen {code}",
                    "group": MailGroup.CALLS,
                    "offsets": ("14d", "7d", "1d", "3h"),
                    "subject": "Snart stänger {utlysning}",
                    "body": "Utlysningen **{utlysning}** stänger.\n\n[Öppna]({länk})",
                    "placeholders": {"utlysning": "Utlysningens namn", "länk": "Adress"},
                    "occasions": lambda first, last: self._between(code, first, last),
                    "recipients": self.recipients,
                    "example": lambda: None,
                }
                | fields
            )
        )
        monkeypatch.setitem(KINDS, code, kind)
        return kind

    def happens(self, at: datetime, obj: Any, code: str = "test_closing", topic: str = "call:1") -> None:
        self.occasions.setdefault(code, []).append(Occasion(obj, at, topic))

    def _between(self, code: str, first: datetime, last: datetime) -> Iterable[Occasion]:
        self.asked.append((first, last))
        return [one for one in self.occasions.get(code, []) if first <= one.at <= last]

    def recipients(self, occasions: Any, *, only: Any = None) -> Iterable[Reminder]:
        return (
            Reminder(
                occasion,
                email,
                {"utlysning": "Kluster [x](http://y)", "länk": "https://s3.example/a"},
                self.since,
            )
            for occasion in occasions
            for email in self.emails
            if only is None or email.lower() in only
        )
