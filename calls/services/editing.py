"""What officers do with a call and what belongs to it."""

from calls.models import Call
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_datetime


def lock_call(pk: int) -> Call:
    """The call, locked until the end of the transaction. Every service that changes a call or what belongs to
    it begins here, so that two of them never work on the same call at once. Raises Call.DoesNotExist."""
    return Call.objects.select_for_update(of=("self",)).get(pk=pk)


def require_unreceived(call: Call) -> None:
    """Raises Refusal once an application has come in: all who apply to one call answer the same questions and
    are judged by the same criteria."""
    if call.first_received_at is not None:
        raise Refusal(
            f"Utlysningen fick sin första ansökan {format_datetime(call.first_received_at)}. Därefter går "
            "frågorna, bilagorna och kriterierna inte att ändra, eftersom alla ska söka på samma villkor."
        )
