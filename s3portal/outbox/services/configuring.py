"""What an administrator decides about reminders: when, in which words, and at which hours."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.due import Offset, is_quiet_clock
from s3portal.outbox.models import MailSettings, ReminderRule
from s3portal.outbox.reminders import ReminderKind
from s3portal.outbox.rules import require_administrator
from s3portal.outbox.words import check_placeholders

CHANGED = "Någon annan har ändrat påminnelsen medan du skrev. Läs in sidan igen och gör om din ändring."


def version_of(rule: ReminderRule | None) -> str:
    """What a form carries to tell whether somebody else has saved since it was shown."""
    return "" if rule is None else rule.updated_at.isoformat()


@transaction.atomic
def save_rule(
    *,
    kind: ReminderKind,
    enabled: bool,
    offsets: Sequence[Offset],
    subject: str,
    body: str,
    expected_version: str,
    actor: User,
) -> ReminderRule:
    """Set how a kind is sent. Raises Refusal for a placeholder the kind has not and when it has no time, and
    Conflict when somebody else has saved since ``expected_version``."""
    require_administrator(actor)
    check_rule(kind=kind, enabled=enabled, offsets=offsets, subject=subject, body=body)
    rule = ReminderRule.objects.select_for_update(of=("self",)).filter(kind=kind.code).first()
    if version_of(rule) != expected_version:
        raise Conflict(CHANGED)
    before = None if rule is None else _told(rule)
    rule = rule or _create(kind)
    rule.enabled, rule.subject, rule.body = enabled, subject, body
    # Each time once, the furthest off first.
    rule.offsets = list(dict.fromkeys(str(one) for one in sorted(offsets, key=_length, reverse=True)))
    rule.updated_at = timezone.now()
    rule.save(update_fields=["enabled", "offsets", "subject", "body", "updated_at"])
    record_event(
        actor=actor,
        action="reminder_rule_saved",
        obj=rule,
        text=f"Påminnelsen {kind.label} ändrad",
        data={"before": before, "after": _told(rule)},
    )
    return rule


def check_rule(
    *, kind: ReminderKind, enabled: bool, offsets: Sequence[Offset], subject: str, body: str
) -> None:
    """Raises Refusal when the words or the times do not hold."""
    if enabled and not offsets:
        raise Refusal("Ange minst en tid, eller välj att påminnelsen inte skickas.", field="offsets")
    check_placeholders(subject, kind.placeholders, field="subject")
    check_placeholders(body, kind.placeholders, field="body")


def _length(offset: Offset) -> timedelta:
    return offset.length


def _create(kind: ReminderKind) -> ReminderRule:
    try:
        with transaction.atomic():
            return ReminderRule.objects.create(
                kind=kind.code, offsets=list(kind.offsets), subject=kind.subject, body=kind.body
            )
    except IntegrityError as error:
        raise Conflict(CHANGED) from error


def _told(rule: ReminderRule) -> dict[str, Any]:
    return {
        "enabled": rule.enabled,
        "offsets": list(rule.offsets),
        "subject": rule.subject,
        "body": rule.body,
    }


@transaction.atomic
def reset_words(*, kind: ReminderKind, actor: User) -> None:
    """Take back the words that the kind has from the beginning. Its times stay as they are set."""
    require_administrator(actor)
    rule = ReminderRule.objects.select_for_update(of=("self",)).filter(kind=kind.code).first()
    if rule is None:
        return
    before = _told(rule)
    rule.subject, rule.body, rule.updated_at = kind.subject, kind.body, timezone.now()
    rule.save(update_fields=["subject", "body", "updated_at"])
    record_event(
        actor=actor,
        action="reminder_words_reset",
        obj=rule,
        text=f"Förvald text för {kind.label} återställd",
        data={"before": before, "after": _told(rule)},
    )


@transaction.atomic
def save_mail_settings(*, quiet_from: time, quiet_to: time, send_at: time, actor: User) -> MailSettings:
    """Set the hours, on Swedish clocks. Raises Refusal when ``send_at`` is in the quiet hours: what is
    counted in days would always wait for their end."""
    require_administrator(actor)
    wanted = MailSettings(quiet_from=quiet_from, quiet_to=quiet_to, send_at=send_at)
    if is_quiet_clock(send_at, wanted):
        raise Refusal("Välj ett klockslag som inte ligger i den tysta tiden.", field="send_at")
    MailSettings.objects.bulk_create([MailSettings()], ignore_conflicts=True)
    row = MailSettings.objects.select_for_update(of=("self",)).get()
    before = _hours(row)
    row.quiet_from, row.quiet_to, row.send_at = quiet_from, quiet_to, send_at
    row.save(update_fields=["quiet_from", "quiet_to", "send_at"])
    record_event(
        actor=actor,
        action="mail_settings_saved",
        obj=row,
        text="Tider för utskick ändrade",
        data={"before": before, "after": _hours(row)},
    )
    return row


def _hours(row: MailSettings) -> dict[str, str]:
    return {name: f"{getattr(row, name):%H:%M}" for name in ("quiet_from", "quiet_to", "send_at")}
