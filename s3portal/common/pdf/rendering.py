"""HTML to a PDF that is PDF/A-3a and PDF/UA-1 at once, with its data attached."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pydyf
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from s3portal.common.errors import Refusal
from s3portal.common.pdf.fetching import STATIC_BASE, StaticFetcher
from s3portal.common.pdf.identification import declare_pdf_ua

_LOGGER = logging.getLogger("weasyprint")
_local = threading.local()

# The fonts in the file carry the time they were cut out; this fixes it, so that the same document is always
# the same bytes (https://reproducible-builds.org/specs/source-date-epoch/, read by fontTools).
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

# Says that the machine has an older font library. Nothing is wrong with the document.
_NOT_OURS = ("Using fontTools instead of HarfBuzz-Subset",)


class RenderingFailed(Refusal):
    """The document could not be made without fault, so it was not made at all."""


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the PDF. The MIME type follows from the name's ending."""

    name: str
    data: bytes
    description: str
    # ISO 32000-2, 7.11.3: Data = what the document was made from, in a form that machines can read.
    relationship: str = "Data"

    @classmethod
    def json(cls, name: str, value: Any, *, description: str) -> Attachment:
        """The value as JSON with sorted keys, so that the same value is always the same bytes."""
        text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
        return cls(name=name, data=text.encode(), description=description)


def render_document(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """A template that extends ``documents/base.html``, as PDF. Its context gets ``region`` and ``title``."""
    full_context = {"region": settings.REGION, "title": title, **context}
    html = render_to_string(template, full_context)
    return render_pdf(html=html, title=title, created_at=created_at, attachments=attachments)


def render_pdf(
    *,
    html: str,
    title: str,
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
    language: str = "sv",
) -> bytes:
    """The same HTML, title, time and attachments always give the same bytes.

    Addresses in the HTML are relative to the static directory; nothing else is fetched. Raises
    ``RenderingFailed`` when WeasyPrint warns of anything, so that a document with a missing picture, an
    unreadable style sheet or an injected address is never made.
    """
    created = _aware(created_at)
    fetcher = StaticFetcher()
    complaints: list[str] = []
    try:
        with _complaints_of_this_thread(complaints):
            page_tree = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=fetcher)
            document = page_tree.render(font_config=_font_configuration())
            _require_no_foreign_attachments(document)
            _set_metadata(document.metadata, title=title, language=language, created=created)
            pdf = document.write_pdf(
                pdf_variant="pdf/a-3a",
                attachments=[_embed(attachment, created) for attachment in attachments],
                finisher=_finish,
            )
    except FatalURLFetchingError as error:
        # A BaseException in WeasyPrint, to get past its own handlers.
        raise _failure("Dokumentet hänvisar till något som inte får hämtas", fetcher.refused) from error
    if fetcher.refused:
        raise _failure("Dokumentet hänvisar till något som inte får hämtas", fetcher.refused)
    if complaints:
        raise _failure("Dokumentet kunde inte göras till pdf utan fel", complaints)
    return bytes(pdf)


def _failure(sentence: str, details: Sequence[str]) -> RenderingFailed:
    return RenderingFailed(f"{sentence}: {'; '.join(detail[:200] for detail in details[:3])}.")


def _aware(moment: datetime) -> datetime:
    if timezone.is_naive(moment):
        raise ValueError("created_at must be aware.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _font_configuration() -> FontConfiguration:
    """One per thread (Pango's font map is not safe to share): unpacking the fonts costs more than a page."""
    if not hasattr(_local, "font_configuration"):
        _local.font_configuration = FontConfiguration()
    configuration: FontConfiguration = _local.font_configuration
    return configuration


@contextmanager
def _complaints_of_this_thread(complaints: list[str]) -> Iterator[None]:
    """Collects WeasyPrint's warnings and errors while the block runs."""
    thread = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage()
            if record.thread == thread and record.name == _LOGGER.name and not message.startswith(_NOT_OURS):
                complaints.append(message)

    collector = Collector(level=logging.WARNING)
    _LOGGER.addHandler(collector)
    try:
        yield
    finally:
        _LOGGER.removeHandler(collector)


def _require_no_foreign_attachments(document: weasyprint.Document) -> None:
    """The files inside the PDF come from the caller only, never from ``rel=attachment`` in the HTML."""
    from_links = any(link[0] == "attachment" for page in document.pages for link in page.links)
    if document.metadata.attachments or from_links:
        raise RenderingFailed("Dokumentets text försöker bifoga en fil. Ta bort länken och försök igen.")


def _set_metadata(metadata: Any, *, title: str, language: str, created: datetime) -> None:
    metadata.title = title
    metadata.lang = language
    metadata.generator = "S3-portalen"
    metadata.created = metadata.modified = created.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _embed(attachment: Attachment, created: datetime) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        file_obj=io.BytesIO(attachment.data),
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=created,
        modified=created,
    )


def _finish(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    _require_whole_addresses(pdf)
    declare_pdf_ua(pdf)


def _require_whole_addresses(pdf: pydyf.PDF) -> None:
    """A relative link has nothing to be relative to once the file has left the portal."""
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("Subtype") == "/Link" and "A" in thing:
            target = str(thing["A"]["URI"].string)
            if target.startswith(STATIC_BASE):
                shown = target.removeprefix(STATIC_BASE)
                raise RenderingFailed(f"Länken ”{shown}” saknar fullständig adress. Skriv den med https://.")
