"""Streaming frozen files to those who may see them. The view has asked who may; this only streams."""

from io import BytesIO
from typing import Protocol

from django.http import FileResponse

from s3portal.common.files import read_frozen


class Frozen(Protocol):
    """Bytes in the private storage with the hash they had when they were frozen."""

    filename: str
    content_type: str
    storage_name: str
    sha256: str


def frozen_response(file: Frozen, *, as_attachment: bool = False) -> FileResponse:
    """The file, after its hash has been checked. Raises AlteredFile when the bytes are not the same."""
    content = read_frozen(file.storage_name, sha256=file.sha256)
    response = FileResponse(
        BytesIO(content), content_type=file.content_type, as_attachment=as_attachment, filename=file.filename
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A document opened in the browser may not run or fetch anything. The browsers' own PDF readers keep their
    # documents apart from the portal, and some (Safari) show nothing at all in a sandbox.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    sandbox = "" if file.content_type == "application/pdf" else "; sandbox"
    response.headers["Content-Security-Policy"] = policy + sandbox
    response.headers["Cache-Control"] = "private, no-store"
    return response
