"""Two versions of one part: what differs, what both have changed, and the two put together.

A page carries a mark of every field as it stood when the page was opened. When it is saved each field is
looked at on its own: what only one person has changed is taken from them; what both have changed, each in
their way, is a conflict that a person decides. So nothing that somebody wrote is lost in silence.

A row of a table is looked at cell by cell when both have it, otherwise as a whole: who changes a cell of a
row that another has taken away is asked about the row.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from applications.models import Application
from applications.parts.text import FieldText
from s3portal.common.text import Piece, diff_words

#: The order of a table's rows, as a field of its own.
ORDER = "order"


class Part(Protocol):
    """What is written on one page of the form, as values. ``TOGETHER``, if it has one, names groups of fields
    that must come from the same version."""

    @classmethod
    def read(cls, application: Application) -> Self: ...

    def texts(self) -> Iterator[FieldText]: ...

    def taking(self, other: Any, keys: Collection[str]) -> Self:
        """This, but the fields named in ``keys`` as they stand in ``other``."""
        ...


@dataclass(frozen=True)
class Difference:
    """One field that two versions do not agree on. ``pieces`` go from theirs to mine."""

    label: str
    theirs: str
    mine: str
    key: str = field(default="", compare=False)

    @property
    def pieces(self) -> list[Piece]:
        return diff_words(self.theirs, self.mine)

    @property
    def shown(self) -> str:
        """The mark of their text, so that a choice between the two is about just that text."""
        return _mark(self.theirs)


def _mark(text: str) -> str:
    """A field that is empty and a row that is not there are the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def seen_mark(application: Application, part: Part) -> str:
    """What a page carries to tell which texts it holds: the draft's version, and a mark of each field."""
    texts = (one for row in part.texts() for one in (row, *row.cells))
    marks = ",".join(f"{one.key}:{_mark(one.text)}" for one in texts if one.text)
    return f"{application.version}-{marks}"


def _marks(seen: str) -> dict[str, str]:
    """One mark per field. What cannot be read is a page that was opened empty: then nothing is taken away."""
    _version, _dash, marks = seen.partition("-")
    pairs = (one.partition(":") for one in marks.split(","))
    return {key: mark for key, _colon, mark in pairs if mark}


def with_choices(seen: str, chosen: Mapping[str, str]) -> str:
    """The mark of a page whose writer has also seen these fields as they were marked, and chosen."""
    version, _dash, _marks_text = seen.partition("-")
    marks = _marks(seen) | dict(chosen)
    return f"{version}-" + ",".join(f"{key}:{mark}" for key, mark in marks.items() if mark)


def differences(theirs: Part, mine: Part) -> list[Difference]:
    """The fields that differ, in the order of the page, and whether the rows that both have lie in the same
    order."""
    stored, typed = list(theirs.texts()), list(mine.texts())
    return [*_field_by_field(stored, typed), *_order(stored, typed, among=None)]


def _field_by_field(theirs: Sequence[FieldText], mine: Sequence[FieldText]) -> Iterator[Difference]:
    stored, typed = _compared(theirs, mine), _compared(mine, theirs)
    for key in [*typed, *(key for key in stored if key not in typed)]:
        before, after = (side[key].text if key in side else "" for side in (stored, typed))
        if before != after:
            yield Difference((typed.get(key) or stored[key]).label, before, after, key)


def _compared(texts: Sequence[FieldText], other: Sequence[FieldText]) -> dict[str, FieldText]:
    """The cells of a row that the other has too and of the same kind; all else as it is."""
    kinds = {row.key: row.kind for row in other if row.cells}
    pieces = (row.cells if row.cells and kinds.get(row.key) == row.kind else (row,) for row in texts)
    return {one.key: one for found in pieces for one in found}


def _order(
    theirs: Sequence[FieldText], mine: Sequence[FieldText], *, among: Collection[str] | None
) -> Iterator[Difference]:
    """One difference, when the rows that both have (and that are ``among`` these) lie in different orders."""
    stored, typed = (
        {row.key: row for row in texts if row.cells and (among is None or row.key in among)}
        for texts in (theirs, mine)
    )
    before, after = [key for key in stored if key in typed], [key for key in typed if key in stored]
    if before != after:
        names = _told_apart([typed[key] for key in after])
        first, then = (", ".join(names[key] for key in order) for order in (before, after))
        yield Difference("Radernas ordning", first, then, ORDER)


def _told_apart(rows: Sequence[FieldText]) -> dict[str, str]:
    """The rows' names; those of the same name with their place among the rows too."""
    called = [row.name for row in rows]
    return {
        row.key: row.name if called.count(row.name) == 1 else f"{row.name} ({row.label.lower()})"
        for row in rows
    }


@dataclass(frozen=True)
class Meeting:
    """What became of two versions: the ``conflicts`` that a person decides, and if there are none ``part``:
    mine, with what only others had changed."""

    part: Part
    conflicts: list[Difference]


def meet(seen: str, *, stored: Part, mine: Part) -> Meeting:
    """Put together what is stored and what was typed on a page with the mark ``seen``."""
    base = _marks(seen)
    theirs, typed = list(stored.texts()), list(mine.texts())
    found = list(_field_by_field(theirs, typed))
    only_theirs = {one.key for one in found if _mark(one.mine) == base.get(one.key, "")}
    only_mine = {one.key for one in found if _mark(one.theirs) == base.get(one.key, "")} - only_theirs
    for moved in _order(theirs, typed, among=base):
        found.append(moved)
        here, there, before = _common_orders(typed, theirs, base)
        if here == before:
            only_theirs.add(ORDER)
        elif there == before or base.get(ORDER) == moved.shown:
            only_mine.add(ORDER)
    both = {one.key for one in found} - only_theirs - only_mine
    for group in getattr(mine, "TOGETHER", ()):
        if group & only_theirs and group & only_mine:
            both |= group & (only_theirs | only_mine)
    if both:
        return Meeting(mine, [one for one in found if one.key in both])
    return Meeting(mine.taking(stored, only_theirs), [])


def _common_orders(
    mine: Sequence[FieldText], theirs: Sequence[FieldText], base: Collection[str]
) -> Iterator[list[str]]:
    """The rows that all three have, in the order of each."""
    orders = ([row.key for row in mine], [row.key for row in theirs], list(base))
    for keys in orders:
        yield [key for key in keys if all(key in other for other in orders)]


def taking_theirs(mine: Part, *, stored: Part, chosen: Mapping[str, str]) -> Part:
    """``mine`` with the stored text of the fields in ``chosen``, where that is still the text with the mark
    that was chosen. Where it is not, mine stays and will meet it anew."""
    shown = {one.key: one.shown for one in differences(stored, mine)}
    return mine.taking(stored, {key for key, mark in chosen.items() if shown.get(key) == mark})
