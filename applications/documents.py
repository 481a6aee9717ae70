"""The application as a PDF: made from the frozen data that was sent, never from the rows."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applications.models import Application, SupplementRequest
from s3portal.common.files import read_frozen
from s3portal.common.pdf import Attachment, render_document
from s3portal.common.quarantine import read_states
from s3portal.diary.models import RecordFile
from s3portal.diary.services import store_record_file

JSON_TYPE = "application/json"
PDF_TYPE = "application/pdf"
#: Where the applicant's own files lie; the PDF that the portal makes lies with the diary.
APPLICANTS = "applications/"


def sent_file(application: Application) -> RecordFile:
    """The frozen data of the application as it was last sent: at first, or with a supplement since."""
    return RecordFile.objects.select_related("record__case").get(
        record=application.standing_record_id, content_type=JSON_TYPE
    )


def first_sent_file(application: Application) -> RecordFile:
    """The frozen data of what was sent at first, which the receipt is about."""
    return RecordFile.objects.select_related("record__case").get(
        record=application.record_id, content_type=JSON_TYPE
    )


def sent_versions(application: Application) -> list[RecordFile]:
    """The data of every time that the application or a part of it was sent, the first first."""
    answers = application.supplements.filter(by_parts=True, answered_at__isnull=False)
    numbers = [application.record_id, *answers.values_list("answer_record", flat=True)]
    files = RecordFile.objects.filter(record__in=numbers, content_type=JSON_TYPE)
    return list(files.select_related("record__case").order_by("record__number"))


def pdf_file(application: Application) -> RecordFile | None:
    """The PDF of what was sent at first, or None while it is being made."""
    return _pdf_of(application.record_id)


def _pdf_of(record_id: int | None) -> RecordFile | None:
    return (
        RecordFile.objects.filter(record=record_id, content_type=PDF_TYPE)
        .exclude(storage_name__startswith=APPLICANTS)
        .first()
    )


def attached_files(application: Application) -> list[RecordFile]:
    """The applicant's own files that were sent along, with how it stands with the scan of each."""
    files = RecordFile.objects.filter(record__application=application, storage_name__startswith=APPLICANTS)
    return read_states(files.order_by("pk"))


def read_sent(file: RecordFile) -> dict[str, Any]:
    """Raises AlteredFile when the bytes are not those that were sent."""
    content: dict[str, Any] = json.loads(read_frozen(file.storage_name, sha256=file.sha256))
    return content


def store_application_pdf(*, application_id: int) -> RecordFile | None:
    """Render the PDFs that are not there and put each beside its data, once. Returns the last that was made,
    None when there was none to make or another worker was first.

    The same data give the same bytes, so what a killed worker left is never contradicted by the next.
    """
    application = Application.objects.received().get(pk=application_id)
    made = None
    for source in sent_versions(application):
        if _pdf_of(source.record_id) is None:
            made = _store_pdf(source)
    return made


def _store_pdf(source: RecordFile) -> RecordFile | None:
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
    sent_at = datetime.fromisoformat(content.get("supplement", content["submission"])["at"])
    number = content["submission"]["diary_number"]
    name = "Kompletterad ansökan" if "supplement" in content else "Ansökan"
    return render_document(
        "documents/application.html",
        {"content": content, "sent_at": sent_at},
        title=f"{name} {number}: {content['project']['title']}",
        created_at=sent_at,
        attachments=[Attachment("ansokan.json", data, "Ansökan så som den skickades in, som data")],
        replace_unprintable=True,
    )


def applications_without_pdf(*, older_than: timedelta, most: int) -> Sequence[int]:
    """Ids of sent applications with a PDF, of the application or of a supplement, that should have been there
    by now; the oldest first."""
    sent_before = timezone.now() - older_than
    answers = SupplementRequest.objects.filter(
        ~Exists(_pdf_beside("answer_record_id")),
        application=OuterRef("pk"),
        by_parts=True,
        answered_at__lte=sent_before,
    )
    return list(
        Application.objects.received()
        .filter(Q(~Exists(_pdf_beside("record_id")), submitted_at__lte=sent_before) | Exists(answers))
        .order_by("submitted_at", "pk")
        .values_list("pk", flat=True)[:most]
    )


def _pdf_beside(record: str) -> QuerySet[RecordFile]:
    return RecordFile.objects.filter(record_id=OuterRef(record), content_type=PDF_TYPE).exclude(
        storage_name__startswith=APPLICANTS
    )
