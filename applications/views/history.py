"""The history of a draft, for those of the applicant's organisation alone."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import rules
from applications.checks import Step
from applications.models import DraftVersion
from applications.parts import Difference
from applications.services.restoring import (
    can_be_put_back,
    can_be_restored,
    restore_step,
    restore_text,
)
from applications.views.loading import my_application
from s3portal.accounts.http import LoggedInRequest
from s3portal.common.steps import took

PAGE = 10
RESTORED = "Den äldre texten gäller igen. Den som stod där finns kvar i historiken."
STEP_RESTORED = (
    "Steget är som det var då. Ångrar du dig, återställ det som det var före den senaste ändringen här nedan."
)


@require_safe
def versions(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = my_application(request, pk)
    rows = Paginator(application.versions.select_related("saved_by"), PAGE)
    page = rows.get_page(request.GET.get("page"))
    context = {
        "application": application,
        "page": page,
        "versions": [_shown(version) for version in page],
        "may_write": rules.may_write(request.user, application),
    }
    return render(request, "applications/versions.html", context)


def _shown(version: DraftVersion) -> dict[str, Any]:
    changes = [
        {
            "difference": Difference(one["label"], one["before"], one["after"], one["key"]),
            "can_be_restored": can_be_restored(version.step, one["key"]),
        }
        for one in version.changes
    ]
    label = {step.value: step.label for step in Step}.get(version.step, version.step)
    return {
        "row": version,
        "step": label,
        "changes": changes,
        "can_be_put_back": can_be_put_back(version),
    }


@require_POST
def restore(request: LoggedInRequest, pk: int, version_pk: int) -> HttpResponse:
    """One text (``key``), or without it the whole step."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if not rules.may_write(request.user, application):
        raise PermissionDenied
    version = get_object_or_404(application.versions, pk=version_pk)
    which: dict[str, Any] = {
        "application_id": pk, "version_id": version.pk, "actor": request.user, "arrived_at": arrived_at
    }  # fmt: skip
    if "key" in request.POST:
        took(request, lambda: restore_text(**which, key=request.POST["key"]), RESTORED)
    else:
        took(request, lambda: restore_step(**which), STEP_RESTORED)
    return redirect("applications:versions", pk=pk)
