"""What is shown of the comments on a draft: by part, the open ones first. A constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import prefetch_related_objects

from decisions.draft_parts import PartText, parts_of
from decisions.models import CommentThread, Decision, DraftComment
from s3portal.accounts.models import User

#: Where comments stand on what is no longer in the draft.
LEFT_OVER: Final = "del-borttaget"


@dataclass(frozen=True)
class Shown:
    """A thread as one person reads it."""

    thread: CommentThread
    entries: Sequence[DraftComment]
    has_changed: bool
    is_left_over: bool
    #: The one comment that this person may still change; 0 for none.
    editable: int
    #: The numbers of the version that it was written on and of the newest, when they differ.
    versions: tuple[int, int] | None

    @property
    def opener(self) -> DraftComment:
        return self.entries[0]


@dataclass(frozen=True)
class PartShown:
    """``part`` is None for what was said of parts that are gone."""

    part: PartText | None
    open: Sequence[Shown]
    done: Sequence[Shown]

    @property
    def anchor(self) -> str:
        return LEFT_OVER if self.part is None else self.part.anchor

    @property
    def label(self) -> str:
        return "Delar som är borttagna" if self.part is None else self.part.label

    @property
    def count_text(self) -> str:
        """As in "2 öppna, 1 klar"; nothing without comments."""
        counts = [
            f"{len(self.open)} {'öppen' if len(self.open) == 1 else 'öppna'}" if self.open else "",
            f"{len(self.done)} {'klar' if len(self.done) == 1 else 'klara'}" if self.done else "",
        ]
        return ", ".join(count for count in counts if count)


def parts_shown(decision: Decision, user: User) -> list[PartShown]:
    """Every part of the draft with what is said of it; last, what is said of what is gone."""
    threads = list(decision.threads.prefetch_related("entries__author"))
    versions = list(decision.versions.values_list("number", "version"))
    shown, left = [], threads

    def read(part: PartText | None, threads: Sequence[CommentThread]) -> PartShown:
        rows = [_shown(thread, part, user, decision, versions) for thread in threads]
        return PartShown(
            part,
            open=[row for row in rows if row.thread.is_open],
            done=[row for row in rows if not row.thread.is_open],
        )

    for part in parts_of(decision):
        here = [thread for thread in left if part.is_about(thread)]
        left = [thread for thread in left if thread not in here]
        shown.append(read(part, here))
    return [*shown, read(None, left)] if left else shown


def _shown(
    thread: CommentThread,
    part: PartText | None,
    user: User,
    decision: Decision,
    versions: Sequence[tuple[int, int]],
) -> Shown:
    entries = list(thread.entries.all())
    comments = [entry for entry in entries if entry.is_comment]
    last = comments[-1]
    mine = not decision.is_signed and last.author_id == user.pk and last.withdrawn_at is None
    changed = part is not None and part.has_changed_since(thread)
    before = next((number for number, version in versions if version <= thread.version), 0)
    pair = (before, versions[0][0]) if before and before != versions[0][0] else None
    return Shown(thread, entries, changed, part is None, last.pk if mine else 0, pair)


def open_by_anchor(decision: Decision) -> dict[str, list[CommentThread]]:
    """The open threads of each part (``PartText.anchor``), for the page where the draft is written. Costs no
    query without any when the decision comes from ``with_parts``, else two."""
    found: dict[str, list[CommentThread]] = {}
    threads = [thread for thread in decision.threads.all() if thread.is_open]
    prefetch_related_objects(threads, "entries__author")
    for thread in threads:
        found.setdefault(thread.anchor, []).append(thread)
    return found
