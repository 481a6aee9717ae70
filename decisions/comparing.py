"""What differs between two versions of a draft: its texts word by word, its points one by one wherever they
have been moved, and all else as it was beside what it is."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from applications.parts import Difference
from decisions.content import DraftContent
from decisions.enums import AmountKind, DecisionKind
from decisions.frozen import Frozen, frozen
from s3portal.common.comparing import ADDED, CHANGED, REMOVED, Change
from s3portal.common.swedish import format_isodate, format_kr

TITLE: Final = "Rubrik"
BACKGROUND: Final = "Ärendebeskrivning"
REASONS: Final = "Skäl för beslutet"
#: What is compared word by word; all other fields stand in a table.
RUNNING_TEXTS: Final = (TITLE, BACKGROUND, REASONS)
MOVED: Final = "Flyttad"


@dataclass(frozen=True)
class PointChange(Change):
    """One point. A place is its number, from 1; 0 where it does not stand."""

    place_before: int = 0
    place_after: int = 0
    is_moved: bool = False

    @property
    def kind(self) -> str:
        if not self.place_before:
            return ADDED
        if not self.place_after:
            return REMOVED
        if self.before == self.after:
            return MOVED
        return f"{CHANGED} och {MOVED.lower()}" if self.is_moved else CHANGED


@dataclass(frozen=True)
class Comparison:
    texts: Sequence[Change]
    points: Sequence[PointChange]
    facts: Sequence[Change]

    @property
    def labels(self) -> list[str]:
        """What has changed, in the order of the document."""
        return [change.label for change in (*self.texts, *self.points, *self.facts)]


def compare(before: Frozen, after: Frozen) -> Comparison:
    """Both as ``frozen.frozen`` kept them."""
    old, new = field_texts(before), field_texts(after)
    changes = [
        Change(label, old.get(label, ""), new.get(label, ""))
        for label in new
        if old.get(label, "") != new.get(label, "")
    ]
    return Comparison(
        texts=[change for change in changes if change.label in RUNNING_TEXTS],
        points=list(_points(before["points"], after["points"])),
        facts=[change for change in changes if change.label not in RUNNING_TEXTS],
    )


def _points(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> Iterator[PointChange]:
    """In the order they stand now, those that are gone last."""
    old = {point["key"]: (place, point["text"]) for place, point in enumerate(before, start=1)}
    new = {point["key"]: (place, point["text"]) for place, point in enumerate(after, start=1)}
    stayed = _stayed([old[key][0] for key in new if key in old])
    for key, (place, text) in new.items():
        was, words = old.get(key, (0, ""))
        is_moved = bool(was) and was not in stayed
        if not was or is_moved or words != text:
            yield PointChange(f"Beslutspunkt {place}", words, text, was, place, is_moved)
    for key, (place, words) in old.items():
        if key not in new:
            yield PointChange(f"Beslutspunkt {place} före ändringen", words, "", place)


def _stayed(places: Sequence[int]) -> set[int]:
    """Of the former places, in the order they stand now, the most that still stand in order: the rest are
    those that were moved (the longest increasing subsequence)."""
    ends: list[int] = []
    before: dict[int, int] = {}
    for place in places:
        at = bisect_left(ends, place)
        # 0 is no place: this one begins a row.
        before[place] = ends[at - 1] if at else 0
        ends[at : at + 1] = [place]
    stayed, last = set(), ends[-1] if ends else 0
    while last:
        stayed.add(last)
        last = before[last]
    return stayed


# --- Fields -----------------------------------------------------------------------------------------------
def content_differences(theirs: DraftContent, mine: DraftContent) -> list[Difference]:
    """What two texts do not agree on, in the order of the page, for who was second to save."""
    stored, typed = (_with_points(frozen(content)) for content in (theirs, mine))
    return [
        Difference(label=label, theirs=stored.get(label, ""), mine=typed.get(label, ""))
        for label in dict.fromkeys([*typed, *stored])
        if stored.get(label, "") != typed.get(label, "")
    ]


def _with_points(content: Frozen) -> dict[str, str]:
    texts = {}
    for label, text in field_texts(content).items():
        texts[label] = text
        if label == REASONS:
            texts |= {
                f"Beslutspunkt {place}": point["text"]
                for place, point in enumerate(content["points"], start=1)
            }
    return texts


def field_texts(content: Frozen) -> dict[str, str]:
    """All but the points as readable text, by their names, in the order of the page."""
    return {
        TITLE: content["title"],
        "Slag av beslut": str(DecisionKind(content["kind"]).label),
        "Enhet": content["unit"],
        "Handläggare": content["case_officer_name"],
        "Telefon": content["case_officer_phone"],
        "E-post": content["case_officer_email"],
        BACKGROUND: content["background"],
        "Beslutsunderlag": "\n".join(row["title"] for row in content["basis_documents"]),
        REASONS: content["reasons"],
        "Slag av belopp": str(AmountKind(content["amount_kind"]).label),
        "Belopp": "" if content["amount"] is None else format_kr(content["amount"]),
        "Beloppet är ett högsta belopp": "Ja" if content["amount_is_ceiling"] else "Nej",
        "Från och med": _day(content["starts_on"]),
        "Till och med": _day(content["ends_on"]),
        "Rättslig grund": _named(content["legal_basis"]),
        "Delegationspunkt": _named(content["clause"]),
        "Undertecknare": _named(content["delegate"]),
        "Föredragande": content["presenter_name"],
        "Föredragandens titel": content["presenter_title"],
        "Deltog också i handläggningen": content["also_present"],
        "Utdrag till": "\n".join(f"{row['name']} {row['email']}".strip() for row in content["recipients"]),
    }


def _day(kept: str | None) -> str:
    return format_isodate(date.fromisoformat(kept)) if kept else ""


def _named(kept: Any) -> str:
    return str(kept["text"]) if kept else ""
