"""Taking messages out of the queue before they leave."""

from collections.abc import Collection

from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast, Concat, Left

from s3portal.audit.services import Actor, record_event
from s3portal.outbox.enums import CancelReason, MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.services.receipts import fold


@transaction.atomic
def cancel_queued(*, obj: models.Model, kinds: Collection[str] = (), actor: Actor | None) -> int:
    """Stop what still waits to be sent about ``obj``, of these ``kinds`` or of all. Returns how many.

    One event for all of them, on ``obj``, by whoever pressed (None: nobody who is known did). A message being
    sent at this moment is waited for.
    """
    messages = Message.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
    if kinds:
        messages = messages.filter(kind__in=kinds)
    count = stop(messages, CancelReason.CHANGED)
    if count:
        record_event(
            actor=actor,
            action="messages_cancelled",
            obj=obj,
            text=f"Avbrutna utskick: {count}",
            data={"count": count, "kinds": sorted(kinds)},
        )
    return count


def stop(messages: "models.QuerySet[Message]", because: CancelReason) -> int:
    """Cancel those of the messages that wait, within the caller's transaction. Returns how many.

    Their keys become free, so that the same may be asked for anew: a deadline that was moved and moved back
    is reminded of. What a worker is sending at this moment is waited for.
    """
    # In the order of the keys: two who stop the same ones do not wait for each other in a ring.
    waiting = messages.filter(status=MessageStatus.QUEUED).order_by("pk")
    found = waiting.select_for_update(of=("self",)).values_list("pk", flat=True)
    locked = set(found)
    if not locked:
        return 0
    # What has left is not stopped, though the worker that sent it was killed before it noted it.
    locked -= fold(locked)
    return Message.objects.filter(pk__in=locked).update(
        status=MessageStatus.CANCELLED,
        cancelled_because=because,
        # "#" and a number of at most 19 figures fit in the column.
        key=Concat(Left("key", 225), Value("#"), Cast(F("pk"), models.CharField())),
    )
