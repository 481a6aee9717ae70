"""The history of a draft: who changed what on which page."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from applications.checks import PARTS
from applications.models import Application, DraftVersion
from applications.parts import Part, differences, frozen, thawed
from s3portal.accounts.models import User
from s3portal.common.comparing import goes_on


def note_version(
    application: Application, *, before: Part, part: Part, actor: User, apart: bool = False
) -> None:
    """Part of the transaction that saved ``part`` where ``before`` stood. ``apart``: a version of its own, so
    that what it took the place of is in the history however short it stood."""
    step = next((step for step, kind in PARTS.items() if isinstance(part, kind)), None)
    now, last = timezone.now(), application.versions.first()
    if last is None or apart or not last.before or not _goes_on(last, str(step), actor, now):
        application.versions.create(
            step=str(step),
            saved_by=actor,
            started_at=now,
            saved_at=now,
            version=application.version,
            changes=_changes(before, part),
            before=frozen(before),
        )
        return
    last.changes = _changes(thawed(last.before, part), part)
    last.saved_at, last.version = now, application.version
    last.save(update_fields=["changes", "saved_at", "version"])


def _changes(before: Part, after: Part) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "label": one.label, "before": one.theirs, "after": one.mine}
        for one in differences(before, after)
    ]


def _goes_on(last: DraftVersion, step: str, actor: User, now: datetime) -> bool:
    same = last.saved_by_id == actor.pk and last.step == step
    return same and goes_on(last.started_at, last.saved_at, now=now)
