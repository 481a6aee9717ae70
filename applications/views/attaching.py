"""/mina-ansokningar/…/bilagor/: the files of a draft."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import rules, services
from applications.attachments import Slot, slots_of
from applications.checks import Step
from applications.forms import MarkForm, UploadForm
from applications.models import Application
from applications.services.door import may_write_at
from applications.views.loading import closed_step, my_application, step_list
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.rules import may_write_for
from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.uploads import megabytes

#: How long an open page asks about a file that waits for its scan.
PATIENCE: Final = timedelta(minutes=10)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The page, and the upload of files to one of its slots."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    elsewhere = closed_step(request, application, Step.ATTACHMENTS)
    if elsewhere is not None:
        return elsewhere
    if request.method == "POST":
        if not may_write_for(request.user, application.organisation):
            raise PermissionDenied
        return _upload(request, application, arrived_at)
    if not application.is_draft:
        return redirect("applications:my_detail", pk=pk)
    if not rules.may_write(request.user, application) or not may_write_at(application, arrived_at):
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
        for refusal in _taken(request, application, form, slot=slot.key, arrived_at=arrived_at):
            form.add_error("upload" if refusal.field == "upload" else None, refusal.message)
    if not form.is_valid():
        return _page(request, application, bound={slot.key: form}, status=422)
    return redirect("applications:step_attachments", pk=application.pk)


def _taken(
    request: LoggedInRequest, application: Application, form: UploadForm, **place: Any
) -> list[Refusal]:
    """Take each file on its own; what is said of those that are not taken, by name when there are several."""
    fields = {"kind": "", **form.cleaned_data}
    uploads: list[UploadedFile | None] = fields.pop("upload")
    refused = []
    for upload in uploads or [None]:
        try:
            added = services.add_attachment(
                application_id=application.pk, actor=request.user, upload=upload, **place, **fields
            )
        except Refusal as refusal:
            name = f"{upload.name}: " if upload and len(uploads) > 1 else ""
            refused.append(Refusal(f"{name}{refusal.message}", field=refusal.field))
        else:
            messages.success(request, f"{added.filename} är uppladdad.")
    return refused


def _page(
    request: LoggedInRequest,
    application: Application,
    *,
    bound: dict[str, UploadForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = step_list(application, Step.ATTACHMENTS)
    slots = slots_of(application)
    position = next(number for number, entry in enumerate(steps) if entry["current"])
    context = {
        "application": application,
        "step": Step.ATTACHMENTS,
        "steps": steps,
        "slots": [_entry(slot, (bound or {}).get(slot.key)) for slot in slots],
        "forms": list((bound or {}).values()),
        "previous": steps[position - 1] if position else None,
        "following": steps[position + 1],
        "most": settings.MAX_UPLOAD_BYTES,
        "most_words": megabytes(settings.MAX_UPLOAD_BYTES),
        **_scan_context(slots),
    }
    return render(request, "applications/step_attachments.html", context, status=status)


def _scan_context(slots: list[Slot]) -> dict[str, Any]:
    """How it stands with the scan for viruses, and whether the page should go on asking."""
    waiting = [file for slot in slots for file in slot.files if file.is_waiting]
    asked = any(file.uploaded_at > timezone.now() - PATIENCE for file in waiting)
    return {
        "waiting": len(waiting),
        "asks": asked,
        "asked_for": ",".join(str(file.pk) for file in waiting),
    }


@require_safe
def scan_state(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What has become of the files that the open page shows as waiting. Nothing when nothing has."""
    application = my_application(request, pk)
    slots = slots_of(application)
    context = _scan_context(slots)
    if context["asks"] and request.GET.get("vantar") == context["asked_for"]:
        return HttpResponse(status=204)
    context |= {"application": application, "slots": [{"slot": slot} for slot in slots]}
    return render(request, "applications/_attachments_scanned.html", context)


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
    took(
        request,
        lambda: services.mark_attachment(
            application_id=application.pk,
            attachment_id=attachment_pk,
            actor=request.user,
            arrived_at=timezone.now(),
            **form.cleaned_data,
        ),
        "Märkningen är sparad.",
    )
    return redirect("applications:step_attachments", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: LoggedInRequest, pk: int, attachment_pk: int) -> HttpResponse:
    """Ask first: the file is gone and has to be uploaded again."""
    application = _to_write(request, pk)
    attachment = get_object_or_404(application.attachments, pk=attachment_pk)
    if request.method != "POST":
        context = {"application": application, "attachment": attachment}
        return render(request, "applications/attachment_remove.html", context)
    took(
        request,
        lambda: services.remove_attachment(
            application_id=pk, attachment_id=attachment_pk, actor=request.user, arrived_at=timezone.now()
        ),
        lambda name: f"{name} är borttagen.",
    )
    return redirect("applications:step_attachments", pk=pk)


@require_safe
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
