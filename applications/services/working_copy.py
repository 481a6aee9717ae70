"""The copy of a sent application in which a supplement is written.

Only the applicant sees it, and nothing that reads applications counts it: what has been sent stands as it was
sent until the supplement is (docs/adr/0011)."""

from datetime import datetime
from typing import Final

from django.db import models

from applications.enums import ApplicationAction, ApplicationStatus
from applications.models import Application, Declaration, SupplementRequest
from applications.parts import summary_of
from applications.services.copying import CHILDREN, ITS_OWN, copy_children, draft_from
from applications.transitions import status_after

#: Declarations are given anew for another application. A supplement is to the same one.
DECLARED: Final = (Declaration, "application")


def begin_working_copy(request: SupplementRequest) -> Application:
    """Made when the officer asks, in the name of who sent the application: nobody waits for it."""
    source = request.application
    assert source.submitted_by is not None  # noqa: S101 - the database says so for what has been sent
    copy = draft_from(
        source,
        source.submitted_by,
        call=source.call,
        leave=frozenset(),
        status=ApplicationStatus.CHANGING,
        answering=request,
        # Its history goes on where that of the application ends.
        version=source.version,
    )
    copy_children(source, copy, DECLARED)
    return copy


def lock_working_copy(request: SupplementRequest) -> Application:
    return (
        Application.objects.select_related("call__legal_basis", "organisation", "updated_by", "answering")
        .select_for_update(of=("self",))
        .get(answering=request)
    )


def lay_aside(request: SupplementRequest, *, at: datetime) -> None:
    """What was begun and not sent stays readable to the applicant for as long as a removed draft."""
    if not request.by_parts:
        return
    _leave(lock_working_copy(request), at)


def _leave(copy: Application, at: datetime) -> None:
    copy.status = status_after(copy.status, ApplicationAction.LAY_ASIDE)
    copy.discarded_at = at
    copy.save(update_fields=["status", "discarded_at"])


def take_in(copy: Application, application: Application, *, at: datetime) -> list[str]:
    """Move all rows of the copy to the application in place of its own. Returns the names of the
    application's fields that the caller saves together with its new status. The empty copy is left for a
    while, so that who has one of its pages open is told what has happened and loses no text.

    Both rows are locked, and the request is answered: the database lets no one in at any other moment."""
    total_cost = summary_of(copy).total_cost
    rows: tuple[tuple[type[models.Model], str], ...] = (*CHILDREN, DECLARED)
    own = [model for model, way in rows if way == "application"]
    for model in reversed(own):
        model._default_manager.filter(application=application).delete()
    for model in own:
        model._default_manager.filter(application=copy).update(application=application)
    copy.versions.update(application=application)
    fields = [field.name for field in Application._meta.concrete_fields if field.name not in ITS_OWN]
    for name in fields:
        setattr(application, name, getattr(copy, name))
    application.version, application.total_cost = copy.version, total_cost
    _leave(copy, at)
    return [*fields, "version", "total_cost"]
