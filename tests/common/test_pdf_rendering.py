import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pydyf
import pytest
import weasyprint
from django.test import override_settings
from pypdf import PdfReader

from s3portal.common.pdf import (
    Attachment,
    RenderingFailed,
    UnprintableText,
    render_document,
    render_pdf,
    rendering,
)
from s3portal.common.pdf.fetching import STATIC_BASE, RefusedAddress, StaticFetcher
from s3portal.common.pdf.identification import declare_pdf_ua
from tests.common.pdf_samples import CREATED_AT, DATA, HEADINGS, TITLE, decision_html, decision_pdf
from tests.pdf_validation import assert_valid


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return decision_pdf()


@pytest.fixture
def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def render(html: str) -> bytes:
    return render_pdf(html=html, title="T", created_at=CREATED_AT)


def page_of(body: str) -> str:
    return f'<!doctype html><html lang="sv"><title>T</title><body>{body}</body></html>'


class TestWhatIsInTheFile:
    def test_follows_both_standards(self, pdf: bytes) -> None:
        assert_valid(pdf)

    def test_headings_come_in_order_after_the_title(self, reader: PdfReader) -> None:
        text = "\n".join(page.extract_text() for page in reader.pages)
        lines = [line.strip() for line in text.splitlines()]
        wanted = ["Deltagande i projekt: Designdrivna Innovationskluster", *HEADINGS]
        assert [line for line in lines if line in wanted] == wanted

    def test_amounts_and_typographic_quotes_survive(self, reader: PdfReader) -> None:
        text = "".join(page.extract_text() for page in reader.pages)
        # The glyph of a hard space is that of a space, and is read back as one.
        assert "150 000 kronor" in text
        assert reader.metadata is not None
        assert reader.metadata.title == TITLE

    def test_bookmarks_follow_the_headings(self, reader: PdfReader) -> None:
        def titles(outline: list[object]) -> list[str]:
            found: list[str] = []
            for item in outline:
                found.extend(titles(item) if isinstance(item, list) else [item["/Title"]])  # type: ignore[index]
            return found

        assert titles(reader.outline) == ["Deltagande i projekt: Designdrivna Innovationskluster", *HEADINGS]

    def test_language_title_and_dates(self, reader: PdfReader) -> None:
        catalog = reader.trailer["/Root"]
        assert catalog["/Lang"] == "sv"
        assert catalog["/ViewerPreferences"]["/DisplayDocTitle"].value is True
        assert catalog["/MarkInfo"]["/Marked"].value is True
        metadata = reader.metadata
        assert metadata is not None
        assert metadata.author == "Region Jämtland Härjedalen"
        assert metadata.creator == "S3-portalen"
        assert metadata.creation_date == metadata.modification_date == CREATED_AT

    def test_both_standards_are_declared_in_a_readable_packet(self, pdf: bytes, reader: PdfReader) -> None:
        # Uncompressed: an archive finds the packet by looking through the bytes.
        packet = pdf[pdf.index(b"<?xpacket begin") : pdf.index(b"<?xpacket end")].decode()
        assert re.search(r'pdfaid:part="3"', packet)
        assert re.search(r'pdfaid:conformance="A"', packet)
        assert re.search(r'pdfuaid:part="1"', packet)
        assert "/Filter" not in reader.trailer["/Root"]["/Metadata"]

    def test_every_font_is_embedded(self, reader: PdfReader) -> None:
        embedded, names = 0, set()
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                descendant = font.get_object()["/DescendantFonts"][0].get_object()
                names.add(descendant["/BaseFont"])
                descriptor = descendant["/FontDescriptor"]
                assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
                embedded += 1
        assert embedded
        assert all("Source-S" in name for name in names), names

    def test_pages_are_numbered_of_how_many(self, reader: PdfReader) -> None:
        total = len(reader.pages)
        assert total >= 2
        for number, page in enumerate(reader.pages, start=1):
            assert f"Sida {number}({total})" in page.extract_text()

    def test_later_pages_say_whose_and_which_case(self, reader: PdfReader) -> None:
        second = reader.pages[1].extract_text()
        assert "Region Jämtland Härjedalen" in second
        assert "RUN/664/2021" in second

    def test_the_data_lie_inside_as_json(self, reader: PdfReader) -> None:
        assert json.loads(reader.attachments["beslut.json"][0]) == DATA
        (reference,) = reader.trailer["/Root"]["/AF"]
        specification = reference.get_object()
        assert specification["/AFRelationship"] == "/Data"
        assert specification["/UF"] == "beslut.json"
        assert specification["/Desc"] == "Beslutets uppgifter i maskinläsbar form"
        stream = specification["/EF"]["/F"].get_object()
        assert stream["/Subtype"] == "/application/json"
        assert stream["/Params"]["/CreationDate"] == stream["/Params"]["/ModDate"] == "D:20260302083000Z"

    def test_links_keep_their_targets(self, pdf: bytes, reader: PdfReader) -> None:
        annotations = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
        targets = [note["/A"]["/URI"] for note in annotations if "/A" in note]
        assert targets == ["https://example.se/projekt?a=1&b=2"]
        assert STATIC_BASE.encode() not in pdf


