"""Uploaded files into the private storage: checked, named for what they hold, gone again if all fails."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from s3portal.common.errors import Refusal
from s3portal.common.files import FrozenFile, hash_of
from s3portal.common.text import normalize_text
from s3portal.common.uploads import FileType, check_upload

#: A file without a name would be called this.
_NAMELESS: Final = "dokument"
_LONGEST_STEM: Final = 120
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|;\n\t', "-"))


@contextmanager
def stored_upload(upload: "File[bytes] | None", *, folder: str) -> Iterator[tuple[FrozenFile, int] | None]:
    """The checked bytes in ``folder`` of the private storage, with their size; None for no file.

    They stay only if what follows succeeds. Raises Refusal (field "upload") for a file that we do not take.
    """
    if upload is None:
        yield None
        return
    try:
        file_type = check_upload(upload, max_bytes=settings.MAX_UPLOAD_BYTES, allowed=FileType)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="upload") from refusal
    sha256, size = hash_of(upload)
    name = default_storage.save(f"{folder}/{uuid.uuid4().hex}.{file_type.value}", upload)
    file = FrozenFile(clean_filename(upload.name or "", file_type), file_type.content_type, name, sha256)
    try:
        yield file, size
    except BaseException:
        default_storage.delete(name)
        raise


def clean_filename(name: str, file_type: FileType) -> str:
    """The name without folders and signs that file systems refuse, with the extension of its content."""
    bare = PurePosixPath(normalize_text(name).replace("\\", "/")).name
    stem = bare.rpartition(".")[0] if "." in bare else bare
    stem = " ".join(stem.translate(_NOT_IN_NAMES).split()).strip(".- ")[:_LONGEST_STEM].strip()
    return f"{stem or _NAMELESS}.{file_type.value}"
