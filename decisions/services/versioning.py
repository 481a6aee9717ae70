"""The history of a draft: what it was before each save, and what its delegate has read of it."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from decisions.content import DraftContent, content_of
from decisions.enums import DecisionAction, VersionKind
from decisions.frozen import frozen
from decisions.models import CommentThread, Decision, DecisionVersion, DraftReading
from decisions.transitions import allows
from s3portal.accounts.models import User
from s3portal.common.comparing import goes_on

#: So many are kept of one draft. Then the oldest save goes; what was sent and returned stays.
MOST_VERSIONS: Final = 200
_SAVES: Final = (VersionKind.SAVED, VersionKind.PHRASE, VersionKind.RESTORED)


def note_version(
    decision: Decision,
    *,
    kind: VersionKind,
    actor: User | None,
    content: DraftContent,
    before: DraftContent | None = None,
) -> DecisionVersion:
    """Part of the transaction that did what ``kind`` says; ``decision`` is locked and bears its new version.

    Saves by one person within a few minutes are one version. ``before`` is what stood there: a draft that is
    older than its history begins it with that, as its last writer left it."""
    last = decision.versions.first()
    if last is None and before is not None:
        last = _begin(decision, before)
    now = timezone.now()
    if last is not None and _is_one_go(last, kind, actor, now):
        last.content, last.version, last.saved_at = frozen(content), decision.version, now
        last.save(update_fields=["content", "version", "saved_at"])
        return last
    number = 1 if last is None else last.number + 1
    noted = decision.versions.create(
        number=number,
        kind=kind,
        saved_by=actor,
        started_at=now,
        saved_at=now,
        version=decision.version,
        content=frozen(content),
    )
    _thin_out(decision)
    return noted


def _begin(decision: Decision, before: DraftContent) -> DecisionVersion:
    return decision.versions.create(
        number=1,
        kind=VersionKind.FOUND,
        saved_by=decision.updated_by,
        started_at=decision.updated_at,
        saved_at=decision.updated_at,
        version=max(decision.version - 1, 0),
        content=frozen(before),
    )


def _is_one_go(last: DecisionVersion, kind: VersionKind, actor: User | None, now: datetime) -> bool:
    """A save goes on in a save of the same person's; a step, a phrase and what is put back stand alone. A
    text that somebody has commented on stays as they read it."""
    if actor is None or not kind == last.kind == VersionKind.SAVED or last.saved_by_id != actor.pk:
        return False
    if not goes_on(last.started_at, last.saved_at, now=now):
        return False
    return not CommentThread.objects.filter(decision=last.decision_id, version__gte=last.version).exists()


def _thin_out(decision: Decision) -> None:
    surplus = decision.versions.count() - MOST_VERSIONS
    if surplus > 0:
        oldest = decision.versions.filter(kind__in=_SAVES).order_by("number").values_list("pk", flat=True)
        decision.versions.filter(pk__in=list(oldest[:surplus])).delete()


@transaction.atomic
def note_draft_read(*, decision: Decision, reader: User) -> DraftReading | None:
    """The read mark of a delegate on what waits for a signature: a GET's one write (docs/adr/0002), and
    only the first time that this text is opened. None when nothing waits."""
    if not allows(decision.status, DecisionAction.SIGN):
        return None
    now = timezone.now()
    reading, _created = DraftReading.objects.get_or_create(
        decision=decision, user=reader, defaults={"version": decision.version, "read_at": now}
    )
    if reading.version >= decision.version:
        return reading
    held = DraftReading.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    if held.version < decision.version:
        held.earlier_version, held.earlier_read_at = held.version, held.read_at
        held.version, held.read_at = decision.version, now
        held.save(update_fields=["version", "read_at", "earlier_version", "earlier_read_at"])
    return held


def note_step(decision: Decision, *, kind: VersionKind, actor: User) -> DecisionVersion:
    """That the draft was sent or returned, with the text as it stood."""
    content = content_of(decision)
    return note_version(decision, kind=kind, actor=actor, content=content, before=content)
