"""Putting an older text of a draft back, from its history."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from applications.checks import PARTS, Step
from applications.models import Application, DraftVersion
from applications.parts import Part, seen_mark, thawed
from applications.services.drafting import save_draft
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal


def can_be_restored(step: str, key: str) -> bool:
    """A field that is plain text. Rows, days and choices are read in the history and filled in by hand."""
    kind = {named.value: kind for named, kind in PARTS.items()}.get(step)
    return kind is not None and key in _plain_texts(kind)


def _plain_texts(kind: Any) -> set[str]:
    return {one.name for one in fields(kind) if one.type is str}


@transaction.atomic
def restore_text(
    *, application_id: int, version_id: int, key: str, actor: User, arrived_at: datetime
) -> Application:
    """Put a text back as it stood before a change: a save of its own, so what stands now is in the history.

    Raises Refusal when the text cannot be put back, and what ``save_draft`` raises."""
    version = _version(application_id, version_id)
    texts = {change["key"]: change["before"] for change in version.changes}
    if key not in texts or not can_be_restored(version.step, key):
        raise Refusal("Den texten går inte att återställa här. Kopiera den och klistra in den i steget.")
    stored: Any = PARTS[Step(version.step)].read(version.application)
    return _put_back(version, stored, replace(stored, **{key: texts[key]}), actor, arrived_at)


@transaction.atomic
def restore_step(*, application_id: int, version_id: int, actor: User, arrived_at: datetime) -> Application:
    """Put a whole step back as it stood before a version, also what others have written in it since: a save
    of its own, which can be taken back in the same way. What is declared by name stays as it is now.

    Raises Refusal when the history does not hold the whole step, and what ``save_draft`` raises."""
    version = _version(application_id, version_id)
    if not can_be_put_back(version):
        raise Refusal("Historiken har inte kvar hela steget från den tiden. Återställ texterna en och en.")
    stored = PARTS[Step(version.step)].read(version.application)
    return _put_back(version, stored, thawed(version.before, stored), actor, arrived_at)


def can_be_put_back(version: DraftVersion) -> bool:
    """Older versions hold only what was changed."""
    return bool(version.before) and version.step in {step.value for step in PARTS}


def _version(application_id: int, version_id: int) -> DraftVersion:
    versions = DraftVersion.objects.select_related("application__call")
    return versions.get(pk=version_id, application_id=application_id)


def _put_back(
    version: DraftVersion, stored: Part, part: Part, actor: User, arrived_at: datetime
) -> Application:
    return save_draft(
        application_id=version.application_id,
        actor=actor,
        part=part,
        seen=seen_mark(version.application, stored),
        arrived_at=arrived_at,
        apart=True,
    )
