"""HTML to a PDF that is PDF/A-3a and PDF/UA-1 at once, with its data attached."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
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

_NO_GLYPH = ".notdef glyph rendered for Unicode string"
_CODE_POINT = re.compile(r"\(U\+([0-9A-F]{4,6})\)")


class RenderingFailed(Refusal):
    """The document could not be made without fault, so it was not made at all."""


class UnprintableText(RenderingFailed):
    """The text holds characters that no font has."""

    def __init__(self, characters: Sequence[str]) -> None:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:5])
        super().__init__(f"Dokumentet innehåller tecken som inte går att skriva ut: {named}. Byt ut dem.")
        self.characters = characters


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
    replace_unprintable: bool = False,
) -> bytes:
    """A template that extends ``documents/base.html``, as PDF. Its context gets ``region`` and ``title``."""
    return render_pdf(
        html=render_to_string(template, {"region": settings.REGION, "title": title, **context}),
        title=title,
        created_at=created_at,
        attachments=attachments,
        replace_unprintable=replace_unprintable,
    )


def render_pdf(
    *,
    html: str,
    title: str,
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
    replace_unprintable: bool = False,
) -> bytes:
    """The same HTML, title, time and attachments always give the same bytes.

    Addresses in the HTML are relative to the static directory; nothing else is fetched. Raises
    ``RenderingFailed`` when WeasyPrint warns of anything, so that a document with a missing picture, an
    unreadable style sheet or an injected address is never made.

    A character that no font has stops the document too (``UnprintableText``), unless
    ``replace_unprintable``: then it is printed as its number, [U+6F22]. Meant for what others have sent in,
    which must be kept even if it cannot be printed; the attached data hold the very text.
    """
    created = _aware(created_at)
    try:
        return _render(html, title=title, created=created, attachments=attachments)
    except UnprintableText as refused:
        if not replace_unprintable:
            raise
        numbers = {ord(character): f"[U+{ord(character):04X}]" for character in refused.characters}
        return _render(html.translate(numbers), title=title, created=created, attachments=attachments)


def _render(html: str, *, title: str, created: datetime, attachments: Sequence[Attachment]) -> bytes:
    fetcher = StaticFetcher()
    complaints: list[str] = []
    try:
        with _complaints_of_this_thread(complaints):
            page_tree = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=fetcher)
            document = page_tree.render(font_config=_font_configuration())
            _require_no_foreign_attachments(document)
            _set_metadata(document.metadata, title=title, created=created)
            pdf = _write(document, attachments, created)
    except FatalURLFetchingError as error:
        # A BaseException in WeasyPrint, to get past its own handlers.
        raise _failure("Dokumentet hänvisar till något som inte får hämtas", fetcher.refused) from error
    if fetcher.refused:
        raise _failure("Dokumentet hänvisar till något som inte får hämtas", fetcher.refused)
    if unprintable := _unprintable(complaints):
        raise UnprintableText(unprintable)
    if complaints:
        raise _failure("Dokumentet kunde inte göras till pdf utan fel", complaints)
    return bytes(pdf)


def _unprintable(complaints: Sequence[str]) -> list[str]:
    """The characters that no font had; empty if WeasyPrint complained of something else as well."""
    missing = [complaint for complaint in complaints if complaint.startswith(_NO_GLYPH)]
    if len(missing) < len(complaints):
        return []
    numbers = {int(number, 16) for complaint in missing for number in _CODE_POINT.findall(complaint)}
    return [chr(number) for number in sorted(numbers)]


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


def _set_metadata(metadata: Any, *, title: str, created: datetime) -> None:
    metadata.title = title
    metadata.lang = "sv"
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


# A stream whose last byte is a carriage return: with the line feed before "endstream" it reads as one end of
# line, and then the stream is a byte shorter than its /Length says (ISO 19005-3, 6.1.7.1).
_UNCLEAR_END = b"\r\nendstream"
_MOST_PADDING = 20


def _write(document: weasyprint.Document, attachments: Sequence[Attachment], created: datetime) -> bytes:
    """The file; written again with an empty object more when a stream in it ends unclearly.

    The last byte of compressed data is as good as random, so one file in fifteen needs it.
    """
    for padding in range(_MOST_PADDING):
        pdf = document.write_pdf(
            pdf_variant="pdf/a-3a",
            attachments=[_embed(attachment, created) for attachment in attachments],
            finisher=partial(_finish, padding=padding),
        )
        if _UNCLEAR_END not in pdf:
            return bytes(pdf)
    raise RenderingFailed("Dokumentet kunde inte skrivas så att det håller för arkivering.")


def _finish(_document: weasyprint.Document, pdf: pydyf.PDF, *, padding: int) -> None:
    _require_whole_addresses(pdf)
    for stream in pdf.objects:
        # Those of its own making (fonts, pages, files) are left uncompressed; what is made of all objects at
        # the end (object stream, cross references) turns out otherwise with another object in it.
        if isinstance(stream, pydyf.Stream) and stream.compress and _UNCLEAR_END in stream.data:
            stream.compress = False
    for _number in range(padding):
        pdf.add_object(pydyf.Dictionary())
    if "AF" in pdf.catalog:
        # WeasyPrint names each file twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    declare_pdf_ua(pdf)


def _require_whole_addresses(pdf: pydyf.PDF) -> None:
    """A relative link has nothing to be relative to once the file has left the portal."""
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("Subtype") == "/Link" and "A" in thing:
            target = str(thing["A"]["URI"].string)
            if target.startswith(STATIC_BASE):
                shown = target.removeprefix(STATIC_BASE)
                raise RenderingFailed(f"Länken ”{shown}” saknar fullständig adress. Skriv den med https://.")
