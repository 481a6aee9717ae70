"""The call's door: who comes in time, to the second, by Swedish clocks."""

from datetime import datetime

from django.utils import timezone

from applications.models import Application, DoorOpening
from calls.enums import CallPhase, CallStatus
from calls.models import Call
from s3portal.accounts.models import Organisation
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


def open_door(call: Call, organisation: Organisation, arrived_at: datetime) -> DoorOpening | None:
    """The door that an officer has opened for the organisation, when it was open at ``arrived_at``."""
    if call.status != CallStatus.PUBLISHED:
        return None
    moment = arrived_at.replace(microsecond=0)
    return DoorOpening.objects.filter(
        call=call,
        organisation=organisation,
        opened_at__lte=arrived_at,
        open_until__gte=moment,
        closed_at__isnull=True,
    ).first()


def may_enter(call: Call, organisation: Organisation, arrived_at: datetime) -> bool:
    """Whether what the organisation sends is taken: the call is open, or its own door is."""
    return on_time(call, arrived_at) or open_door(call, organisation, arrived_at) is not None


def last_moment(call: Call, organisation: Organisation) -> datetime:
    """When the organisation must have sent, inclusive: the call's closing, or later by its own door."""
    door = open_door(call, organisation, timezone.now())
    return max(call.closes_at, door.open_until) if door else call.closes_at


def may_write_at(application: Application, arrived_at: datetime) -> bool:
    """Whether what is written in ``application`` is taken. A supplement waits for no call: it is written
    until it is sent or the officer closes it."""
    return application.is_supplement or may_enter(application.call, application.organisation, arrived_at)


def require_door(application: Application, arrived_at: datetime, *, what: str) -> None:
    """As ``require_open``, of what is written in ``application``."""
    if not application.is_supplement:
        require_open(application.call, application.organisation, arrived_at, what=what)


def require_open(call: Call, organisation: Organisation, arrived_at: datetime, *, what: str) -> None:
    """Raise TooLate with the exact times, or Refusal when the call has not opened. ``what``: "Ansökan"."""
    if may_enter(call, organisation, arrived_at):
        return
    if call.status == CallStatus.DRAFT or call.phase(now=arrived_at) == CallPhase.COMING:
        raise Refusal(f"Utlysningen öppnar {clock(call.opens_at)}. Välkomna tillbaka då.")
    if arrived_at.replace(microsecond=0) <= call.closes_at:
        raise TooLate("Utlysningen är avslutad och tar inte emot fler ansökningar.")
    raise TooLate(
        f"Utlysningen stängde {clock(call.closes_at)}. {what} kom {clock(arrived_at)} och kan inte tas emot."
    )
