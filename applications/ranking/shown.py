"""What is shown of a ranking: live while it is open, and what was frozen once it is locked. Kronor."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from applications.enums import Municipality, Proposal
from applications.frames import frame_now
from applications.models import Ranking, RankingLock
from applications.queries.ranking import recusals_in
from applications.ranking.order import Points, RankedRow, ranked_rows
from applications.scoring import Spread

#: What was sent before the portal asked.
UNKNOWN_PLACE: Final = "Kommun saknas"
#: A call without a frame to speak of has no bar to fill.
_WHOLE: Final = 100.0


@dataclass(frozen=True)
class Line:
    """One application as the page, the file and the appendix show it."""

    row_id: int
    application_id: int
    place: int
    #: Where the points alone would put it.
    scored_place: int
    departs: bool
    case: str
    applicant: str
    title: str
    areas: tuple[str, ...]
    municipalities: tuple[str, ...]
    points: Points
    applied: int
    proposal: Proposal
    proposed: int
    reason: str
    conditions: str


@dataclass(frozen=True)
class Barred:
    """Somebody who takes no part in one of the cases."""

    person: str
    case: str


@dataclass(frozen=True)
class Share:
    """What is applied for and proposed in one strength area or one municipality. ``only``: the application
    that is alone in it, whose own amounts these are."""

    name: str
    count: int
    applied: int
    proposed: int
    only: int | None = None


@dataclass(frozen=True)
class Allocation:
    """``left``: of the frame before this ranking; ``total``: proposed of it."""

    frame: int
    left: int
    total: int

    @property
    def rest(self) -> int:
        return self.left - self.total

    @property
    def taken(self) -> int:
        return self.frame - self.left

    @property
    def granted_percent(self) -> float:
        return min(_WHOLE, self.taken * 100 / self.frame)

    @property
    def proposed_percent(self) -> float:
        return min(_WHOLE, self.total * 100 / self.frame)


@dataclass(frozen=True)
class Shown:
    """The whole ranking. ``lock``: what it was read from, None when it is read live."""

    lines: Sequence[Line]
    allocation: Allocation
    barred: Sequence[Barred]
    lock: RankingLock | None

    @property
    def application_ids(self) -> list[int]:
        return [line.application_id for line in self.lines]


def shown_of(ranking: Ranking) -> Shown:
    """A constant number of queries. One that was locked before locks were frozen is read live."""
    lock = None if ranking.is_open else ranking.locks.holding().first()
    return _live(ranking) if lock is None else read_lock(lock)


def read_lock(lock: RankingLock) -> Shown:
    """From the frozen data only."""
    content = lock.content
    return Shown(
        [_frozen_line(row) for row in content["rows"]],
        allocation_in(content),
        [Barred(one["person"], row["diary_number"]) for row in content["rows"] for one in row["barred"]],
        lock,
    )


def allocation_in(content: Mapping[str, Any]) -> Allocation:
    frame = content["frame"]
    return Allocation(frame["whole"], frame["left"], frame["proposed"])


def _live(ranking: Ranking) -> Shown:
    lines = [line_of(one) for one in ranked_rows(ranking)]
    barred = recusals_in([line.application_id for line in lines])
    return Shown(
        lines,
        live_allocation(ranking, lines),
        [Barred(str(one.person), str(one.application.case)) for one in barred],
        None,
    )


def live_allocation(ranking: Ranking, lines: Iterable[Line]) -> Allocation:
    left = ranking.locked_left if ranking.locked_left is not None else frame_now(ranking.call).left
    return Allocation(ranking.call.frame, left, sum(line.proposed for line in lines))


def line_of(ranked: RankedRow) -> Line:
    row, application = ranked.row, ranked.application
    return Line(
        row_id=row.pk,
        application_id=application.pk,
        place=row.position,
        scored_place=ranked.scored_place,
        departs=ranked.departs,
        case=str(application.case),
        applicant=application.organisation.name,
        title=application.title,
        areas=tuple(sorted(area.name for area in application.areas.all())),
        municipalities=tuple(str(Municipality(code).label) for code in application.municipalities),
        points=ranked.points,
        applied=application.applied_amount or 0,
        proposal=Proposal(row.proposal),
        proposed=row.proposed_amount,
        reason=row.reason,
        conditions=row.conditions,
    )


def _frozen_line(row: Mapping[str, Any]) -> Line:
    return Line(
        row_id=row["row"],
        application_id=row["application"],
        place=row["place"],
        scored_place=row["scored_place"],
        departs=row["departs"],
        case=row["diary_number"],
        applicant=row["applicant"],
        title=row["title"],
        areas=tuple(row["areas"]),
        municipalities=tuple(one["name"] for one in row["municipalities"]),
        points=points_in(row["points"]),
        applied=row["applied"],
        proposal=Proposal(row["proposal"]),
        proposed=row["proposed"],
        reason=row["reason"],
        conditions=row["conditions"],
    )


def points_in(found: Mapping[str, Any] | None) -> Points:
    """Exact: a mean is frozen as a fraction, "272/3"."""
    if found is None:
        return Points()
    lowest, highest, middle = (Fraction(found[name]) for name in ("lowest", "highest", "median"))
    return Points(Fraction(found["mean"]), Spread(lowest, highest, middle, found["count"]))


# --- Spread -----------------------------------------------------------------------------------------------
def by_area(lines: Iterable[Line]) -> list[Share]:
    """An application about several areas counts in each."""
    return _shares((area, line) for line in lines for area in line.areas)


def by_municipality(lines: Iterable[Line]) -> list[Share]:
    """A project that is carried out in several counts in each."""
    return _shares((name, line) for line in lines for name in line.municipalities or (UNKNOWN_PLACE,))


def _shares(pairs: Iterable[tuple[str, Line]]) -> list[Share]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for name, line in pairs:
        groups[name].append(line)
    return [
        Share(
            name,
            len(found),
            sum(one.applied for one in found),
            sum(one.proposed for one in found),
            found[0].application_id if len(found) == 1 else None,
        )
        for name, found in sorted(groups.items())
    ]
