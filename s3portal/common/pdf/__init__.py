"""HTML to a sealed PDF: archivable (PDF/A-3a), accessible (PDF/UA-1) and provably unchanged (PAdES).

Decided in docs/adr/0003-pdf-och-sigill.md. Use::

    pdf = render_document("documents/beslut.html", {...}, title=..., created_at=..., attachments=[...])
    sealed = seal_pdf(pdf, seal=Seal.from_settings(), signer_name=..., reason=..., location=...)
    report = check_seal(sealed, roots=seal_roots())
"""

from s3portal.common.pdf.checking import SealReport, check_seal
from s3portal.common.pdf.rendering import (
    Attachment,
    RenderingFailed,
    UnprintableText,
    render_document,
    render_pdf,
)
from s3portal.common.pdf.sealing import FIELD_NAME, Seal, SealingFailed, seal_pdf, seal_roots
from s3portal.common.pdf.stamping import stamp_again, stamped_until
from s3portal.common.pdf.tracing import SealTrace, trace_seal
from s3portal.common.pdf.trial_seal import TRIAL_SEAL_PASSWORD, make_trial_seal

__all__ = [
    "FIELD_NAME",
    "TRIAL_SEAL_PASSWORD",
    "Attachment",
    "RenderingFailed",
    "Seal",
    "SealReport",
    "SealTrace",
    "SealingFailed",
    "UnprintableText",
    "check_seal",
    "make_trial_seal",
    "render_document",
    "render_pdf",
    "seal_pdf",
    "seal_roots",
    "stamp_again",
    "stamped_until",
    "trace_seal",
]
