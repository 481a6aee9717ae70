"""What the pages on delegation show: orders with their clauses and holders as of a day, and what a new order
changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from decisions.models import Delegate, DelegationClause, DelegationOrder
from s3portal.common.swedish import format_isodate


@dataclass(frozen=True)
class Holder:
    """``today``: holds the clause on the day that was asked for."""

    delegate: Delegate
    today: bool


@dataclass(frozen=True)
class ClauseRow:
    clause: Any
    holders: list[Holder]


@dataclass(frozen=True)
class OrderRow:
    """``today``: in force on the day that was asked for."""

    order: DelegationOrder
    today: bool
    clauses: list[ClauseRow]


def _whole_orders() -> Any:
    """With clauses and holders, and who gave what on."""
    delegates = Delegate.objects.select_related("user", "delegated_by__user").order_by("-valid_from", "pk")
    return DelegationOrder.objects.select_related("committee").prefetch_related(
        "clauses", Prefetch("clauses__delegates", queryset=delegates)
    )


def delegation_on(day: date) -> list[OrderRow]:
    """Every adopted order with its clauses and holders: those in force on the day first, then the latest
    first. Within a clause those who hold it on the day come first."""
    orders = _whole_orders().adopted().order_by("-valid_from", "pk")
    rows = [OrderRow(order, order.is_valid_on(day), _clause_rows(order, day)) for order in orders]
    return sorted(rows, key=lambda row: not row.today)


def drafts_of_orders() -> list[DelegationOrder]:
    return list(
        DelegationOrder.objects.exclude(pk__in=DelegationOrder.objects.adopted())
        .select_related("committee")
        .order_by("valid_from", "pk")
    )


def whole_order(pk: int, day: date) -> OrderRow | None:
    order = _whole_orders().select_related("copied_from").filter(pk=pk).first()
    return None if order is None else OrderRow(order, order.is_valid_on(day), _clause_rows(order, day))


def previous_of(order: DelegationOrder) -> DelegationOrder | None:
    """What a new order is read beside: the one it was copied from, else the nämnd's latest before it."""
    if order.copied_from_id is not None:
        return order.copied_from
    earlier = DelegationOrder.objects.adopted().filter(
        committee=order.committee_id, valid_from__lt=order.valid_from
    )
    return earlier.exclude(pk=order.pk).order_by("-valid_from").first()


def _clause_rows(order: DelegationOrder, day: date) -> list[ClauseRow]:
    rows = []
    for clause in in_order(order.clauses.all()):
        clause.order = order
        holders = []
        for delegate in clause.delegates.all():
            delegate.clause = clause
            holders.append(Holder(delegate, delegate.is_valid_on(day)))
        rows.append(ClauseRow(clause, sorted(holders, key=lambda holder: not holder.today)))
    return rows


def in_order(clauses: Iterable[DelegationClause]) -> list[DelegationClause]:
    return sorted(clauses, key=lambda clause: by_number(clause.number))


def by_number(number: str) -> list[tuple[int, str]]:
    """8.2 before 8.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in number.split(".")]


# --- Old beside new ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cell:
    """One thing about a clause, as it was and as it becomes."""

    label: str
    old: str
    new: str

    @property
    def changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class ClauseChange:
    """One clause of two orders. ``old`` or ``new`` is None when it is not in that order."""

    old: DelegationClause | None
    new: DelegationClause | None
    cells: list[Cell]

    @property
    def label(self) -> str:
        if self.old is None:
            return "Ny"
        if self.new is None:
            return "Borttagen"
        return "Ändrad" if any(cell.changed for cell in self.cells) else "Oförändrad"

    @property
    def color(self) -> str:
        return {"Ny": "success", "Borttagen": "danger", "Ändrad": "warning"}.get(self.label, "neutral")

    @property
    def number(self) -> str:
        """ "8.1", or "8.1 → 8.2" when only the number is another."""
        old, new = (clause.number if clause else "" for clause in (self.old, self.new))
        return new if old in ("", new) else f"{old} → {new}" if new else old


def compare_orders(old: OrderRow, new: OrderRow) -> list[ClauseChange]:
    """Clauses with the same number beside each other; one that only has another number beside its own text.
    In the new order's order, and what is gone last."""
    before = {row.clause.number: row for row in old.clauses}
    pairs: list[tuple[ClauseRow | None, ClauseRow | None]] = []
    unmatched = []
    for row in new.clauses:
        match = before.pop(row.clause.number, None)
        pairs.append((match, row))
        if match is None:
            unmatched.append(len(pairs) - 1)
    for place in unmatched:
        new_row = pairs[place][1]
        text = "" if new_row is None else new_row.clause.text
        same = next((one for one in before.values() if one.clause.text == text), None)
        if same is not None:
            del before[same.clause.number]
            pairs[place] = (same, new_row)
    pairs += [(row, None) for row in before.values()]
    return [_change(was, becomes) for was, becomes in pairs]


def _change(old: ClauseRow | None, new: ClauseRow | None) -> ClauseChange:
    was, becomes = _texts(old), _texts(new)
    labels = becomes or was
    cells = [Cell(label, was.get(label, ""), becomes.get(label, "")) for label in labels]
    return ClauseChange(old.clause if old else None, new.clause if new else None, cells)


def _texts(row: ClauseRow | None) -> dict[str, str]:
    if row is None:
        return {}
    clause: DelegationClause = row.clause
    return {
        "Punkt": clause.number,
        "Ärende": clause.text,
        "Slag av beslut": clause.kind_names,
        "Tak": clause.ceiling_text,
        "Bara inom egen budget": "Ja" if clause.own_budget else "Nej",
        "Får vidaredelegeras": "Ja" if clause.sub_delegation else "Nej",
        "Anmäls till nämnden": "Ja" if clause.reportable else "Nej",
        "Brådskande ärenden": "Ja" if clause.urgent else "Nej",
        "Delegater": "\n".join(sorted(_holder_text(holder.delegate) for holder in row.holders)),
    }


def _holder_text(delegate: Delegate) -> str:
    """Without its days where it follows the order from first to last: those differ between any two."""
    order = delegate.clause.order
    text = str(delegate)
    if delegate.valid_from == order.valid_from and delegate.valid_to is None:
        return text
    end = "tills vidare" if delegate.valid_to is None else format_isodate(delegate.valid_to)
    return f"{text}, {format_isodate(delegate.valid_from)} – {end}"
