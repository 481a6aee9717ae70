"""Does a PDF follow the standards that we promise? Judged by ``page``, an independent checker."""

import io
from collections.abc import Collection
from typing import Final

import page
import pikepdf

_STREAM_LENGTH: Final = "PDFA3A-STREAM-LENGTH-001"
_PROFILES = {"pdfa-3a": page.ValidationProfile.PDF_A_3A, "pdfua-1": page.ValidationProfile.PDF_UA_1}


def findings(pdf: bytes, *, profile: str) -> list[str]:
    """The broken rules, as "RULE: what is wrong (object)"; empty when the file follows the profile."""
    report = page.validate_pdf_bytes(pdf, profile=_PROFILES[profile])
    assert report.rules.total > 100, "the checker tried too few rules to be believed"
    assert report.is_compliant == (not report.failures)
    found = []
    for failure in report.failures:
        number = failure.object_id.object_number if failure.object_id else None
        if failure.rule_id == _STREAM_LENGTH and number is not None and _ends_a_line(pdf, number):
            continue
        where = "" if number is None else f" (object {number})"
        found.append(f"{failure.rule_id}: {failure.message}{where}")
    return found


def _ends_a_line(pdf: bytes, number: int) -> bool:
    """Whether the stream's last byte happens to be a line end, which the checker takes for the keyword's own
    and so finds the length wrong. What is packed ends in a random byte: it befalls one in 128."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        stream = document.get_object(number, 0)
        return isinstance(stream, pikepdf.Stream) and stream.read_raw_bytes().endswith((b"\r", b"\n"))


def assert_valid(pdf: bytes, profiles: Collection[str] = ("pdfa-3a", "pdfua-1")) -> None:
    broken = {profile: found for profile in profiles if (found := findings(pdf, profile=profile))}
    assert not broken, broken
