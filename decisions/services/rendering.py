"""The PDF of a decision that was signed elsewhere: an avskrift, never sealed."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from decisions.document import render_decision
from decisions.models import Decision, DecisionDocument
from s3portal.audit.services import record_event
from s3portal.diary.enums import Direction
from s3portal.diary.models import Record
from s3portal.diary.services import register_record, store_record_file


@transaction.atomic
def render_missing_document(*, decision_id: int) -> bool:
    """Make the PDF of one imported decision. False when it has one, or another worker is at it.

    The portal itself acts here; nothing is decided. Raises ``RenderingFailed``.
    """
    locked = (
        Decision.objects.signed()
        .filter(pk=decision_id, signed_elsewhere=True)
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )
    # Asked after the lock: another worker may have made it while this one waited for its turn.
    if locked is None or DecisionDocument.objects.filter(decision=locked).exists():
        return False
    decision = Decision.objects.with_parts().get(pk=decision_id)
    record = _own_record(decision) or register_record(
        actor=None,
        case=decision.case,
        direction=Direction.DRAWN_UP,
        title=decision.record_title,
        dated_at=_start_of_day(decision),
    )
    file = store_record_file(
        record=record,
        filename=f"beslut-{decision.slug}.pdf",
        content_type="application/pdf",
        content=render_decision(decision, preview=False),
    )
    DecisionDocument.objects.create(decision=decision, file=file, sealed=False)
    record_event(
        actor=None,
        action="decision_rendered",
        obj=decision,
        text=f"Avskrift av beslut {decision.printed_number} gjord",
    )
    return True


def _own_record(decision: Decision) -> Record | None:
    """The decision's line in the diary, when the import has written one that still lacks its file."""
    return (
        Record.objects.by_the_portal()
        .filter(case_id=decision.case_id, title=decision.record_title, files__isnull=True)
        .order_by("number")
        .first()
    )


def _start_of_day(decision: Decision) -> datetime:
    return timezone.make_aware(datetime.combine(decision.decided_on or timezone.localdate(), time.min))
