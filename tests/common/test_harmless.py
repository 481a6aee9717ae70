"""Files that are what they say and hide something all the same."""

import contextlib
import io
import struct
import zipfile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from s3portal.common import harmless
from s3portal.common.errors import Refusal
from s3portal.common.uploads import FileType, check_upload

MEGABYTE = 1024 * 1024


def taken(content):
    file = SimpleUploadedFile("bilaga.pdf", content)
    file_type = check_upload(file, max_bytes=MEGABYTE, allowed=FileType)
    assert file.tell() == 0
    return file_type


def refused(content):
    with pytest.raises(Refusal) as refusal:
        taken(content)
    return refusal.value.message


def pdf(change=None, **how):
    with pikepdf.new() as made:
        made.add_blank_page()
        if change:
            change(made)
        content = io.BytesIO()
        made.save(content, **how)
    return content.getvalue()


def script_when_opened(made):
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def script_on_a_page(made):
    action = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x")))
    made.pages[0].obj.AA = pikepdf.Dictionary(O=action)


def program_behind_a_link(made):
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")),
    )
    made.pages[0].obj.Annots = pikepdf.Array([link])


def file_inside(made):
    made.attachments["virus.exe"] = b"MZ"


def jump_when_opened(made):
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])


PACKED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
PLAIN, HARD = pdf(script_when_opened), pdf(program_behind_a_link, **PACKED)


@pytest.mark.parametrize("how", [{}, PACKED], ids=["plain", "packed"])
@pytest.mark.parametrize("change", [script_when_opened, script_on_a_page, program_behind_a_link])
def test_a_pdf_that_acts_is_refused(change, how):
    assert refused(pdf(change, **how)) == harmless.ACTS


@pytest.mark.parametrize("how", [{}, PACKED], ids=["plain", "packed"])
def test_a_pdf_with_files_inside_is_refused(how):
    assert refused(pdf(file_inside, **how)) == harmless.CARRIES


def test_a_pdf_with_a_password_is_told_kindly():
    locked = pdf(encryption=pikepdf.Encryption(owner="hemligt", user="hemligt"))
    assert refused(locked) == harmless.ENCRYPTED


@pytest.mark.parametrize("change", [None, jump_when_opened])
def test_an_ordinary_pdf_passes(change):
    assert taken(pdf(change)) is FileType.PDF
    assert taken(pdf(change, **PACKED)) is FileType.PDF


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (b"/OpenAction << /S /JavaScript >>", harmless.ACTS),
        (b"<< /S /Launch >>", harmless.ACTS),
        (b"/EmbeddedFiles", harmless.CARRIES),
        (b"/Encrypt 5 0 R", harmless.ENCRYPTED),
    ],
)
def test_the_bytes_of_a_broken_pdf_are_searched(inside, sentence):
    assert refused(b"%PDF-1.7\n" + inside) == sentence


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_spoilt_byte_of_a_pdf_is_survived(data):
    whole = data.draw(st.sampled_from([PLAIN, HARD]))
    spoilt = bytearray(whole)
    spoilt[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refusal):
        taken(bytes(spoilt))


def test_a_large_upload_lies_on_disk_and_is_read_there():
    with TemporaryUploadedFile("stor.pdf", "application/pdf", 0, "utf-8") as file:
        file.write(pdf(script_on_a_page, **PACKED))
        file.size = file.tell()
        with pytest.raises(Refusal, match="skript"):
            check_upload(file, max_bytes=MEGABYTE, allowed=FileType)


def docx(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in ({"[Content_Types].xml": b"x", "word/document.xml": b"x"} | members).items():
            packed.writestr(name, data)
    return content.getvalue()


def test_a_zip_bomb_is_refused():
    assert refused(docx(bomb=bytes(harmless.SMALL + 1))) == harmless.SWELLS


def test_what_is_small_may_be_packed_hard():
    assert taken(docx(blank=bytes(MEGABYTE))) is FileType.DOCX


@pytest.mark.parametrize("limit", ["MOST_UNPACKED", "MOST_MEMBERS"])
def test_an_archive_of_too_much_is_refused(limit, monkeypatch):
    monkeypatch.setattr(harmless, limit, 1)
    assert refused(docx()) == harmless.SWELLS


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02"


def jpeg(width, height):
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 8, 8, height, width, 0)
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame


@pytest.mark.parametrize("image", [png, jpeg])
def test_an_image_has_sane_dimensions(image):
    assert taken(image(4000, 3000)) in (FileType.PNG, FileType.JPEG)
    assert refused(image(50_000, 50_000)) == harmless.TOO_MANY_PIXELS


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\x00\x00"])
def test_an_image_without_dimensions_has_none(content):
    assert taken(content) in (FileType.PNG, FileType.JPEG)


def test_svg_with_a_script_is_no_type_of_ours():
    assert refused(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>').startswith(
        "Filtypen kan inte tas emot."
    )
