"""Is the audit trail what it was when it was written? Reads all of it and changes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction

from s3portal.audit.chain import FIRST_HASH, digest_of, link_hash
from s3portal.audit.models import Head

#: Faults told one by one; of the rest only the number.
MOST_TOLD: Final = 100
_CHUNK: Final = 2000
# Both ways, so that what is missing on either side is seen.
_ALL: Final = """
    SELECT link.event_id, link.position, link.hash, link.digest, event.id, event.at, event.actor_id,
           event.actor_label, event.action, event.object_type, event.object_id, event.text, event.data::text
    FROM audit_link AS link FULL JOIN audit_event AS event ON event.id = link.event_id
    ORDER BY link.position NULLS LAST, link.event_id, event.id
"""


@dataclass(frozen=True)
class Anchor:
    """The end of the chain as somebody has noted it outside the portal: what was there then is there now."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass
class Report:
    """``chained`` and ``waiting``: the number of links with a place, and without one yet. ``faults`` are
    sentences, the first ``MOST_TOLD`` of ``fault_count``."""

    chained: int = 0
    waiting: int = 0
    end: Anchor = Anchor(0, FIRST_HASH)
    fault_count: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.fault_count == 0

    def tell(self, fault: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(fault)


def verify_chain(*, anchors: Sequence[Anchor] = ()) -> Report:
    """Walk through the chain from its first link. ``anchors``: ends noted before, which must lie in it.

    Without an anchor, whoever can write in the database past its triggers can make a whole new chain."""
    report = Report()
    # Read before the walk: links sealed meanwhile come after it.
    head = Head.objects.filter(pk=1).first()
    noted = {anchor.position: anchor.hash for anchor in anchors}
    if head is not None:
        noted.setdefault(head.position, head.hash)
    for row in _rows():
        _judge(row, report, noted)
    _judge_end(report, head, anchors)
    return report


def _rows() -> Iterator[tuple[Any, ...]]:
    # A cursor of the server's: the trail need not fit in memory.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ALL)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _judge(row: Iterable[Any], report: Report, noted: dict[int, str]) -> None:
    linked_id, position, hashed, digest, event_id, *content = row
    if linked_id is None:
        report.tell(f"Händelse {event_id} saknas i kedjan: den är inlagd förbi portalen.")
        return
    if event_id is None:
        report.tell(f"Händelse {linked_id}{_at(position)} är borttagen.")
    elif _digest(event_id, content) != digest:
        report.tell(f"Händelse {event_id}{_at(position)} är ändrad.")
    if position is None:
        report.waiting += 1
        return
    expected = report.end.position + 1
    if position != expected:
        missing = f"Plats {expected}" if position == expected + 1 else f"Platserna {expected}–{position - 1}"
        report.tell(f"{missing} saknas i kedjan.")
    elif link_hash(report.end.hash, position, digest) != hashed:
        report.tell(f"Kedjan bryts på plats {position}: länken hör inte ihop med den före.")
    if noted.get(position, hashed) != hashed:
        report.tell(f"Kedjan är gjord om: plats {position} har inte den kontrollsumma som är antecknad.")
    report.chained += 1
    report.end = Anchor(position, hashed)


def _at(position: int | None) -> str:
    return " (väntar på plats)" if position is None else f" (plats {position})"


def _digest(event_id: int, content: list[Any]) -> str:
    at, actor_id, actor_label, action, object_type, object_id, text, data_text = content
    return digest_of(
        event_id=event_id,
        at=at,
        actor_id=actor_id,
        actor_label=actor_label,
        action=action,
        object_type=object_type,
        object_id=object_id,
        text=text,
        data_text=data_text,
    )


def _judge_end(report: Report, head: Head | None, anchors: Sequence[Anchor]) -> None:
    last = report.end.position
    if head is None and last:
        report.tell("Anteckningen om kedjans ände är borttagen.")
    ends = [head.position if head else 0, *(anchor.position for anchor in anchors)]
    if max(ends) > last:
        report.tell(f"Kedjans slut är borttaget: den slutar på plats {last} och gick till plats {max(ends)}.")
