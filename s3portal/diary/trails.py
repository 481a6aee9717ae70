"""The audit trail of a case: what is recorded on the case itself and on what the other apps have in it.

The diary knows no domain. An app registers its sources when it is ready.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from s3portal.audit.chain import digest_of
from s3portal.audit.models import Event
from s3portal.diary.models import Case


@dataclass(frozen=True)
class Source:
    """Events on one object; with ``since`` only those from then on (inclusive)."""

    object_type: str
    object_id: int
    since: datetime | None = None

    def condition(self) -> Q:
        found = Q(object_type=self.object_type, object_id=self.object_id)
        return found if self.since is None else found & Q(at__gte=self.since)


SOURCES: Final[list[Callable[[Case], Sequence[Source]]]] = []


def register(sources: Callable[[Case], Sequence[Source]]) -> None:
    """Called from an app's ``ready``; once, however often."""
    if sources not in SOURCES:
        SOURCES.append(sources)


def events_of(case: Case) -> QuerySet[Event]:
    """The events of the case, latest first, with what ``is_unchanged`` asks for."""
    condition = Source(Case._meta.label_lower, case.pk).condition()
    for sources in SOURCES:
        for source in sources(case):
            condition |= source.condition()
    return (
        Event.objects.filter(condition)
        .select_related("link")
        .annotate(data_text=Cast("data", TextField()))
        .order_by("-at", "-pk")
    )


@dataclass(frozen=True)
class Line:
    """An event on the page. ``position`` is None until the chain has taken it in."""

    event: Event
    unchanged: bool
    position: int | None


def lines(events: Sequence[Event]) -> list[Line]:
    """Each event with whether its content is what was chained. ``verify_audit`` tries the whole chain."""
    found = []
    for event in events:
        link = getattr(event, "link", None)
        found.append(
            Line(
                event=event,
                unchanged=link is not None and link.digest == _digest(event),
                position=None if link is None else link.position,
            )
        )
    return found


def _digest(event: Event) -> str:
    return digest_of(
        event_id=event.pk,
        at=event.at,
        actor_id=event.actor_id,
        actor_label=event.actor_label,
        action=event.action,
        object_type=event.object_type,
        object_id=event.object_id,
        text=event.text,
        data_text=event.data_text,  # type: ignore[attr-defined]  # Annotated by events_of.
    )
