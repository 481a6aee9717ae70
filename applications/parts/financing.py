"""Who pays: the amount applied for, the applicant's own money and time, and what others give."""

from collections.abc import Iterator
from dataclasses import dataclass

from applications.budget import FinancingRow
from applications.enums import FinancingKind, FinancingSource
from applications.models import Application
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
            )
            for row in application.financing.all()
        )
        return cls(rows, application.applied_amount)

    def texts(self) -> Iterator[FieldText]:
        for number, row in enumerate(self.rows, start=1):
            yield FieldText(f"financing-{number}", f"Finansiär {number}", financing_text(row))
        yield FieldText("applied_amount", "Sökt stöd", kr_text(self.applied_amount))


def financing_text(row: FinancingRow) -> str:
    """One financier on one line: "SVID, kontant, privat, 420 000 kr"."""
    words = [
        "Egna medel" if row.own else row.financier or "Utan namn",
        str(FinancingKind(row.kind).label).lower(),
        str(FinancingSource(row.source).label),
    ]
    if row.kind == FinancingKind.IN_KIND:
        words.append(f"{number_text(row.hours)} timmar à {number_text(row.hourly_rate)} kr")
    words.append(kr_text(row.value) or "belopp saknas")
    if row.confirmed:
        words.append("bekräftad skriftligt")
    return ", ".join(words)
