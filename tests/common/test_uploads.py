import io
import socket
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from s3portal.common.errors import Refusal
from s3portal.common.uploads import FileType, check_for_viruses, check_upload, sniff_type
from tests.fake_clamd import CLEAN, FOUND
from tests.small_files import PDF

MEGABYTE = 1024 * 1024
ALL_TYPES = "pdf, Word (docx), Excel (xlsx), OpenDocument (odt), png eller jpg"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


def archive(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return content.getvalue()


TYPES = {"[Content_Types].xml": "<Types/>"}
DOCX = archive(**TYPES, **{"word/document.xml": "<w/>"})
XLSX = archive(**TYPES, **{"xl/workbook.xml": "<x/>"})
ODT = archive(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": "<o/>"})


def upload(content, name="bilaga.pdf"):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("content", "file_type"),
    [
        (PDF, FileType.PDF),
        (PNG, FileType.PNG),
        (JPEG, FileType.JPEG),
        (DOCX, FileType.DOCX),
        (XLSX, FileType.XLSX),
        (ODT, FileType.ODT),
        (b"", None),
        (b"\x00%PDF-1.7", None),
        (b"<html><script>alert(1)</script>", None),
        (b"MZ\x90\x00", None),
        (b"%!PS-Adobe", None),
        (b"GIF89a", None),
        (archive(**{"a.txt": "a"}), None),
        (archive(**TYPES), None),
        (archive(**{"word/document.xml": "<w/>"}), None),
        (archive(**TYPES, **{"word/document.xml": "<w/>", "word/vbaProject.bin": "x"}), None),
        (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": ""}), None),
        (archive(mimetype="application/vnd.oasis.opendocument.text"), None),
        (DOCX[:-30], None),
        (DOCX[: len(DOCX) // 2], None),
    ],
)
def test_sniff_type(content, file_type):
    file = upload(content)
    file.seek(len(content))
    assert sniff_type(file) is file_type
    assert file.tell() == 0


def test_a_broken_member_is_no_document():
    # The first member's packed bytes are spoilt, the table of contents is whole.
    spoilt = bytearray(ODT)
    start = spoilt.index(b"mimetype") + len(b"mimetype")
    spoilt[start : start + 10] = b"\xff" * 10
    assert sniff_type(upload(bytes(spoilt))) is None


@given(st.binary(), st.sampled_from([b"", b"PK\x03\x04", DOCX[:40], ODT[:60]]))
def test_any_bytes_are_told_or_not(content, head):
    assert sniff_type(io.BytesIO(head + content)) in (*FileType, None)


@given(st.integers(min_value=0, max_value=len(ODT) - 1), st.integers(min_value=0, max_value=255))
def test_any_spoilt_byte_of_an_archive_is_survived(place, value):
    spoilt = bytearray(ODT)
    spoilt[place] = value
    assert sniff_type(io.BytesIO(bytes(spoilt))) in (*FileType, None)


def test_each_type_has_its_content_type():
    assert [file_type.content_type for file_type in FileType] == [
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
        "image/png",
        "image/jpeg",
    ]


def test_an_allowed_file_passes_whatever_its_name():
    file = upload(PNG, name="virus.exe")
    assert check_upload(file, max_bytes=MEGABYTE, allowed=[FileType.PDF, FileType.PNG]) is FileType.PNG
    assert file.read() == PNG


@pytest.mark.parametrize(
    ("content", "allowed", "sentence"),
    [
        (b"", [FileType.PDF], "Filen är tom."),
        (PDF + b" " * MEGABYTE, [FileType.PDF], "Filen är 1,1\u00a0MB. Den får vara högst 1\u00a0MB."),
        (b"<html>", [FileType.PDF], "Filtypen kan inte tas emot. Ladda upp pdf."),
        (PNG, [FileType.PDF], "Filtypen kan inte tas emot. Ladda upp pdf."),
        (b"MZ", [FileType.JPEG, FileType.PDF], "Filtypen kan inte tas emot. Ladda upp pdf eller jpg."),
        (
            b"MZ",
            list(FileType),
            f"Filtypen kan inte tas emot. Ladda upp {ALL_TYPES}.",
        ),
    ],
)
def test_check_upload_refuses(content, allowed, sentence):
    with pytest.raises(Refusal) as refused:
        check_upload(upload(content), max_bytes=MEGABYTE, allowed=allowed)
    assert refused.value.message == sentence


def test_exactly_the_limit_is_allowed():
    content = PDF.ljust(MEGABYTE)
    assert check_upload(upload(content), max_bytes=MEGABYTE, allowed=[FileType.PDF]) is FileType.PDF


# --- clamd ----------------------------------------------------------------------------------------------
def test_a_clean_file_passes_and_is_sent_whole(clamd):
    server = clamd(CLEAN)
    content = PDF + bytes(range(256)) * 1000
    file = upload(content)
    check_for_viruses(file, clamd_url=server.url)
    server.stop()
    assert server.received == content
    assert file.tell() == 0


def test_over_a_unix_socket(clamd, tmp_path):
    server = clamd(CLEAN, path=str(tmp_path / "clamd"))
    check_for_viruses(upload(PDF), clamd_url=server.url)
    server.stop()
    assert server.received == PDF


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (FOUND, "Filen innehåller skadlig kod och togs inte emot."),
        (
            b"INSTREAM size limit exceeded. ERROR\0",
            "Filen kunde inte viruskontrolleras just nu. Försök igen om en stund.",
        ),
        (b"", "Filen kunde inte viruskontrolleras just nu. Försök igen om en stund."),
    ],
)
def test_anything_but_a_clean_bill_is_refused(clamd, answer, sentence):
    with pytest.raises(Refusal) as refused:
        check_for_viruses(upload(PDF), clamd_url=clamd(answer).url)
    assert refused.value.message == sentence


def test_a_scanner_that_does_not_answer_lets_nothing_through():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Refusal) as refused:
        check_for_viruses(upload(PDF), clamd_url=f"tcp://127.0.0.1:{port}")
    assert refused.value.message == "Filen kunde inte viruskontrolleras just nu. Försök igen om en stund."


def test_every_upload_is_scanned_when_a_scanner_is_configured(clamd, settings):
    server = clamd(FOUND)
    settings.CLAMD_URL = server.url
    with pytest.raises(Refusal, match=r"^Filen innehåller skadlig kod och togs inte emot\.$"):
        check_upload(upload(PDF), max_bytes=MEGABYTE, allowed=[FileType.PDF])
    server.stop()
    assert server.received == PDF
