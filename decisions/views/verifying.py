"""/beslut/verifiera/: is this file, or this number and hash, the region's unchanged decision?"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from decisions.verify_forms import VerifyFileForm, VerifyNumberForm
from decisions.verifying import Verdict, judge_file, judge_number
from s3portal.common.visitors import may_send


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Nothing is written: a question is no change, and what is shown is forgotten with the answer."""
    files, numbers = VerifyFileForm(), VerifyNumberForm()
    verdict, status = None, 200
    if request.method == "POST" and "sha256" in request.POST:
        numbers = VerifyNumberForm(request.POST)
        verdict, status = _judged(request, numbers)
    elif request.method == "POST":
        files = VerifyFileForm(request.POST, request.FILES)
        verdict, status = _judged(request, files)
    context = {"files": files, "numbers": numbers, "verdict": verdict}
    return render(request, "decisions/verify.html", context, status=status)


def _judged(request: HttpRequest, form: Any) -> tuple[Verdict | None, int]:
    """The answer, and the status of the page: 422 for what cannot be read, 429 for too many."""
    if not form.is_valid():
        return None, 422
    if not may_send(request, form, action="visitor_verify"):
        return None, 429
    shown = form.cleaned_data
    if isinstance(form, VerifyFileForm):
        return judge_file(shown["upload"].read()), 200
    return judge_number(shown["number"], shown["sha256"]), 200
