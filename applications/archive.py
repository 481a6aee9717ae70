"""Everything of one application in one ZIP, for the applicant to keep."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from django.template.loader import render_to_string

from applications.enums import SupplementEnd
from applications.models import Application, Attachment
from applications.snapshot import canonical_json, content_of
from s3portal.common.files import read_frozen
from s3portal.common.quarantine import read_states
from s3portal.diary.models import Record, RecordFile

#: Larger archives are written to disk while they are made.
IN_MEMORY_BYTES = 5 * 1024 * 1024


def archive_name(application: Application) -> str:
    case = application.case
    return f"ansokan-{case.slug if case else f'{application.pk}-utkast'}.zip"


def write_archive(application: Application) -> IO[bytes]:
    """The archive, open at its beginning. A draft as it stands, with its files; of what has been sent, the
    frozen files."""
    archive = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in _draft(application) if application.is_draft else _sent(application):
            target.writestr(name, content)
    archive.seek(0)
    return archive


def _draft(application: Application) -> Iterator[tuple[str, bytes]]:
    content = content_of(application)
    text = render_to_string(
        "applications/draft.txt", {"application": application, "content": content, "texts": []}
    )
    yield "utkast.txt", text.encode()
    yield "utkast.json", canonical_json(content)
    for attachment in read_states(application.attachments.all()):
        name = f"bilagor/{_plain(attachment)}"
        if attachment.is_held:
            yield f"{name}.txt", _told(attachment).encode()
        else:
            yield name, read_frozen(attachment.storage_name, sha256=attachment.sha256)


def _sent(application: Application) -> Iterator[tuple[str, bytes]]:
    """One folder a record: what was sent, and what was asked, answered and written since."""
    numbers = {application.record_id, *application.letters.values_list("record_id", flat=True)}
    for supplement in application.supplements.all():
        numbers |= {supplement.record_id, supplement.answer_record_id}
        if supplement.closed_as == SupplementEnd.TAKEN_BACK:
            numbers.add(supplement.closed_record_id)
    records = Record.objects.filter(pk__in=[number for number in numbers if number is not None])
    for record in records.order_by("number").prefetch_related("files"):
        for file in read_states(record.files.all()):
            if file.is_held:
                yield f"handling-{record.number}/{_plain(file)}.txt", _told(file).encode()
                continue
            yield (
                f"handling-{record.number}/{_plain(file)}",
                read_frozen(file.storage_name, sha256=file.sha256),
            )


def _told(file: RecordFile | Attachment) -> str:
    """What stands in the archive instead of a file that cannot be had."""
    return f"{file.filename}\n{file.why_held}\n"


def _plain(file: RecordFile | Attachment) -> str:
    """The name as it stands, without what could lead out of its folder."""
    return file.filename.replace("/", "_").replace("\\", "_").lstrip(".") or "fil"
