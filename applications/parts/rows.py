"""The rows of a part that are added and taken away: each keeps its key, so two versions meet row by row."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar, TypeVar

from applications.parts.text import FieldText, day_text

R = TypeVar("R", bound="Row")
YES_NO_UNSAID = {True: "Ja", False: "Nej", None: ""}


@dataclass(frozen=True)
class Row:
    """One row as values. ``key`` is the row's own; ``KIND`` begins the key of its field (``partner-…``)."""

    KIND: ClassVar[str]
    NOUN: ClassVar[str]

    key: str

    @property
    def field_key(self) -> str:
        return f"{self.KIND}-{self.key}"

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, name) in ("", None) for name in self.names())

    @classmethod
    def names(cls) -> list[str]:
        """The row's own columns."""
        return [one.name for one in fields(cls) if one.name != "key"]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Label and text of each column. Two rows that differ have lines that differ."""
        # Each kind of row has its own; a row without a kind is never made.
        raise NotImplementedError

    @property
    def text(self) -> str:
        return "\n".join(f"{label}: {text}" for label, text in self.lines() if text)


@dataclass(frozen=True)
class PartnerRow(Row):
    KIND = "partner"
    NOUN = "Samverkanspart"

    name: str
    org_number: str
    contact_name: str
    contact_email: str
    role: str
    receives_aid: bool | None

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "Namn", self.name
        yield "Organisationsnummer", self.org_number
        yield "Kontaktperson", self.contact_name
        yield "E-post", self.contact_email
        yield "Roll i projektet", self.role
        yield "Tar del av stödet", YES_NO_UNSAID[self.receives_aid]


@dataclass(frozen=True)
class ActivityRow(Row):
    KIND = "activity"
    NOUN = "Aktivitet"

    what: str
    starts_on: date | None
    ends_on: date | None
    responsible: str

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "Aktivitet", self.what
        yield "Från", day_text(self.starts_on)
        yield "Till", day_text(self.ends_on)
        yield "Ansvarig", self.responsible


@dataclass(frozen=True)
class IndicatorRow(Row):
    KIND = "indicator"
    NOUN = "Indikator"

    name: str
    unit: str
    target: str

    def lines(self) -> Iterator[tuple[str, str]]:
        yield "Indikator", self.name
        yield "Enhet", self.unit
        yield "Målvärde", self.target


def read_rows(kind: type[R], stored: Any) -> tuple[R, ...]:
    return tuple(kind(key=row.key, **{name: getattr(row, name) for name in kind.names()}) for row in stored)


def row_texts(rows: Sequence[Row]) -> Iterator[FieldText]:
    for number, row in enumerate(rows, start=1):
        yield FieldText(row.field_key, f"{row.NOUN} {number}", row.text)


def take_rows(mine: Sequence[R], theirs: Sequence[R], keys: Collection[str]) -> tuple[R, ...]:
    """My rows, but those named in ``keys`` as they stand in theirs: changed, added at the end or gone."""
    stored = {row.field_key: row for row in theirs}
    kept = [stored.pop(row.field_key, None) if row.field_key in keys else row for row in mine]
    have = {row.field_key for row in mine}
    added = [row for key, row in stored.items() if key in keys and key not in have]
    return tuple(row for row in [*kept, *added] if row is not None)
