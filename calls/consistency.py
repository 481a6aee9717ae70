"""What must agree in a call however it is entered, by hand or from a file."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from calls.models import LegalBasis, StrengthArea
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, format_percent, in_stockholm


def require_in_order(
    *,
    opens_at: datetime,
    closes_at: datetime,
    min_amount: int | None,
    max_amount: int | None,
    earliest_start: date | None,
    latest_end: date | None,
) -> None:
    """Raises Refusal for an end that comes before its start, and for amounts the wrong way round."""
    if closes_at <= opens_at:
        raise Refusal("Utlysningen stänger innan den öppnar.", field="closes_at")
    if min_amount is not None and max_amount is not None and max_amount < min_amount:
        raise Refusal("Det högsta beloppet är lägre än det lägsta.", field="max_amount")
    if earliest_start is not None and latest_end is not None and latest_end < earliest_start:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="latest_end")


def require_basis(basis: LegalBasis, *, opens_at: datetime, max_aid_percent: Decimal) -> None:
    """Raises Refusal when the basis is not in force on the day the call opens, or allows a lower share."""
    day = in_stockholm(opens_at).date()
    if day < basis.valid_from:
        raise Refusal(
            f"{basis.name} gäller först från {format_day(basis.valid_from)}. Utlysningen öppnar "
            f"{format_day(day)}. Välj den rad som gäller då.",
            field="legal_basis",
        )
    if basis.valid_to is not None and day > basis.valid_to:
        raise Refusal(
            f"{basis.name} gäller till och med {format_day(basis.valid_to)}. Utlysningen öppnar "
            f"{format_day(day)}. Välj den rad som gäller då.",
            field="legal_basis",
        )
    if basis.max_aid_percent is not None and max_aid_percent > basis.max_aid_percent:
        raise Refusal(
            f"{basis.name} tillåter högst {format_percent(basis.max_aid_percent)}.", field="max_aid_percent"
        )


def require_one_strategy(areas: Collection[StrengthArea]) -> None:
    """Raises Refusal for areas of two strategies: a call drives one strategy forward."""
    if len({area.strategy_id for area in areas}) > 1:
        raise Refusal("Styrkeområdena hör till olika strategier. Välj ur en av dem.", field="areas")


def ends_before_closing(basis: LegalBasis, closes_at: datetime) -> str:
    """A sentence when the basis ends before the call closes: the late applications would rest on nothing."""
    day = in_stockholm(closes_at).date()
    if basis.valid_to is None or day <= basis.valid_to:
        return ""
    return (
        f"{basis.name} gäller till och med {format_day(basis.valid_to)}, men utlysningen stänger "
        f"{format_day(day)}."
    )


WEIGHTS = "Ange en vikt för varje kriterium, tillsammans 100 procent, eller ingen vikt."


def weights_agree(weights: Sequence[int | None]) -> bool:
    """Every criterion has a weight and they are 100 percent together, or none has one."""
    given = [weight for weight in weights if weight is not None]
    return not given or (len(given) == len(weights) and sum(given) == 100)
