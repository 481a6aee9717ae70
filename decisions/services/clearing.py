"""The working material of a draft goes some time after the signature (TF 2:12, docs/adr/0024)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from decisions.enums import EntryKind
from decisions.models import CommentThread, Decision, DecisionVersion, DraftComment, DraftReading
from decisions.models.decision import LONG_TEXTS
from s3portal.audit.services import record_event

#: At most so many decisions in one run, so that a run ends before the next begins.
BATCH = 200


def goes_at(decision: Decision) -> datetime | None:
    """When the material of a signed decision may go; None while it is a draft."""
    return decision.signed_at and decision.signed_at + timedelta(days=settings.DRAFT_MATERIAL_DAYS)


@transaction.atomic
def clear_material(*, now: datetime | None = None) -> int:
    """Take away the comments, versions and read marks of what was signed ``DRAFT_MATERIAL_DAYS`` ago or
    earlier. How many decisions; may be run at any time."""
    limit = (now or timezone.now()) - timedelta(days=settings.DRAFT_MATERIAL_DAYS)
    due = Decision.objects.signed().filter(
        Exists(DecisionVersion.objects.filter(decision=OuterRef("pk")))
        | Exists(CommentThread.objects.filter(decision=OuterRef("pk")))
        | Exists(DraftReading.objects.filter(decision=OuterRef("pk"))),
        signed_at__lte=limit,
    )
    held = due.select_for_update(of=("self",), no_key=True, skip_locked=True).defer(*LONG_TEXTS)
    cleared = list(held.order_by("pk")[:BATCH])
    for decision in cleared:
        comments = DraftComment.objects.filter(thread__decision=decision, kind=EntryKind.COMMENT).count()
        CommentThread.objects.filter(decision=decision).delete()
        versions, _rows = DecisionVersion.objects.filter(decision=decision).delete()
        DraftReading.objects.filter(decision=decision).delete()
        record_event(
            actor=None,
            action="decision_material_cleared",
            obj=decision,
            text=f"Arbetsmaterialet är borttaget: {versions} versioner av utkastet och {comments} "
            "kommentarer",
        )
    return len(cleared)