class TestSameAgain:
    def test_same_html_gives_same_bytes(self, pdf: bytes) -> None:
        assert decision_pdf() == pdf

    def test_another_time_gives_other_bytes(self, pdf: bytes) -> None:
        later = CREATED_AT.replace(year=2027)
        assert render_pdf(html=decision_html(), title=TITLE, created_at=later) != pdf

    def test_another_process_gives_the_same_bytes(self, pdf: bytes) -> None:
        program = (
            "import hashlib, django; django.setup()\n"
            "from tests.common.pdf_samples import decision_pdf\n"
            "print(hashlib.sha256(decision_pdf()).hexdigest())"
        )
        environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
        ran = subprocess.run(
            [sys.executable, "-c", program],
            env=environment | {"PYTHONHASHSEED": "7"},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.strip() == hashlib.sha256(pdf).hexdigest()

    def test_json_has_sorted_keys(self) -> None:
        one = Attachment.json("a.json", {"b": 1, "å": "ä"}, description="")
        other = Attachment.json("a.json", {"å": "ä", "b": 1}, description="")
        assert one.data == other.data
        assert "å" in one.data.decode()


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "hostile",
        [
            '<img alt="x" src="file:///etc/passwd">',
            '<img alt="x" src="http://127.0.0.1:9/x.png">',
            '<link rel="stylesheet" href="http://example.com/x.css">',
            '<link rel="stylesheet" href="file:///etc/passwd">',
            '<link rel="stylesheet" href="//example.com/x.css">',
            '<style>@import "https://example.com/x.css";</style>',
            "<style>@font-face{font-family:x;src:url(file:///etc/passwd)} p{font-family:x}</style><p>x</p>",
            '<div style="background:url(http://example.com/x.png)">x</div>',
            "<style>p::before{content:url(ftp://example.com/x.png)}</style><p>x</p>",
            '<svg width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
            '<object data="file:///etc/passwd">x</object>',
            '<embed src="file:///etc/passwd">',
            '<base href="http://example.com/"><link rel="stylesheet" href="css/dokument.css">',
            '<img alt="x" src="../../../../../../etc/passwd">',
            '<img alt="x" src="%2e%2e/%2e%2e/manage.py">',
            '<img alt="x" src="css/%00">',
            '<img alt="x" src="css">',
            '<img alt="x" src="https://static.invalid.example.com/css/dokument.css">',
        ],
    )
    def test_nothing_is_fetched_from_elsewhere(self, hostile: str) -> None:
        with pytest.raises(RenderingFailed, match=r"^Dokumentet hänvisar till något som inte får hämtas: "):
            render(page_of(hostile))

    @pytest.mark.parametrize(
        "hostile",
        [
            '<link rel="attachment" href="data:text/plain,x">',
            '<a rel="attachment" href="data:text/plain,x">x</a>',
        ],
    )
    def test_text_may_not_attach_files(self, hostile: str) -> None:
        with pytest.raises(RenderingFailed) as refused:
            render(page_of(hostile))
        assert (
            str(refused.value) == "Dokumentets text försöker bifoga en fil. Ta bort länken och försök igen."
        )

    def test_a_relative_link_is_refused(self) -> None:
        with pytest.raises(RenderingFailed) as refused:
            render(page_of('<p>Se <a href="/beslut/">besluten</a>.</p>'))
        assert str(refused.value) == "Länken ”beslut/” saknar fullständig adress. Skriv den med https://."

    @pytest.mark.parametrize(
        ("faulty", "why"),
        [
            ('<p style="color: gurka">x</p>', "gurka"),
            ('<p><img src="data:image/png;base64,AAAA" alt="x"></p>', "Failed to load image"),
            ('<p><a href="#finns-inte">x</a></p>', "finns-inte"),
            # Not a fault of the layout but of accessibility: a picture that cannot be read out.
            ('<p><img src="img/dok-ridge.svg"></p>', "no required alt description"),
        ],
    )
    def test_a_warning_stops_the_document(self, faulty: str, why: str) -> None:
        with pytest.raises(
            RenderingFailed, match=r"^Dokumentet kunde inte göras till pdf utan fel: "
        ) as refused:
            render(page_of(faulty))
        assert why in str(refused.value)

    def test_metadata_of_an_unknown_shape_are_not_guessed_at(self) -> None:
        pdf = pydyf.PDF()
        packet = pydyf.Stream([b"<rdf:RDF/>"])
        pdf.add_object(packet)
        pdf.catalog["Metadata"] = packet.reference
        with pytest.raises(ValueError, match="no longer ends as expected"):
            declare_pdf_ua(pdf)

    def test_a_naive_time_is_a_programming_error(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            render_pdf(html=page_of("x"), title="T", created_at=datetime(2026, 1, 1))  # noqa: DTZ001

    def test_an_old_font_library_is_not_the_documents_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from s3portal.common.pdf import rendering

        def set_metadata(*args: object, **kwargs: object) -> None:
            logging.getLogger("weasyprint").warning("Using fontTools instead of HarfBuzz-Subset for font x")

        monkeypatch.setattr(rendering, "_set_metadata", set_metadata)
        assert render(page_of("<p>x</p>")).startswith(b"%PDF-1.7")

    def test_characters_without_a_glyph_are_refused(self) -> None:
        with pytest.raises(UnprintableText) as refused:
            render(page_of("<p>Hej \ue000 och \ue001</p>"))
        assert str(refused.value) == (
            "Dokumentet innehåller tecken som inte går att skriva ut: "
            "\ue000 (U+E000), \ue001 (U+E001). Byt ut dem."
        )

    def test_or_printed_as_their_numbers(self) -> None:
        html = page_of("<h1>Hej \ue000 och ö</h1>")
        pdf = render_pdf(html=html, title="T", created_at=CREATED_AT, replace_unprintable=True)
        assert "Hej [U+E000] och ö" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert_valid(pdf)

    def test_other_faults_are_not_hidden_by_them(self) -> None:
        html = page_of('<p style="color: gurka">\ue000</p>')
        with pytest.raises(RenderingFailed, match="gurka"):
            render_pdf(html=html, title="T", created_at=CREATED_AT, replace_unprintable=True)

    def test_data_addresses_are_fine(self) -> None:
        pixel = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"
        pdf = render(page_of(f'<h1>R</h1><p><img alt="Prick" src="{pixel}"></p>'))
        assert_valid(pdf)


class TestFetcher:
    def test_serves_the_style_sheet(self) -> None:
        response = StaticFetcher().fetch(STATIC_BASE + "css/dokument.css")
        assert response.content_type == "text/css"
        assert b".dok" in response.read()

    @pytest.mark.parametrize(
        "address", ["https://example.com/", "http://localhost/", "file:///etc/passwd", "ftp://x/"]
    )
    def test_refuses_and_remembers(self, address: str) -> None:
        fetcher = StaticFetcher()
        with pytest.raises(RefusedAddress):
            fetcher.fetch(address)
        assert fetcher.refused == [address]


class TestRenderDocument:
    def test_extends_the_letterhead_of_the_region(self) -> None:
        pdf = render_document("documents/base.html", {}, title="Tomt blad", created_at=CREATED_AT)
        reader = PdfReader(io.BytesIO(pdf))
        text = reader.pages[0].extract_text()
        assert "Org.nr 232100-0214" in text
        assert reader.metadata is not None
        assert reader.metadata.title == "Tomt blad"

    def test_another_region_has_its_own(self, settings: object) -> None:
        region = {
            "name": "Region Norrland",
            "org_number": "000000-0000",
            "address": "Gatan 1",
            "phone": "1",
            "email": "a@b",
        }
        with override_settings(REGION=region):
            pdf = render_document("documents/base.html", {}, title="T", created_at=CREATED_AT)
        reader = PdfReader(io.BytesIO(pdf))
        assert "Region Norrland" in reader.pages[0].extract_text()
        assert reader.metadata is not None
        assert reader.metadata.author == "Region Norrland"


def test_no_stream_ends_so_that_its_length_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    """One file in some tens would end a stream with a carriage return; the first such one is written anew."""
    paddings: list[int] = []
    finish = rendering._finish

    def noting(document: weasyprint.Document, pdf: pydyf.PDF, *, padding: int) -> None:
        paddings.append(padding)
        finish(document, pdf, padding=padding)

    monkeypatch.setattr(rendering, "_finish", noting)
    for number in range(1000):
        paddings.clear()
        pdf = render(page_of(f"<h1>{hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()}</h1>"))
        assert b"\r\nendstream" not in pdf
        if len(paddings) > 1:
            break
    assert paddings[:2] == [0, 1]
    assert_valid(pdf)
