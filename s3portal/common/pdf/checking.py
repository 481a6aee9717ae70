"""Is a sealed document untouched, and do we trust who sealed it?"""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from s3portal.common.pdf.certificates import load_roots
from s3portal.common.pdf.loops import outside_event_loop
from s3portal.common.pdf.sealing import FIELD_NAME

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class SealReport:
    """What the file's own seal says. All is false or empty when ``found`` is false."""

    found: bool
    intact: bool = False
    """The sealed bytes are those that were sealed, and nothing but time stamps was added since."""
    trusted: bool = False
    """The certificate leads to one of the given roots, and was valid when the seal is known to have been
    there: at the time that the caller knows, at that of a time stamp in the file, otherwise today."""
    covers_whole_file: bool = False
    signer: str = ""
    """The certificate's name: the organisation's seal."""
    signed_by: str = ""
    """The person named in the seal."""
    signed_at: datetime | None = None


def check_seal(pdf: bytes, *, roots: Sequence[Path], kept_since: datetime | None = None) -> SealReport:
    """``kept_since``: since when we have kept these very bytes. A certificate runs out after some years,
    and what it sealed must not lose its worth then (proof of existence, ETSI EN 319 102-1).

    Never raises because of what ``pdf`` holds: rubbish is a report with ``found=False``.
    """
    trust_roots = load_roots(tuple(roots))
    try:
        embedded = _find(pdf)
        if embedded is None:
            return SealReport(found=False)
        return outside_event_loop(lambda: _judged(embedded, trust_roots, kept_since))
    except Exception:
        # The file may come from anyone, and each layer of the parser has its own errors.
        _LOGGER.info("A file given as sealed could not be read.", exc_info=True)
        return SealReport(found=False)


def _judged(
    embedded: EmbeddedPdfSignature, roots: Collection[x509.Certificate], kept_since: datetime | None
) -> SealReport:
    today = _status(embedded, roots)
    report = _report(embedded, today)
    if report.trusted or not report.intact:
        return report
    was_there = kept_since or _stamped_at(today)
    if was_there is None:
        return report
    return replace(report, trusted=bool(_status(embedded, roots, was_there).trusted))


def _status(
    embedded: EmbeddedPdfSignature, roots: Collection[x509.Certificate], moment: datetime | None = None
) -> PdfSignatureStatus:
    """As it looks at ``moment``, otherwise today, with the evidence that lies in the file."""
    asked: dict[str, Any] = {"trust_roots": list(roots), "allow_fetching": False, "moment": moment}
    evidence = DocumentSecurityStore.read_dss(embedded.reader) if "/DSS" in embedded.reader.root else None
    context = evidence.as_validation_context(asked) if evidence else ValidationContext(**asked)
    return validate_pdf_signature(embedded, signer_validation_context=context)


def _stamped_at(today: PdfSignatureStatus) -> datetime | None:
    """The time in the seal's own time stamp, whose service is trusted today."""
    stamp = today.timestamp_validity
    return stamp.timestamp if stamp is not None and stamp.valid and stamp.intact and stamp.trusted else None


def _find(pdf: bytes) -> EmbeddedPdfSignature | None:
    # Not strict: a file that a mail gateway has touched should be called changed, not unreadable.
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    named = [seal for seal in reader.embedded_regular_signatures if seal.field_name == FIELD_NAME]
    return named[0] if named else None


def _report(embedded: EmbeddedPdfSignature, status: PdfSignatureStatus) -> SealReport:
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE or (
        status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and status.modification_level == ModificationLevel.LTA_UPDATES
    )
    signature = embedded.sig_object
    timestamp = status.timestamp_validity
    proven_at = timestamp.timestamp if timestamp is not None and timestamp.valid else None
    return SealReport(
        found=True,
        intact=bool(status.intact and status.valid and whole and status.docmdp_ok),
        trusted=bool(status.trusted),
        covers_whole_file=whole,
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
        signed_by=str(signature.get("/Name", "")),
        signed_at=proven_at or status.signer_reported_dt,
    )
