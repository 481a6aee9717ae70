"""Second thoughts: a new application in place of a sent one, removed drafts, taking all of it home."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import queries, services
from applications.archive import archive_name, write_archive
from applications.services.discarding import UNDO
from applications.views.loading import my_application
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Refusal

PER_PAGE = 20


@require_POST
def change(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Begin the application that takes the place of this one, or go on with the one begun."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if not may_write_for(request.user, application.organisation):
        raise PermissionDenied
    try:
        draft = services.begin_change(application_id=pk, actor=request.user, arrived_at=arrived_at)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("applications:my_detail", pk=pk)
    return redirect("applications:step_applicant", pk=draft.pk)


@require_safe
def removed(request: LoggedInRequest) -> HttpResponse:
    page = Paginator(queries.removed_drafts(request.user), PER_PAGE).get_page(request.GET.get("page"))
    mine = queries.organisations_to_write_for(request.user)
    rows = [
        {
            "application": row,
            "gone_on": row.discarded_at + UNDO if row.discarded_at else None,
            "may_restore": row.organisation in mine and row.answering_id is None,
        }
        for row in page
    ]
    return render(request, "applications/removed.html", {"page": page, "rows": rows})


@require_POST
def restore(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(queries.removed_drafts(request.user), pk=pk)
    if not may_write_for(request.user, application.organisation):
        raise PermissionDenied
    try:
        services.restore_draft(application_id=pk, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("applications:removed")
    messages.success(request, "Utkastet är återställt.")
    return redirect("applications:my_detail", pk=pk)


@require_safe
def everything(request: LoggedInRequest, pk: int) -> FileResponse:
    """All that the applicant has written or sent, in one file."""
    application = my_application(request, pk)
    response = FileResponse(
        write_archive(application),
        content_type="application/zip",
        as_attachment=True,
        filename=archive_name(application),
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
