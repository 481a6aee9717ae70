"""The history of a draft: who changed what on which page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from applications.checks import PARTS
from applications.models import Application, DraftVersion
from applications.parts import Difference, Part
from s3portal.accounts.models import User

#: Saves by one person on one page with less than this between them are one version, ...
PAUSE: Final = timedelta(minutes=5)
#: ... but never more than this from the first to the last.
LONGEST: Final = timedelta(minutes=30)


def note_version(application: Application, part: Part, changed: Sequence[Difference], *, actor: User) -> None:
    """Part of the transaction that saved ``part``; ``changed`` goes from what stood before to what stands."""
    step = next((step for step, kind in PARTS.items() if isinstance(part, kind)), None)
    now, last = timezone.now(), application.versions.first()
    changes = [
        {"key": one.key, "label": one.label, "before": one.theirs, "after": one.mine} for one in changed
    ]
    if last is None or not _goes_on(last, str(step), actor, now):
        application.versions.create(
            step=str(step),
            saved_by=actor,
            started_at=now,
            saved_at=now,
            version=application.version,
            changes=changes,
            before={},
        )
        return
    last.changes = _folded(last.changes, changes)
    last.saved_at, last.version = now, application.version
    last.save(update_fields=["changes", "saved_at", "version"])


def _goes_on(last: DraftVersion, step: str, actor: User, now: datetime) -> bool:
    same = last.saved_by_id == actor.pk and last.step == step
    return same and now - last.saved_at <= PAUSE and now - last.started_at <= LONGEST


def _folded(first: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each field once: from how it stood before the first change to how it stands after the last."""
    found = {change["key"]: change for change in first}
    for change in then:
        before = found.get(change["key"], change)["before"]
        found[change["key"]] = change | {"before": before}
    return [change for change in found.values() if change["before"] != change["after"]]
