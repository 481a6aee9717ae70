"""Asking about a call, for anybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from calls.enums import CallPhase
from calls.forms.following import AskForm
from calls.models import Call
from calls.services.asking import ask_about_call
from s3portal.common.errors import Refusal
from s3portal.common.visitors import may_send


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.public().prefetch_related("contacts"), slug=slug)
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not may_send(request, form, action="visitor_ask"):
            status = 429
        elif form.is_valid():
            typed = form.cleaned_data
            try:
                ask_about_call(
                    call_id=call.pk, question=typed["question"], name=typed["name"], email=typed["email"]
                )
            except Refusal as refusal:
                form.add_error(refusal.field, refusal.message)
            else:
                return redirect("calls:asked", slug=call.slug)
    closed = call.phase() == CallPhase.CLOSED
    return render(request, "calls/ask.html", {"call": call, "form": form, "closed": closed}, status=status)


@login_not_required
@require_safe
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    return render(
        request, "calls/ask_sent.html", {"call": get_object_or_404(Call.objects.public(), slug=slug)}
    )
