"""The documents of a call. Every version that has been shown is kept as it was."""

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from calls.models import Call, CallDocument, CallDocumentVersion
from calls.services.contents.opening import (
    GONE,
    open_contents,
    quoted,
    require_finished,
    require_unchanged,
    tell,
)
from calls.services.contents.ordering import next_order
from s3portal.accounts.models import User
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.files import FrozenFile
from s3portal.common.receiving import stored_upload


def save_document(
    *,
    actor: User,
    call_id: int,
    title: str,
    upload: "File[bytes] | None",
    row_id: int | None = None,
    seen: str = "",
) -> CallDocument:
    """Add a document, last in order, or change its title and, with ``upload``, add a version to it.

    Raises Refusal when the file is not one we take, or when there is none; Conflict when somebody else was
    first. When the database refuses, the file is taken away again."""
    if upload is None and row_id is None:
        raise Refusal("Välj en fil att ladda upp.", field="upload")
    with stored_upload(upload, folder="calls") as file, transaction.atomic():
        call = open_contents(call_id=call_id, actor=actor, asked=False)
        require_finished(call, title=title)
        if row_id is None:
            rows = list(call.documents.all())
            document = CallDocument.objects.create(call=call, order=next_order(rows), title=title)
            text = f"Dokumentet {quoted(title)} är tillagt."
            tell(actor=actor, call=call, row=document, action="document_added", field="documents", text=text)
        else:
            document = _pick(call, row_id)
            require_unchanged(call=call, row=document, seen=seen, actor=actor)
            _rename(actor, call, document, title)
        if file is not None:
            _add_version(actor, call, document, file, told=row_id is not None)
    return document


def _rename(actor: User, call: Call, document: CallDocument, title: str) -> None:
    if document.title == title:
        return
    text = f"Dokumentet {quoted(document.title)} heter nu {quoted(title)}."
    document.title = title
    document.save(update_fields=["title"])
    tell(actor=actor, call=call, row=document, action="document_renamed", field="documents", text=text)


def _add_version(
    actor: User, call: Call, document: CallDocument, stored: tuple[FrozenFile, int], *, told: bool
) -> None:
    file, size = stored
    newest = document.versions.first()
    if newest is not None and newest.sha256 == file.sha256:
        raise Refusal(f"Filen är densamma som i version {newest.number}.", field="upload")
    number = 1 if newest is None else newest.number + 1
    CallDocumentVersion.objects.create(
        document=document,
        number=number,
        filename=file.filename,
        content_type=file.content_type,
        storage_name=file.storage_name,
        sha256=file.sha256,
        size=size,
        uploaded_by=actor,
    )
    if told:
        text = f"Dokumentet {quoted(document.title)} finns i en ny version ({number})."
        tell(actor=actor, call=call, row=document, action="document_version", field="documents", text=text)


@transaction.atomic
def withdraw_document(*, actor: User, call_id: int, row_id: int) -> None:
    """Hide a document from the public; it can be put back. Doing so twice changes nothing."""
    call = open_contents(call_id=call_id, actor=actor, asked=False)
    document = _pick(call, row_id)
    if document.withdrawn_at is not None:
        return
    document.withdrawn_at = timezone.now()
    document.save(update_fields=["withdrawn_at"])
    text = f"Dokumentet {quoted(document.title)} är borttaget."
    tell(actor=actor, call=call, row=document, action="document_withdrawn", field="documents", text=text)


@transaction.atomic
def put_back_document(*, actor: User, call_id: int, row_id: int) -> None:
    """Show a withdrawn document again. Doing so twice changes nothing."""
    call = open_contents(call_id=call_id, actor=actor, asked=False)
    document = _pick(call, row_id)
    if document.withdrawn_at is None:
        return
    document.withdrawn_at = None
    document.save(update_fields=["withdrawn_at"])
    text = f"Dokumentet {quoted(document.title)} visas igen."
    tell(actor=actor, call=call, row=document, action="document_put_back", field="documents", text=text)


def _pick(call: Call, row_id: int) -> CallDocument:
    document = call.documents.filter(pk=row_id).first()
    if document is None:
        raise Conflict(GONE)
    return document
