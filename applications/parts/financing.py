"""Who pays: the amount applied for, the applicant's own money and time, and what others give."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from applications.budget import FinancingRow
from applications.enums import FinancingKind, FinancingSource
from applications.models import Application
from applications.parts.tables import take_table
from applications.parts.text import FieldText, kr_text, number_text


@dataclass(frozen=True)
class FinancingPart:
    """The financiers in the order of the page, and the amount applied for in kronor."""

    rows: tuple[FinancingRow, ...]
    applied_amount: int | None

    @classmethod
    def read(cls, application: Application) -> "FinancingPart":
        rows = tuple(
            FinancingRow(
                financier=row.financier,
                kind=row.kind,
                source=row.source,
                hours=row.hours,
                hourly_rate=row.hourly_rate,
                amount=None if row.kind == FinancingKind.IN_KIND else row.amount,
                own=row.own,
                confirmed=row.confirmed,
                letter=row.letter.filename if row.letter else "",
                key=row.key,
            )
            for row in application.financing.select_related("letter")
        )
        return cls(rows, application.applied_amount)

    def texts(self) -> Iterator[FieldText]:
        yield FieldText("applied_amount", "Sökt stöd", kr_text(self.applied_amount))
        for number, row in enumerate(self.rows, start=1):
            key, label = _field_key(row, number), self._label(number - 1)
            yield FieldText(
                key,
                label,
                financing_text(row),
                cells=tuple(_cells(row, key, label)),
                kind=f"{'own' if row.own else 'others'} {'hours' if row.in_kind else 'amount'}",
                name="Egna medel" if row.own else row.financier or "Utan namn",
            )

    def _label(self, place: int) -> str:
        """Own and others' are two tables, each numbered from 1."""
        own = self.rows[place].own
        number = sum(row.own == own for row in self.rows[: place + 1])
        return f"Egna medel, rad {number}" if own else f"Finansiär {number}"

    def taking(self, other: "FinancingPart", keys: Collection[str]) -> "FinancingPart":
        rows = take_table(
            {_field_key(row, number): row for number, row in enumerate(self.rows, start=1)},
            {_field_key(row, number): row for number, row in enumerate(other.rows, start=1)},
            keys,
            _taking_cells,
        )
        return FinancingPart(rows, (other if "applied_amount" in keys else self).applied_amount)


_COLUMNS = ("financier", "kind", "source", "hours", "hourly_rate", "amount", "confirmed", "letter")


def _field_key(row: FinancingRow, number: int) -> str:
    return f"fin-{row.key or number}"


def _cells(row: FinancingRow, key: str, label: str) -> Iterator[FieldText]:
    if not row.own:
        yield FieldText(f"{key}-financier", f"{label}, namn", row.financier)
        yield FieldText(f"{key}-confirmed", f"{label}, bekräftad skriftligt", "Ja" if row.confirmed else "")
        yield FieldText(f"{key}-letter", f"{label}, brev", row.letter)
    yield FieldText(f"{key}-kind", f"{label}, slag", str(FinancingKind(row.kind).label))
    yield FieldText(f"{key}-source", f"{label}, källa", str(FinancingSource(row.source).label))
    if row.in_kind:
        hours = "" if row.hours is None else f"{number_text(row.hours)} timmar"
        yield FieldText(f"{key}-hours", f"{label}, timmar", hours)
        yield FieldText(f"{key}-hourly_rate", f"{label}, kronor per timme", kr_text(row.hourly_rate))
    else:
        yield FieldText(f"{key}-amount", f"{label}, belopp", kr_text(row.amount))


def _taking_cells(mine: FinancingRow, theirs: FinancingRow, names: Collection[str]) -> FinancingRow:
    """My row, but the cells of these names as they stand in theirs. Both are of the same kind."""
    return replace(mine, **{name: getattr(theirs, name) for name in _COLUMNS if name in names})


def financing_text(row: FinancingRow) -> str:
    """One financier on one line: "SVID, kontant, privat, 420 000 kr"."""
    words = [
        "Egna medel" if row.own else row.financier or "Utan namn",
        str(FinancingKind(row.kind).label).lower(),
        str(FinancingSource(row.source).label),
    ]
    if row.in_kind:
        words.append(f"{number_text(row.hours)} timmar à {number_text(row.hourly_rate)} kr")
    words.append(kr_text(row.value) or "belopp saknas")
    if row.confirmed:
        words.append("bekräftad skriftligt")
    if row.letter:
        words.append(f"brev: {row.letter}")
    return ", ".join(words)
