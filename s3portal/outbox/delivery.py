"""Talking to the mail server, and telling passing faults from final ones."""

import hashlib
import smtplib
from collections.abc import Callable
from contextlib import suppress
from email import encoders
from email.message import Message as Part
from email.mime.base import MIMEBase
from email.utils import parseaddr
from types import TracebackType
from typing import Any, Final, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from s3portal.common.files import AlteredFile, read_frozen
from s3portal.common.models import ScanStatus
from s3portal.common.quarantine import FileHeld
from s3portal.outbox.models import Message, MessageAttachment
from s3portal.outbox.writing import sender, write

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


class TemporaryFailure(Exception):
    """The server asks us to come back (4xx), or the connection broke: try again later."""


class PermanentFailure(Exception):
    """The server will never take this message (5xx), or what should be attached is not what was frozen."""


class Mailer:
    """One connection to the mail server for many messages; ``with Mailer() as mailer`` closes it at the end.

    It is opened with the first message, and anew after a fault of the connection.
    """

    #: Servers have limits of their own; many end a connection at a hundred messages.
    MOST_PER_CONNECTION: Final = 90

    def __init__(self) -> None:
        self._connection: Any = get_connection()
        self._open = False
        self._sent = 0
        #: No server answers, or it does not let the portal in: the next message would fare no better.
        self.server_away = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._open:
            self._open, self._sent = False, 0
            with suppress(OSError, smtplib.SMTPException):
                self._connection.close()

    def send(self, message: Message) -> None:
        """Hand one message to the mail server. Returns when the server has taken it.

        Raises TemporaryFailure or PermanentFailure.
        """
        # A file that is not what was frozen is told before the server is troubled.
        mail = _bytes(message) or _written(message)
        self._connect()
        try:
            self._hand_over(mail, message.to_email)
        except _ConnectionBroke:
            # What the connection holds back of an earlier dialogue must not meet the next message.
            self.close()
            raise

    def _connect(self) -> None:
        if self._sent >= self.MOST_PER_CONNECTION:
            self.close()
        if self._open:
            return
        # Said before it is true: what was opened in part is closed too.
        self._open = True
        try:
            self._connection.open()
        except smtplib.SMTPResponseException as error:
            # That the server does not let the portal in is no fault of the message, whatever the code says.
            self._give_up()
            raise TemporaryFailure(_words(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._give_up()
            raise TemporaryFailure(f"E-postservern svarade inte: {error}") from error

    def _give_up(self) -> None:
        self.close()
        self.server_away = True

    def _hand_over(self, mail: EmailMultiAlternatives | bytes, to: str) -> None:
        self._sent += 1
        try:
            if isinstance(mail, bytes):
                self._connection.connection.sendmail(sender(), [to], mail)
            else:
                mail.connection = self._connection
                mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _failure(code)(_words(code, words)) from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code)(_words(error.smtp_code, error.smtp_error)) from error
        except ValueError as error:
            # Django refuses addresses and headers that cannot be written.
            raise PermanentFailure(f"Brevet går inte att skriva: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise _ConnectionBroke(f"E-postservern svarade inte: {error}") from error


class _ConnectionBroke(TemporaryFailure):
    """In the middle of a message: nobody knows whether the server took it."""


def message_id(message: Message) -> str:
    """The same for every attempt, so that a receiving server can see that it is the same mail."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"


def _headers(message: Message) -> dict[str, str]:
    headers = {"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    if message.unsubscribe_url:
        # RFC 8058: the reader's own button, one POST without asking anything.
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _bytes(message: Message) -> bytes | None:
    """None when something is attached, when it takes more care, and when no mail server is talked to."""
    if settings.EMAIL_BACKEND != SMTP or message.attachments.all():
        return None
    return write(
        to=message.to_email,
        subject=message.subject,
        text=message.text_body,
        html=message.html_body,
        headers=_headers(message),
    )


def _written(message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=message.subject, body=message.text_body, to=[message.to_email], headers=_headers(message)
    )
    if message.html_body:
        mail.attach_alternative(message.html_body, "text/html")
    try:
        for file in message.attachments.all():
            mail.attach(_part(file))
    except (AlteredFile, FileNotFoundError) as error:
        raise PermanentFailure(f"Bilagan saknas eller har ändrats: {error}") from error
    except FileHeld as error:
        waits = error.status == ScanStatus.WAITING
        raise (TemporaryFailure if waits else PermanentFailure)(error.message) from error
    except OSError as error:
        raise TemporaryFailure(f"Bilagan gick inte att läsa: {error}") from error
    return mail


def _part(file: MessageAttachment) -> MIMEBase:
    """The attachment byte for byte, with the parameters of its type (a calendar's ``method``)."""
    if file.content is not None:
        content = bytes(file.content)
    else:
        content = read_frozen(file.storage_name, sha256=file.sha256)
    said = Part()
    said["Content-Type"] = file.content_type
    part = MIMEBase(said.get_content_maintype(), said.get_content_subtype())
    for parameter, value in (said.get_params() or [])[1:]:
        part.set_param(parameter, value)
    part.set_payload(content)
    encoders.encode_base64(part)
    name = file.filename if file.filename.isascii() else ("utf-8", "", file.filename)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _failure(code: int) -> Callable[[str], TemporaryFailure | PermanentFailure]:
    if code == 421:
        # The server ends the conversation with these words.
        return _ConnectionBroke
    return PermanentFailure if 500 <= code < 600 else TemporaryFailure


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    # PostgreSQL holds no NUL.
    return f"{code} {text}".strip().replace("\x00", "")
