"""Making a call public, telling the public what has been changed in it, and concluding it."""

from calls.enums import CallStatus
from calls.models import Call, CallChange


def note_change(*, call: Call, field: str, text: str) -> None:
    """Tell the public of a change in a published call: ``text`` is the whole sentence that is shown.

    Drafts change unseen, so nothing is written for them. ``call`` is locked by the caller, in whose
    transaction this is. ``field`` is the name of the call's field or of the kind of content."""
    if call.status == CallStatus.PUBLISHED:
        CallChange.objects.create(call=call, field=field, text=text)
