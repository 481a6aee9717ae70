"""A day and a clock as a moment, as somebody in Sweden means them."""

from datetime import date, datetime, time, timedelta

from s3portal.common.errors import Refusal
from s3portal.common.swedish.dates import STOCKHOLM


def moment_on(day: date, clock: time, *, field: str | None = None) -> datetime:
    """``day`` at ``clock`` on Swedish clocks.

    Raises Refusal for the hour that summer time skips in March and for the one that comes twice in October:
    nobody can know which was meant.
    """
    moment = datetime.combine(day, clock, tzinfo=STOCKHOLM)
    other = moment.replace(fold=1)
    if moment.utcoffset() == other.utcoffset():
        return moment
    if moment.utcoffset() < other.utcoffset():  # type: ignore[operator] # neither is naive
        raise Refusal(
            "Klockslaget finns inte den natten: klockan ställs fram från 2.00 till 3.00. Välj en annan tid.",
            field=field,
        )
    raise Refusal(
        "Klockslaget inträffar två gånger den natten: klockan ställs tillbaka från 3.00 till 2.00. "
        "Välj en annan tid.",
        field=field,
    )


def whole_day(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """From midnight to midnight on Swedish clocks; ``last`` is included."""
    return moment_on(first, time()), moment_on((last or first) + timedelta(days=1), time())
