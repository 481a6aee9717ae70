"""What a call learns when an application to it comes in."""

from datetime import datetime

from django.db import transaction

from calls.models import Call


@transaction.atomic
def mark_received(call_id: int, at: datetime) -> None:
    """Note that the call's first application came in ``at``; from then on what it asks for stands still.

    Call this first in the transaction that receives an application, before any other lock: the first one
    waits here for an officer who holds the call (``lock_call``), and then reads the questions as the officer
    left them. For all later ones the condition is false, so they neither write nor wait for each other.
    """
    Call.objects.filter(pk=call_id, first_received_at__isnull=True).update(first_received_at=at)
