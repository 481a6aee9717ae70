"""Is this the region's decision, unchanged? Answers anybody, and tells only what they have in their hand.

Whether a decision exists that is not published is secret until the right hash is shown: whoever has that has
had the file. Other files of the diary are never compared: that would tell what others have sent to us.
"""

from dataclasses import dataclass
from enum import Enum

from decisions.models import Decision, DecisionDocument, MaskedDocument
from s3portal.common.files import sha256_hex
from s3portal.common.pdf import SealReport, SealTrace, check_seal, seal_roots, trace_seal
from s3portal.diary.numbers import read_number


class Finding(Enum):
    UNCHANGED = "unchanged"
    """Byte by byte the document that the region keeps."""
    CHANGED = "changed"
    """It carries the region's seal, which is broken."""
    ADDED = "added"
    """What the region sealed is whole, but something stands after it."""
    SEALED = "sealed"
    """The region has sealed it and it is unchanged, but it is no decision in the portal."""
    UNKNOWN = "unknown"


#: Of a file that is none of the documents that the region keeps.
_FINDINGS = {
    SealTrace.NONE: Finding.UNKNOWN,
    SealTrace.CHANGED: Finding.CHANGED,
    SealTrace.ADDED: Finding.ADDED,
    SealTrace.WHOLE: Finding.SEALED,
}


#: The decision itself, or its version for the public.
Kept = DecisionDocument | MaskedDocument


@dataclass(frozen=True)
class Verdict:
    """``document`` and what follows it are there only when it is UNCHANGED. ``held``: the file itself was
    shown, and so what is read in it may be told."""

    finding: Finding
    document: Kept | None = None
    seal: SealReport | None = None
    published: bool = False
    held: bool = False

    @property
    def masked(self) -> bool:
        """Whether it is the version for the public, where what is secret is taken out."""
        return isinstance(self.document, MaskedDocument)

    @property
    def tells_signatory(self) -> bool:
        return self.held or self.published


def judge_file(content: bytes) -> Verdict:
    """What can be said of a file that somebody has. Nothing of it is kept."""
    document = _document(sha256_hex(content))
    if document is not None:
        seal = _seal_of(content, document) if document.sealed else None
        return Verdict(Finding.UNCHANGED, document, seal=seal, published=_is_published(document), held=True)
    return Verdict(_FINDINGS[trace_seal(content, roots=seal_roots())], held=True)


def _seal_of(content: bytes, document: Kept) -> SealReport:
    """The bytes are those that we have kept since then, though the certificate has been renewed."""
    return check_seal(content, roots=seal_roots(), kept_since=document.created_at)


def judge_number(number: str, sha256: str) -> Verdict:
    """``number`` as it is typed: a diary number or a decision's address. The answer is the same whether the
    number is unknown or only the hash is another."""
    document = _document(sha256)
    if document is None or not _answers_to(document.decision, number):
        return Verdict(Finding.UNKNOWN)
    return Verdict(Finding.UNCHANGED, document, published=_is_published(document))


def _document(sha256: str) -> Kept | None:
    found = DecisionDocument.objects.filter(file__sha256=sha256, decision__status="signed")
    document = found.select_related("decision__case", "file").first()
    if document is not None:
        return document
    return MaskedDocument.objects.filter(file__sha256=sha256).select_related("decision__case", "file").first()


def _is_published(document: Kept) -> bool:
    return Decision.objects.published().filter(pk=document.decision_id).exists()


def _answers_to(decision: Decision, typed: str) -> bool:
    """RUN/138/2024 in any usual way, or RUN-138-2024-2 for the second in its case."""
    if typed.strip().casefold() == (decision.slug or "").casefold():
        return True
    number, case = read_number(typed), decision.case
    return number is not None and (number.prefix or case.prefix, number.serial, number.year) == (
        case.prefix,
        case.serial,
        case.year,
    )
