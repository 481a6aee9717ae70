"""Writing to the audit trail: always in the transaction of what it tells of."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.db import models
from django.utils import timezone

from s3portal.audit.models import Event

SYSTEM = "Systemet"


class Actor(Protocol):
    """Anything with an id and a readable name: in practice ``accounts.User``."""

    pk: Any

    def __str__(self) -> str: ...


def record_event(
    *,
    actor: Actor | None,
    action: str,
    obj: models.Model,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event about ``obj``; ``actor`` is None when the portal itself acted."""
    return Event.objects.create(
        at=timezone.now(),
        actor_id=None if actor is None else actor.pk,
        actor_label=SYSTEM if actor is None else str(actor)[:300],
        action=action,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        text=text,
        data=dict(data or {}),
    )
