"""Talking to the mail server about one message, and telling passing faults from final ones."""

import hashlib
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from s3portal.common.files import AlteredFile, read_frozen
from s3portal.outbox.models import Message


class TemporaryFailure(Exception):
    """The server is away or asks us to come back (4xx): try again later."""


class PermanentFailure(Exception):
    """The server will never take this message (5xx), or what should be attached is not what was frozen."""


def send_mail(message: Message) -> None:
    """Hand one message to the mail server. Returns when the server has taken it."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text_body,
        to=[message.to_email],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    if message.html_body:
        mail.attach_alternative(message.html_body, "text/html")
    try:
        for file in message.attachments.all():
            content = read_frozen(file.storage_name, sha256=file.sha256)
            mail.attach(file.filename, content, file.content_type)
        mail.send()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        # The server does not let the portal in. That is no fault of the message, whatever the code says.
        raise TemporaryFailure(_words(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _failure(code)(_words(code, words)) from error
    except smtplib.SMTPResponseException as error:
        raise _failure(error.smtp_code)(_words(error.smtp_code, error.smtp_error)) from error
    except (AlteredFile, FileNotFoundError) as error:
        raise PermanentFailure(f"Bilagan saknas eller har ändrats: {error}") from error
    except ValueError as error:
        # Django refuses addresses and headers that cannot be written.
        raise PermanentFailure(f"Brevet går inte att skriva: {error}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(f"E-postservern svarade inte: {error}") from error


def message_id(message: Message) -> str:
    """The same for every attempt, so that a receiving server can see that it is the same mail."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"


def _failure(code: int) -> type[TemporaryFailure | PermanentFailure]:
    return PermanentFailure if 500 <= code < 600 else TemporaryFailure


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}".strip()
