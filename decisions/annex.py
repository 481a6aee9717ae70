"""The annex of reported decisions: a sealed PDF made from the frozen data of its record, never from rows."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from applications.documents import JSON_TYPE, PDF_TYPE
from decisions.copy_refusals import RefusedCopy
from decisions.models import CommitteeMeeting, MeetingAnnex
from decisions.models.annex import AnnexQuerySet
from decisions.report_list import ListedDecision
from s3portal.accounts.models import User
from s3portal.common.files import read_frozen
from s3portal.common.pdf import Attachment, Seal, render_document, seal_pdf
from s3portal.common.swedish import format_isodate, in_stockholm
from s3portal.diary.models import Record, RecordFile
from s3portal.diary.services import store_record_file

TEMPLATE: Final = "documents/meeting_annex.html"
DATA_NAME: Final = "anmalda-beslut.json"
#: Changes when a key is removed or means something else.
SCHEMA: Final = "s3-portalen/anmalda-beslut/1"


def annex_content(
    meeting: CommitteeMeeting,
    lines: Sequence[ListedDecision],
    refusals: Sequence[RefusedCopy] = (),
    *,
    number: int,
    by: User,
    at: datetime,
    record: Record,
) -> dict[str, Any]:
    """All that the annex says. Dates ISO 8601, Swedish days; amounts in whole kronor."""
    return {
        "schema": SCHEMA,
        "meeting": {"committee": str(meeting.committee), "held_on": format_isodate(meeting.day)},
        "confirmed": {
            "number": number,
            "at": in_stockholm(at).isoformat(),
            "by": str(by),
            "title": by.title,
            "diary_number": str(record.case),
            "record_number": record.number,
        },
        "decisions": [
            {
                "decision": line.decision_id,
                "decided_on": format_isodate(line.decided_on),
                "diary_number": line.diary_number,
                "matter": line.matter,
                "decider": line.decider,
                "decider_title": line.decider_title,
                "clause": line.clause,
                "amount": line.amount,
                "amount_kind": line.amount_kind,
                "urgent": line.urgent,
            }
            for line in lines
        ],
        "refusals": [
            {
                "request": refused.request_id,
                "refused_on": format_isodate(refused.refused_on),
                "diary_number": refused.diary_number,
                "matter": refused.matter,
                "decider": refused.decider,
                "decider_title": refused.decider_title,
                "clause": refused.clause,
            }
            for refused in refusals
        ],
    }


def annex_file(annex: MeetingAnnex) -> RecordFile | None:
    """The PDF, or None while it is being made."""
    return (
        RecordFile.objects.select_related("record__case")
        .filter(record=annex.record_id, content_type=PDF_TYPE)
        .first()
    )


def annexes_of(meeting: CommitteeMeeting) -> AnnexQuerySet:
    """The latest first, with ``made``: whether the PDF is there."""
    found: AnnexQuerySet = MeetingAnnex.objects.filter(meeting=meeting).with_made()
    return found.select_related("record__case", "confirmed_by").defer("content").order_by("-number")


def store_annex(*, annex_id: int) -> RecordFile | None:
    """Render, seal and put the PDF beside the data in the record, once. None when another worker was first.

    Raises ``RenderingFailed``, ``SealingFailed`` or AlteredFile; then it is asked for again."""
    annex = MeetingAnnex.objects.select_related("record__case").get(pk=annex_id)
    if annex_file(annex) is not None:
        return None
    source = RecordFile.objects.get(record=annex.record_id, content_type=JSON_TYPE)
    data = read_frozen(source.storage_name, sha256=source.sha256)
    content = json.loads(data)
    pdf = seal_pdf(
        render_annex(content, data=data),
        signer_name=content["confirmed"]["by"],
        reason=f"Anmälda delegationsbeslut, {content['confirmed']['diary_number']}",
        location=settings.REGION["name"],
        seal=Seal.from_settings(),
    )
    try:
        with transaction.atomic():
            return store_record_file(
                record=annex.record,
                filename=source.filename.removesuffix(".json") + ".pdf",
                content_type=PDF_TYPE,
                content=pdf,
            )
    except IntegrityError:
        return None


def render_annex(content: Mapping[str, Any], *, data: bytes) -> bytes:
    """Not yet sealed. ``data``: the bytes that ``content`` was read from, which travel along."""
    confirmed_at = datetime.fromisoformat(content["confirmed"]["at"])
    context = {
        "content": content,
        # Annexes from before refusals were reported with the rest have none.
        "refusals": content.get("refusals", []),
        "confirmed_at": confirmed_at,
        "held_on": date.fromisoformat(content["meeting"]["held_on"]),
    }
    return render_document(
        TEMPLATE,
        context,
        title=f"Anmälda delegationsbeslut, {content['meeting']['committee']} {content['meeting']['held_on']}",
        created_at=confirmed_at,
        attachments=[Attachment(DATA_NAME, data, "Listan så som den fastställdes, som data")],
        replace_unprintable=True,
    )


def annexes_without_pdf(*, older_than: timedelta, most: int) -> Sequence[int]:
    """Ids of annexes whose PDF should have been there by now, the oldest first."""
    before = timezone.now() - older_than
    return list(
        MeetingAnnex.objects.with_made()
        .filter(Q(("made", False)), confirmed_at__lte=before)
        .order_by("confirmed_at", "pk")
        .values_list("pk", flat=True)[:most]
    )
