"""Whatever part of a decision is secret, it cannot be got back out of the sealed masked file."""

import io

import pypdf
import pytest

from decisions.models import Decision
from decisions.services.masking import make_masked, mark_decision
from tests import factories
from tests.decisions.test_masking import BY, content_of, everything_in
from tests.decisions.test_plan import draft, signed
from tests.pdf_validation import assert_valid

__all__ = ["draft", "signed"]  # the fixtures of a grant with a plan
pytestmark = pytest.mark.django_db

PRESENTER = "Ulrika Ekorre"


@pytest.fixture
def granted(draft, request):
    """Signed and sealed on the real road, with somebody who presented it."""
    Decision.objects.filter(pk=draft.pk).update(presenter_name=PRESENTER, presenter_title="utredare")
    factories.consider(Decision.objects.with_parts().get(pk=draft.pk))
    return request.getfixturevalue("signed")


def told_in(pdf):
    """All that a reader or a program gets out of the file: its bytes and strings, the words on its pages, the
    names in its outline and the attached data. Without differences in spaces."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    texts = [page.extract_text() for page in reader.pages]
    texts += [
        piece.decode(coding, "ignore") for piece in everything_in(pdf) for coding in ("utf-8", "utf-16-be")
    ]
    texts += [str(one) for one in (reader.metadata, reader.outline, reader.xmp_metadata)]
    texts += [content.decode() for files in reader.attachments.values() for content in files]
    return " ".join(" ".join(texts).replace("\u00a0", " ").replace("\\u00a0", " ").split())


@pytest.mark.parametrize(
    ("chosen", "secret"),
    [
        ("amount", ["300 000 kronor", '"kronor": 300000', "dock högst 300 000"]),
        ("plan", ["Östersunds kommun", "200 000", "33,33 %", '"financier"']),
        ("point-2", ["får påbörjas tidigast", "avslutas senast"]),
        ("taking_part", [PRESENTER, "utredare"]),
        ("title", ["Bidrag till projekt: Klusterkraft"]),
    ],
)
def test_it_cannot_be_got_back(granted, registrar, chosen, secret):
    before = told_in(content_of(granted.document))
    for words in secret:
        assert words in before, f"else the test tries nothing: {words}"
    if chosen == "title":
        factories.mark_secret(granted.case, "record_title", record=granted.document.file.record)
    else:
        mark_decision(actor=registrar, decision_id=granted.pk, parts=[chosen], passages=[], **BY)
    pdf = content_of(make_masked(decision_id=granted.pk, actor=registrar))
    assert_valid(pdf)
    after = told_in(pdf)
    for words in secret:
        assert words not in after, words
    assert "Skyddat" in after
