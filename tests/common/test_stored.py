"""Sweeping the private storage: what is referred to stays, what is young stays, the rest goes."""

import os
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models
from django.utils import timezone

from calls.services.copying import copy_call
from calls.services.editing import delete_draft
from s3portal.common.stored import FOLDERS, REFERENCES, REST, clear_unreferenced
from s3portal.common.tasks import clear_unreferenced_files
from s3portal.diary.models import Record
from s3portal.diary.services import store_record_file
from s3portal.outbox.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
OLD = timedelta(days=2)


def put(name, age=OLD):
    name = default_storage.save(name, ContentFile(b"x"))
    moment = (timezone.now() - age).timestamp()
    os.utime(default_storage.path(name), (moment, moment))
    return name


def documented(call, officer, name):
    """A document of the call whose bytes lie under ``name``."""
    document = call.documents.create(order=1, title="Anvisning")
    document.versions.create(
        number=1,
        filename="a.pdf",
        content_type="application/pdf",
        storage_name=name,
        sha256="0" * 64,
        size=1,
        uploaded_by=officer,
    )


def test_every_column_that_names_a_stored_file_is_known():
    """A new one that is forgotten would have its files swept away."""
    found = {
        f"{field.model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField) or field.name.endswith("storage_name")
    }
    assert found == set(REFERENCES)


def test_every_folder_that_is_written_to_is_swept():
    code = [
        path.read_text()
        for app in ("s3portal", "calls", "applications", "decisions")
        for path in (settings.BASE_DIR / app).rglob("*.py")
    ]
    ways = (
        r"^FOLDER(?:: Final)? = \"(\w+)",
        r"default_storage\.save\(\s*f?\"(\w+)/",
        r"stored_upload\(\w+, folder=\"(\w+)\"",
    )
    saved = {f"{folder}/" for text in code for way in ways for folder in re.findall(way, text, re.MULTILINE)}
    assert saved == set(FOLDERS)
    # The diary's own, the archive's packages and time stamps, and the one that takes uploads for all.
    assert sum(text.count("default_storage.save(") for text in code) == 4


def test_only_what_is_old_and_not_referred_to_goes(officer, caplog):
    kept = put("calls/kvar.pdf")
    documented(factories.make_call(), officer, kept)
    young = put("calls/nyss.pdf", age=REST - timedelta(minutes=1))
    other = put("sakerhetskopior/allt.sql")
    orphans = {put("calls/glomd.pdf"), put("diary/run-1-2026/1/glomd.pdf")}
    assert clear_unreferenced() == 2
    assert all(default_storage.exists(name) for name in (kept, young, other))
    assert not any(default_storage.exists(name) for name in orphans)
    assert all(name in caplog.text for name in orphans)
    assert clear_unreferenced() == 0


def test_frozen_records_and_files_of_waiting_mails_stay():
    record = Record.objects.create(
        case=factories.make_case(), number=9, direction="incoming", title="Ansökan", dated_at=timezone.now()
    )
    file = store_record_file(record=record, filename="a.txt", content_type="text/plain", content=b"x")
    mailed = put("diary/annat/1/b.txt")
    message = Message.objects.create(key="1", to_email="a@example.org", subject="Hej", text_body="Hej")
    message.attachments.create(filename="b", content_type="text/plain", storage_name=mailed, sha256="0" * 64)
    assert clear_unreferenced(now=timezone.now() + OLD) == 0
    assert default_storage.exists(file.storage_name)
    assert default_storage.exists(mailed)


def test_a_deleted_draft_leaves_its_bytes_to_its_copy(officer):
    draft = factories.make_call(status="draft")
    name = put("calls/delad.pdf")
    documented(draft, officer, name)
    copy = copy_call(call_id=draft.pk, actor=officer)
    delete_draft(call_id=draft.pk, actor=officer)
    clear_unreferenced_files()
    assert default_storage.exists(name)
    delete_draft(call_id=copy.pk, actor=officer)
    clear_unreferenced_files()
    assert not default_storage.exists(name)


def test_a_file_that_is_taken_away_meanwhile_is_no_fault(monkeypatch):
    put("calls/borta.pdf")

    def gone(_storage, name):
        raise FileNotFoundError(name)

    monkeypatch.setattr(FileSystemStorage, "get_modified_time", gone)
    assert clear_unreferenced() == 0
