"""A reminder as it would be, on a real case when there is one."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from s3portal.outbox import words
from s3portal.outbox.reminders import ReminderKind


@dataclass(frozen=True)
class Preview:
    """``real`` is False when there was no case, and the placeholders say what would stand there."""

    subject: str
    html: SafeString
    real: bool


def of(kind: ReminderKind, subject: str, body: str) -> Preview:
    """Nothing is written or sent, and no address is shown."""
    case = kind.example()
    values = case.values if case else {name: f"[{label}]" for name, label in kind.placeholders.items()}
    html, _text = words.rendered(words.fill_markdown(body, values))
    return Preview(words.fill_line(subject, values), html, case is not None)
