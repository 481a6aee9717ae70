"""What staff do in the diary by hand. Each page is a form, and what it did is told on the case's page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from s3portal.accounts.http import LoggedInRequest, View, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary import rules, services
from s3portal.diary.endings import matters_of
from s3portal.diary.enums import CaseStatus, CaseStepKind
from s3portal.diary.guards import first_stop
from s3portal.diary.keeping_forms import ChangeForm, CloseForm, OpenForm, ReasonForm, RegisterForm
from s3portal.diary.models import Case, Record

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Page:
    """The words of one form. ``before``: "du stänger", in the summary of what is to be put right."""

    heading: str
    button: str
    before: str
    lead: str = ""
    danger: bool = False


OPEN: Final = Page(
    "Öppna ärende",
    "Öppna ärendet",
    "du öppnar ärendet",
    "Ärendet får nästa diarienummer. Sedan registrerar du den första handlingen.",
)
REGISTER: Final = Page("Registrera handling", "Registrera", "du registrerar")
CLOSE: Final = Page("Avsluta ärendet", "Avsluta ärendet", "du avslutar ärendet")
REOPEN: Final = Page("Öppna ärendet igen", "Öppna igen", "du öppnar ärendet igen")
CANCEL: Final = Page(
    "Makulera ärendet",
    "Makulera ärendet",
    "du makulerar",
    "Gör det bara om ärendet öppnades av misstag. Numret står kvar i diariet som makulerat och används inte "
    "igen. Det går inte att ångra.",
    danger=True,
)
CHANGE: Final = Page(
    "Ändra ärendet",
    "Spara",
    "du sparar",
    "Det som stod tidigare finns kvar i ärendets historik.",
)
CANCEL_RECORD: Final = Page(
    "Makulera handlingen",
    "Makulera handlingen",
    "du makulerar",
    "Handlingen står kvar i ärendet med sitt nummer och sina filer, märkt som makulerad. Är något fel i den, "
    "registrera den rätta som en ny handling. Det går inte att ångra.",
    danger=True,
)


def asks_first(view: View) -> View:
    """Who has a question of jäv in the case to answer is sent there, and who has jäv is stopped."""

    @wraps(view)
    def checked(request: LoggedInRequest, pk: int, **kwargs: Any) -> HttpResponse:
        case = get_object_or_404(Case.objects.select_related("officer"), pk=pk)
        place = first_stop(request.user, case)
        if place:
            return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
        response: HttpResponse = view(request, case, **kwargs)
        return response

    return checked  # type: ignore[return-value]


def typed(request: LoggedInRequest) -> Any:
    """What the form is filled with: what was sent, or typed before somebody was logged out."""
    return request.POST if request.method == "POST" else take_kept_text(request)


def ask(
    request: LoggedInRequest,
    form: forms.Form,
    page: Page,
    step: Callable[[], HttpResponse],
    case: Case | None = None,
    **more: Any,
) -> HttpResponse:
    """The form, until ``step`` is taken; a refusal is told beside the field it is about."""
    if request.method == "POST" and form.is_valid():
        try:
            return step()
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    context = {
        "form": form,
        "words": page,
        "case": case,
        "record": None,
        "warning": "",
        "matters": None,
        **more,
    }
    return render(request, "diary/keeping.html", context, status=422 if form.errors else 200)


def done(request: LoggedInRequest, case: Case, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("diary:staff_detail", pk=case.pk)


@requires(rules.may_register)
@read_or_send
def case_open(request: LoggedInRequest) -> HttpResponse:
    form = OpenForm(typed(request))

    def step() -> HttpResponse:
        case = services.open_by_hand(actor=request.user, **form.content())
        messages.success(request, f"Ärende {case} är öppnat. Registrera den första handlingen.")
        return redirect("diary:staff_register", pk=case.pk)

    return ask(request, form, OPEN, step)


@requires(rules.may_register)
@read_or_send
@asks_first
def record_new(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = RegisterForm(typed(request), request.FILES if request.method == "POST" else None)

    def step() -> HttpResponse:
        record = services.register_by_hand(actor=request.user, case_id=case.pk, **form.content())
        return done(request, case, f"Handling {record.number} är registrerad.")

    closed = case.status == CaseStatus.CLOSED
    warning = "Ärendet är avslutat. Öppna det igen om handlingen kräver att något görs." if closed else ""
    return ask(request, form, REGISTER, step, case, warning=warning)


@requires(rules.may_correct)
@read_or_send
@asks_first
def record_cancel(request: LoggedInRequest, case: Case, number: int) -> HttpResponse:
    record = get_object_or_404(Record, case=case, number=number)
    form = ReasonForm(typed(request))

    def step() -> HttpResponse:
        services.cancel_record(actor=request.user, record_id=record.pk, **form.cleaned_data)
        return done(request, case, f"Handling {record.number} är makulerad.")

    return ask(request, form, CANCEL_RECORD, step, case, record=record)


@requires(rules.may_register)
@read_or_send
@asks_first
def case_close(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = CloseForm(typed(request))

    def step() -> HttpResponse:
        services.close_case(actor=request.user, case_id=case.pk, **form.cleaned_data)
        return done(request, case, "Ärendet är avslutat.")

    return ask(request, form, CLOSE, step, case, matters=matters_of(case))


@requires(rules.may_register)
@read_or_send
@asks_first
def case_reopen(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = ReasonForm(typed(request))

    def step() -> HttpResponse:
        services.reopen_case(actor=request.user, case_id=case.pk, **form.cleaned_data)
        return done(request, case, "Ärendet är öppet igen.")

    return ask(request, form, REOPEN, step, case)


@requires(rules.may_correct)
@read_or_send
@asks_first
def case_cancel(request: LoggedInRequest, case: Case) -> HttpResponse:
    form = ReasonForm(typed(request))

    def step() -> HttpResponse:
        services.cancel_case(actor=request.user, case_id=case.pk, **form.cleaned_data)
        return done(request, case, f"Ärende {case} är makulerat.")

    return ask(request, form, CANCEL, step, case)


@requires(rules.may_correct)
@read_or_send
@asks_first
def case_change(request: LoggedInRequest, case: Case) -> HttpResponse:
    seen = case.steps.filter(kind=CaseStepKind.CHANGED).count()
    form = ChangeForm(typed(request), case=case, seen_changes=seen)

    def step() -> HttpResponse:
        try:
            services.change_case(actor=request.user, case_id=case.pk, **form.cleaned_data)
        except Conflict:
            # Who has read what the other wrote may save over it.
            form.data = {**form.data.dict(), "seen_changes": str(seen)}  # type: ignore[attr-defined]
            raise
        return done(request, case, "Ärendet är ändrat.")

    return ask(request, form, CHANGE, step, case)
