"""What is written by hand reads the same as what the e-mail package writes."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMultiAlternatives
from hypothesis import given
from hypothesis import strategies as st

from s3portal.outbox.writing import LONGEST_LINE, write

HEADERS = {"Message-ID": "<abc@example.org>", "List-Unsubscribe": "<https://s3.example/a/b:c/>"}
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300)
texts = st.lists(words, max_size=6).map("\n".join)


def ours(**fields):
    return write(
        **({"to": "eva@example.org", "subject": "Hej", "text": "Hej", "html": ""} | fields), headers=HEADERS
    )


def package(subject, text, html):
    mail = EmailMultiAlternatives(subject, text, to=["eva@example.org"], headers=HEADERS)
    if html:
        mail.attach_alternative(html, "text/html")
    return mail.message().as_bytes(linesep="\r\n")


def read(content):
    mail = message_from_bytes(content, policy=default)
    bodies = {}
    for part in mail.walk():
        if not part.is_multipart():
            assert part.defects == []
            bodies[part.get_content_type()] = part.get_content().rstrip("\n")
    assert mail.defects == []
    # The package begins a long subject with a space.
    named = {name: str(mail[name]).strip() for name in ("Subject", "From", "To", "MIME-Version", *HEADERS)}
    return mail.get_content_type(), named, bodies


@given(subject=words.map(lambda line: " ".join(line.split())), text=texts, html=texts)
def test_the_same_as_the_package_writes(subject, text, html):
    # No mail is without a text; the package would leave an empty one out.
    text = f"Hej {text}"
    content = ours(subject=subject, text=text, html=html)
    if content is None:
        assert max(len(line.encode()) for line in (text + "\n" + html + "\n" + subject).split("\n")) > 900
        return
    assert max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert read(content) == read(package(subject, text, html))


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "eva@räksmörgås.se"},
        {"to": "Eva <eva@example.org>"},
        {"to": "eva@example.org\nBcc: x@example.org"},
        {"subject": "Hej\nBcc: x@example.org"},
        {"text": "å" * 500},
        {"html": "x" * 999},
        {"subject": "x" * 999},
    ],
)
def test_what_needs_care_is_left_to_the_package(fields):
    assert ours(**fields) is None
    assert ours() is not None


def test_a_header_with_a_line_break_is_left_to_the_package():
    assert write(to="a@example.org", subject="x", text="x", html="", headers={"X": "a\nb"}) is None
