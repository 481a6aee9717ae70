"""What the region does with an application it has received."""

from django.db import transaction
from django.utils import timezone

from applications import frames
from applications.enums import ApplicationAction
from applications.models import Application
from applications.rules import may_handle
from applications.transitions import status_after
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_kronor
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
    """Give the case to an officer. Raises Refusal when that person is none."""
    _require_handler(actor)
    application = lock_received(application_id)
    if not officer.has_role(Role.OFFICER) or not officer.is_active:
        raise Refusal(NOT_AN_OFFICER, field="officer")
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    assign_case(actor=actor, case=application.case, officer=officer)
    return application


@transaction.atomic
def grant_application(
    *, application_id: int, actor: User | None, amount: int, decision: str = ""
) -> Application:
    """A signed decision grants ``amount`` kronor. ``decision`` is how the decision is named in the trail.

    Raises Refusal when the application has not been assessed, is already decided or was withdrawn.
    """
    application = lock_received(application_id)
    application.granted_amount = amount
    move(application, ApplicationAction.GRANT, actor, "granted_amount")
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


def _require_handler(actor: User) -> None:
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)


def lock_received(application_id: int) -> Application:
    """A received application, its row locked until the transaction ends."""
    return (
        Application.objects.received()
        .select_related("case", "call__legal_basis")
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
