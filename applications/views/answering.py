"""Komplettering: the applicant's pages. The steps themselves are those of the ordinary form."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications import queries, rules, services
from applications.changes import changes_between
from applications.checks import Step, steps_of, submission_problems
from applications.documents import read_sent, sent_file
from applications.forms import AnswerForm, SendForm
from applications.models import Application, SupplementRequest
from applications.services.supplementing import CONSEQUENCE
from applications.snapshot import changed_content
from applications.views.loading import my_application, step_list, step_url, working_copy_of
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Conflict, Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What is asked, and the answer in words or the way to the opened steps. The clock is read first: waiting
    here makes nobody late."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    waiting = _waiting(application)
    if request.method != "POST":
        if waiting is None:
            return redirect("applications:my_detail", pk=pk)
        if waiting.by_parts:
            return _parts_page(request, application, waiting, arrived_at)
        if not rules.may_answer(request.user, application):
            return redirect("applications:my_detail", pk=pk)
    if not may_write_for(request.user, application.organisation) or application.is_draft:
        raise PermissionDenied
    form = AnswerForm(
        request.POST if request.method == "POST" else take_kept_text(request),
        request.FILES or None,
        initial={"supplement": waiting.pk if waiting else None},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        number, files = given.pop("supplement"), given.pop("uploads")
        try:
            services.answer_supplement(
                application_id=pk,
                supplement_id=number,
                actor=request.user,
                arrived_at=arrived_at,
                files=files,
                **given,
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            messages.success(request, "Er komplettering är mottagen.")
            return redirect("applications:my_detail", pk=pk)
    context = _asked(application, waiting, arrived_at) | {"form": form}
    if form.errors and status == 200:
        status = 422
    return render(request, "applications/supplement_answer.html", context, status=status)


@require_safe
def review(request: LoggedInRequest, pk: int) -> HttpResponse:
    """What is changed so far, old beside new, and the button that sends it."""
    application = my_application(request, pk)
    waiting = _waiting(application)
    if waiting is None or not waiting.by_parts:
        return redirect("applications:my_detail", pk=pk)
    return _review(request, application, waiting, None)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The clock is read before anything else."""
    arrived_at = timezone.now()
    application = my_application(request, pk)
    if request.method != "POST":
        # Who opens the address of a refused sending again, or was logged out when they pressed the button.
        return redirect("applications:supplement_review", pk=pk)
    if application.is_draft or not _may_send(request, application):
        raise PermissionDenied
    form = SendForm(request.POST, attests=_attests(request, application))
    waiting = _waiting(application)
    if not form.is_valid():
        return _not_sent(request, application, waiting, form, status=422)
    given = dict(form.cleaned_data)
    number, version = given.pop("supplement"), given.pop("version")
    try:
        services.send_supplement(
            application_id=pk,
            supplement_id=number,
            actor=request.user,
            arrived_at=arrived_at,
            reviewed_version=version,
            **given,
        )
    except Refusal as refusal:
        if refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return _not_sent(request, application, waiting, form, status=422)
        status = 409 if isinstance(refusal, Conflict) else 422
        return _not_sent(request, application, waiting, form, message=refusal.message, status=status)
    messages.success(request, "Er komplettering är mottagen. Ni får ett kvitto med e-post.")
    return redirect("applications:my_detail", pk=pk)


# --- Parts ------------------------------------------------------------------------------------------------
def _waiting(application: Application) -> SupplementRequest | None:
    found = application.supplements.unanswered().select_related("requested_by", "record")
    return found.prefetch_related("parts", "record__files").first()


def _attests(request: LoggedInRequest, application: Application) -> bool:
    return may_write_for(request.user, application.organisation) and not rules.may_sign(
        request.user, application
    )


def _may_send(request: LoggedInRequest, application: Application) -> bool:
    return may_write_for(request.user, application.organisation) or rules.may_sign(request.user, application)


def _asked(application: Application, waiting: SupplementRequest | None, now: datetime) -> dict[str, Any]:
    return {
        "application": application,
        "waiting": waiting,
        "overdue": waiting is not None and waiting.is_overdue(now=now),
        "consequence": CONSEQUENCE,
    }


def _parts_page(
    request: LoggedInRequest, application: Application, waiting: SupplementRequest, now: datetime
) -> HttpResponse:
    copy = working_copy_of(request, waiting)
    missing = {part.step: part.text for part in waiting.parts.all()}
    steps = [
        entry | {"missing": missing.get(step, "")}
        for step, entry in zip(steps_of(copy), step_list(copy, Step.REVIEW), strict=True)
        if step is not Step.REVIEW
    ]
    context = _asked(application, waiting, now) | {
        "copy": copy,
        "steps": steps,
        "may_write": rules.may_write(request.user, copy),
        "may_send": _may_send(request, application),
    }
    return render(request, "applications/supplement_parts.html", context)


def _review(
    request: LoggedInRequest,
    application: Application,
    waiting: SupplementRequest,
    form: SendForm | None,
    *,
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    copy = working_copy_of(request, waiting)
    before = read_sent(sent_file(application))
    problems = submission_problems(copy)
    opened = steps_of(copy)
    attests = _attests(request, application)
    context = _asked(application, waiting, now) | {
        "copy": copy,
        "steps": step_list(copy, Step.REVIEW, problems=problems),
        "changed": changes_between(before, changed_content(copy, before=before)),
        "before": "det som är inskickat",
        "after": "kompletteringen",
        "checks": [
            {
                "ok": False,
                "label": problem.message,
                "url": f"{step_url(problem.step, copy)}#{problem.field}",
                "action": "Rätta",
            }
            for problem in problems
            if problem.step in opened
        ],
        "elsewhere": [problem for problem in problems if problem.step not in opened],
        "form": form
        or SendForm(initial={"supplement": waiting.pk, "version": copy.version}, attests=attests),
        "version": copy.version,
        "message": message,
        "may_write": rules.may_write(request.user, copy),
        "may_send": _may_send(request, application),
        "attests": attests,
        "signatories": queries.signatories(application.organisation),
    }
    return render(request, "applications/supplement_review.html", context, status=status)


def _not_sent(
    request: LoggedInRequest,
    application: Application,
    waiting: SupplementRequest | None,
    form: SendForm,
    *,
    message: str = "",
    status: int,
) -> HttpResponse:
    """With the page as it stands now and what was typed; when nothing waits any more, the application."""
    if waiting is None or not waiting.by_parts:
        messages.error(request, message or "Ingen komplettering väntar på svar.")
        return redirect("applications:my_detail", pk=application.pk)
    return _review(request, application, waiting, form, message=message, status=status)
