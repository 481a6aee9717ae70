"""/handlaggning/utskick/paminnelser/: when the portal reminds, and in which words."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.outbox import preview, services
from s3portal.outbox.forms import HoursForm, ReminderForm, reminder_initial
from s3portal.outbox.models import ReminderRule
from s3portal.outbox.reminders import KINDS, ReminderKind
from s3portal.outbox.rules import may_set_reminders
from s3portal.outbox.services.configuring import check_rule
from s3portal.outbox.services.reminding import Setup, mail_settings

administrators = requires(may_set_reminders)


@administrators
@require_safe
def reminder_list(request: LoggedInRequest) -> HttpResponse:
    rules = {rule.kind: rule for rule in ReminderRule.objects.all()}
    setups = [Setup.of(kind, rules.get(code)) for code, kind in sorted(KINDS.items())]
    context = {"setups": setups, "hours": mail_settings()}
    return render(request, "outbox/reminder_list.html", context)


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_edit(request: LoggedInRequest, kind: str) -> HttpResponse:
    """The button ``preview`` shows what is typed on a real case, and saves nothing."""
    found = _kind(kind)
    if request.method != "POST":
        rule = ReminderRule.objects.filter(kind=kind).first()
        kept = take_kept_text(request)
        return _show(request, found, ReminderForm(kept, initial=reminder_initial(found, rule)))
    form = ReminderForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, 422)
    typed = {name: form.cleaned_data[name] for name in ("enabled", "offsets", "subject", "body")}
    try:
        if "preview" in request.POST:
            check_rule(kind=found, **typed)
            return _show(request, found, form)
        services.save_rule(
            kind=found, **typed, expected_version=form.cleaned_data["version"], actor=request.user
        )
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
        return _show(request, found, form, 409 if isinstance(refusal, Conflict) else 422)
    messages.success(request, "Påminnelsen är sparad.")
    return redirect("outbox:reminder_edit", kind=kind)


@administrators
@require_POST
def reminder_reset(request: LoggedInRequest, kind: str) -> HttpResponse:
    services.reset_words(kind=_kind(kind), actor=request.user)
    messages.success(request, "Den förvalda texten gäller igen.")
    return redirect("outbox:reminder_edit", kind=kind)


@administrators
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: LoggedInRequest) -> HttpResponse:
    if request.method != "POST":
        form = HoursForm.of(mail_settings(), take_kept_text(request))
        return render(request, "outbox/hours.html", {"form": form})
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            services.save_mail_settings(**form.cleaned_data, actor=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Tiderna är sparade.")
            return redirect("outbox:reminder_list")
    return render(request, "outbox/hours.html", {"form": form}, status=422)


def _kind(code: str) -> ReminderKind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def _show(request: HttpRequest, kind: ReminderKind, form: ReminderForm, status: int = 200) -> HttpResponse:
    """With the mail as it would be, unless what is typed cannot be sent."""
    words: Mapping[str, Any] | None = form.initial
    if form.is_bound:
        words = None if form.errors else form.cleaned_data
    context: dict[str, Any] = {
        "kind": kind,
        "form": form,
        "placeholders": {f"{{{name}}}": label for name, label in kind.placeholders.items()},
        "preview": None if words is None else preview.of(kind, words["subject"], words["body"]),
    }
    return render(request, "outbox/reminder_edit.html", context, status=status)
