"""What a draft begins with beside the registrar's standard phrases (``phrases``): its figures, what a ranking
proposes, and how an earlier decision is named. It writes nothing; the officer changes the draft as she likes,
and an empty point is what remains to be written (``checks`` stops it)."""

from datetime import timedelta
from typing import Any

from applications.enums import Proposal
from applications.models import Application
from applications.queries.ranking import Placed
from decisions.enums import AmountKind, DecisionKind, Relation
from decisions.kinds import last_day_of
from decisions.models import Decision
from s3portal.common.swedish import format_day


# --- On an application ------------------------------------------------------------------------------------
def amount_to_grant(application: Application, ranked: Placed | None) -> int:
    """Kronor to grant: what a locked ranking proposes, else what was applied for."""
    if ranked is not None and ranked.is_locked and ranked.row.proposal == Proposal.GRANT:
        return ranked.row.proposed_amount
    return application.applied_amount or 0


def figures(application: Application, kind: DecisionKind, amount: int) -> dict[str, Any]:
    """The fields of a grant: its amount (kronor) and its period. Other kinds have none."""
    if kind != DecisionKind.GRANT:
        return {}
    return {
        # The database holds no decision on nothing.
        "amount_kind": AmountKind.CASH if amount else AmountKind.NONE,
        "amount": amount or None,
        "amount_is_ceiling": True,
        "starts_on": application.starts_on,
        "ends_on": application.ends_on,
    }


def conditions(kind: DecisionKind, ranked: Placed | None) -> list[str]:
    """The special conditions that a locked ranking proposes, as a point of their own."""
    if kind != DecisionKind.GRANT or ranked is None or not ranked.is_locked or not ranked.row.conditions:
        return []
    return [ranked.row.conditions]


# --- On an earlier decision -------------------------------------------------------------------------------
def basis_of_change(earlier: Decision) -> str:
    """As in "Beslutet den 23 februari 2024, Deltagande i projekt: X (RUN/138/2024)"."""
    if earlier.decided_on is None:
        raise ValueError("a signed decision has a day")
    return f"Beslutet den {format_day(earlier.decided_on)}, {earlier.title} ({earlier.printed_number})"[:300]


def figures_of_change(earlier: Decision, relation: Relation) -> dict[str, Any]:
    """What can be filled in: an extension begins the day after, and the rest is for the officer to write."""
    if relation != Relation.EXTENDS:
        return {}
    end = last_day_of(earlier)
    return {"starts_on": None if end is None else end + timedelta(days=1)}
