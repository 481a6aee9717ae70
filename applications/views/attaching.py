"""/mina-ansokningar/…/bilagor/: the files of a draft."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import rules, services
from applications.attachments import Slot, slots_of
from applications.checks import Step
from applications.forms import MarkForm, UploadForm
from applications.models import Application
from applications.services.door import may_enter
from applications.views.loading import my_application, step_list
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.rules import may_write_for
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.uploads import megabytes


@require_http_methods(["GET", "POST"])
def step(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The page, and the upload of one file to one of its slots."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if request.method == "POST":
        if not may_write_for(request.user, application.organisation):
            raise PermissionDenied
        return _upload(request, application, arrived_at)
    if not application.is_draft:
        return redirect("applications:my_detail", pk=pk)
    if not rules.may_write(request.user, application) or not may_enter(
        application.call, application.organisation, arrived_at
    ):
        return redirect("applications:review", pk=pk)
    return _page(request, application)


def _upload(request: LoggedInRequest, application: Application, arrived_at: Any) -> HttpResponse:
    key = request.POST.get("till", "")
    slot = next((one for one in slots_of(application) if one.key == key), None)
    if slot is None:
        messages.error(request, "Bilagan efterfrågas inte längre.")
        return redirect("applications:step_attachments", pk=application.pk)
    form = UploadForm(request.POST, request.FILES, slot=slot.key, free=slot.is_free)
    if form.is_valid():
        try:
            added = services.add_attachment(
                application_id=application.pk,
                actor=request.user,
                slot=slot.key,
                arrived_at=arrived_at,
                **{"kind": "", **form.cleaned_data},
            )
        except Refusal as refusal:
            form.add_error("upload" if refusal.field == "upload" else None, refusal.message)
        else:
            messages.success(request, f"{added.filename} är uppladdad.")
            return redirect("applications:step_attachments", pk=application.pk)
    return _page(request, application, bound={slot.key: form}, status=422)


def _page(
    request: LoggedInRequest,
    application: Application,
    *,
    bound: dict[str, UploadForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = step_list(application, Step.ATTACHMENTS)
    position = next(number for number, entry in enumerate(steps) if entry["current"])
    context = {
        "application": application,
        "step": Step.ATTACHMENTS,
        "steps": steps,
        "slots": [_entry(slot, (bound or {}).get(slot.key)) for slot in slots_of(application)],
        "forms": list((bound or {}).values()),
        "previous": steps[position - 1],
        "following": steps[position + 1],
        "most": settings.MAX_UPLOAD_BYTES,
        "most_words": megabytes(settings.MAX_UPLOAD_BYTES),
    }
    return render(request, "applications/step_attachments.html", context, status=status)


def _entry(slot: Slot, form: UploadForm | None) -> dict[str, Any]:
    return {
        "slot": slot,
        "form": form or UploadForm(slot=slot.key, free=slot.is_free),
        "files": [
            {
                "row": file,
                "form": MarkForm(
                    initial={"trade_secret_reason": file.trade_secret_reason}, prefix=f"fil-{file.pk}"
                ),
            }
            for file in slot.files
        ],
    }


@require_POST
def mark(request: LoggedInRequest, pk: int, attachment_pk: int) -> HttpResponse:
    application = _to_write(request, pk)
    form = MarkForm(request.POST, prefix=f"fil-{attachment_pk}")
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["trade_secret_reason"])))
        return redirect("applications:step_attachments", pk=pk)
    try:
        services.mark_attachment(
            application_id=application.pk,
            attachment_id=attachment_pk,
            actor=request.user,
            arrived_at=timezone.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Märkningen är sparad.")
    return redirect("applications:step_attachments", pk=pk)


@require_http_methods(["GET", "POST"])
def remove(request: LoggedInRequest, pk: int, attachment_pk: int) -> HttpResponse:
    """Ask first: the file is gone and has to be uploaded again."""
    application = _to_write(request, pk)
    attachment = get_object_or_404(application.attachments, pk=attachment_pk)
    if request.method == "GET":
        context = {"application": application, "attachment": attachment}
        return render(request, "applications/attachment_remove.html", context)
    try:
        name = services.remove_attachment(
            application_id=pk, attachment_id=attachment_pk, actor=request.user, arrived_at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{name} är borttagen.")
    return redirect("applications:step_attachments", pk=pk)


@require_GET
def file(request: LoggedInRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """A file of the draft, for those of the organisation."""
    application = my_application(request, pk)
    attachment = get_object_or_404(application.attachments, pk=attachment_pk)
    return frozen_response(attachment, as_attachment=attachment.content_type != "application/pdf")


def _to_write(request: LoggedInRequest, pk: int) -> Application:
    application = my_application(request, pk)
    if not rules.may_write(request.user, application):
        raise PermissionDenied
    return application
