"""Asking for a copy, and following the request, for anybody. Who has the address of a request is the one who
made it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.common.downloads import frozen_response
from s3portal.common.errors import Refusal
from s3portal.common.steps import took
from s3portal.common.visitors import may_send
from s3portal.copies import services
from s3portal.copies.enums import Way
from s3portal.copies.forms import RequestForm
from s3portal.copies.models import CopyRequest
from s3portal.diary.models import Case
from s3portal.diary.queries import case_by_slug


def _case(slug: str) -> Case:
    case = case_by_slug(slug)
    if case is None or case.slug != slug:
        raise Http404("Ärendet finns inte i diariet.")
    return case


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    case = _case(slug)
    initial = {"record": request.GET.get("handling", ""), "way": Way.LINK}
    form = RequestForm(request.POST or None, case=case, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not may_send(request, form, action="visitor_request"):
            status = 429
        elif form.is_valid():
            try:
                made = services.request_copy(case_id=case.pk, **form.content())
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                messages.success(
                    request, f"Vi har tagit emot din begäran. Den har referensen {made.reference}."
                )
                return redirect("copies:follow", token=made.token)
    return render(request, "copies/ask.html", {"case": case, "form": form}, status=status)


def _followed(token: UUID) -> CopyRequest:
    return get_object_or_404(CopyRequest.objects.select_related("case", "record", "decision"), token=token)


def _private(response: HttpResponse) -> HttpResponse:
    """The address itself is the key: no search engine keeps it, and no page learns it from a link."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@require_safe
@never_cache
def follow(request: HttpRequest, token: UUID) -> HttpResponse:
    made = _followed(token)
    files = list(made.released.select_related("file")) if made.shows_files else []
    return _private(render(request, "copies/follow.html", {"made": made, "files": files}))


@login_not_required
@require_safe
@never_cache
def fetch(request: HttpRequest, token: UUID, file_pk: int) -> HttpResponse | FileResponse:
    """One of the files that were given out, or the decision."""
    made = _followed(token)
    if not made.shows_files:
        raise Http404("Kopiorna visas inte längre här.")
    given = made.released.select_related("file").filter(file=file_pk).first()
    if given is not None:
        return frozen_response(given.file, as_attachment=True)
    if made.decision is not None and made.decision.pk == file_pk:
        return frozen_response(made.decision, as_attachment=True)
    raise Http404("Filen hör inte till begäran.")


@login_not_required
@require_POST
def decide(request: HttpRequest, token: UUID) -> HttpResponse:
    """The requester wants a written decision about what was masked."""
    _followed(token)
    took(
        request,
        lambda: services.want_decision(token=token),
        "Vi har tagit emot att du vill ha ett skriftligt beslut.",
    )
    return redirect("copies:follow", token=token)
