"""Two versions of one part: what differs, what both have changed, and the two put together.

A page carries a mark of every field as it stood when the page was opened. When it is saved each field is
looked at on its own: what only one person has changed is taken from them; what both have changed, each in
their way, is a conflict that a person decides. So nothing that somebody wrote is lost in silence.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, runtime_checkable

from applications.models import Application
from applications.parts.text import FieldText
from s3portal.common.text import Piece, diff_words


class Part(Protocol):
    """What is written on one page of the form, as values."""

    @classmethod
    def read(cls, application: Application) -> Self: ...

    def texts(self) -> Iterator[FieldText]: ...


@runtime_checkable
class Mergeable(Part, Protocol):
    """A part that can take single fields from another version of itself. ``TOGETHER``, if it has one, names
    groups of fields that must come from the same version."""

    def taking(self, other: Any, keys: Collection[str]) -> Self: ...


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
    marks = ",".join(f"{one.key}:{_mark(one.text)}" for one in part.texts() if one.text)
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
    """The fields that differ, in the order of the page."""
    stored = {one.key: one for one in theirs.texts()}
    typed = {one.key: one for one in mine.texts()}
    return [
        Difference(
            label=(typed.get(key) or stored[key]).label,
            theirs=stored[key].text if key in stored else "",
            mine=typed[key].text if key in typed else "",
            key=key,
        )
        for key in [*typed, *(key for key in stored if key not in typed)]
        if (stored[key].text if key in stored else "") != (typed[key].text if key in typed else "")
    ]


@dataclass(frozen=True)
class Meeting:
    """What became of two versions: the ``conflicts`` that a person decides, and if there are none ``part``:
    mine, with what only others had changed."""

    part: Part
    conflicts: list[Difference]


def meet(seen: str, *, stored: Part, mine: Part) -> Meeting:
    """Put together what is stored and what was typed on a page with the mark ``seen``."""
    base = _marks(seen)
    found = differences(stored, mine)
    only_theirs = {one.key for one in found if _mark(one.mine) == base.get(one.key, "")}
    only_mine = {one.key for one in found if _mark(one.theirs) == base.get(one.key, "")} - only_theirs
    both = {one.key for one in found} - only_theirs - only_mine
    if not isinstance(mine, Mergeable):
        # It cannot be taken apart: whoever comes second chooses between the two as they are.
        both = {one.key for one in found} if both or only_theirs else set()
        return Meeting(mine, [one for one in found if one.key in both])
    for group in getattr(mine, "TOGETHER", ()):
        if group & only_theirs and group & only_mine:
            both |= group & (only_theirs | only_mine)
    if both:
        return Meeting(mine, [one for one in found if one.key in both])
    return Meeting(mine.taking(stored, only_theirs), [])


def taking_theirs(mine: Part, *, stored: Part, chosen: Mapping[str, str]) -> Part:
    """``mine`` with the stored text of the fields in ``chosen``, where that is still the text with the mark
    that was chosen. Where it is not, mine stays and will meet it anew."""
    texts = {one.key: one.text for one in stored.texts()}
    keys = {key for key, mark in chosen.items() if _mark(texts.get(key, "")) == mark}
    return mine.taking(stored, keys) if isinstance(mine, Mergeable) else mine
