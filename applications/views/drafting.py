"""The pages of the application form: shown, saved by button or by itself, and never losing what was typed."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import rules, services
from applications.checks import PARTS, Step, steps_of
from applications.forms import (
    ACTIVITIES,
    ADD,
    BUTTONS,
    DE_MINIMIS,
    INDICATORS,
    OTHER_AID,
    PARTNERS,
    REMOVE,
    AidForm,
    ApplicantForm,
    BudgetForm,
    FinancingForm,
    PartForm,
    PartnersForm,
    ProjectForm,
    QuestionsForm,
    with_keyed_row_changes,
)
from applications.models import Application
from applications.parts import (
    AidPart,
    ApplicantPart,
    BudgetPart,
    FinancingPart,
    Part,
    PartnersPart,
    ProjectPart,
    QuestionsPart,
    differences,
    seen_mark,
)
from applications.services.door import clock, may_write_at
from applications.snapshot import canonical_json, content_of
from applications.views.budget import sums_context, with_table_changes
from applications.views.choosing import chosen, conflict_context, pairs, seen_of
from applications.views.confirming import with_uploaded_letter
from applications.views.loading import closed_step, my_application, step_list, step_url
from applications.views.partnering import (
    MOVED,
    lines_by_partner,
    moved_to_applicant,
    moved_words,
    partners_context,
)
from applications.views.writer import kept_words, written_by_another
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.middleware import take_kept_text
from s3portal.accounts.rules import may_write_for
from s3portal.common.errors import Refusal

AUTOSAVED = "autosparat"
# A button and a question in the address. A plain word as a name ("remove") would hide the form's own
# method of that name from scripts.
GO_ON, CHANGE_KIND = "fortsatt", "byt_slag"
KEYED_ROWS = (PARTNERS, ACTIVITIES, INDICATORS, DE_MINIMIS, OTHER_AID)
#: Where a page opens again after a button in its table.
TABLES = {Step.BUDGET: "#rader", Step.FINANCING: "#finansiering"}


def _form(
    step: Step, application: Application, stored: Part, data: QueryDict | None, extra: str = ""
) -> PartForm:
    if isinstance(stored, ApplicantPart):
        return ApplicantForm(data, initial=stored.__dict__)
    if isinstance(stored, PartnersPart):
        return PartnersForm(data, part=stored, extra=extra)
    if isinstance(stored, ProjectPart):
        return ProjectForm(data, part=stored, call=application.call, extra=extra)
    if isinstance(stored, QuestionsPart):
        return QuestionsForm(data, part=stored)
    if isinstance(stored, BudgetPart):
        return BudgetForm(data, application=application, part=stored, extra=extra)
    if isinstance(stored, FinancingPart):
        return FinancingForm(data, application=application, part=stored, extra=extra)
    if isinstance(stored, AidPart):
        return AidForm(data, application=application, part=stored, extra=extra)
    raise TypeError(step)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: LoggedInRequest, pk: int, step: Step) -> HttpResponse:
    arrived_at = timezone.now()
    application = my_application(request, pk, laid_aside=True)
    elsewhere = closed_step(request, application, step)
    if elsewhere is not None:
        return elsewhere
    stored = PARTS[step].read(application)
    if request.method == "POST":
        if not may_write_for(request.user, application.organisation):
            raise PermissionDenied
        typed = with_keyed_row_changes(with_table_changes(application, stored, request.POST), KEYED_ROWS)
        if refusal := written_by_another(request, application):
            return _not_saved(request, application, step, _form(step, application, stored, typed), refusal)
        typed, field, fault = with_uploaded_letter(request, application, typed, arrived_at)
        form = _form(step, application, stored, typed)
        if fault and not form.has_error(field):
            form.add_error(field, fault)
        return _save(request, application, step, form, arrived_at)
    if not application.is_draft:
        return redirect("applications:my_detail", pk=pk)
    if not rules.may_write(request.user, application) or not _open_to(application, arrived_at):
        return redirect("applications:review", pk=pk)
    kept = take_kept_text(request)
    if kept is not None:
        messages.info(request, kept_words(request, kept, application))
        form = _form(step, application, stored, kept)
        return _page(request, application, step, form, kept.get("version", ""))
    form = _form(step, application, stored, None, request.GET.get("ny", ""))
    return _page(request, application, step, form, seen_mark(application, stored))


def _save(
    request: LoggedInRequest, application: Application, step: Step, form: PartForm, arrived_at: datetime
) -> HttpResponse:
    """Only a valid form reaches the service, so nothing is half saved."""
    seen = seen_of(request)
    if not form.is_valid() and application.is_draft and _open_to(application, arrived_at):
        return _refused(request, application, step, form, seen)
    lines = lines_by_partner(application) if step is Step.PARTNERS else {}
    try:
        stored = PARTS[step].read(application)
        part = chosen(request, form.part(), stored) if form.is_valid() else stored
        saved = services.save_draft(
            application_id=application.pk, actor=request.user, part=part, seen=seen, arrived_at=arrived_at
        )
    except services.DraftConflict as conflict:
        return _conflict(request, step, form, conflict)
    except Refusal as refusal:
        return _not_saved(request, application, step, form, refusal)
    now = PARTS[step].read(saved)
    changed = [one.label for one in differences(now, part)]
    moved = moved_to_applicant(lines, now)
    if _is_autosave(request):
        # The mark is of what stands in the open page, not of what others have written meanwhile.
        context = {
            "seen": seen_mark(saved, part),
            "changed": changed,
            "moved": moved_words(moved, application) if moved else "",
            "step_url": step_url(step, application),
        }
        return render(request, "applications/_autosaved.html", context)
    if changed:
        messages.info(request, f"Någon annan har under tiden ändrat: {', '.join(changed)}.")
    if isinstance(form, BudgetForm | FinancingForm) and _changed_rows(request):
        # In the open page the rows stay as they are typed, empty ones too, which are not stored.
        return _page(request, saved, step, form, seen_mark(saved, part))
    return redirect(_after_save(request, saved, step, moved))


def _open_to(application: Application, arrived_at: datetime) -> bool:
    return may_write_at(application, arrived_at)


def _after_save(request: LoggedInRequest, application: Application, step: Step, moved: int) -> str:
    here = step_url(step, application)
    if moved and request.POST.get(REMOVE):
        # In the address, since an open page takes only its form from the answer.
        return f"{here}?{MOVED}={moved}#{PARTNERS.anchor}"
    if moved:
        messages.warning(request, moved_words(moved, application))
    for kind in KEYED_ROWS:
        if request.POST.get(ADD) == kind.prefix:
            return f"{here}?ny={kind.prefix}#{kind.anchor}"
        if request.POST.get(REMOVE, "").startswith(f"{kind.prefix}-"):
            return f"{here}#{kind.anchor}"
    if request.POST.get(ADD):
        return f"{here}?ny={quote(request.POST[ADD])}{TABLES.get(step, '')}"
    if any(name in request.POST for name in BUTTONS) or CHANGE_KIND in request.GET:
        return here + TABLES.get(step, "")
    if GO_ON in request.POST:
        following = steps_of(application)
        return step_url(following[following.index(step) + 1], application)
    messages.success(request, f"Utkastet är sparat, {clock(application.updated_at)}.")
    return here


def _changed_rows(request: LoggedInRequest) -> bool:
    """Whether a button of a table was pressed in an open page with script."""
    pressed = CHANGE_KIND in request.GET or any(name in request.POST for name in BUTTONS)
    return bool(request.headers.get("HX-Request")) and pressed


def _is_autosave(request: LoggedInRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Target") == AUTOSAVED


def _with_message(response: HttpResponse, message: str) -> HttpResponse:
    """The sentence that the page's saved line shows."""
    response.headers["HX-S3-Message"] = quote(message)
    return response


