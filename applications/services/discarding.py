"""Removing drafts: by hand with thirty days to think again, and by themselves when nobody writes in them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from applications.enums import ApplicationAction, ApplicationStatus
from applications.models import Application, ApplicationQuerySet
from applications.services.drafting import MAY_NOT_WRITE
from applications.transitions import require, status_after
from s3portal.accounts.models import User
from s3portal.accounts.rules import may_write_for
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.outbox.services import Mail, enqueue_many

#: A removed draft can be brought back for so long.
UNDO: Final = timedelta(days=30)
#: A draft that nobody has saved for so long is removed, so long after its people were told.
UNUSED: Final = timedelta(days=365)
NOTICE: Final = timedelta(days=30)
#: So many drafts are taken in one transaction by the nightly round.
BATCH: Final = 100


@transaction.atomic
def discard_draft(*, application_id: int, actor: User) -> Application:
    """Remove a draft; for thirty days it can be brought back. Raises Refusal when it has been sent."""
    application = _locked(application_id)
    after = status_after(application.status, ApplicationAction.DISCARD)
    _require_writer(application, actor)
    _move(application, after, actor, discarded_at=timezone.now())
    record_event(
        actor=actor, action="application_draft_discarded", obj=application, text="Utkastet borttaget"
    )
    return application


@transaction.atomic
def restore_draft(*, application_id: int, actor: User) -> Application:
    """Bring a removed draft back as it was. Raises Refusal when its place has been taken by a newer one."""
    application = _locked(application_id)
    after = status_after(application.status, ApplicationAction.RESTORE)
    _require_writer(application, actor)
    if application.answering_id is not None:
        raise Refusal("Kompletteringen är avslutad och kan inte skrivas vidare. Texten går att hämta.")
    try:
        with transaction.atomic():
            _move(application, after, actor, discarded_at=None)
    except IntegrityError as error:
        raise Refusal("Ni har påbörjat en ny ändring av samma ansökan. Ta bort den först.") from error
    record_event(
        actor=actor, action="application_draft_restored", obj=application, text="Utkastet återställt"
    )
    return application


def purge_discarded(*, now: datetime) -> int:
    """Delete for good what was removed more than thirty days before ``now``. Returns how many."""
    due = Application.objects.filter(status=ApplicationStatus.DISCARDED, discarded_at__lte=now - UNDO)
    return _each(due, _delete)


def warn_of_unused_drafts(*, now: datetime) -> int:
    """Tell those who may write that a draft which nobody has saved for eleven months will be removed."""
    due = Application.objects.filter(
        Q(unused_warned_at__isnull=True) | Q(unused_warned_at__lt=F("updated_at")),
        status=ApplicationStatus.DRAFT,
        updated_at__lte=now - (UNUSED - NOTICE),
    )
    return _each(due, lambda application: _warn(application, now))


def discard_unused_drafts(*, now: datetime) -> int:
    """Remove the drafts that nobody has saved for a year and whose people were told thirty days before."""
    due = Application.objects.filter(
        status=ApplicationStatus.DRAFT,
        updated_at__lte=now - UNUSED,
        unused_warned_at__lte=now - NOTICE,
        unused_warned_at__gte=F("updated_at"),
    )
    return _each(due, lambda application: _discard_unused(application, now))


# --- Parts ------------------------------------------------------------------------------------------------
def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_related("organisation")
        .select_for_update(of=("self",))
        .get(pk=application_id)
    )


def _require_writer(application: Application, actor: User) -> None:
    if not may_write_for(actor, application.organisation):
        raise Refusal(MAY_NOT_WRITE)


def _move(
    application: Application, after: str, actor: User | None, *also: str, discarded_at: datetime | None
) -> None:
    """Saves the fields ``also`` too. ``updated_at`` stays: it tells when somebody last wrote."""
    application.status, application.discarded_at = after, discarded_at
    fields = ["status", "discarded_at", *also]
    if actor is not None:
        application.updated_by = actor
        fields.append("updated_by")
    application.save(update_fields=fields)


def _each(due: ApplicationQuerySet, step: Callable[[Application], None]) -> int:
    """Take the step with each row, some at a time. A step must take its row out of ``due``.

    Rows that somebody else holds at this moment are left for another night."""
    count = 0
    while True:
        with transaction.atomic():
            rows = list(
                due.select_related("organisation", "call")
                .select_for_update(of=("self",), skip_locked=True)
                .order_by("pk")[:BATCH]
            )
            for row in rows:
                step(row)
        if not rows:
            return count
        count += len(rows)


def _delete(application: Application) -> None:
    """Its rows may only be removed from a draft, so it becomes one again for a moment: one that replaces
    and answers nothing, since the applicant may have begun another change of the same application."""
    application.replaces = application.answering = None
    after = status_after(application.status, ApplicationAction.RESTORE)
    _move(application, after, None, "replaces", "answering", discarded_at=None)
    require(application.status, ApplicationAction.DELETE)
    record_event(
        actor=None, action="application_draft_deleted", obj=application, text="Utkastet borttaget för gott"
    )
    application.delete()


def _warn(application: Application, now: datetime) -> None:
    application.unused_warned_at = now
    application.save(update_fields=["unused_warned_at"])
    last = max(now + NOTICE, application.updated_at + UNUSED)
    enqueue_many(
        Mail(
            kind="draft_unused",
            key=f"draft_unused:{application.pk}:{now.isoformat()}:{email}",
            to_email=email,
            obj=application,
            context={
                "application": application,
                "removed_on": format_day(in_stockholm(last).date()),
                "path": reverse("applications:my_detail", args=[application.pk]),
            },
        )
        for email in application.organisation.memberships.writers().emails()
    )


def _discard_unused(application: Application, now: datetime) -> None:
    after = status_after(application.status, ApplicationAction.DISCARD)
    _move(application, after, None, discarded_at=now)
    record_event(
        actor=None,
        action="application_draft_discarded",
        obj=application,
        text="Utkastet borttaget: ingen har skrivit i det på ett år",
    )
