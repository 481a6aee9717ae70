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
from tests.common.pdf_samples import decision_pdf

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


def jump_when_opened(made):
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])


PACKED = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
PLAIN, HARD = pdf(script_when_opened), pdf(program_behind_a_link, **PACKED)


@pytest.mark.parametrize("how", [{}, PACKED], ids=["plain", "packed"])
@pytest.mark.parametrize("change", [script_when_opened, script_on_a_page, program_behind_a_link])
def test_a_pdf_that_acts_is_refused(change, how):
    assert refused(pdf(change, **how)) == harmless.ACTS


# --- Files inside a PDF ---------------------------------------------------------------------------------
def carrying(name, data):
    def change(made):
        made.attachments[name] = data

    return change


@pytest.mark.parametrize("how", [{}, PACKED], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("beslut.json", b'{"belopp": 150000}'),
        (
            "faktura.XML",
            b"\xef\xbb\xbf<?xml version='1.0'?><r:Invoice xmlns:r='urn:x'><a>1</a></r:Invoice>",
        ),
        ("rader.csv", "år;belopp\r\n2027;1 000\r\n".encode()),
        ("mapp/läs.txt", "Hej på dig".encode()),
        ("tom.csv", b""),
    ],
)
def test_data_of_harmless_kinds_may_lie_inside(name, data, how):
    assert taken(pdf(carrying(name, data), **how)) is FileType.PDF


@pytest.mark.parametrize("how", [{}, PACKED], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("virus.exe", b"MZ"),
        ("virus.json", b"MZ\x90\x00"),
        ("program.js", b'{"a": 1}'),
        ("beslut.json.bat", b"{}"),
        ("trasig.json", b"{"),
        ("djup.json", b"[" * 100_000),
        ("bild.xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ("inre.xml", b"<a><s:script xmlns:s='x'>1</s:script></a>"),
        ("bomb.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("blad.xml", b"<?xml-stylesheet href='x.xsl'?><a/>"),
        ("trasig.xml", b"<a>"),
        ("sida.txt", b"  <HTML><script>1</script>"),
        ("skal.csv", b"#!/bin/sh"),
        ("styr.txt", b"a\x1b[2J"),
        ("latin.txt", "räksmörgås".encode("latin-1")),
        ("utan", b"text"),
    ],
)
def test_other_files_may_not_lie_inside(name, data, how):
    assert refused(pdf(carrying(name, data), **how)) == harmless.CARRIES


def test_what_swells_inside_a_pdf_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(harmless, "MOST_BYTES", 1000)
    assert refused(pdf(carrying("a.txt", b"x" * 1001))) == harmless.CARRIES
    assert taken(pdf(carrying("a.txt", b"x" * 1000))) is FileType.PDF
    # Together: both specifications are counted.
    two = pdf(lambda made: [carrying(f"{name}.txt", b"x" * 501)(made) for name in "ab"])
    assert refused(two) == harmless.CARRIES


def odd(change):
    """A PDF with a file specification that ``change`` has made odd."""

    def inside(made):
        stream = made.make_stream(b"hej")
        filespec = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            UF=pikepdf.String("a.txt"),
            EF=pikepdf.Dictionary(F=stream),
        )
        change(filespec, stream)
        made.Root.AF = pikepdf.Array([made.make_indirect(filespec)])

    return pdf(inside, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def packed_otherwise(_filespec, stream):
    stream.write(b"6865 6a>", filter=pikepdf.Name.ASCIIHexDecode)


def packed_twice(_filespec, stream):
    both = pikepdf.Array([pikepdf.Name.ASCIIHexDecode, pikepdf.Name.ASCIIHexDecode])
    stream.write(b"3638>", filter=both)


def spoilt(_filespec, stream):
    stream.write(b"inte packat", filter=pikepdf.Name.FlateDecode)


def nameless(filespec, _stream):
    del filespec["/UF"]


def two_names(filespec, _stream):
    filespec["/F"] = pikepdf.String("a.exe")


def no_stream(filespec, _stream):
    filespec.EF.F = pikepdf.String("hej")


def no_dictionary(filespec, _stream):
    filespec.EF = pikepdf.Array([])


@pytest.mark.parametrize(
    "change", [packed_otherwise, packed_twice, spoilt, nameless, two_names, no_stream, no_dictionary]
)
def test_a_file_inside_that_cannot_be_judged_is_refused(change):
    assert refused(odd(change)) == harmless.CARRIES


def test_a_file_inside_is_read_packed_or_not():
    def plainly(_filespec, stream):
        stream.write(b"hej", filter=pikepdf.Array([]))

    assert taken(odd(lambda *_: None)) is FileType.PDF
    assert taken(odd(plainly)) is FileType.PDF


def test_the_portals_own_documents_may_be_uploaded():
    assert taken(decision_pdf()) is FileType.PDF


def test_a_pdf_with_a_password_is_told_kindly():
    locked = pdf(encryption=pikepdf.Encryption(owner="hemligt", user="hemligt"))
    assert refused(locked) == harmless.ENCRYPTED


@pytest.mark.parametrize("change", [None, jump_when_opened])
def test_an_ordinary_pdf_passes(change):
    assert taken(pdf(change)) is FileType.PDF
    assert taken(pdf(change, **PACKED)) is FileType.PDF


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n/OpenAction << /S /JavaScript >>",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        PLAIN[: len(PLAIN) // 3],
    ],
)
def test_a_pdf_that_cannot_be_opened_is_refused_with_what_to_do(content):
    assert refused(content) == harmless.BROKEN


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
