"""Officers among themselves about one application: who shares it, and notes."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from applications import rules, services
from applications.forms import NoteForm
from applications.models import InternalNote
from applications.views.door import asks_first
from applications.views.loading import received_for_staff
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import User
from s3portal.common.steps import took
from s3portal.diary.forms import AssignForm


@require_POST
def share(request: LoggedInRequest, pk: int) -> HttpResponse:
    received_for_staff(request, pk, to_handle=True)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Välj en handläggare.")
        return redirect("applications:officer_detail", pk=pk)
    officer = form.cleaned_data["officer"]
    return _after(
        request,
        pk,
        lambda: services.add_co_handler(application_id=pk, actor=request.user, officer=officer),
        f"{officer} är medhandläggare.",
    )


@require_POST
def unshare(request: LoggedInRequest, pk: int, person_pk: int) -> HttpResponse:
    received_for_staff(request, pk, to_handle=True)
    officer = get_object_or_404(User, pk=person_pk)
    return _after(
        request,
        pk,
        lambda: services.remove_co_handler(application_id=pk, actor=request.user, officer=officer),
        f"{officer} är inte längre medhandläggare.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_handle)
def note_new(request: LoggedInRequest, pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _after(
            request,
            pk,
            lambda: services.write_note(application_id=pk, actor=request.user, **form.cleaned_data),
            "Anteckningen är sparad.",
        )
    context = {"application": application, "form": form, "note": None}
    return render(request, "applications/note_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_first(rules.may_handle)
def note_edit(request: LoggedInRequest, pk: int, note_pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    note = get_object_or_404(InternalNote, pk=note_pk, application=application, author=request.user)
    form = NoteForm(request.POST if request.method == "POST" else None, initial={"text": note.text})
    if request.method == "POST" and form.is_valid():
        return _after(
            request,
            pk,
            lambda: services.change_note(note_id=note_pk, actor=request.user, **form.cleaned_data),
            "Anteckningen är sparad.",
        )
    context = {"application": application, "form": form, "note": note}
    return render(request, "applications/note_form.html", context, status=422 if form.errors else 200)


@require_POST
@asks_first(rules.may_handle)
def note_remove(request: LoggedInRequest, pk: int, note_pk: int) -> HttpResponse:
    application = received_for_staff(request, pk, to_handle=True)
    get_object_or_404(InternalNote, pk=note_pk, application=application, author=request.user)
    return _after(
        request,
        pk,
        lambda: services.remove_note(note_id=note_pk, actor=request.user),
        "Anteckningen är borttagen.",
    )


def _after(request: LoggedInRequest, pk: int, step: Callable[[], object], done: str) -> HttpResponse:
    took(request, step, done)
    return redirect("applications:officer_detail", pk=pk)
