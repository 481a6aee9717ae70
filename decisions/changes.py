"""What signed decisions have to do with each other, told on the pages of both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q

from decisions.enums import DecisionStatus, Relation
from decisions.models import Decision
from decisions.models.decision import LONG_TEXTS
from decisions.veil import lay_veils
from s3portal.common.swedish import format_day


@dataclass(frozen=True)
class Tie:
    """One sentence, and the other decision. ``warns``: the decision at hand was changed."""

    sentence: str
    other: Decision
    warns: bool

    @property
    def is_public(self) -> bool:
        return hasattr(self.other, "publication")


def ties_of(ids: Collection[int]) -> Mapping[int, list[Tie]]:
    """Per decision: what it changes, and what signed decisions have changed it. Three queries for all."""
    found = list(
        Decision.objects.filter(
            Q(pk__in=ids, changes__isnull=False) | Q(changes__in=ids, status=DecisionStatus.SIGNED)
        )
        .select_related("case", "publication", "changes__case", "changes__publication")
        .defer(*LONG_TEXTS, *(f"changes__{name}" for name in LONG_TEXTS))
        .order_by("decided_on", "pk")
    )
    lay_veils(later.changes for later in found if later.changes is not None)
    ties: dict[int, list[Tie]] = {pk: [] for pk in ids}
    for later in found:
        earlier = later.changes
        if earlier is None:
            continue
        if later.pk in ties:
            ties[later.pk].append(Tie(later.public_change_text, earlier, warns=False))
        if earlier.pk in ties and later.decided_on is not None:
            told = Relation(later.relation).told
            sentence = f"{told} den {format_day(later.decided_on)} genom beslut {later.printed_number}"
            ties[earlier.pk].append(Tie(sentence, later, warns=True))
    return ties
