"""What the region does with an application it has received."""

from django.db import transaction
from django.utils import timezone

from applications import frames
from applications.enums import ApplicationAction, ApplicationStatus
from applications.models import Application
from applications.rules import may_handle
from applications.transitions import status_after
from calls.models import Call
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_kr, format_kronor
from s3portal.diary.services import assign_case

NOT_AN_OFFICER = "Välj en handläggare."
MAY_NOT_HANDLE = "Bara en handläggare kan göra det här med ansökan."


def note_opening(*, application: Application, actor: User) -> None:
    """Log that somebody at the region opened what an applicant sent. The one thing a GET writes here."""
    record_event(
        actor=actor, action="application_opened", obj=application, text=f"Ansökan {application.case} öppnad"
    )


def note_export(*, actor: User, form: str, query: str) -> None:
    """Log who took the work list as a file, and what it was filtered by."""
    record_event(
        actor=actor,
        action="applications_exported",
        obj=actor,
        text=f"Lista över ansökningar hämtad som {form}",
        data={"query": query},
    )


@transaction.atomic
def assign_officer(*, application_id: int, actor: User, officer: User) -> Application:
    """Give the case to an officer. Raises Refusal as ``assign_case``, and to who is no officer."""
    _require_handler(actor)
    application = lock_received(application_id)
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    assign_case(actor=actor, case=application.case, officer=officer)
    return application


@transaction.atomic
def grant_application(
    *, application_id: int, actor: User | None, amount: int, decision: str = ""
) -> Application:
    """A signed decision grants ``amount`` kronor. ``decision`` is how the decision is named in the trail.

    Raises Refusal when the application has not been assessed, is already decided or was withdrawn, and when
    the call's frame is not enough.
    """
    application = lock_received(application_id)
    application.granted_amount = amount
    move(application, ApplicationAction.GRANT, actor, "granted_amount")
    _require_within_frame(application, amount)
    record_event(
        actor=actor,
        action="application_granted",
        obj=application,
        text=f"Beviljad {format_kronor(amount)}. {decision}".strip(),
        data={"amount": amount, "decision": decision},
    )
    return application


@transaction.atomic
def reject_application(*, application_id: int, actor: User | None, decision: str = "") -> Application:
    """A signed decision says no. Raises Refusal as ``grant_application``."""
    application = lock_received(application_id)
    move(application, ApplicationAction.REJECT, actor)
    record_event(
        actor=actor,
        action="application_rejected",
        obj=application,
        text=f"Avslagen. {decision}".strip(),
        data={"decision": decision},
    )
    return application


def _require_within_frame(application: Application, amount: int) -> None:
    """Of what is granted, ``amount`` (kronor) of it just now; what gives some back is never too much.

    The call is held until the transaction ends: two who grant at once never grant more than there is. It is
    last in the order of locks, after the decision, the application and the case."""
    call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=application.call_id)
    rest = frames.frame_now(call).left
    if rest < 0 < amount:
        raise Refusal(
            f"Utlysningens ram räcker inte: beloppet är {format_kr(amount)}, och {format_kr(rest + amount)} "
            f"är kvar av {format_kr(call.frame)}."
        )


@transaction.atomic
def dismiss_application(*, application_id: int, actor: User | None, decision: str = "") -> Application:
    """A signed decision says that it is not tried. Raises Refusal when it is decided, was withdrawn, or waits
    for a supplement: that is ended first."""
    application = lock_received(application_id)
    move(application, ApplicationAction.DISMISS, actor)
    record_event(
        actor=actor,
        action="application_dismissed",
        obj=application,
        text=f"Avvisad. {decision}".strip(),
        data={"decision": decision},
    )
    return application


@transaction.atomic
def change_grant(
    *,
    application_id: int,
    actor: User | None,
    amount: int,
    decision: str = "",
    within_frame: bool = True,
) -> Application:
    """A signed decision amends or extends the grant, or a court annuls one that did. The grant is ``amount``
    kronor after that.

    Raises Refusal when it is not granted and, ``within_frame``, when the call's frame is not enough for what
    is added: the region may not decide that, but a ruling holds whatever is left."""
    application = lock_received(application_id)
    if application.status != ApplicationStatus.GRANTED:
        raise Refusal("Ansökan är inte beviljad.")
    before, application.granted_amount = application.granted_amount, amount
    application.updated_at = timezone.now()
    application.save(update_fields=["granted_amount", "updated_at"])
    if within_frame:
        _require_within_frame(application, amount - (before or 0))
    frames.forget_after_commit(application.call_id)
    record_event(
        actor=actor,
        action="application_grant_changed",
        obj=application,
        text=f"Bidraget är {format_kronor(amount)}, förut {format_kronor(before or 0)}. {decision}".strip(),
        data={"amount": amount, "before": before, "decision": decision},
    )
    return application


@transaction.atomic
def reopen_application(*, application_id: int, actor: User | None, reason: str) -> Application:
    """Its decision no longer stands, so it waits for a new one. Raises Refusal when it is not decided."""
    application = lock_received(application_id)
    application.granted_amount = None
    move(application, ApplicationAction.REOPEN, actor, "granted_amount")
    record_event(
        actor=actor,
        action="application_reopened",
        obj=application,
        text=f"Prövas igen. {reason}".strip(),
        data={"reason": reason},
    )
    return application


def _require_handler(actor: User) -> None:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)


def lock_received(application_id: int) -> Application:
    """A received application, its row locked until the transaction ends."""
    return (
        Application.objects.received()
        .select_related("case__officer", "call__legal_basis", "organisation")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )


def move(application: Application, action: ApplicationAction, actor: User | None, *also: str) -> None:
    """Take the step and save it, with the fields ``also``. Raises Refusal when it may not be taken now."""
    application.status = status_after(application.status, action)
    application.updated_at = timezone.now()
    fields = ["status", "updated_at", *also]
    if actor is not None:
        application.updated_by = actor
        fields.append("updated_by")
    application.save(update_fields=fields)
    frames.forget_after_commit(application.call_id)
