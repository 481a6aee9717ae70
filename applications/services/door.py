"""The call's door: who comes in time, to the second, by Swedish clocks."""

from datetime import datetime

from calls.enums import CallPhase, CallStatus
from calls.models import Call
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, in_stockholm


class TooLate(Refusal):
    """The call no longer takes applications."""


def clock(moment: datetime) -> str:
    """As in "29 november 2021 kl. 23.59.59"."""
    local = in_stockholm(moment)
    return f"{format_day(local.date())} kl. {local:%H.%M.%S}"


def on_time(call: Call, arrived_at: datetime) -> bool:
    """Whether what came at ``arrived_at`` came while the call was open.

    The closing second is in time to its end: 23.59.59,999 belongs to 23.59.59.
    """
    return call.takes_applications(now=arrived_at.replace(microsecond=0))


def require_open(call: Call, arrived_at: datetime, *, what: str) -> None:
    """Raise TooLate with the exact times, or Refusal when the call has not opened. ``what``: "Ansökan"."""
    if on_time(call, arrived_at):
        return
    if call.status == CallStatus.DRAFT or call.phase(now=arrived_at) == CallPhase.COMING:
        raise Refusal(f"Utlysningen öppnar {clock(call.opens_at)}. Välkomna tillbaka då.")
    if arrived_at.replace(microsecond=0) <= call.closes_at:
        raise TooLate("Utlysningen är avslutad och tar inte emot fler ansökningar.")
    raise TooLate(
        f"Utlysningen stängde {clock(call.closes_at)}. {what} kom {clock(arrived_at)} och kan inte tas emot."
    )
