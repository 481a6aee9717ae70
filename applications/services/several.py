"""One step with several applications that an officer has ticked: with all of them or with none."""

from collections.abc import Callable, Collection
from typing import Final

from django.db import transaction

from applications.models import Application
from s3portal.common.errors import Refusal

MOST_AT_ONCE: Final = 200


@transaction.atomic
def with_each(application_ids: Collection[int], step: Callable[[int], object], *, undone: str) -> int:
    """Take ``step`` once with each, by the order of their keys: two who tick the same at once then wait for
    each other in the same order. Returns how many there were.

    Raises Refusal for none, for too many, for one that is not there, and with the number of the case in
    which the step was refused; ``undone`` is the sentence that says that nothing was done."""
    wanted = sorted(set(application_ids))
    if not wanted:
        raise Refusal("Kryssa i minst en ansökan.")
    if len(wanted) > MOST_AT_ONCE:
        raise Refusal(f"Välj högst {MOST_AT_ONCE} ansökningar åt gången.")
    found = Application.objects.received().select_related("case").in_bulk(wanted)
    if len(found) < len(wanted):
        raise Refusal(f"En av ansökningarna finns inte längre. {undone}")
    for application_id in wanted:
        try:
            step(application_id)
        except Refusal as refusal:
            raise Refusal(f"{found[application_id].case}: {refusal.message} {undone}") from refusal
    return len(wanted)
