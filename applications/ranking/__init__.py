"""A ranking: its order by the points, what is shown of it, what is frozen when it is locked, the appendix.

What is shown is computed in one place, whether it is read live or from what was frozen, so that the page, the
file, the lock and the appendix say the same."""

from applications.ranking.order import (
    Points,
    RankedRow,
    amount_if_granted,
    departing,
    fits,
    points_of,
    ranked_rows,
    scored_order,
    unexplained,
)
from applications.ranking.shown import (
    Allocation,
    Barred,
    Line,
    Share,
    Shown,
    by_area,
    by_municipality,
    shown_of,
)

__all__ = [
    "Allocation",
    "Barred",
    "Line",
    "Points",
    "RankedRow",
    "Share",
    "Shown",
    "amount_if_granted",
    "by_area",
    "by_municipality",
    "departing",
    "fits",
    "points_of",
    "ranked_rows",
    "scored_order",
    "shown_of",
    "unexplained",
]
