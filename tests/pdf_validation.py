"""Does a PDF follow the standards that we promise? Judged by ``page``, an independent checker."""

from collections.abc import Collection

import page

_PROFILES = {"pdfa-3a": page.ValidationProfile.PDF_A_3A, "pdfua-1": page.ValidationProfile.PDF_UA_1}


def findings(pdf: bytes, *, profile: str) -> list[str]:
    """The broken rules, as "RULE: what is wrong (object)"; empty when the file follows the profile."""
    report = page.validate_pdf_bytes(pdf, profile=_PROFILES[profile])
    assert report.rules.total > 100, "the checker tried too few rules to be believed"
    found = []
    for failure in report.failures:
        where = f" (object {failure.object_id.object_number})" if failure.object_id else ""
        found.append(f"{failure.rule_id}: {failure.message}{where}")
    assert report.is_compliant == (not found)
    return found


def assert_valid(pdf: bytes, profiles: Collection[str] = ("pdfa-3a", "pdfua-1")) -> None:
    broken = {profile: found for profile in profiles if (found := findings(pdf, profile=profile))}
    assert not broken, broken
