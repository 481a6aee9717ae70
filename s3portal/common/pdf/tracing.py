"""Does a file from anybody carry our own seal? Told without reading it as a PDF: what is packed in a hostile
file could fill the memory, so only the sealed bytes and the seal itself are looked at."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final, cast

from asn1crypto import cms
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from s3portal.common.pdf.certificates import load_roots
from s3portal.common.pdf.loops import outside_event_loop
from s3portal.common.pdf.sealing import Seal

_LOGGER = logging.getLogger(__name__)
_RANGE: Final = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}0\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}(\d{1,9})\s{0,9}\]"
)
#: Signatures looked at, the last first: ours, and a time stamp over it.
_MOST_SEALS: Final = 3
#: A seal as it is written, in hexadecimal, with room to spare; and the certificates in it.
_MOST_SEAL_BYTES: Final = 400_000
_MOST_CERTIFICATES: Final = 12


class SealTrace(Enum):
    NONE = "none"
    """No seal of ours, as far as can be told."""
    CHANGED = "changed"
    """Our seal is there, but the bytes under it are others."""
    ADDED = "added"
    """What we sealed is whole, and something stands after it: a time stamp, or a change."""
    WHOLE = "whole"
    """Every byte of the file is what we sealed."""


def trace_seal(content: bytes, *, roots: Sequence[Path]) -> SealTrace:
    """Ours is a seal that leads to ``roots`` and has the same holder as the one we seal with today.

    Never raises because of what ``content`` holds."""
    ranges = list(_RANGE.finditer(content))[-_MOST_SEALS:]
    traces = [_trace(content, *map(int, found.groups()), roots=roots) for found in ranges]
    return next((trace for trace in reversed(traces) if trace is not SealTrace.NONE), SealTrace.NONE)


def _trace(content: bytes, before: int, after: int, length: int, *, roots: Sequence[Path]) -> SealTrace:
    """``before``: bytes up to the seal; ``after`` and ``length``: where those after it begin, how many."""
    if not before < after <= before + _MOST_SEAL_BYTES or after + length > len(content):
        return SealTrace.NONE
    try:
        signed = _signed_data(content[before:after])
        context = ValidationContext(
            trust_roots=list(load_roots(tuple(roots))), allow_fetching=False, moment=_while_valid(signed)
        )
        covered = content[:before] + content[after : after + length]
        status = outside_event_loop(
            lambda: asyncio.run(
                async_validate_detached_cms(covered, signed, signer_validation_context=context)
            )
        )
        ours = status.signing_cert.subject == _own_holder()
    except Exception:
        # The seal may be anything, and each layer that reads it has its own errors.
        _LOGGER.info("A seal in a file from outside could not be read.", exc_info=True)
        return SealTrace.NONE
    # Not ``status.trusted``, which also asks that the content is whole.
    leads_to_root = status.trust_problem_indic is None and status.validation_path is not None
    if not (ours and status.valid and leads_to_root):
        return SealTrace.NONE
    if not status.intact:
        return SealTrace.CHANGED
    return SealTrace.WHOLE if after + length == len(content) else SealTrace.ADDED


def _while_valid(signed: Any) -> datetime:
    """Now, or the last moment of a certificate that has run out: what it sealed is ours still."""
    ends = min(certificate.chosen.not_valid_after for certificate in signed["certificates"])
    return min(datetime.now(UTC), cast(datetime, ends))


def _own_holder() -> Any:
    """Whom the certificate that we seal with today is made out to; a renewed one keeps the name."""
    certificate = Seal.from_settings().signer.signing_cert
    return None if certificate is None else certificate.subject


def _signed_data(written: bytes) -> Any:
    """Raises ValueError for what is no seal, or has more certificates than any of ours."""
    if not (written.startswith(b"<") and written.endswith(b">")):
        raise ValueError("no hexadecimal string")
    info = cms.ContentInfo.load(bytes.fromhex(written[1:-1].decode("ascii")))
    signed = info["content"]
    if len(signed["certificates"]) > _MOST_CERTIFICATES or len(signed["signer_infos"]) != 1:
        raise ValueError("no seal of ours")
    return signed
