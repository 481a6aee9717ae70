"""Forgetting to whom mail went and what it said, when that has been kept long enough."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, Lower, StrIndex
from django.utils import timezone

from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message, MessageAttachment

#: So many are cleared in each transaction.
BATCH: Final = 1_000
#: A reminder's key is needed as long as it might be written again.
LEAST_DAYS: Final = 14


def days_kept() -> int:
    """So many days the address and the text of what has been sent are kept."""
    days: int = settings.OUTBOX_DAYS
    return max(days, LEAST_DAYS)


def clear_old(*, now: datetime | None = None) -> int:
    """Take the address and the text from what left, failed or was stopped ``days_kept`` days ago. Returns
    how many. What was sent to whom in a case is told by the diary; here stays that something was sent, when,
    of which kind and about what.

    Some at a time, each in a transaction of its own, so that it neither holds up the sending nor starts over
    when it is stopped."""
    moment = now or timezone.now()
    limit = moment - timedelta(days=days_kept())
    cleared = 0
    while count := _clear(limit, moment):
        cleared += count
    return cleared


@transaction.atomic
def _clear(limit: datetime, now: datetime) -> int:
    old = Message.objects.filter(cleared_at__isnull=True).exclude(status=MessageStatus.QUEUED)
    # Sent late is old late; what was resent yesterday is not cleared today.
    due = old.filter(created_at__lt=limit).filter(Q(sent_at__isnull=True) | Q(sent_at__lt=limit))
    found = due.order_by("created_at", "pk").select_for_update(of=("self",), skip_locked=True)
    keys = list(found.values_list("pk", flat=True)[:BATCH])
    # A calendar entry made for the mail names its receiver; files of the diary stay where they are.
    MessageAttachment.objects.filter(message__in=keys, content__isnull=False).delete()
    return (
        Message.objects.filter(pk__in=keys)
        .annotate(address_in_key=StrIndex(Lower("key"), Lower("to_email")))
        .update(
            # A reminder's key holds the address.
            key=Case(
                When(
                    Q(address_in_key__gt=0) & ~Q(to_email=""),
                    then=Concat(Value("cleared#"), Cast(F("pk"), models.CharField())),
                ),
                default=F("key"),
            ),
            to_email="",
            text_body="",
            html_body="",
            unsubscribe_url="",
            last_error="",
            facts="",
            cleared_at=now,
        )
    )
