"""The chain of hashes over the audit trail (docs/adr/0013).

An event's own hash is written by the database in the event's transaction. The chain is made afterwards, of
what is committed: whoever records an event never waits for anybody else who does.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from s3portal.audit.models import Head, Link

#: What the first link follows.
FIRST_HASH: Final = "0" * 64
#: Links sealed in one transaction.
BATCH: Final = 5000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Those that have a place already are left alone by the database too (link_sealed_once).
_SEAL: Final = """
    UPDATE audit_link SET position = given.position, hash = given.hash
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS given(event_id, position, hash)
    WHERE audit_link.event_id = given.event_id
"""


#: Events wait half a minute for their places. When one has waited so long nobody gives them any more, and
#: what has none yet can be removed without a trace.
LONGEST_WAIT: Final = timedelta(minutes=5)


def stalled_since(*, now: datetime | None = None) -> datetime | None:
    """When the oldest event was written that waits for its place, if that is longer ago than
    ``LONGEST_WAIT``: beat or the workers are away."""
    oldest = Link.objects.filter(position__isnull=True).order_by("event_id").values_list("event__at").first()
    if oldest is None or oldest[0] is None:
        return None
    written: datetime = oldest[0]
    return written if (now or timezone.now()) - written > LONGEST_WAIT else None


def digest_of(
    *,
    event_id: int,
    at: datetime,
    actor_id: int | None,
    actor_label: str,
    action: str,
    object_type: str,
    object_id: int,
    text: str,
    data_text: str,
) -> str:
    """The hash of an event's content, as the trigger ``into_chain`` writes it. ``data_text`` is the JSON as
    PostgreSQL shows it (``data::text``): Python would read numbers in another precision."""
    parts: Sequence[str] = (
        str(event_id),
        str((at - _EPOCH) // timedelta(microseconds=1)),
        "" if actor_id is None else str(actor_id),
        actor_label,
        action,
        object_type,
        str(object_id),
        text,
        data_text,
    )
    whole = ",".join(f"{len(part.encode())}:{part}" for part in parts)
    return hashlib.sha256(whole.encode()).hexdigest()


def link_hash(previous: str, position: int, digest: str) -> str:
    """The hash of the link at ``position`` (the first is 1), which follows ``previous``."""
    return hashlib.sha256(f"{previous} {position} {digest}".encode()).hexdigest()


@transaction.atomic
def seal_waiting(*, most: int = BATCH) -> int:
    """Give at most ``most`` committed events their places, the lowest id first; returns how many.

    An event of a transaction that is still open is not seen, and gets a later place than those that were."""
    Head.objects.get_or_create(pk=1, defaults={"hash": FIRST_HASH})
    head = Head.objects.select_for_update().get(pk=1)
    # Asked when the head is held: another worker may have sealed while this one waited for it.
    waiting = list(
        Link.objects.filter(position__isnull=True)
        .order_by("event_id")
        .values_list("event_id", "digest")[:most]
    )
    if not waiting:
        return 0
    hashes: list[str] = []
    for place, (_, digest) in enumerate(waiting, start=head.position + 1):
        hashes.append(link_hash(hashes[-1] if hashes else head.hash, place, digest))
    places = list(range(head.position + 1, head.position + 1 + len(waiting)))
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [[event_id for event_id, _ in waiting], places, hashes])
    head.position, head.hash = places[-1], hashes[-1]
    head.save(update_fields=["position", "hash"])
    return len(waiting)
