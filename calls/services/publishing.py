"""Making a call public, telling the public what has been changed in it, and concluding it."""

from django.db import transaction
from django.utils import timezone

from calls.enums import CallAction, CallStatus
from calls.models import Call, CallChange
from calls.readiness import Check, call_checks, missing
from calls.rules import require_call_editor
from calls.transitions import require
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox.services import cancel_queued


class NotReady(Refusal):
    """The draft lacks something. ``checks`` are those that do not hold."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks
        super().__init__(
            "Utlysningen kan inte publiceras än: " + "; ".join(check.label for check in checks) + "."
        )


def note_change(*, call: Call, field: str, text: str) -> None:
    """Tell the public of a change in a published call: ``text`` is the whole sentence that is shown.

    Drafts change unseen, so nothing is written for them. ``call`` is locked by the caller, in whose
    transaction this is. ``field`` is the name of the call's field or of the kind of content."""
    if call.status == CallStatus.PUBLISHED:
        CallChange.objects.create(call=call, field=field, text=text)


@transaction.atomic
def publish_call(*, call_id: int, actor: User | None, expected_revision: int) -> Call:
    """Make a draft public. It opens for applications at ``opens_at`` by itself.

    Raises NotReady when something is missing, Conflict when it or what belongs to it was changed after the
    page was opened, and Refusal when it is public already."""
    require_call_editor(actor)
    call = _locked(call_id)
    after = require(call.status, CallAction.PUBLISH)
    if call.revision != expected_revision:
        raise Conflict(
            "Utlysningen har ändrats sedan du öppnade sidan. Läs igenom den igen innan du publicerar."
        )
    lacking = missing(call_checks(call))
    if lacking:
        raise NotReady(lacking)
    call.status = CallStatus(after or CallStatus.PUBLISHED)
    call.published_at = timezone.now()
    call.version += 1
    call.save(update_fields=["status", "published_at", "version"])
    record_event(actor=actor, action="call_published", obj=call, text=f"Utlysning publicerad: {call}")
    return call


@transaction.atomic
def conclude_call(*, call_id: int, actor: User | None, expected_revision: int) -> Call:
    """Say that a closed call is done with: it is shown as concluded and changes no more.

    Raises Refusal while it is open or coming, since somebody may be writing an application."""
    require_call_editor(actor)
    call = _locked(call_id)
    after = require(call.status, CallAction.CONCLUDE)
    if call.revision != expected_revision:
        raise Conflict(
            "Utlysningen har ändrats sedan du öppnade sidan. Läs igenom den igen innan du avslutar."
        )
    now = timezone.now()
    if now <= call.closes_at:
        raise Refusal(
            "Utlysningen kan avslutas först när sista ansökningsdag har passerat: någon kan ha börjat på en "
            "ansökan."
        )
    call.status = CallStatus(after or CallStatus.CONCLUDED)
    call.concluded_at = now
    call.version += 1
    call.save(update_fields=["status", "concluded_at", "version"])
    cancel_queued(obj=call, actor=actor)
    record_event(actor=actor, action="call_concluded", obj=call, text=f"Utlysning avslutad: {call}")
    return call


def _locked(call_id: int) -> Call:
    """With its legal basis, which the checks read; only the call itself is locked."""
    return Call.objects.select_for_update(of=("self",)).select_related("legal_basis").get(pk=call_id)
