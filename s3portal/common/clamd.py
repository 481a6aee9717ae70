"""Talking to clamd, the scanner for viruses. Speaks its INSTREAM: each chunk after its length."""

import socket
import struct
from collections.abc import Iterator
from typing import IO, Final
from urllib.parse import urlsplit

from django.core.files import File

TIMEOUT_SECONDS: Final = 30
_CHUNK_BYTES: Final = 64 * 1024


class NoVerdict(Exception):
    """The scanner cannot be asked, or does not say whether the file is clean."""


def is_clean(file: "File[bytes] | IO[bytes]", *, clamd_url: str) -> bool:
    """What clamd says of the file, which is left at its beginning. Raises NoVerdict.

    ``clamd_url`` is tcp://host:port or unix:///path."""
    try:
        with _connect(clamd_url) as connection:
            connection.sendall(b"zINSTREAM\0")
            for chunk in _chunks(file):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError as error:
        raise NoVerdict(f"clamd svarade inte: {error}") from error
    finally:
        file.seek(0)
    verdict = answer.rstrip(b"\0\n")
    if verdict.endswith(b" FOUND"):
        return False
    if verdict != b"stream: OK":
        raise NoVerdict(f"clamd svarade: {verdict.decode(errors='replace')[:200]}")
    return True


def _chunks(file: "File[bytes] | IO[bytes]") -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _connect(clamd_url: str) -> socket.socket:
    address = urlsplit(clamd_url)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(address.path)
        return connection
    return socket.create_connection((address.hostname or "", address.port or 3310), TIMEOUT_SECONDS)
