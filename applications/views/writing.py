"""The thread between the region and the applicant, from either side."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications import queries, rules, services
from applications.forms import ThreadForm
from applications.models import Application
from applications.views.door import asks_first
from applications.views.loading import my_application, received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The applicant reads and writes."""
    application = my_application(request, pk)
    if application.is_draft:
        raise Http404("Utkastet är inte inskickat.")
    may_write = may_write_for(request.user, application.organisation)
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_to_region(application_id=pk, actor=request.user, **form.content())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Meddelandet är skickat.")
            return redirect("applications:letters", pk=pk)
    return _page(request, "applications/letters.html", application, form, may_write=may_write)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_read_received)
def officer_letters(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The region reads; officers write."""
    may_write = rules.may_handle(request.user)
    application = received_for_staff(request, pk, to_handle=request.method == "POST")
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            services.write_to_applicant(application_id=pk, actor=request.user, **form.content())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Meddelandet är skickat till sökanden.")
            return redirect("applications:officer_letters", pk=pk)
    services.note_opening(application=application, actor=request.user)
    return _page(request, "applications/officer_letters.html", application, form, may_write=may_write)


def _form(request: LoggedInRequest) -> ThreadForm:
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    return ThreadForm(typed, request.FILES or None)


def _page(
    request: LoggedInRequest, template: str, application: Application, form: ThreadForm, *, may_write: bool
) -> HttpResponse:
    context = {
        "application": application,
        "letters": queries.letters_of(application),
        "form": form,
        "may_write": may_write,
        "waiting": application.supplements.unanswered().first(),
        "files_at": "applications:my_file" if "officer" not in template else "applications:officer_file",
        "most": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, template, context, status=422 if form.errors else 200)
