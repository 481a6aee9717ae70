"""A new archive time stamp before that of the last one runs out (PAdES B-LTA, ETSI EN 319 142-1)."""

from __future__ import annotations

import io
from datetime import datetime

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.validation import validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError

from s3portal.common.pdf.field import AppendingWriter
from s3portal.common.pdf.keys import DIGEST
from s3portal.common.pdf.loops import outside_event_loop
from s3portal.common.pdf.sealing import ARCHIVE_FIELD_NAME, UNCONFIRMED, Seal, SealingFailed


def stamped_until(pdf: bytes) -> datetime | None:
    """When the certificate of the last archive time stamp in the file runs out; None where there is none.
    Raises ValueError for what is no PDF."""
    try:
        stamps = PdfFileReader(io.BytesIO(pdf)).embedded_timestamp_signatures
    except PdfError as error:
        raise ValueError("The file cannot be read as a PDF.") from error
    if not stamps:
        return None
    until: datetime = stamps[-1].signer_cert.not_valid_after
    return until


def stamp_again(pdf: bytes, *, seal: Seal) -> bytes:
    """The same bytes with one more time stamp after them, over all that stands there, and with what it takes
    to test the last one. The seal's own promise holds: it lets nothing but time stamps be added.

    ``seal`` has a time stamp service and evidence. Raises ``SealingFailed`` when the last stamp cannot be
    confirmed any more, when there is none, and when the service does not answer."""
    try:
        return outside_event_loop(lambda: _stamped(pdf, seal))
    except (PdfError, SigningError, SignatureValidationError, *UNCONFIRMED) as error:
        raise SealingFailed("Arkivstämpeln gick inte att förnya. Försök igen om en stund.") from error


def _stamped(pdf: bytes, seal: Seal) -> bytes:
    stamps = PdfFileReader(io.BytesIO(pdf)).embedded_timestamp_signatures
    if not stamps or seal.timestamper is None or seal.evidence is None:
        raise SealingFailed("Filen har ingen arkivstämpel att förnya.")
    context = seal.evidence()
    last = validate_pdf_timestamp(stamps[-1], validation_context=context)
    if not (last.intact and last.valid and last.trusted):
        raise SealingFailed("Den senaste arkivstämpeln gick inte att få bekräftad.")
    writer = AppendingWriter(io.BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, None, paths=(last.validation_path,), validation_context=context
    )
    number = len(stamps) + 1
    # The tag tree is sealed, so the new field cannot lie in it. Outside the page it need not: PDF/UA-1, 7.18.
    stamper = PdfTimeStamper(
        seal.timestamper,
        field_name=f"{ARCHIVE_FIELD_NAME} {number}",
        invis_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=f"Arkivstämpel {number}: tidsstämpel för sigillet",
    )
    stamped = stamper.timestamp_pdf(
        writer,
        DIGEST,
        validation_context=seal.evidence(),
        dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
    )
    return bytes(stamped.getvalue())
