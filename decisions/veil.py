"""What a list leaves out of decisions for those who may only read what is open: the title, the amount.

A masked version goes by its own recipe (``recipe``). Lists that tell of decisions which are not published,
such as the agenda and the notice board, go by this, in a fixed number of questions for all their rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from decisions.amounts import amounts_in, figures_of, words_telling
from s3portal.common.swedish import find_amounts
from s3portal.diary.merging import merged_with
from s3portal.diary.models import PROTECTED, SecrecyMark
from s3portal.diary.secrecy import Part, hide_words

if TYPE_CHECKING:
    from decisions.models import Decision

#: With one of these nothing of the document is open, so no masked version can be made of it.
WHOLE: Final = (Part.CASE, Part.RECORD, Part.CONTENT, Part.FILE)
#: Marks on the decision's own record that cover what the decision is called.
_COVER_TITLE: Final = (Part.RECORD, Part.RECORD_TITLE)


@dataclass(frozen=True)
class Veil:
    """What is hidden: the ``title`` as a whole, else the ``words`` in it; the ``amount``."""

    title: bool = False
    amount: bool = False
    words: Collection[str] = field(default_factory=tuple)

    def over(self, text: str) -> str:
        """A title as it may be shown."""
        return PROTECTED if self.title else hide_words(text, self.words)


@dataclass(frozen=True)
class _Signed:
    """What marks on a decision's record hide in the others of its case."""

    pk: int
    title: str
    amount: int | None
    party: tuple[str, ...]


def veils_of(decisions: Iterable["Decision"]) -> Mapping[int, Veil]:
    """By the decision's id. Three questions, however many they are; ``case`` is read with each."""
    from decisions.models import Decision  # which has its own veil from here

    listed = list(decisions)
    marks = _marks_by_case({one.case_id for one in listed})
    facts = Decision.objects.filter(case__in=marks).values_list(
        "pk", "title", "amount", "case__counterpart", "application__organisation__name",
        "document__file__record_id",
    )  # fmt: skip
    by_record = {
        record: _Signed(pk, title, amount, tuple(filter(None, party)))
        for pk, title, amount, *party, record in facts
        if record is not None
    }
    return {one.pk: _veil(one, marks[one.case_id], by_record) for one in listed}


def _marks_by_case(cases: Collection[int]) -> Mapping[int, list[SecrecyMark]]:
    """Those in the case, and those by which a case that it is merged with is secret as a whole. What else is
    marked there stands in the case's own columns."""
    matters = merged_with(cases)
    wanted = {pk for matter in matters.values() for pk in matter}
    found: dict[int, list[SecrecyMark]] = defaultdict(list)
    marks = list(SecrecyMark.objects.standing().filter(case__in=wanted))
    for pk, matter in matters.items():
        found[pk] += [
            one for one in marks if one.case_id == pk or (one.part == Part.CASE and one.case_id in matter)
        ]
    return found


def lay_veils(decisions: Iterable["Decision"]) -> None:
    """So that none of them asks for its own."""
    listed = list(decisions)
    veils = veils_of(listed)
    for one in listed:
        one.veil = veils[one.pk]


def _veil(decision: "Decision", marks: Iterable[SecrecyMark], by_record: Mapping[int, _Signed]) -> Veil:
    words: set[str] = set(decision.case.secret_words)
    amounts: set[int] = set()
    title, amount = decision.case.title_protected, False
    for passage in decision.case.hidden_words:
        amounts.update(map(abs, find_amounts(passage)))
        amount |= decision.amount in amounts_in(passage)
    for mark in marks:
        about = by_record.get(mark.record_id or 0)
        own = about is not None and about.pk == decision.pk
        title |= own and mark.part in _COVER_TITLE
        amount |= mark.part == Part.CASE or (own and mark.part in WHOLE)
        if about is None:
            # A record that is no decision's: the field of it may tell of any in the case.
            amount |= mark.field == "amount"
            continue
        if mark.part in _COVER_TITLE:
            words.add(about.title)
        if mark.part in (Part.RECORD, Part.RECORD_COUNTERPART):
            words.update(about.party)
        if mark.field == "amount" and about.amount is not None:
            amounts.add(about.amount)
    amount |= decision.amount in amounts
    if amount and decision.amount is not None:
        amounts.add(decision.amount)
    words.update(figures_of(amounts), words_telling([decision.title], amounts))
    return Veil(title=title, amount=amount, words=frozenset(words))


def hidden_amounts(decisions: Iterable["Decision"]) -> set[int]:
    """Ids of those whose amount is hidden, so that it is in no sum."""
    return {pk for pk, veil in veils_of(decisions).items() if veil.amount}
