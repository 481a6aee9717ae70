"""Comments on drafts that somebody has not seen, and who shall have a mail of them. Questions only: nothing
is written.

One mail gathers what was said: it goes when nobody has written for some minutes, to those who take part and
have not written since. It holds no word of the case but its number."""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db.models import Max, Q

from calls.queries.due import whole_address
from decisions.enums import DecisionStatus, EntryKind, VersionKind
from decisions.impartiality import barred_by_case
from decisions.models import Decision, DecisionVersion, DraftComment
from decisions.models.decision import LONG_TEXTS
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.outbox.reminders import Occasion, Reminder


def commented_drafts(first: datetime, last: datetime) -> list[Occasion]:
    """Unsigned decisions whose latest comment was written between the two, both inclusive."""
    of_late = DraftComment.objects.filter(kind=EntryKind.COMMENT, at__gte=first)
    said = Q(threads__entries__kind=EntryKind.COMMENT)
    decisions = (
        Decision.objects.exclude(status=DecisionStatus.SIGNED)
        .filter(pk__in=of_late.values("thread__decision"))
        .annotate(said_at=Max("threads__entries__at", filter=said))
        .filter(said_at__lte=last)
        .select_related("case", "delegate__user")
        .defer(*LONG_TEXTS)
    )
    return [_occasion(decision, decision.said_at) for decision in decisions.order_by("pk")]


def _occasion(decision: Decision, at: datetime) -> Occasion:
    return Occasion(obj=decision, at=at, topic=f"draft_commented:{decision.pk}")


def comment_of(comment: DraftComment) -> Occasion:
    return _occasion(comment.thread.decision, comment.at)


#: A moment, and the comment then: two may be written in the same.
_Place = tuple[datetime, int]
_NOWHERE: Final[_Place] = (datetime.min.replace(tzinfo=UTC), 0)


@dataclass
class _Taking:
    """What one draft's people have done: where in the comments each wrote or was mailed last, and the
    comments in order."""

    since: dict[int, _Place] = field(default_factory=dict)
    said: list[tuple[_Place, User]] = field(default_factory=list)

    def heard(self, person: int, place: _Place) -> None:
        self.since[person] = max(self.since.get(person, _NOWHERE), place)


def comment_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To those who have written in the draft or in its comments, and whom it waits for, if others have
    commented since. Not to those who have declared jäv, or no longer write and sign decisions."""
    decisions = {one.obj.pk: one.obj for one in occasions if isinstance(one.obj, Decision)}
    taking = _taking_part(decisions)
    barred = barred_by_case({decision.case_id for decision in decisions.values()})
    people = {pk for one in taking.values() for pk in one.since}
    readers = User.objects.filter(
        pk__in=people, is_active=True, staff_roles__role__in=[Role.OFFICER, Role.DELEGATE]
    ).distinct()
    known = {user.pk: user for user in readers if only is None or user.email.lower() in only}
    for occasion in occasions:
        decision = decisions[occasion.obj.pk]
        for pk, since in sorted(taking[decision.pk].since.items()):
            said = taking[decision.pk].said
            new = [author for place, author in said if author.pk != pk and place > since]
            if new and pk in known and pk not in barred[decision.case_id]:
                yield Reminder(occasion, known[pk].email, _values(decision, new))


def _taking_part(decisions: Collection[int]) -> dict[int, _Taking]:
    """By the decision. Three queries."""
    found: dict[int, _Taking] = defaultdict(_Taking)
    people = DecisionVersion.objects.filter(decision__in=decisions).exclude(saved_by=None)
    for pk, person in people.order_by().values_list("decision_id", "saved_by_id").distinct():
        found[pk].since.setdefault(person, _NOWHERE)
    entries = DraftComment.objects.filter(
        thread__decision__in=decisions, kind=EntryKind.COMMENT, withdrawn_at=None
    )
    for entry in entries.select_related("thread", "author").order_by("at", "pk"):
        taking = found[entry.thread.decision_id]
        taking.said.append(((entry.at, entry.pk), entry.author))
        taking.heard(entry.author_id, (entry.at, entry.pk))
    for decision, person, at in _told(decisions):
        found[decision].heard(person, (at, sys.maxsize))
    return found


def _told(decisions: Collection[int]) -> Iterator[tuple[int, int, datetime]]:
    """Who was mailed that a draft waits for them, or has come back: that mail leads to the comments too."""
    steps = DecisionVersion.objects.filter(
        decision__in=decisions, kind__in=[VersionKind.PROPOSED, VersionKind.RETURNED]
    ).select_related("decision__delegate")
    sender: dict[int, int | None] = {}
    for step in steps.defer("content", *(f"decision__{name}" for name in LONG_TEXTS)).order_by("number"):
        delegate = step.decision.delegate
        if step.kind == VersionKind.PROPOSED:
            sender[step.decision_id] = step.saved_by_id
            if delegate is not None:
                yield step.decision_id, delegate.user_id, step.saved_at
        else:
            back_to = sender.get(step.decision_id)
            if back_to is not None:
                yield step.decision_id, back_to, step.saved_at


def _values(decision: Decision, authors: Sequence[User]) -> dict[str, str]:
    names = list(dict.fromkeys(author.full_name for author in authors))
    count = len(authors)
    return {
        "antal": "1 ny kommentar" if count == 1 else f"{count} nya kommentarer",
        "av": " och ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names),
        "diarienummer": str(decision.case),
        "länk": whole_address("decisions:draft_comments", decision.pk),
    }
