"""Putting the budget and the financing of a draft into its rows. Called by ``save_draft`` only."""

from collections.abc import Sequence
from dataclasses import replace

from applications.budget import BudgetRow, FinancingRow
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
    """Store the financiers and the amount applied for; the names of the row's fields that changed. A
    financier that stays keeps its row's id: others may point at it."""
    wanted = [row if row.key else replace(row, key=new_row_key()) for row in part.rows]
    letters = dict(application.attachments.values_list("filename", "pk"))
    application.financing.exclude(key__in=[row.key for row in wanted]).delete()
    Financing.objects.bulk_create(
        _financing(application, wanted, letters),
        update_conflicts=True,
        unique_fields=["application", "key"],
        update_fields=[
            "order", "financier", "own", "kind", "source", "hours", "hourly_rate", "amount", "confirmed",
            "letter",
        ],
    )  # fmt: skip
    application.applied_amount = part.applied_amount
    return ["applied_amount"]


def _financing(
    application: Application, rows: Sequence[FinancingRow], letters: dict[str, int]
) -> list[Financing]:
    """``letters``: the draft's files by name. One that has been removed meanwhile is nobody's letter."""
    return [
        Financing(
            application=application,
            order=order,
            key=row.key,
            # The applicant's own name is the organisation's, which may change; it is not written twice.
            financier="" if row.own else row.financier,
            own=row.own,
            kind=row.kind,
            source=row.source,
            hours=row.hours if row.in_kind else None,
            hourly_rate=row.hourly_rate if row.in_kind else None,
            amount=row.value,
            confirmed=row.confirmed and not row.own,
            letter_id=None if row.own else letters.get(row.letter),
        )
        for order, row in enumerate(rows, start=1)
    ]
