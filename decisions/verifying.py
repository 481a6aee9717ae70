"""Is this the region's decision, unchanged? Answers anybody, and tells only what they have in their hand.

Whether a decision exists that is not published is secret until the right hash is shown: whoever has that has
had the file. Other files of the diary are never compared: that would tell what others have sent to us.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from decisions.models import Decision, DecisionDocument, MaskedDocument
from decisions.recipe import Recipe
from decisions.secrecy import secrecy_of
from s3portal.archive.models import ArchiveStamp
from s3portal.common.files import sha256_hex
from s3portal.common.pdf import SealReport, SealTrace, check_seal, seal_roots, trace_seal
from s3portal.common.swedish import format_day, format_isodate, format_time
from s3portal.diary.models import PROTECTED
from s3portal.diary.numbers import read_number
from s3portal.diary.secrecy import hide_words


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
class Signing:
    """Who signed and when, as this asker may read it. What is marked as secret is [Skyddat] in a text and
    None in a day or a moment, and then ``protected``. What was signed outside the portal has no moment."""

    name: str
    title: str
    day: date | None
    moment: datetime | None
    protected: bool = False


@dataclass(frozen=True)
class Verdict:
    """``document`` and what follows it are there only when it is UNCHANGED. ``held``: the file itself was
    shown, and so what is read in it may be told. ``stamp``: it is the copy with that archive time stamp."""

    finding: Finding
    document: Kept | None = None
    signing: Signing | None = None
    stamp: ArchiveStamp | None = None
    seal: SealReport | None = None
    published: bool = False
    held: bool = False

    @property
    def masked(self) -> bool:
        """Whether it is the version for the public, where what is secret is taken out."""
        return isinstance(self.document, MaskedDocument)


def judge_file(content: bytes) -> Verdict:
    """What can be said of a file that somebody has. Nothing of it is kept."""
    found = _find(sha256_hex(content))
    if found is not None:
        seal = _seal_of(content, found.document) if found.document.sealed else None
        return _unchanged(found, seal=seal, held=True)
    return Verdict(_FINDINGS[trace_seal(content, roots=seal_roots())], held=True)


def _seal_of(content: bytes, document: Kept) -> SealReport:
    """The bytes that the seal is on are those that we have kept since then, though the certificate has been
    renewed."""
    return check_seal(content, roots=seal_roots(), kept_since=document.created_at)


def judge_number(number: str, sha256: str) -> Verdict:
    """``number`` as it is typed: a diary number or a decision's address. The answer is the same whether the
    number is unknown or only the hash is another, and takes as long: the number is not looked for before
    there is a document with that hash."""
    found = _find(sha256)
    if found is None or not _answers_to(found.document.decision, number):
        return Verdict(Finding.UNKNOWN)
    return _unchanged(found, held=False)


def _unchanged(found: "_Found", *, held: bool, seal: SealReport | None = None) -> Verdict:
    return Verdict(
        Finding.UNCHANGED,
        found.document,
        signing=_signing(found.document, held=held),
        stamp=found.stamp,
        seal=seal,
        published=_is_published(found.document),
        held=held,
    )


def _signing(document: Kept, *, held: bool) -> Signing:
    """Of a file that was shown, what stands in it; else without what the standing marks cover. A hash may
    have been passed on by somebody who had the file before it was marked."""
    decision, words = document.decision, set[str]()
    if isinstance(document, MaskedDocument):
        words |= Recipe.stored(document.recipe).words.keys()
    if not held:
        secrecy = secrecy_of(Decision.objects.with_parts().get(pk=decision.pk))
        if secrecy.whole is not None:
            # The day is in the diary all the same (OSL 5:2).
            return Signing(PROTECTED, "", decision.decided_on, None, protected=True)
        words |= set() if secrecy.recipe is None else secrecy.recipe.words.keys()
    return _without(decision, words)


def _without(decision: Decision, words: Collection[str]) -> Signing:
    """Who signed and when, without the words that are secret."""
    day, moment = decision.decided_on, decision.signed_at
    whole = Signing(decision.signatory_name, decision.signatory_title, day, moment)
    if day is not None and _tells(words, format_day(day), format_isodate(day)):
        day = moment = None
    if moment is not None and _tells(words, format_time(moment)):
        moment = None
    told = Signing(hide_words(whole.name, words), hide_words(whole.title, words), day, moment)
    return whole if told == whole else replace(told, protected=True)


def _tells(words: Collection[str], *texts: str) -> bool:
    return any(hide_words(text, words) != text for text in texts)


@dataclass(frozen=True)
class _Found:
    document: Kept
    stamp: ArchiveStamp | None = None


def _find(sha256: str) -> _Found | None:
    """The document whose file has the hash, or that file with a later archive time stamp."""
    document = _document(file__sha256=sha256)
    if document is not None:
        return _Found(document)
    stamp = ArchiveStamp.objects.filter(sha256=sha256).first()
    document = None if stamp is None else _document(file=stamp.file_id)
    return None if document is None else _Found(document, stamp)


def _document(**of_file: Any) -> Kept | None:
    found = DecisionDocument.objects.filter(decision__status="signed", **of_file)
    document = found.select_related("decision__case", "file").first()
    if document is not None:
        return document
    return MaskedDocument.objects.filter(**of_file).select_related("decision__case", "file").first()


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
