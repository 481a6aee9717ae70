"""A message as the bytes that go over the wire, for the common kind: text and HTML, and nothing attached.

The e-mail package takes longer to write such a mail than a mail server takes to receive it. What is not
common (attachments, lines or addresses that need care) is left to it.
"""

import hashlib
import re
from collections.abc import Mapping
from email.header import Header
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.mail.message import sanitize_address

#: RFC 5321: a line longer than this is cut by servers on the way.
LONGEST_LINE: Final = 998
_PLAIN_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}")
_PLAIN_HEADER: Final = re.compile(r"[\x20-\x7e]*")


def write(*, to: str, subject: str, text: str, html: str, headers: Mapping[str, str]) -> bytes | None:
    """The whole mail with CRLF, or None when it needs the care of the e-mail package."""
    if not _PLAIN_ADDRESS.fullmatch(to) or not all(map(_PLAIN_HEADER.fullmatch, headers.values())):
        return None
    parts = [_part("plain", text), *([_part("html", html)] if html else [])]
    if any(part is None for part in parts) or not _is_line(subject):
        return None
    bodies = [part for part in parts if part is not None]
    lines = {
        "MIME-Version": "1.0",
        "Subject": _subject(subject),
        "From": sender(),
        "To": to,
        "Date": formatdate(localtime=settings.EMAIL_USE_LOCALTIME),
        **headers,
    }
    head = "".join(f"{name}: {value}\n" for name, value in lines.items()).replace("\n", "\r\n").encode()
    if max(map(len, head.split(b"\r\n"))) > LONGEST_LINE:
        return None
    if len(bodies) == 1:
        return head + bodies[0]
    boundary = f"={hashlib.sha256(b''.join(bodies)).hexdigest()}=".encode()
    return b"".join(
        (
            head,
            b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n',
            *(b"--" + boundary + b"\r\n" + body + b"\r\n" for body in bodies),
            b"--" + boundary + b"--\r\n",
        )
    )


@lru_cache(maxsize=64)
def _subject(text: str) -> str:
    """Kept for a while: many get the same words."""
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode()


def _is_line(text: str) -> bool:
    return "\r" not in text and "\n" not in text


def _part(subtype: str, text: str) -> bytes | None:
    lines = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if max(map(len, lines)) > LONGEST_LINE:
        return None
    encoding = "7bit" if text.isascii() else "8bit"
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + b"\r\n".join(lines)


def sender() -> str:
    """``DEFAULT_FROM_EMAIL`` as it stands in a header."""
    return _sanitized(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=8)
def _sanitized(address: str) -> str:
    return str(sanitize_address(address, "utf-8"))
