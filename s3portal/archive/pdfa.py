"""Which files an archive can keep as they are, and copies in PDF/A of the others.

What people hand in is never changed. Where the region runs a converter (Gotenberg 9 with LibreOffice in it,
see README), a copy that an archive can read in a hundred years lies beside the file in the package.
"""

import io
import json
import logging
from enum import StrEnum
from typing import Final

import pikepdf
import requests
from django.conf import settings

from s3portal.common.uploads import FileType

logger = logging.getLogger(__name__)

#: The part is that of our own documents. The level promises the look and no more: what a stranger has written
#: has seldom the structure that the A level asks for.
COPY_FORMAT: Final = "PDF/A-3b"
#: Seconds until the converter answers at all, and until a copy is made.
CONNECT, CONVERT = 10, 180

_PDF: Final = FileType.PDF.content_type
_OFFICE: Final = {one.content_type for one in (FileType.DOCX, FileType.XLSX, FileType.ODT)}
#: Pictures and plain text are read by anything for as long as anything is read.
_LASTING: Final = {
    FileType.PNG.content_type,
    FileType.JPEG.content_type,
    "application/json",
    "application/xml",
}
_REPAIR: Final = {"profile": COPY_FORMAT, "language": "sv"}


class ArchiveForm(StrEnum):
    """Of a file in a package; the values are those of the schema."""

    LASTING = "ja"
    COPIED = "kopia"
    AS_IT_CAME = "nej"


class ConverterAway(Exception):
    """The converter does not answer, or cannot take more just now."""


def is_lasting(content: bytes, content_type: str) -> bool:
    """Whether an archive can keep the file as it is. Of a PDF: what it says of itself, which is not tried."""
    if content_type == _PDF:
        return _says_pdfa(content)
    return content_type in _LASTING or content_type.startswith("text/")


def pdfa_copy(content: bytes, content_type: str, filename: str) -> bytes | None:
    """The copy, or None for what has none: no converter is configured, or the file cannot be read as what it
    says it is. Raises ConverterAway."""
    if not settings.ARCHIVE_PDFA_URL or content_type not in {_PDF, *_OFFICE}:
        return None
    answer = _ask(content, content_type)
    if answer is not None and _says_pdfa(answer):
        return answer
    logger.warning("No PDF/A copy of %s", filename)
    return None


def _says_pdfa(content: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(content)) as document, document.open_metadata() as metadata:
            return bool(metadata.pdfa_status)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError):
        # Locked with a password, damaged, or with metadata that are no XML.
        return False


def _ask(content: bytes, content_type: str) -> bytes | None:
    """What the converter makes of the file; None when it refuses it or is not done in time, which is no
    reason to stop the package. Raises ConverterAway."""
    # Only the ending says what it is: the file's own name may hold what no header can.
    name = f"fil.{next(one.value for one in FileType if one.content_type == content_type)}"
    route, fields = _route(content_type)
    try:
        answer = requests.post(
            settings.ARCHIVE_PDFA_URL.rstrip("/") + route,
            data=fields,
            files={"files": (name, content, content_type)},
            timeout=(CONNECT, CONVERT),
            allow_redirects=False,
        )
    except requests.ReadTimeout:
        return None
    except requests.RequestException as error:
        raise ConverterAway(str(error)) from error
    if answer.status_code in {requests.codes.too_many_requests, requests.codes.service_unavailable}:
        raise ConverterAway(f"answered {answer.status_code}")
    conforms = answer.headers.get("Gotenberg-Remediation-Residual", "0") == "0"
    return answer.content if answer.status_code == requests.codes.ok and conforms else None


def _route(content_type: str) -> tuple[str, dict[str, str]]:
    """The converter's address and what it is asked to do there."""
    if content_type == _PDF:
        return "/forms/pdf/remediate", _REPAIR
    return "/forms/libreoffice/convert", {"stages": json.dumps([{"op": "remediate", **_REPAIR}])}
