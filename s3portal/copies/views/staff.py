"""/handlaggning/begaran/: requests for copies, and what the region answers."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.copies import queries, rules, services
from s3portal.copies.authority import authorities_of
from s3portal.copies.enums import Step
from s3portal.copies.forms import CloseForm, MaskForm, RefuseForm, ReleaseForm
from s3portal.copies.hints import hints_of
from s3portal.copies.models import CopyRequest
from s3portal.copies.transitions import allows
from s3portal.diary.guards import first_stop
from s3portal.diary.merging import same_matter
from s3portal.diary.services import log_protected_read

PER_PAGE = 50
TABS = [
    ("", "Att besvara", "to_do"),
    ("avslag", "Avslag utan laga kraft", "refused"),
    ("besvarade", "Besvarade", "answered"),
]
_SERVICES: dict[Step, Any] = {
    Step.RELEASE: services.release_copy,
    Step.MASK: services.mask_copy,
    Step.REFUSE: services.refuse_copy,
    Step.CLOSE: services.close_request,
}
_DONE = {
    Step.RELEASE: "Kopiorna är utlämnade.",
    Step.MASK: "De maskade kopiorna är utlämnade.",
    Step.REFUSE: "Beslutet är gjort och registrerat i diariet.",
    Step.CLOSE: "Begäran är avslutad.",
}


@requires(rules.may_see_requests)
@require_safe
def request_list(request: LoggedInRequest) -> HttpResponse:
    wanted = request.GET.get("urval", "")
    numbers, address = queries.counts(), reverse("copies:staff_list")
    tabs = [
        {"label": label, "url": f"{address}?urval={key}" if key else address,
         "count": getattr(numbers, count), "current": key == wanted}
        for key, label, count in TABS
    ]  # fmt: skip
    page = Paginator(queries.requests_in(wanted), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "copies/staff_list.html", {"page": page, "tabs": tabs, "wanted": wanted})


def _loaded(pk: int) -> CopyRequest:
    found = CopyRequest.objects.select_related(
        "case__officer", "record", "answered_by", "decision", "final_by"
    )
    return get_object_or_404(found, pk=pk)


def _stop(request: LoggedInRequest, made: CopyRequest) -> HttpResponse | None:
    """Who has a question of jäv in the matter to answer is sent there; raises PermissionDenied for jäv."""
    stops = (first_stop(request.user, case) for case in same_matter(made.case))
    place = next(filter(None, stops), "")
    return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}") if place else None


@requires(rules.may_see_requests)
@require_safe
def request_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    made = _loaded(pk)
    stopped = _stop(request, made)
    if stopped is not None:
        return stopped
    marks = list(queries.standing_marks(made.case))
    marked = {mark.case_id for mark in marks}
    for case in same_matter(made.case) if marked else []:
        if case.pk in marked:
            log_protected_read(actor=request.user, case=case, what=f"begäran {made.reference}")
    steps = [step for step in Step if allows(made.status, step)]
    mine = [step for step in steps if rules.may_take(request.user, made.case, step)]
    context = {
        "made": made,
        "marks": marks,
        "hints": hints_of(made.case),
        "released": list(made.released.select_related("file__record")),
        "may_finish": made.can_be_appealed and rules.may_finish(request.user),
        "steps": mine,
        "needs_delegate": Step.REFUSE in steps and Step.REFUSE not in mine,
    }
    return render(request, "copies/staff_detail.html", context)


@requires(rules.may_finish)
@require_POST
def finish(request: LoggedInRequest, pk: int) -> HttpResponse:
    """A refusal is final."""
    made = _loaded(pk)
    stopped = _stop(request, made)
    if stopped is not None:
        return stopped
    took(
        request,
        lambda: services.finish_refusal(actor=request.user, request_id=pk),
        "Avslaget har fått laga kraft.",
    )
    return redirect("copies:staff_detail", pk=pk)


@requires(rules.may_see_requests)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: LoggedInRequest, pk: int, step: str) -> HttpResponse:
    if step not in Step.values:
        raise Http404("Det steget finns inte.")
    made, taken = _loaded(pk), Step(step)
    stopped = _stop(request, made)
    if stopped is not None:
        return stopped
    if not rules.may_take(request.user, made.case, taken):
        raise PermissionDenied
    if request.method != "POST" and not allows(made.status, taken):
        # Nobody shall write an answer that somebody else has given; what is sent is told why beside the text.
        messages.info(request, f"Begäran är redan besvarad: {made.get_status_display().lower()}.")
        return redirect("copies:staff_detail", pk=pk)
    form = _form(request, made, taken)
    if request.method == "POST" and form.is_valid():
        step_now = _refuse_now if taken == Step.REFUSE else _take_now
        done: HttpResponse | None = step_now(request, pk, taken, form)
        if done is not None:
            return done
    context = {"made": made, "step": taken, "form": form, "marks": list(queries.standing_marks(made.case))}
    return render(request, "copies/answer.html", context, status=422 if form.errors else 200)


def _take_now(request: LoggedInRequest, pk: int, step: Step, form: Any) -> HttpResponse | None:
    """Nothing when it was refused: then the form tells why."""
    try:
        _SERVICES[step](actor=request.user, request_id=pk, **form.content())
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    messages.success(request, _DONE[step])
    return redirect("copies:staff_detail", pk=pk)


#: A decision that is sealed in somebody's name and can be appealed: with fresh proof of who decides, as when
#: a decision is signed. django-allauth asks for it and then plays this very request again.
_refuse_now = reauthentication_required(_take_now)


def _form(request: LoggedInRequest, made: CopyRequest, step: Step) -> Any:
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    if step == Step.RELEASE:
        return ReleaseForm(typed, case=made.case, record_id=made.record_id)
    if step == Step.MASK:
        files = request.FILES if request.method == "POST" else None
        return MaskForm(typed, files, case=made.case, record_id=made.record_id)
    if step == Step.REFUSE:
        return RefuseForm(typed, authorities=authorities_of(request.user))
    return CloseForm(typed)
