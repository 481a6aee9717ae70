"""Small whole files to upload. What is put after a PDF's end is read by nobody, and makes it another file."""

import io

import pikepdf


def small_pdf(after: bytes = b"") -> bytes:
    with pikepdf.new() as made:
        made.add_blank_page()
        content = io.BytesIO()
        made.save(content, static_id=True)
    return content.getvalue() + after


PDF = small_pdf()
