"""The judge is judged: a checker that says yes to everything would prove nothing."""

import pytest
import weasyprint

from tests.common.pdf_samples import decision_pdf
from tests.pdf_validation import assert_valid, findings

HTML = '<html lang="sv"><title>T</title><body><h1>R</h1><p>Text</p></body></html>'


@pytest.mark.parametrize("profile", ["pdfa-3a", "pdfua-1"])
def test_a_plain_pdf_follows_neither(profile: str) -> None:
    assert findings(weasyprint.HTML(string=HTML).write_pdf(), profile=profile)


def test_weasyprints_archive_pdf_is_not_declared_accessible() -> None:
    pdf = weasyprint.HTML(string=HTML).write_pdf(pdf_variant="pdf/a-3a", uncompressed_pdf=True)
    assert findings(pdf, profile="pdfa-3a") == []
    assert findings(pdf, profile="pdfua-1")
    with pytest.raises(AssertionError, match="PDFUA1"):
        assert_valid(pdf)


def test_weasyprints_accessible_pdf_is_not_archivable() -> None:
    pdf = weasyprint.HTML(string=HTML).write_pdf(pdf_variant="pdf/ua-1")
    assert findings(pdf, profile="pdfua-1") == []
    assert findings(pdf, profile="pdfa-3a")


def test_the_second_declaration_needs_its_schema() -> None:
    pdf = decision_pdf()
    broken = pdf.replace(b"<pdfaExtension:schemas>", b"<pdfaExtension:schemaz>")
    assert broken != pdf
    assert findings(broken, profile="pdfa-3a")


def test_a_list_with_a_division_in_it_is_found() -> None:
    html = HTML.replace("<p>", "<dl><div><dt>a</dt><dd>b</dd></div></dl><p>")
    pdf = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    assert any(finding.startswith("PDFUA1-L-KIDS-001") for finding in findings(pdf, profile="pdfua-1"))
