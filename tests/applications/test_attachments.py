"""The files of an application: taken, marked, removed, sent."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from applications import services
from applications.attachments import MOST_FILES, slots_of
from applications.checks import Step, submission_problems
from applications.documents import pdf_file, read_sent, sent_file
from applications.models import Application, Attachment
from applications.tasks import render_missing_pdfs
from s3portal.common.errors import Refusal
from s3portal.common.files import read_frozen
from s3portal.common.harmless import SMALL
from s3portal.diary.models import RecordFile
from tests import factories
from tests.applications.sending import send
from tests.small_files import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db):
    found = factories.make_call()
    found.requested_attachments.create(order=1, name="Årsredovisning", help_text="Den senaste.")
    found.requested_attachments.create(order=2, name="Stadgar", required=False)
    factories.make_question(call=found, label="Bifoga en karta", kind="file", required=True)
    return found


@pytest.fixture
def draft(owner, call):
    return factories.make_application(user=owner, call=call)


def acting_pdf():
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as made:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        made.save(content)
    return content.getvalue()


def swelling_docx():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, size in (("[Content_Types].xml", 1), ("word/document.xml", SMALL + 1)):
            packed.writestr(name, bytes(size))
    return content.getvalue()


ACTING, SVG = acting_pdf(), b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"


def upload(name="intyg.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def add(draft, user, slot="ovriga", **fields):
    arguments = {"upload": upload(), "arrived_at": timezone.now()} | fields
    return services.add_attachment(application_id=draft.pk, actor=user, slot=slot, **arguments)


def keys(draft):
    return [slot.key for slot in slots_of(draft)]


def page(draft, name="step_attachments", *more):
    return reverse(f"applications:{name}", args=[draft.pk, *more])


# --- Taking files -----------------------------------------------------------------------------------------
def test_a_file_lies_where_it_was_asked_for(draft, owner, colleague):
    requested, _voluntary, question, others = keys(draft)
    first = add(draft, owner, requested)
    second = add(draft, colleague, question)
    third = add(draft, owner, others, kind="authority", trade_secret_reason="Priser.")
    assert [file.label for file in (first, second, third)] == [
        "Årsredovisning",
        "Bifoga en karta",
        "Fullmakt eller bevis på behörighet",
    ]
    assert [file.filename for file in (first, second, third)] == [
        "intyg.pdf",
        "intyg (2).pdf",
        "intyg (3).pdf",
    ]
    assert first.sha256 == hashlib.sha256(PDF).hexdigest()
    assert read_frozen(first.storage_name, sha256=first.sha256) == PDF
    draft.refresh_from_db()
    assert (draft.version, draft.updated_by) == (4, owner)


def test_an_unknown_kind_of_ones_own_is_another(draft, owner):
    assert add(draft, owner, kind="requested").kind == "other"
    assert str(add(draft, owner, upload=upload("a.pdf"))) == "a.pdf"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Välj en fil"),
        (upload(content=b""), "Filen är tom"),
        (upload("bild.pdf", SVG), "Filtypen"),
        (upload("program.pdf", b"MZ" + b"x" * 100), "Filtypen"),
        (upload("stor.pdf", PDF + b"x" * (2 * 1024 * 1024)), "högst 1"),
        (upload(content=ACTING), "skript"),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(draft, owner, settings, file, words):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    with pytest.raises(Refusal, match=words) as refused:
        add(draft, owner, upload=file)
    assert refused.value.field == "upload"
    assert not Attachment.objects.exists()
    assert not default_storage.exists("applications") or default_storage.listdir("applications") == ([], [])


def test_a_very_long_name_keeps_its_ending(draft, owner):
    name = add(draft, owner, upload=upload("å" * 400 + "\x00\u202e/../x.exe")).filename
    assert len(name) <= 130
    assert name.endswith(".pdf")
    assert not set(name) & set("/\\\x00\u202e")


def test_what_is_refused_after_the_file_was_stored_takes_it_away(draft, owner, stranger, monkeypatch):
    late = draft.call.closes_at + timedelta(seconds=1)
    from applications.services import attaching

    for arguments, words in (
        ({"slot": "bilaga-0"}, "efterfrågas inte längre"),
        ({"arrived_at": late}, "stängde"),
    ):
        with pytest.raises(Refusal, match=words):
            add(draft, owner, **arguments)
    with pytest.raises(Refusal, match="inte ändra"):
        add(draft, stranger)
    monkeypatch.setattr(attaching, "MOST_FILES", 0)
    with pytest.raises(Refusal, match="högst 0 filer"):
        add(draft, owner)
    assert MOST_FILES > 10
    assert default_storage.listdir("applications") == ([], [])


def test_marking_and_removing(draft, owner, stranger):
    file = add(draft, owner)
    arguments = {"application_id": draft.pk, "attachment_id": file.pk, "arrived_at": timezone.now()}
    for _ in range(2):
        services.mark_attachment(**arguments, actor=owner, trade_secret_reason="Priser.")
    draft.refresh_from_db()
    assert draft.version == 3
    with pytest.raises(Refusal):
        services.remove_attachment(**arguments, actor=stranger)
    assert services.remove_attachment(**arguments, actor=owner) == "intyg.pdf"
    for step, more in (
        (services.mark_attachment, {"trade_secret_reason": ""}),
        (services.remove_attachment, {}),
    ):
        with pytest.raises(Refusal, match="finns inte längre"):
            step(**arguments, actor=owner, **more)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "requested"}, "attachment_of_one_thing"),
        ({"kind": "banana"}, "attachment_of_one_thing"),
        ({"sha256": "x"}, "attachment_hash_form"),
        ({"size": 0}, "attachment_not_empty"),
        ({"filename": "samma.pdf"}, "attachment_name_once"),
    ],
)
def test_the_database_holds_what_a_file_is(draft, fields, name):
    factories.make_attachment(application=draft, filename="samma.pdf")
    with pytest.raises(Error, match=name), transaction.atomic():
        factories.make_attachment(application=draft, **fields)


# --- Sending ----------------------------------------------------------------------------------------------
def test_required_files_stop_the_application(draft, owner):
    problems = [(one.step, one.message) for one in submission_problems(draft)]
    assert problems == [
        (Step.ATTACHMENTS, "Ladda upp ”Årsredovisning”."),
        (Step.ATTACHMENTS, "Ladda upp ”Bifoga en karta”."),
    ]
    requested, _voluntary, question, _others = keys(draft)
    add(draft, owner, requested)
    add(draft, owner, question)
    assert submission_problems(draft) == []


def test_what_was_attached_is_the_record_and_stands(draft, owner, officer):
    requested, _voluntary, question, _others = keys(draft)
    add(draft, owner, requested, trade_secret_reason="Priser.")
    add(draft, owner, question)
    sent = send(draft, owner)
    render_missing_pdfs()
    files = RecordFile.objects.filter(record=sent.record)
    assert {file.filename for file in files} >= {"intyg.pdf", "intyg (2).pdf"}
    content = read_sent(sent_file(sent))
    assert [
        (one["label"], one["filename"], one["trade_secret_reason"]) for one in content["attachments"]
    ] == [
        ("Årsredovisning", "intyg.pdf", "Priser."),
        ("Bifoga en karta", "intyg (2).pdf", ""),
    ]
    made = pdf_file(sent)
    assert made is None or made.filename.startswith("ansokan-")
    for step in (
        lambda: Attachment.objects.update(filename="x.pdf"),
        lambda: Attachment.objects.all().delete(),
        files.delete,
    ):
        with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
            step()
    with pytest.raises(Refusal, match="inskickad"):
        add(sent, owner)


def test_a_file_added_after_the_review_is_told(draft, owner):
    requested, _voluntary, question, _others = keys(draft)
    add(draft, owner, requested)
    seen = Application.objects.get(pk=draft.pk).version
    add(draft, owner, question)
    with pytest.raises(services.ReviewedOlder):
        send(draft, owner, reviewed_version=seen)


# --- Pages ------------------------------------------------------------------------------------------------
def test_the_page_takes_a_file_and_shows_it(client_for, draft, owner):
    client, requested = client_for(owner), keys(draft)[0]
    assert "Saknas" in client.get(page(draft)).content.decode()
    answer = client.post(
        page(draft), {"till": requested, f"{requested}-upload": upload("Årsredovisning 2025.pdf")}
    )
    assert answer.headers["Location"] == page(draft)
    text = client.get(page(draft)).content.decode()
    assert "Årsredovisning 2025.pdf" in text
    assert "Uppladdad" in text
    file = Attachment.objects.get()
    streamed = client.get(page(draft, "attachment", file.pk))
    assert b"".join(streamed.streaming_content) == PDF
    assert "Årsredovisning 2025.pdf" in client.get(page(draft, "review")).content.decode()


def test_a_bad_file_is_told_beside_its_field_and_in_the_summary(client_for, draft, owner):
    key = keys(draft)[0]
    answer = client_for(owner).post(
        page(draft),
        {"till": key, f"{key}-upload": upload(content=b"hej"), f"{key}-trade_secret_reason": "Kvar"},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{key}-upload"' in text
    assert f'id="id_{key}-upload_error"' in text
    assert "Kvar" in text
    empty = client_for(owner).post(page(draft), {"till": key})
    assert (empty.status_code, "Välj en fil" in empty.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("program.pdf", b"MZ" + b"x" * 100, "Filtypen kan inte tas emot"),
        ("tom.pdf", b"", "Filen är tom."),
        ("bomb.docx", swelling_docx(), "orimligt stor när den packas upp"),
        ("bild.svg", SVG, "Filtypen kan inte tas emot"),
        ("bild.png", SVG, "Filtypen kan inte tas emot"),
        ("skript.pdf", ACTING, "innehåller skript"),
        ("trasig.pdf", b"%PDF-1.7 hej", "skriv ut den till en ny pdf"),
        ("å" * 3000 + ".exe", b"MZ", "Filtypen kan inte tas emot"),
    ],
    ids=["renamed", "empty", "bomb", "svg", "svg as png", "script", "broken", "long name"],
)
def test_nasty_files_are_turned_away_on_the_page(client_for, draft, owner, name, content, words):
    answer = client_for(owner).post(page(draft), {"till": "ovriga", "ovriga-upload": upload(name, content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_very_long_name_is_taken_on_the_page(client_for, draft, owner):
    name = "å" * 3000 + "<b>.pdf"
    client_for(owner).post(page(draft), {"till": "ovriga", "ovriga-upload": upload(name)})
    kept = Attachment.objects.get().filename
    assert (len(kept) <= 130, kept.endswith(".pdf")) == (True, True)
    assert kept in client_for(owner).get(page(draft)).content.decode()


def test_several_files_are_taken_each_on_its_own(client_for, draft, owner):
    files = [upload("a.pdf"), upload("b.exe", b"MZ"), upload("c.pdf", ACTING), upload("d.pdf", PDF + b"d")]
    answer = client_for(owner).post(page(draft), {"till": "ovriga", "ovriga-upload": files})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert [file.filename for file in Attachment.objects.all()] == ["a.pdf", "d.pdf"]
    assert ("b.exe: Filtypen" in text, "c.pdf: Pdf-filen innehåller skript" in text) == (True, True)
    assert "d.pdf är uppladdad." in text


def test_the_same_file_sent_once_more_is_the_one_that_is_there(draft, owner):
    first, other = add(draft, owner), add(draft, owner, upload=upload(content=PDF + b"2"))
    assert other.filename == "intyg (2).pdf"
    assert add(draft, owner) == first
    assert add(draft, owner, upload=upload(content=PDF + b"2")) == other
    assert len(default_storage.listdir("applications")[1]) == 2
    draft.refresh_from_db()
    assert draft.version == 3


def test_marking_and_removing_on_the_page(client_for, draft, owner):
    client, file = client_for(owner), add(draft, owner)
    mark, remove = page(draft, "attachment_mark", file.pk), page(draft, "attachment_remove", file.pk)
    client.post(mark, {f"fil-{file.pk}-trade_secret_reason": "Priser."})
    assert "Märkt som affärshemlighet" in client.get(page(draft)).content.decode()
    told = client.post(mark, {f"fil-{file.pk}-trade_secret_reason": "x" * 600}, follow=True).content.decode()
    assert "tecken för lång" in told
    assert "intyg.pdf" in client.get(remove).content.decode()
    client.post(remove)
    assert client.post(remove).status_code == 404
    gone = client.post(mark, {f"fil-{file.pk}-trade_secret_reason": ""}, follow=True).content.decode()
    assert "finns inte längre" in gone
    assert "efterfrågas inte längre" in client.post(page(draft), {"till": "x"}, follow=True).content.decode()


def test_strangers_readers_and_staff(client_for, draft, owner, stranger, officer, organisation):
    file = add(draft, owner)
    reader = factories.make_user()
    factories.make_membership(user=reader, organisation=organisation, role="signatory", is_signatory=True)
    for name, more in (
        ("step_attachments", ()),
        ("attachment", (file.pk,)),
        ("attachment_remove", (file.pk,)),
    ):
        for person in (stranger, officer):
            assert client_for(person).get(page(draft, name, *more)).status_code == 404
    assert client_for(reader).get(page(draft)).headers["Location"] == page(draft, "review")
    assert client_for(reader).get(page(draft, "attachment", file.pk)).status_code == 200
    assert client_for(reader).post(page(draft), {"till": "ovriga"}).status_code == 403
    assert client_for(reader).post(page(draft, "attachment_remove", file.pk)).status_code == 403


def test_a_late_removal_is_refused_in_words(client_for, draft, owner, monkeypatch):
    file = add(draft, owner)
    type(draft.call).objects.filter(pk=draft.call.pk).update(
        opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1)
    )
    text = client_for(owner).post(page(draft, "attachment_remove", file.pk), follow=True).content.decode()
    assert "stängde" in text
    assert Attachment.objects.exists()
    assert client_for(owner).get(page(draft)).headers["Location"] == page(draft, "review")


def test_the_page_of_a_sent_one_is_its_own(client_for, owner):
    sent = send(factories.make_application(user=owner), owner)
    assert client_for(owner).get(page(sent)).headers["Location"] == page(sent, "my_detail")


def test_the_page_asks_the_same_number_of_questions_at_1_and_3_files(
    client_for, draft, owner, django_assert_max_num_queries
):
    client, counts = client_for(owner), []
    for files in (1, 2):
        for _ in range(files):
            factories.make_attachment(application=draft)
        with django_assert_max_num_queries(44) as asked:
            client.get(page(draft))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_300_megabytes_are_turned_away_unread(client_for, draft, owner):
    answer = client_for(owner).generic(
        "POST", page(draft), b"x", content_type="multipart/form-data", CONTENT_LENGTH=str(300 * 1024 * 1024)
    )
    assert answer.status_code == 413
    assert "En fil får vara högst 25" in answer.content.decode()
