"""Files from outside: told by their content, never by their name, and checked for viruses when configured."""

import zipfile
import zlib
from collections.abc import Collection
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import models

from s3portal.common.clamd import NoVerdict, is_clean
from s3portal.common.errors import Refusal
from s3portal.common.harmless import require_sane_image, require_small_archive, require_still_pdf
from s3portal.common.swedish import HARD_SPACE

EMPTY = "Filen är tom."
INFECTED = "Filen innehåller skadlig kod och togs inte emot."
NOT_SCANNED = "Filen kunde inte viruskontrolleras just nu. Försök igen om en stund."


class FileType(models.TextChoices):
    """What may be uploaded; the value is the usual file extension."""

    PDF = "pdf", "pdf"
    DOCX = "docx", "Word (docx)"
    XLSX = "xlsx", "Excel (xlsx)"
    ODT = "odt", "OpenDocument (odt)"
    PNG = "png", "png"
    JPEG = "jpg", "jpg"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self.value]


_CONTENT_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "png": "image/png",
    "jpg": "image/jpeg",
}
_MAGIC = (
    (b"%PDF-", FileType.PDF),
    (b"\x89PNG\r\n\x1a\n", FileType.PNG),
    (b"\xff\xd8\xff", FileType.JPEG),
)
_ZIP_MAGIC = b"PK\x03\x04"


def sniff_type(file: "File[bytes] | IO[bytes]") -> FileType | None:
    """The type by content, or None for all else, Office files with macros included.

    Leaves the file at its beginning. Nothing is unpacked, so a zip bomb does no harm.
    """
    file.seek(0)
    head = file.read(16)
    try:
        for magic, file_type in _MAGIC:
            if head.startswith(magic):
                return file_type
        return _sniff_zip(file) if head.startswith(_ZIP_MAGIC) else None
    finally:
        file.seek(0)


def _sniff_zip(file: Any) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    is_text = member.read(100).strip() == FileType.ODT.content_type.encode()
                return FileType.ODT if is_text and "content.xml" in names else None
            if "[Content_Types].xml" not in names:
                return None
            if "word/document.xml" in names:
                return FileType.DOCX
            return FileType.XLSX if "xl/workbook.xml" in names else None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
        # The ways in which zipfile says that an archive is broken, encrypted or packed by unknown means.
        return None


def check_upload(
    file: "File[bytes]", *, max_bytes: int, allowed: Collection[FileType], scan: bool = True
) -> FileType:
    """Raises Refusal unless the file is one of `allowed`, neither empty nor too large, hiding nothing that
    acts or swells, and clean of viruses; with `scan=False` the last is asked later (`quarantine`).

    Returns the type, which decides how the file is named and served later. Leaves it at its beginning.
    """
    size = file.size
    if not size:
        raise Refusal(EMPTY)
    if size > max_bytes:
        raise Refusal(f"Filen är {megabytes(size)}. Den får vara högst {megabytes(max_bytes)}.")
    file_type = sniff_type(file)
    if file_type is None or file_type not in allowed:
        names = [str(one.label) for one in FileType if one in allowed]
        raise Refusal(f"Filtypen kan inte tas emot. Ladda upp {_either(names)}.")
    _require_harmless(file, file_type)
    if scan and settings.CLAMD_URL:
        check_for_viruses(file, clamd_url=settings.CLAMD_URL)
    return file_type


def _require_harmless(file: "File[bytes]", file_type: FileType) -> None:
    try:
        if file_type is FileType.PDF:
            require_still_pdf(file)
        elif file_type in (FileType.PNG, FileType.JPEG):
            require_sane_image(file)
        else:
            require_small_archive(file)
    finally:
        file.seek(0)


def megabytes(size: int) -> str:
    """In MB rounded upwards to a tenth, so that a file just over the limit never shows as equal to it."""
    tenths = -(-size * 10 // (1024 * 1024))
    return f"{tenths // 10}{f',{tenths % 10}' if tenths % 10 else ''}{HARD_SPACE}MB"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} eller {names[-1]}"


def check_for_viruses(file: "File[bytes]", *, clamd_url: str) -> None:
    """Raises Refusal when clamd finds something, and also when it cannot be asked: never unchecked."""
    try:
        clean = is_clean(file, clamd_url=clamd_url)
    except NoVerdict as error:
        raise Refusal(NOT_SCANNED) from error
    if not clean:
        raise Refusal(INFECTED)
