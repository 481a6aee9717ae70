"""The appendix of a locked ranking: a sealed PDF made from the frozen data of its record, never from rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from applications.documents import JSON_TYPE, PDF_TYPE
from applications.models import RankingLock
from applications.ranking.shown import points_in
from s3portal.common.files import read_frozen
from s3portal.common.pdf import Attachment, Seal, render_document, seal_pdf
from s3portal.diary.models import RecordFile
from s3portal.diary.services import store_record_file

TEMPLATE: Final = "documents/ranking.html"
DATA_NAME: Final = "rangordning.json"


def data_file(lock: RankingLock) -> RecordFile:
    """The frozen data beside the appendix."""
    return RecordFile.objects.select_related("record__case").get(
        record=lock.record_id, content_type=JSON_TYPE
    )


def appendix_file(lock: RankingLock) -> RecordFile | None:
    """The PDF, or None while it is being made."""
    return (
        RecordFile.objects.select_related("record__case")
        .filter(record=lock.record_id, content_type=PDF_TYPE)
        .first()
    )


def store_appendix(*, lock_id: int) -> RecordFile | None:
    """Render, seal and put the PDF beside the data in the record, once. None when another worker was first.

    Raises ``RenderingFailed``, ``SealingFailed`` or AlteredFile; then it is asked for again."""
    lock = RankingLock.objects.select_related("record__case").get(pk=lock_id)
    if appendix_file(lock) is not None:
        return None
    source = data_file(lock)
    data = read_frozen(source.storage_name, sha256=source.sha256)
    content = json.loads(data)
    pdf = seal_pdf(
        render_appendix(content, data=data),
        signer_name=content["locked"]["by"],
        reason=f"Rangordning {content['locked']['diary_number']}, låsning {content['locked']['number']}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    try:
        with transaction.atomic():
            return store_record_file(
                record=lock.record,
                filename=source.filename.removesuffix(".json") + ".pdf",
                content_type=PDF_TYPE,
                content=pdf,
            )
    except IntegrityError:
        return None


def render_appendix(content: Mapping[str, Any], *, data: bytes) -> bytes:
    """Not yet sealed. ``data``: the bytes that ``content`` was read from, which travel along."""
    context = appendix_context(content)
    return render_document(
        TEMPLATE,
        context,
        title=f"Rangordning: {content['call']['title']}",
        created_at=context["locked_at"],
        attachments=[Attachment(DATA_NAME, data, "Rangordningen så som den låstes, som data")],
        replace_unprintable=True,
    )


def appendix_context(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the document is written from; ``render_document`` adds the region and the title."""
    return {
        "content": content,
        "locked_at": datetime.fromisoformat(content["locked"]["at"]),
        "rows": list(_rows(content)),
    }


def _rows(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each row with its points as numbers to be printed."""
    for row in content["rows"]:
        yield {
            "frozen": row,
            "points": points_in(row["points"]),
            "moved": row["place"] != row["scored_place"],
            "assessments": [{"frozen": one, "total": Fraction(one["total"])} for one in row["assessments"]],
        }


def locks_without_appendix(*, older_than: timedelta, most: int) -> Sequence[int]:
    """Ids of lockings whose appendix should have been there by now, the oldest first."""
    pdf = RecordFile.objects.filter(record_id=OuterRef("record_id"), content_type=PDF_TYPE)
    locked_before = timezone.now() - older_than
    return list(
        RankingLock.objects.filter(~Exists(pdf), locked_at__lte=locked_before)
        .order_by("locked_at", "pk")
        .values_list("pk", flat=True)[:most]
    )