def _refused(
    request: LoggedInRequest, application: Application, step: Step, form: PartForm, seen: str
) -> HttpResponse:
    message = "det finns uppgifter att rätta."
    if _is_autosave(request):
        response = render(request, "applications/_autosave_errors.html", {"form": form}, status=422)
    else:
        response = _page(request, application, step, form, seen)
        response.status_code = 422
    return _with_message(response, message)


def _conflict(
    request: LoggedInRequest, step: Step, form: PartForm, conflict: services.DraftConflict
) -> HttpResponse:
    """Tell who was first and show what both have changed; both texts are kept until one is chosen."""
    context = conflict_context(request, step, form, conflict)
    template = "applications/conflict.html"
    if _is_autosave(request):
        template = "applications/_autosave_conflict.html"
    return _with_message(render(request, template, context, status=409), conflict.message)


def _not_saved(
    request: LoggedInRequest, application: Application, step: Step, form: PartForm, refusal: Refusal
) -> HttpResponse:
    """The door is shut. What was typed is shown and can be taken home."""
    context = {
        "application": application,
        "refusal": refusal,
        "texts": form.typed(),
        "typed": pairs(form.data),
        "step_url": step_url(step, application),
    }
    template = "applications/not_saved.html"
    if _is_autosave(request):
        template = "applications/_autosave_refused.html"
    return _with_message(render(request, template, context, status=409), refusal.message)


def _page(
    request: LoggedInRequest, application: Application, step: Step, form: PartForm, seen: str
) -> HttpResponse:
    errors = sum(len(found) for found in form.errors.values()) if form.is_bound else 0
    steps = step_list(application, step, errors=errors)
    context: dict[str, Any] = {
        "application": application,
        "step": step,
        "steps": steps,
        "form": form,
        "seen": seen,
        "previous": _neighbour(steps, -1),
        "following": _neighbour(steps, 1),
    }
    if isinstance(form, BudgetForm | FinancingForm):
        context |= sums_context(application, form, request.GET)
    if isinstance(form, AidForm):
        context["room"] = form.headroom()
    if isinstance(form, PartnersForm):
        context |= partners_context(application, request.GET)
    return render(request, f"applications/step_{step.name.lower()}.html", context)


def _neighbour(steps: list[dict[str, Any]], offset: int) -> dict[str, Any] | None:
    position = next(number for number, entry in enumerate(steps) if entry["current"]) + offset
    return steps[position] if position >= 0 else None


@require_POST
def aid_room(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The room for försumbart stöd with what is typed and not yet saved. Writes nothing."""
    application = my_application(request, pk)
    form = AidForm(request.POST, application=application, part=AidPart.read(application))
    return render(request, "applications/_aid_room.html", {"room": form.headroom()})


# --- Taking the text home -----------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def draft_text(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The stored draft as plain text; with POST, also what was typed and could not be saved."""
    application = my_application(request, pk, laid_aside=True)
    context: dict[str, Any] = {"application": application, "content": content_of(application), "texts": []}
    if request.method == "POST":
        labels, texts = request.POST.getlist("rubrik"), request.POST.getlist("text")
        context["texts"] = list(zip(labels, texts, strict=False))
    response = render(request, "applications/draft.txt", context, content_type="text/plain; charset=utf-8")
    return _as_file(response, f"ansokan-{pk}-utkast.txt")


@require_safe
def draft_json(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The stored draft as the data it would be sent as."""
    application = my_application(request, pk)
    response = HttpResponse(canonical_json(content_of(application)), content_type="application/json")
    return _as_file(response, f"ansokan-{pk}-utkast.json")


def _as_file(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
