"""The arithmetic of försumbart stöd (de minimis): what has been received in euro, and what there is room for.

Förordning (EU) 2023/2831 art. 3.2: a single undertaking may be given so much over any period of three years.
Aid counts from the day it was granted, in euro at the rate of that day. Pure functions of values: kronor are
whole, euro have two decimals, halves upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from applications.budget import round_half_up
from applications.enums import DeclarationKind
from calls.models import LegalBasis
from s3portal.common.swedish import HARD_SPACE, format_amount

YEARS = 3


@dataclass(frozen=True)
class Rate:
    """Kronor for one euro from ``valid_from`` on."""

    valid_from: date
    sek_per_euro: Decimal


@dataclass(frozen=True)
class CountedAid:
    """Earlier aid in euro. ``eur`` is None while the amount, the day or the rate is missing."""

    granted_on: date | None
    amount: int | None
    rate: Rate | None
    counts: bool

    @property
    def eur(self) -> Decimal | None:
        if self.rate is None or self.amount is None:
            return None
        return to_euro(self.amount, self.rate)


@dataclass(frozen=True)
class Headroom:
    """What there is room for on the day ``on``. Without a rate of that day nothing is said in kronor."""

    on: date
    ceiling: int
    rows: tuple[CountedAid, ...]
    rate: Rate | None
    applied: int

    @property
    def first_day(self) -> date:
        """The first day of the three years that end with ``on``."""
        return years_before(self.on) + timedelta(days=1)

    @property
    def total(self) -> Decimal:
        return sum((row.eur for row in self.rows if row.counts and row.eur is not None), Decimal("0.00"))

    @property
    def complete(self) -> bool:
        """Whether every row could be counted: there is a rate for each day, and no row lacks something."""
        return self.rate is not None and all(
            row.granted_on is not None and (not row.counts or row.eur is not None) for row in self.rows
        )

    @property
    def left(self) -> Decimal:
        """Euro left, never below nothing."""
        return max(Decimal("0.00"), self.ceiling - self.total)

    @property
    def over(self) -> Decimal:
        """Euro above the ceiling already."""
        return max(Decimal("0.00"), self.total - self.ceiling)

    @property
    def left_kronor(self) -> int | None:
        """Whole kronor that there is room for at the rate of the day."""
        return None if self.rate is None else int(Fraction(self.left) * Fraction(self.rate.sek_per_euro))

    @property
    def applied_eur(self) -> Decimal | None:
        return None if self.rate is None else to_euro(self.applied, self.rate)

    @property
    def fits(self) -> bool | None:
        """Whether the applied-for amount has room; None while it cannot be told."""
        if self.left_kronor is None:
            return None
        if self.applied > self.left_kronor:
            return False
        return True if self.complete else None


def to_euro(kronor: int, rate: Rate) -> Decimal:
    cents = round_half_up(Fraction(kronor * 100) / Fraction(rate.sek_per_euro))
    return Decimal(cents).scaleb(-2)


def format_euro(value: Decimal | str) -> str:
    """ "27 272,73 euro" with hard spaces; a text is read as a number with a point."""
    whole, _point, cents = f"{Decimal(value):.2f}".partition(".")
    return f"{format_amount(int(whole))},{cents}{HARD_SPACE}euro"


def years_before(day: date) -> date:
    """The same day three years earlier; 28 February when that year has no 29th."""
    try:
        return day.replace(year=day.year - YEARS)
    except ValueError:
        return day.replace(year=day.year - YEARS, day=28)


def rate_on(rates: Sequence[Rate], day: date) -> Rate | None:
    """The rate in force on ``day``: the last that had begun."""
    begun = [rate for rate in rates if rate.valid_from <= day]
    return max(begun, key=lambda rate: rate.valid_from, default=None)


def headroom(
    *,
    on: date,
    ceiling: int,
    earlier: Sequence[tuple[date | None, int | None]],
    rates: Sequence[Rate],
    applied: int | None,
) -> Headroom:
    """``earlier``: the day and kronor of each aid. What is older than three years, or yet to come, is shown
    and does not count."""
    oldest = years_before(on)
    rows = tuple(
        CountedAid(
            granted_on=day,
            amount=amount,
            rate=None if day is None else rate_on(rates, day),
            counts=day is not None and oldest < day <= on,
        )
        for day, amount in earlier
    )
    return Headroom(on=on, ceiling=ceiling, rows=rows, rate=rate_on(rates, on), applied=applied or 0)


#: Operating aid to a cluster may be given for at most ten years (GBER (EU) 651/2014 art. 27.7).
OPERATING_AID_YEARS = 10


def asks_operating_aid(basis: LegalBasis) -> bool:
    """Whether the grant may be operating aid to a cluster: state aid that is no försumbart stöd."""
    return basis.state_aid_allowed and basis.de_minimis_ceiling_eur is None


def asked_declarations(basis: LegalBasis) -> list[DeclarationKind]:
    """What the applicant declares, by what the legal basis says: GBER (EU) 651/2014 art. 1.4 and 6 for state
    aid, (EU) 2023/2831 art. 2.2 for a single undertaking."""
    asked = [DeclarationKind.CORRECT]
    if basis.apply_before_start:
        asked.append(DeclarationKind.NOT_STARTED)
    if basis.state_aid_allowed:
        asked += [DeclarationKind.NO_RECOVERY, DeclarationKind.NOT_IN_DIFFICULTY]
    if basis.de_minimis_ceiling_eur is not None:
        asked.append(DeclarationKind.SINGLE_UNDERTAKING)
    return asked
