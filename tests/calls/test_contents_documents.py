"""A call's documents: their versions, their bytes, and who may read them."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from calls.models import CallDocument, CallDocumentVersion
from calls.services.contents import documents
from calls.services.contents.documents import (
    put_back_document,
    save_document,
    withdraw_document,
)
from calls.services.contents.opening import fingerprint
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import AlteredFile, sha256_hex
from s3portal.common.receiving import clean_filename
from s3portal.common.uploads import FileType
from tests import factories
from tests.small_files import PDF

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n bild"


def upload(content=PDF, name="Mall för budget.pdf"):
    return SimpleUploadedFile(name, content)


def add(call, actor, title="Budgetmall", content=PDF):
    return save_document(actor=actor, call_id=call.pk, title=title, upload=upload(content))


def change(call, actor, document, title, file=None):
    stored = CallDocument.objects.get(pk=document.pk)
    return save_document(actor=actor, call_id=call.pk, row_id=document.pk, seen=fingerprint(stored),
                         title=title, upload=file)  # fmt: skip


def stored_files():
    return default_storage.listdir("calls")[1] if default_storage.exists("calls") else []


def test_the_bytes_are_frozen_with_their_hash_under_a_name_of_our_own(officer):
    call = factories.make_call()
    version = add(call, officer).versions.get()
    assert (version.number, version.filename, version.content_type, version.size, version.sha256) == (
        1, "Mall för budget.pdf", "application/pdf", len(PDF), sha256_hex(PDF),
    )  # fmt: skip
    assert "budget" not in version.storage_name
    with default_storage.open(version.storage_name) as file:
        assert file.read() == PDF
    assert [change.text for change in call.changes.all()] == ["Dokumentet ”Budgetmall” är tillagt."]


def test_a_new_version_keeps_the_old(officer, second_officer):
    call = factories.make_call()
    document = add(call, officer)
    change(call, second_officer, document, "Budgetmall 2026", upload(PDF + b" ny"))
    assert list(document.versions.values_list("number", "size", "uploaded_by")) == [
        (2, len(PDF) + 3, second_officer.pk), (1, len(PDF), officer.pk),
    ]  # fmt: skip
    assert [one.text for one in call.changes.order_by("pk")] == [
        "Dokumentet ”Budgetmall” är tillagt.",
        "Dokumentet ”Budgetmall” heter nu ”Budgetmall 2026”.",
        "Dokumentet ”Budgetmall 2026” finns i en ny version (2).",
    ]
    with pytest.raises(Refusal, match="densamma som i version 2"):
        change(call, officer, document, "Budgetmall 2026", upload(PDF + b" ny"))
    assert len(stored_files()) == 2


@pytest.mark.parametrize(("file", "words"), [
    (None, "Välj en fil att ladda upp"),
    (upload(b""), "Filen är tom"),
    (upload(b"MZ program", "mall.pdf"), "Filtypen kan inte tas emot"),
])  # fmt: skip
def test_what_is_no_document_is_refused(file, words, officer):
    call = factories.make_call()
    with pytest.raises(Refusal, match=words) as refused:
        save_document(actor=officer, call_id=call.pk, title="Mall", upload=file)
    assert refused.value.field == "upload"
    assert stored_files() == []
    assert not CallDocument.objects.exists()


def test_too_large_is_refused(officer, settings):
    settings.MAX_UPLOAD_BYTES = len(PDF) - 1
    with pytest.raises(Refusal, match="Den får vara högst"):
        add(factories.make_call(), officer)


def test_a_refusal_leaves_no_file_behind(officer, registrar):
    call = factories.make_call()
    with pytest.raises(Refusal, match="Bara handläggare"):
        add(call, registrar)
    with pytest.raises(Conflict, match="borttaget av någon annan"):
        save_document(actor=officer, call_id=call.pk, row_id=10**9, title="A", upload=upload())
    assert stored_files() == []


def test_a_database_that_fails_leaves_no_file_behind(officer, monkeypatch):
    def fail(**arguments):
        raise IntegrityError("no")

    monkeypatch.setattr(documents, "tell", fail)
    with pytest.raises(IntegrityError):
        add(factories.make_call(), officer)
    assert stored_files() == []
    assert not CallDocument.objects.exists()


def test_a_document_is_hidden_and_put_back(officer, client):
    call = factories.make_call()
    document = add(call, officer)
    for service in (withdraw_document, withdraw_document, put_back_document, put_back_document):
        service(actor=officer, call_id=call.pk, row_id=document.pk)
    assert [one.text for one in call.changes.order_by("pk")][1:] == [
        "Dokumentet ”Budgetmall” är borttaget.", "Dokumentet ”Budgetmall” visas igen.",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "file_type", "clean"), [
    ("Mall.pdf", FileType.PDF, "Mall.pdf"),
    ("C:\\Användare\\Hanna\\Mall.PDF", FileType.PDF, "Mall.pdf"),
    ("../../etc/passwd", FileType.PNG, "passwd.png"),
    ("bild.pdf.png", FileType.PDF, "bild.pdf.pdf"),
    ('a"b;c\nd.docx', FileType.DOCX, "a-b-c-d.docx"),
    (".pdf", FileType.PDF, "dokument.pdf"),
    ("", FileType.JPEG, "dokument.jpg"),
    ("å" * 300 + ".odt", FileType.ODT, "å" * 120 + ".odt"),
])  # fmt: skip
def test_the_name_of_the_file_is_cleaned(name, file_type, clean):
    assert clean_filename(name, file_type) == clean


# --- Reading ----------------------------------------------------------------------------------------------
def address(call, version):
    return f"/utlysningar/{call.slug}/dokument/{version.pk}/"


def read(client, call, version):
    response = client.get(address(call, version))
    content = b"".join(response.streaming_content) if response.streaming else b""
    return response, content


def test_anyone_reads_the_newest_and_the_older_version(officer, client):
    call = factories.make_call()
    document = add(call, officer)
    change(call, officer, document, "Budgetmall", upload(PNG, "bild.png"))
    newest, oldest = document.versions.all()
    response, content = read(client, call, oldest)
    assert (content, response.headers["Content-Type"]) == (PDF, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("inline")
    response, content = read(client, call, newest)
    assert (content, response.headers["Content-Type"]) == (PNG, "image/png")
    assert response.headers["Content-Disposition"] == 'attachment; filename="bild.png"'
    assert reverse("calls:call_document", args=[call.slug, newest.pk]) == address(call, newest)


def test_what_the_public_does_not_see_is_for_officers(officer, client, client_for, owner, registrar):
    draft = factories.make_call(status="draft")
    hidden_in = factories.make_call()
    version = add(draft, officer).versions.get()
    hidden = add(hidden_in, officer)
    withdraw_document(actor=officer, call_id=hidden_in.pk, row_id=hidden.pk)
    for call, file in ((draft, version), (hidden_in, hidden.versions.get())):
        assert client.get(address(call, file)).status_code == 404
        for user in (owner, registrar):
            assert client_for(user).get(address(call, file)).status_code == 404
        assert read(client_for(officer), call, file)[1] == PDF


def test_a_file_belongs_to_its_call(officer, client):
    version = add(factories.make_call(), officer).versions.get()
    assert client.get(address(factories.make_call(), version)).status_code == 404


def test_bytes_that_were_changed_are_not_sent(officer, client):
    call = factories.make_call()
    version = add(call, officer).versions.get()
    default_storage.delete(version.storage_name)
    default_storage.save(version.storage_name, ContentFile(b"%PDF-1.7 annat"))
    with pytest.raises(AlteredFile):
        client.get(address(call, version))


def test_a_version_never_changes(officer):
    add(factories.make_call(), officer)
    version = CallDocumentVersion.objects.get()
    version.sha256 = "0" * 64
    with pytest.raises(Exception, match="Cannot update rows"):
        version.save(update_fields=["sha256"])
