"""What of a signed decision is marked as secret, as the diary's marks tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from decisions.amounts import words_telling
from decisions.models import CommitteeMeeting, Decision, DecisionDocument, MaskedDocument
from decisions.models.decision import LONG_TEXTS
from decisions.recipe import Recipe, is_of_earlier, recipe_of
from decisions.veil import WHOLE, hidden_amounts
from s3portal.diary.marked import nothing_marked
from s3portal.diary.merging import CaseMerger, cases_of_matters, merged_with
from s3portal.diary.models import SecrecyMark
from s3portal.diary.secrecy import SecrecyMarkQuerySet, pattern_of


def concerning(decision: Decision) -> SecrecyMarkQuerySet:
    """Standing marks that cover something in the decision's document: on the case and those that it is merged
    with, on its record, and on the records of the decisions that it changes, whose points it tells in
    its background."""
    told = DecisionDocument.objects.filter(decision__in=_with_earlier(decision)).values("file__record")
    matter = merged_with([decision.case_id])[decision.case_id]
    return (
        SecrecyMark.objects.standing()
        .filter(Q(record__isnull=True, case__in=matter) | Q(record__in=told, case=decision.case_id))
        .select_related("case", "record", "file")
        .order_by("pk")
    )


def _with_earlier(decision: Decision) -> list[int]:
    """The decision, the one it changes, the one that changes, and so on. All are of one case, and no chain
    bites its tail (``triggers.ChangesASigned``)."""
    chain, earlier = [decision.pk], decision.changes_id
    while earlier is not None:
        chain.append(earlier)
        earlier = Decision.objects.values_list("changes_id", flat=True).get(pk=earlier)
    return chain


def whole_mark(decision: Decision, marks: Iterable[SecrecyMark]) -> SecrecyMark | None:
    """The first of the marks with which nothing of the decision is open. One on an earlier decision's record
    hides what is told of that."""
    return next((one for one in marks if one.part in WHOLE and not is_of_earlier(decision, one)), None)


@dataclass(frozen=True)
class Secrecy:
    """What in a decision is marked. ``whole``: the mark with which nothing of it is open."""

    marks: tuple[SecrecyMark, ...]
    whole: SecrecyMark | None
    recipe: Recipe | None
    #: In kronor, when it is secret.
    amount: int | None = None

    @property
    def any(self) -> bool:
        return bool(self.marks)

    def found_in(self, text: str) -> str:
        """The first of the secret words that stand in the text, or what tells a secret amount; "" when none
        does."""
        pattern = None if self.recipe is None else pattern_of(self.recipe.words)
        found = None if pattern is None else pattern.search(text)
        if found is not None:
            return found[0]
        return "" if self.amount is None else next(words_telling([text], {self.amount}), "")


def secrecy_of(decision: Decision) -> Secrecy:
    """``decision`` comes from ``with_parts``. What must still be so at the commit needs its case locked."""
    marks = tuple(concerning(decision))
    recipe = recipe_of(decision, marks) if marks else None
    amount = decision.amount if recipe is not None and recipe.hides("amount") else None
    return Secrecy(marks, whole_mark(decision, marks), recipe, amount)


def amount_is_open(meeting: CommitteeMeeting) -> Q:
    """Of the meeting's rows with a ``decision``: its amount is not marked, so that it may be part of a sum.
    Four queries, however long the list is, so ask once for a page."""
    found = Decision.objects.filter(~nothing_marked(), report__meeting=meeting)
    rows = found.select_related("case").defer(*LONG_TEXTS).order_by()
    return ~Q(decision__in=hidden_amounts(rows))


def marked_since(meeting: CommitteeMeeting, moment: datetime) -> bool:
    """Whether something in the matters on the meeting's list has been marked after the moment, or was marked
    before it in a case that has been merged with one of them since; and stands. Five queries, however long
    the list is."""
    listed = Decision.objects.filter(report__meeting=meeting).order_by().values_list("case", flat=True)
    matter = cases_of_matters(listed)
    since = CaseMerger.objects.standing().filter(at__gt=moment, into__in=matter)
    merged = cases_of_matters(since.values_list("into", flat=True))
    marks = SecrecyMark.objects.standing().filter(case__in=matter)
    return marks.filter(Q(marked_at__gt=moment) | Q(case__in=merged)).exists()


def fresh_masked(decision: Decision, secrecy: Secrecy) -> MaskedDocument | None:
    """The latest masked version, if it takes out what the standing marks cover; none when nothing is marked,
    or all of it."""
    if not secrecy.any or secrecy.whole is not None:
        return None
    latest = MaskedDocument.objects.filter(decision=decision).select_related("file__record__case").first()
    if latest is None or Recipe.stored(latest.recipe) != secrecy.recipe:
        return None
    return latest
