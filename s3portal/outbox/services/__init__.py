"""What happens with messages. Nothing else assigns their status."""

from s3portal.outbox.services.choosing import choose_mail
from s3portal.outbox.services.clearing import clear_old, days_kept
from s3portal.outbox.services.configuring import reset_words, save_mail_settings, save_rule
from s3portal.outbox.services.delivering import PAUSES, deliver_message, deliver_round
from s3portal.outbox.services.enqueueing import Mail, enqueue_mail, enqueue_many
from s3portal.outbox.services.handling import cancel_message, resend_failed, resend_message
from s3portal.outbox.services.reminding import create_reminders
from s3portal.outbox.services.stopping import cancel_queued

__all__ = [
    "PAUSES",
    "Mail",
    "cancel_message",
    "cancel_queued",
    "choose_mail",
    "clear_old",
    "create_reminders",
    "days_kept",
    "deliver_message",
    "deliver_round",
    "enqueue_mail",
    "enqueue_many",
    "resend_failed",
    "resend_message",
    "reset_words",
    "save_mail_settings",
    "save_rule",
]
