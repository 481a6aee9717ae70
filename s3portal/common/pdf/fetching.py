"""What a document may fetch while it is rendered: our own static files and ``data:``, nothing else."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from weasyprint.urls import URLFetcher, URLFetcherResponse

# Documents name their style sheet relatively ("css/dokument.css"); this base resolves it. The top domain is
# reserved (RFC 2606), so even a leak of it can never reach a host, and it says nothing of this machine.
STATIC_BASE = "https://static.invalid/"


class RefusedAddress(ValueError):
    """The document asked for something that it may not have."""


class StaticFetcher(URLFetcher):  # type: ignore[misc, unused-ignore]
    """Serves the portal's static files and ``data:``; remembers all else as refused and fails on it.

    WeasyPrint turns most failures into a log line and goes on, so ``refused`` is the reliable record.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith(STATIC_BASE):
            return self._static(url)
        if url.lower().startswith("data:"):
            return super().fetch(url, headers)
        raise self._refuse(url)

    def _static(self, url: str) -> URLFetcherResponse:
        name = unquote(urlsplit(url).path).lstrip("/")
        try:
            found = finders.find(name)
        except (SuspiciousFileOperation, ValueError):
            found = None
        if not found or not Path(found).is_file():
            raise self._refuse(url)
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body=Path(found).read_bytes(), headers={"Content-Type": content_type})

    def _refuse(self, url: str) -> RefusedAddress:
        self.refused.append(url)
        return RefusedAddress(url)
