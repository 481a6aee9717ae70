"""Putting the budget and the financing of a draft into its rows. Called by ``save_draft`` only."""

from collections.abc import Sequence
from dataclasses import replace

from applications.budget import BudgetRow, FinancingRow
from applications.enums import FinancingKind
from applications.models import Application, BudgetAmount, BudgetLine, Financing, new_row_key
from applications.parts import BudgetPart, FinancingPart


def write_budget(application: Application, part: BudgetPart) -> None:
    """Store the lines. Those that stand as they did are left alone, so that a save costs what it changes."""
    stored = BudgetPart.read(application).lines
    wanted = [row if row.key else replace(row, key=new_row_key()) for row in part.lines]
    stands = {
        row.key for row, old in zip(wanted, stored, strict=False) if row == old
    }  # at the same place, with the same words and numbers
    application.budget_lines.exclude(key__in=stands).delete()
    partners = dict(application.partners.values_list("key", "pk"))
    lines = BudgetLine.objects.bulk_create(
        BudgetLine(
            application=application,
            order=order,
            key=row.key,
            category=row.category,
            description=row.description,
            partner_id=partners.get(row.partner),
            by_hours=row.by_hours,
            hourly_rate=row.hourly_rate if row.by_hours else None,
        )
        for order, row in enumerate(wanted, start=1)
        if row.key not in stands
    )
    rows = {row.key: row for row in wanted}
    BudgetAmount.objects.bulk_create(cell for line in lines for cell in _cells(line, rows[line.key]))


def _cells(line: BudgetLine, row: BudgetRow) -> list[BudgetAmount]:
    return [
        BudgetAmount(line=line, year=year, hours=number if row.by_hours else None, amount=row.value(number))
        for year, number in row.cells
    ]


def write_financing(application: Application, part: FinancingPart) -> list[str]:
    """Store the financiers and the amount applied for; the names of the row's fields that changed."""
    application.financing.all().delete()
    Financing.objects.bulk_create(_financing(application, part.rows))
    application.applied_amount = part.applied_amount
    return ["applied_amount"]


def _financing(application: Application, rows: Sequence[FinancingRow]) -> list[Financing]:
    return [
        Financing(
            application=application,
            order=order,
            # The applicant's own name is the organisation's, which may change; it is not written twice.
            financier="" if row.own else row.financier,
            own=row.own,
            kind=row.kind,
            source=row.source,
            hours=row.hours if row.kind == FinancingKind.IN_KIND else None,
            hourly_rate=row.hourly_rate if row.kind == FinancingKind.IN_KIND else None,
            amount=row.value,
            confirmed=row.confirmed and not row.own,
        )
        for order, row in enumerate(rows, start=1)
    ]
