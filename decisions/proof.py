"""Bevis om anslag: the document that proves when a notice went up and came down (KL 8:9–12)."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from decisions.models import BoardNotice
from s3portal.common.pdf import Attachment, render_document
from s3portal.common.swedish import format_isodate

TEMPLATE = "documents/notice_proof.html"
#: Changes when a key of ``proof_data`` is removed or means something else.
SCHEMA = "s3-portalen/bevis-om-anslag/1"


def render_proof(notice: BoardNotice) -> bytes:
    """The PDF of a notice that has been taken down, not sealed. Raises ``RenderingFailed``."""
    moment = notice.taken_down_at or timezone.now()
    return render_document(
        TEMPLATE,
        {"notice": notice, "signer": notice.taken_down_by, "explanation": notice.explanation()},
        title=f"Bevis om anslag: {notice.heading}",
        created_at=moment,
        attachments=[
            Attachment.json(
                f"bevis-om-anslag-{notice.pk}.json",
                proof_data(notice),
                description="Anslagets uppgifter i maskinläsbar form",
            )
        ],
    )


def proof_data(notice: BoardNotice) -> Mapping[str, Any]:
    """The notice as data. Dates ISO 8601, Swedish days; ``appeal_until`` is inclusive."""
    return {
        "schema": SCHEMA,
        "heading": notice.heading,
        "body": notice.body,
        "held_on": format_isodate(notice.subject_day),
        "paragraph": notice.paragraph,
        "approved_on": format_isodate(notice.approved_on),
        "posted_on": format_isodate(notice.posted_on),
        "posted_elsewhere": notice.posted_elsewhere,
        "taken_down_on": None if notice.taken_down_on is None else format_isodate(notice.taken_down_on),
        "early": notice.early,
        "early_reason": notice.early_reason,
        "appeal_until": format_isodate(notice.appeal_until),
        "kept_at": notice.kept_at,
        "diary_number": str(notice.case),
    }
