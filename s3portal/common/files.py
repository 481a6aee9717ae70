"""Frozen bytes: their hash, and reading them back only if they are still the same."""

import hashlib
from dataclasses import dataclass

from django.core.files import File
from django.core.files.storage import default_storage

from s3portal.common.quarantine import require_usable


class AlteredFile(Exception):
    """The stored bytes are not those whose hash was noted. Nothing of them may be shown or sent."""


@dataclass(frozen=True)
class FrozenFile:
    """A name in the private storage and the hash its bytes must have."""

    filename: str
    content_type: str
    storage_name: str
    sha256: str


@dataclass(frozen=True)
class InlineFile:
    """What is small and made for one mail, such as a calendar entry. It lies in no storage.

    ``content_type`` may have parameters: "text/calendar; method=REQUEST; charset=utf-8"."""

    filename: str
    content_type: str
    content: bytes


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hash_of(file: "File[bytes]") -> tuple[str, int]:
    """SHA-256 and size of a file, read a piece at a time. Leaves it at its beginning."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size


def read_frozen(storage_name: str, *, sha256: str) -> bytes:
    """The bytes under ``storage_name``. Raises AlteredFile when they do not match ``sha256``, and FileHeld
    for a file that is not known to be clean of viruses."""
    require_usable(storage_name)
    with default_storage.open(storage_name) as stored:
        content: bytes = stored.read()
    if sha256_hex(content) != sha256:
        raise AlteredFile(storage_name)
    return content
