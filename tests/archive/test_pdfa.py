"""Files in packages: which of them an archive can keep as they are, and copies in PDF/A of the others."""

import io
import threading
import zipfile
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from s3portal.archive import pdfa
from s3portal.archive.models import PackageStatus
from s3portal.archive.pdfa import is_lasting
from s3portal.common.uploads import FileType
from s3portal.diary.services import open_by_hand
from s3portal.trial.servers import free_port
from tests.archive.test_packages import ARCHIVE, X, make, metadata, register, unpacked
from tests.small_files import PDF

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def docx() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in ("[Content_Types].xml", "word/document.xml"):
            made.writestr(zipfile.ZipInfo(name), "<x/>")
    return target.getvalue()


def pdf_that_says(part: str = "") -> bytes:
    """A PDF of one empty page that says that it is PDF/A of ``part``, or says nothing."""
    target = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        if part:
            with document.open_metadata() as written:
                written["pdfaid:part"], written["pdfaid:conformance"] = part, "B"
        document.save(target)
    return target.getvalue()


class Gotenberg:
    """The converter's side of a request, on a real socket: answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.answer, self.left, self.asked = 200, pdf_that_says("3"), "0", []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                whole = message_from_bytes(
                    f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode() + body, policy=HTTP
                )
                parts = {
                    part.get_param("name", header="content-disposition"): part for part in whole.iter_parts()
                }
                asked = {name: part.get_content().strip() for name, part in parts.items() if name != "files"}
                outer.asked.append((self.path, asked, parts["files"].get_filename()))
                self.send_response(outer.status)
                self.send_header("Gotenberg-Remediation-Residual", outer.left)
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_said: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gotenberg(settings):
    running = Gotenberg()
    settings.ARCHIVE_PDFA_URL = f"{running.url}/"
    yield running
    running.stop()


@pytest.fixture
def case(registrar):
    case = open_by_hand(actor=registrar, title="Remiss om vägnätet", counterpart="Trafikverket")
    files = [
        ("svar.docx", docx()),
        ("scan.pdf", PDF),
        ("arkiv.pdf", pdf_that_says("2")),
        ("karta.png", PNG),
    ]
    register(registrar, case, "Svar", [SimpleUploadedFile(name, content) for name, content in files])
    return case


def forms(root) -> dict[str, tuple[str | None, str | None]]:
    return {one.text: (one.get("arkivformat"), one.get("kopia")) for one in root.iterfind(".//x:Fil", X)}


@pytest.mark.parametrize(
    ("content", "content_type", "lasting"),
    [
        (pdf_that_says("3"), "application/pdf", True),
        (pdf_that_says(), "application/pdf", False),
        (b"%PDF-1.7 broken", "application/pdf", False),
        (PNG, "image/png", True),
        (b"a;b", "text/csv", True),
        (b"{}", "application/json", True),
        (b"PK", FileType.DOCX.content_type, False),
        (b"?", "application/octet-stream", False),
    ],
)
def test_what_an_archive_can_keep_as_it_is(content, content_type, lasting):
    assert is_lasting(content, content_type) is lasting


def test_a_pdf_with_a_password_is_not_kept_as_it_is():
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_that_says("3"))) as document:
        document.save(target, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert not is_lasting(target.getvalue(), "application/pdf")


def test_without_a_converter_the_package_says_what_is_only_as_it_came(registrar, case, client_for):
    package = make(registrar, case=case)
    root = metadata(package)
    assert forms(root) == {
        "svar.docx": ("nej", None),
        "scan.pdf": ("nej", None),
        "arkiv.pdf": ("ja", None),
        "karta.png": ("ja", None),
    }
    assert root.find("x:Summering", X).get("utan_arkivformat") == "2"
    assert package.as_they_came == 2
    assert "2 filer bara som de kom in" in client_for(registrar).get(ARCHIVE).content.decode()


def test_copies_lie_beside_the_files_with_checksums(registrar, case, gotenberg, tmp_path):
    package = make(registrar, case=case)
    folder = f"data/{case.slug}/0001"
    root = metadata(package)
    assert forms(root) == {
        "svar.docx": ("kopia", f"{folder}/svar.docx.pdf"),
        "scan.pdf": ("kopia", f"{folder}/scan.pdf.pdf"),
        "arkiv.pdf": ("ja", None),
        "karta.png": ("ja", None),
    }
    assert gotenberg.asked == [
        (
            "/forms/libreoffice/convert",
            {"stages": '[{"op": "remediate", "profile": "PDF/A-3b", "language": "sv"}]'},
            "fil.docx",
        ),
        ("/forms/pdf/remediate", {"profile": "PDF/A-3b", "language": "sv"}, "fil.pdf"),
    ]
    assert package.as_they_came == 0
    where = unpacked(package, tmp_path)
    assert (where / folder / "svar.docx").read_bytes() == docx()
    assert (where / folder / "svar.docx.pdf").read_bytes() == gotenberg.answer
    listed = dict(
        reversed(line.split("  ", 1)) for line in (where / "manifest-sha256.txt").read_text().splitlines()
    )
    for one in root.iterfind(".//x:Fil[@kopia]", X):
        assert listed[one.get("kopia")] == one.get("kopia_sha256")


@pytest.mark.parametrize(
    ("status", "answer"),
    [(400, b"locked"), (500, b""), (302, b""), (200, pdf_that_says()), (200, b"<html>")],
    ids=["refused", "broken", "sent-on", "no-pdfa", "no-pdf"],
)
def test_what_cannot_be_copied_is_told_and_stops_nothing(registrar, case, gotenberg, status, answer, caplog):
    gotenberg.status, gotenberg.answer = status, answer
    package = make(registrar, case=case)
    assert (package.status, package.as_they_came) == (PackageStatus.MADE, 2)
    assert "No PDF/A copy of svar.docx" in caplog.text


def test_a_copy_that_still_breaks_the_standard_is_none(registrar, case, gotenberg):
    gotenberg.left = "2"
    assert make(registrar, case=case).as_they_came == 2


def test_a_file_that_takes_too_long_is_kept_as_it_came(registrar, case, gotenberg, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(pdfa, "CONVERT", 0.2)
    monkeypatch.setattr(gotenberg.server, "finish_request", lambda *_args: go_on.wait(30))
    assert make(registrar, case=case).as_they_came == 2
    go_on.set()


@pytest.mark.parametrize("status", [429, 503])
def test_a_converter_that_has_too_much_to_do_stops_the_package(registrar, case, gotenberg, status):
    gotenberg.status = status
    package = make(registrar, case=case)
    assert package.status == PackageStatus.FAILED
    assert package.problem == "Tjänsten som gör kopior i PDF/A svarar inte. Beställ igen om en stund."


def test_a_converter_that_is_away_stops_the_package(registrar, case, settings):
    settings.ARCHIVE_PDFA_URL = f"http://127.0.0.1:{free_port()}"
    assert make(registrar, case=case).status == PackageStatus.FAILED
