"""Uploaded files into the private storage: checked, named for what they hold, gone again if all fails."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile, hash_of
from s3portal.common.quarantine import hold
from s3portal.common.text import normalize_text
from s3portal.common.uploads import FileType, check_upload

#: A file without a name would be called this.
_NAMELESS: Final = "dokument"
#: More files than this in one letter are sent in another.
MOST_AT_ONCE: Final = 10
_LONGEST_STEM: Final = 120
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|;\n\t', "-"))


@contextmanager
def stored_upload(
    upload: "File[bytes] | None", *, folder: str, scan_later: bool = False
) -> Iterator[tuple[FrozenFile, int] | None]:
    """The checked bytes in ``folder`` of the private storage, with their size; None for no file.

    They stay only if what follows succeeds. Raises Refusal (field "upload") for a file that we do not take.
    A scanner for viruses, when there is one, is asked at once; with ``scan_later`` the file is put in
    quarantine instead, and the caller must be in the transaction that makes its row.
    """
    if upload is None:
        yield None
        return
    try:
        file_type = check_upload(
            upload, max_bytes=settings.MAX_UPLOAD_BYTES, allowed=FileType, scan=not scan_later
        )
    except Refusal as refusal:
        raise Refusal(refusal.message, field="upload") from refusal
    sha256, size = hash_of(upload)
    name = default_storage.save(f"{folder}/{uuid.uuid4().hex}.{file_type.value}", upload)
    file = FrozenFile(clean_filename(upload.name or "", file_type), file_type.content_type, name, sha256)
    try:
        if scan_later and settings.CLAMD_URL:
            hold(name)
        yield file, size
    except BaseException:
        default_storage.delete(name)
        raise


@contextmanager
def stored_uploads(
    uploads: "Sequence[File[bytes]]", *, folder: str
) -> "Iterator[list[tuple[FrozenFile, int]]]":
    """As ``stored_upload``, of several: all are taken or none. Raises Refusal for too many at once."""
    if len(uploads) > MOST_AT_ONCE:
        raise Refusal(f"Skicka högst {MOST_AT_ONCE} filer åt gången.", field="uploads")
    with ExitStack() as stack:
        stored = []
        for upload in uploads:
            try:
                found = stack.enter_context(stored_upload(upload, folder=folder))
            except Refusal as refusal:
                raise Refusal(f"{upload.name}: {refusal.message}", field="uploads") from refusal
            if found is not None:
                stored.append(found)
        yield stored


def free_name(filename: str, taken: Collection[str]) -> str:
    """The name, or with a number when it is taken: "intyg (2).pdf"."""
    stem, _, ending = filename.rpartition(".")
    number, name = 1, filename
    while name in taken:
        number += 1
        name = f"{stem} ({number}).{ending}"
    return name


def clean_filename(name: str, file_type: FileType) -> str:
    """The name without folders and signs that file systems refuse, with the extension of its content."""
    bare = PurePosixPath(normalize_text(name).replace("\\", "/")).name
    stem = bare.rpartition(".")[0] if "." in bare else bare
    stem = " ".join(stem.translate(_NOT_IN_NAMES).split()).strip(".- ")[:_LONGEST_STEM].strip()
    return f"{stem or _NAMELESS}.{file_type.value}"
