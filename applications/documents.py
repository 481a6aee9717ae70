"""The application as a PDF: made from the frozen data of record 1, never from the rows."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from applications.models import Application
from s3portal.common.files import read_frozen
from s3portal.common.pdf import Attachment, render_document
from s3portal.diary.models import RecordFile
from s3portal.diary.services import store_record_file

JSON_TYPE = "application/json"
PDF_TYPE = "application/pdf"
#: Where the applicant's own files lie; the PDF that the portal makes lies with the diary.
APPLICANTS = "applications/"


def sent_file(application: Application) -> RecordFile:
    """The frozen data of what was sent."""
    return RecordFile.objects.select_related("record__case").get(
        record__application=application, content_type=JSON_TYPE
    )


def pdf_file(application: Application) -> RecordFile | None:
    """The PDF, or None while it is being made."""
    return (
        RecordFile.objects.filter(record__application=application, content_type=PDF_TYPE)
        .exclude(storage_name__startswith=APPLICANTS)
        .first()
    )


def read_sent(file: RecordFile) -> dict[str, Any]:
    """Raises AlteredFile when the bytes are not those that were sent."""
    content: dict[str, Any] = json.loads(read_frozen(file.storage_name, sha256=file.sha256))
    return content


def store_application_pdf(*, application_id: int) -> RecordFile | None:
    """Render the PDF and put it beside the data in record 1, once. None when another worker was first.

    The same data give the same bytes, so what a killed worker left is never contradicted by the next.
    """
    application = Application.objects.received().get(pk=application_id)
    if pdf_file(application) is not None:
        return None
    source = sent_file(application)
    pdf = render_application(read_sent(source), data=read_frozen(source.storage_name, sha256=source.sha256))
    try:
        with transaction.atomic():
            return store_record_file(
                record=source.record,
                filename=source.filename.removesuffix(".json") + ".pdf",
                content_type=PDF_TYPE,
                content=pdf,
            )
    except IntegrityError:
        return None


def render_application(content: dict[str, Any], *, data: bytes) -> bytes:
    """``content`` as an archivable PDF, with the bytes it was read from attached.

    What was sent is kept whatever signs it holds: those no font has are printed as their numbers.
    """
    sent_at = datetime.fromisoformat(content["submission"]["at"])
    number = content["submission"]["diary_number"]
    return render_document(
        "documents/application.html",
        {"content": content, "sent_at": sent_at},
        title=f"Ansökan {number}: {content['project']['title']}",
        created_at=sent_at,
        attachments=[Attachment("ansokan.json", data, "Ansökan så som den skickades in, som data")],
        replace_unprintable=True,
    )


def applications_without_pdf(*, older_than: timedelta, most: int) -> Sequence[int]:
    """Ids of sent applications whose PDF should have been there by now, oldest first."""
    pdf = RecordFile.objects.filter(record_id=OuterRef("record_id"), content_type=PDF_TYPE).exclude(
        storage_name__startswith=APPLICANTS
    )
    sent_before = timezone.now() - older_than
    return list(
        Application.objects.received()
        .filter(~Exists(pdf), submitted_at__lte=sent_before)
        .order_by("submitted_at", "pk")
        .values_list("pk", flat=True)[:most]
    )
