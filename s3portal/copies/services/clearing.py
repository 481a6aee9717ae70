"""Who asked is forgotten some time after the answer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from s3portal.audit.services import record_event
from s3portal.copies.models import WANTS_DECISION, CopyRequest


@transaction.atomic
def clear_requesters(*, now: datetime | None = None) -> int:
    """Take away names and addresses ``REQUESTER_DAYS`` days after the answer; from then on the files are not
    fetched from the page either. The request and its answer stay. Who waits for a written decision is kept
    until so long after that one. How many were cleared; may be run at any time."""
    moment = now or timezone.now()
    limit = moment - timedelta(days=settings.REQUESTER_DAYS)
    due = CopyRequest.objects.filter(answered_at__lte=limit, cleared_at__isnull=True)
    due = due.exclude(WANTS_DECISION).exclude(refused_at__gt=limit)
    cleared = list(
        due.select_for_update(of=("self",), skip_locked=True).order_by("pk").select_related("case")
    )
    for made in cleared:
        made.name = made.email = ""
        made.cleared_at = moment
        made.save(update_fields=["name", "email", "cleared_at"])
        record_event(
            actor=None,
            action="copy_requester_cleared",
            obj=made.case,
            text=f"Begäran {made.reference}: vem som frågade är borttaget",
        )
    return len(cleared)
