"""The PDF of what was sent: from the frozen data, once."""

import io
import json
from datetime import timedelta

import pypdf
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from applications import documents, tasks
from applications.models import Application
from s3portal.common.files import AlteredFile, read_frozen
from s3portal.diary.models import RecordFile
from tests import factories
from tests.applications.sending import send
from tests.pdf_validation import assert_valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(owner):
    draft = factories.make_application(
        user=owner,
        title="Nod för <script>skog</script> {{ 7*7 }}",
        summary="Första stycket.\n\nAndra & sista.",
    )
    return send(draft, owner)


def pdf_bytes(application):
    file = documents.pdf_file(application)
    assert file is not None
    return read_frozen(file.storage_name, sha256=file.sha256)


def words(pdf):
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_long_words_push_nothing_off_the_paper(owner):
    """Text that falls outside the page is still in the file: what counts is where it stands."""
    draft = factories.make_application(user=owner, title="t" * 200, summary="å" * 400)
    draft.financing.filter(kind="in_kind").update(financier="X" * 150)
    sent = send(draft, owner)
    tasks.render_application_pdf(sent.pk)
    pages = pypdf.PdfReader(io.BytesIO(pdf_bytes(sent))).pages
    found: list[tuple[str, float]] = []
    for page in pages:
        page.extract_text(visitor_text=lambda text, cm, tm, *_: found.append((text, cm[0] * tm[4] + cm[4])))
    width = float(pages[0].mediabox.width)
    assert width == pytest.approx(595, abs=1)
    amounts = [x for text, x in found if text.replace("\xa0", " ").strip() in {"100 000", "600 000"}]
    assert len(amounts) == 6
    assert max(amounts) < width - 60
    lines = [line for page in pages for line in page.extract_text().splitlines()]
    for letter in "tåX":
        longest = max(len(line) for line in lines if set(line.strip()) == {letter})
        assert 5 < longest < 110, letter


def test_the_pdf_holds_what_the_data_hold(sent):
    tasks.render_application_pdf(sent.pk)
    pdf = pdf_bytes(sent)
    text = words(pdf)
    for expected in (
        f"Ansökan: {sent.title}",
        str(sent.case),
        f"{timezone.localtime(sent.submitted_at):%Y-%m-%d kl. %H.%M.%S}",
        "Första stycket.",
        "Andra & sista.",
        "Peak Jämtland ekonomisk förening",
        "Personal 300 000 300 000 600 000",
        "Företagen Arbetad tid Privat 250 400 100 000",
        "Summa finansiering 600 000",
        "Stödnivå: 50 % av högst 50 %.",
        "Offentlig andel av finansieringen: 50 %.",
    ):
        assert expected in text, expected
    source = documents.sent_file(sent)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    attached = {name: contents[0] for name, contents in reader.attachments.items()}
    assert attached == {"ansokan.json": read_frozen(source.storage_name, sha256=source.sha256)}


def test_a_sign_that_no_font_has_is_printed_as_its_number(owner):
    sent = send(factories.make_application(user=owner, summary="Tecknet \ue000 finns inte."), owner)
    tasks.render_application_pdf(sent.pk)
    assert "Tecknet [U+E000] finns inte." in words(pdf_bytes(sent))
    source = documents.sent_file(sent)
    assert documents.read_sent(source)["project"]["summary"] == "Tecknet \ue000 finns inte."


def test_only_once(sent):
    tasks.render_application_pdf(sent.pk)
    tasks.render_application_pdf(sent.pk)
    assert RecordFile.objects.filter(content_type="application/pdf").count() == 1


def test_the_same_data_give_the_same_bytes(sent):
    source = documents.sent_file(sent)
    data = read_frozen(source.storage_name, sha256=source.sha256)
    first = documents.render_application(json.loads(data), data=data)
    assert documents.render_application(json.loads(data), data=data) == first


def test_two_workers_at_the_same_time(sent, monkeypatch):
    """The second finds out only when it stores; one file stands, and nothing is raised."""
    tasks.render_application_pdf(sent.pk)
    monkeypatch.setattr(documents, "pdf_file", lambda application: None)
    assert documents.store_application_pdf(application_id=sent.pk) is None
    assert RecordFile.objects.filter(content_type="application/pdf").count() == 1


def test_the_rows_are_not_asked(sent, organisation):
    """An organisation that changes its name later does not change what was sent."""
    organisation.name = "Nytt namn"
    organisation.save(update_fields=["name"])
    tasks.render_application_pdf(sent.pk)
    assert "Nytt namn" not in words(pdf_bytes(sent))


def test_changed_bytes_are_found(sent):
    source = documents.sent_file(sent)
    with default_storage.open(source.storage_name, "wb") as file:
        file.write(b"{}")
    with pytest.raises(AlteredFile):
        tasks.render_application_pdf(sent.pk)


def test_a_draft_has_no_pdf(owner):
    draft = factories.make_application(user=owner)
    with pytest.raises(Application.DoesNotExist):
        tasks.render_application_pdf(draft.pk)


def test_what_is_missing_is_asked_for_again(owner, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.render_application_pdf, "delay", asked.append)
    earlier = timezone.now() - timedelta(minutes=2)
    with_pdf, without, new = (
        send(factories.make_application(user=owner), owner, arrived_at=arrived)
        for arrived in (earlier, earlier, timezone.now())
    )
    factories.make_application(user=owner)
    tasks.render_application_pdf(with_pdf.pk)
    tasks.render_missing_pdfs()
    assert asked == [without.pk]
    assert new.pk not in asked


@pytest.mark.slow
def test_the_pdf_follows_the_standards(sent):
    tasks.render_application_pdf(sent.pk)
    assert_valid(pdf_bytes(sent))
