"""What the points of a decision bind the region to in kronor, whatever its form says.

What is decided is what stands in the points: an amount that is only there is held to the same ceiling as one
in the form."""

import re
from collections.abc import Iterator
from typing import Final

from decisions.enums import DecisionKind
from decisions.kinds import amount_to_hold
from decisions.models import Decision
from decisions.plan import plan_of
from s3portal.common.swedish import find_written_amounts

#: What stands between a decided amount and the whole that it is a part of, as in "150 000 kronor av 920 000
#: kronor" and "460 000 kronor, hälften av projektets kostnader på 920 000 kronor".
_OF: Final = re.compile(r"^[^.;:]{0,80}?\bav\b[^.;:]{0,60}$", re.IGNORECASE)
#: With these between them the second amount is one more.
_AND: Final = re.compile(r"\b(?:och|samt|plus|dessutom|ytterligare)\b", re.IGNORECASE)


def most_bound(decision: Decision, beside: int | None = None) -> tuple[int, int | None]:
    """The amount (kronor) that a clause must cover, and the place among the points (from 0) where it stands;
    no place when it is that of the form. ``beside``: as in ``amount_to_hold``."""
    most: tuple[int, int | None] = (amount_to_hold(decision, beside), None)
    for number, amount in bound_in_points(decision):
        if amount > most[0]:
            most = (amount, number)
    return most


def bound_in_points(decision: Decision) -> Iterator[tuple[int, int]]:
    """Each amount (kronor) in the points, with the place of its point. Left out are those that only tell of
    the application (what it asks for, what it costs, who pays), and the whole that the decided amount is part
    of.

    One that changes another says in words what it changes, so there every amount counts. So it does in one of
    no named kind (annat beslut): nothing tells whether a point there is about the application or binds."""
    says_all = decision.changes is not None or decision.kind == DecisionKind.OTHER
    told = set() if says_all else amounts_of_application(decision)
    for number, point in enumerate(decision.points.all()):
        for amount in _amounts(point.text, decision):
            if amount not in told:
                yield number, amount


def amounts_of_application(decision: Decision) -> set[int]:
    """What was applied for, the total cost, and the rows of the financing plan; kronor."""
    application = decision.application
    known = set() if application is None else {application.applied_amount or 0, application.total_cost or 0}
    plan = plan_of(decision)
    return known if plan is None else known | plan.amounts


def _amounts(text: str, decision: Decision) -> Iterator[int]:
    end_of_decided: int | None = None
    end = 0
    for words, amounts in find_written_amounts(text):
        start = text.index(words, end)
        between = None if end_of_decided is None else text[end_of_decided:start]
        end = start + len(words)
        if between is not None and _OF.search(between) and not _AND.search(between):
            continue
        yield from amounts
        end_of_decided = end if decision.amount in amounts else end_of_decided
