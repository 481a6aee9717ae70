"""Questions about calls as officers answer them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from calls.enums import InquiryAction, InquiryStatus
from calls.forms.following import AnswerForm, DeclineForm
from calls.models import Call, Inquiry
from calls.queries.inquiries import inquiries_of, inquiry_tabs
from calls.rules import may_edit_calls
from calls.services.asking import ALLOWED, answer_inquiry, decline_inquiry
from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.accounts.middleware import take_kept_text
from s3portal.common.errors import Conflict, Refusal

PER_PAGE = 20


@requires(may_edit_calls)
@require_safe
def officer_inquiries(request: LoggedInRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Call, pk=pk)
    wanted = request.GET.get("visa", "")
    status = InquiryStatus(wanted) if wanted in InquiryStatus.values else InquiryStatus.WAITING
    address = reverse("calls:officer_inquiries", args=[pk])
    tabs = [
        {
            "label": tab.status.label,
            "url": f"{address}?visa={tab.status.value}",
            "count": tab.count,
            "current": tab.status == status,
        }
        for tab in inquiry_tabs(call)
    ]
    page = Paginator(inquiries_of(call, status=status), PER_PAGE).get_page(request.GET.get("page"))
    context = {"call": call, "tabs": tabs, "status": status, "page": page}
    return render(request, "calls/officer_inquiries.html", context)


def _inquiry_or_404(pk: int, inquiry_pk: int) -> Inquiry:
    return get_object_or_404(Inquiry.objects.select_related("call", "answered_by"), pk=inquiry_pk, call_id=pk)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def officer_inquiry(request: LoggedInRequest, pk: int, inquiry_pk: int) -> HttpResponse:
    """The question with its answer. The button ``visa`` shows how it will look and saves nothing."""
    inquiry = _inquiry_or_404(pk, inquiry_pk)
    if request.method != "POST":
        return _answer_page(request, inquiry, AnswerForm(take_kept_text(request), inquiry=inquiry))
    form = AnswerForm(request.POST, inquiry=inquiry)
    preview = "visa" in request.POST
    if not form.is_valid() or preview:
        return _answer_page(request, inquiry, form, status=200 if form.is_valid() else 422, preview=preview)
    typed = form.cleaned_data
    try:
        answer_inquiry(
            inquiry_id=inquiry.pk,
            actor=request.user,
            expected_version=typed["version"],
            published_question=typed["published_question"],
            answer=typed["answer"],
            keep_traces=typed.get("keep_traces", False),
        )
    except Conflict as conflict:
        return _conflict_page(request, conflict, pk=pk, inquiry_pk=inquiry_pk)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
        return _answer_page(request, inquiry, form, status=422)
    messages.success(request, "Frågan och svaret är publicerade.")
    return redirect("calls:officer_inquiry", pk=pk, inquiry_pk=inquiry_pk)


def _answer_page(
    request: LoggedInRequest, inquiry: Inquiry, form: AnswerForm, *, status: int = 200, preview: bool = False
) -> HttpResponse:
    typed = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = {
        "inquiry": inquiry,
        "form": form,
        "preview": typed if preview else {},
        "traces": inquiry.traces_in(inquiry.question) if inquiry.status == InquiryStatus.WAITING else [],
        "answered": inquiry.status == InquiryStatus.ANSWERED,
        "may_decline": (InquiryStatus(inquiry.status), InquiryAction.DECLINE) in ALLOWED,
    }
    return render(request, "calls/officer_inquiry.html", context, status=status)


def _conflict_page(request: LoggedInRequest, conflict: Conflict, *, pk: int, inquiry_pk: int) -> HttpResponse:
    """Somebody else was first. What was typed stays, with the latest version: saving again is then done
    knowingly."""
    latest = _inquiry_or_404(pk, inquiry_pk)
    typed = request.POST.copy()
    typed["version"] = str(latest.version)
    again = AnswerForm(typed, inquiry=latest)
    again.add_error(None, f"Inget sparades. {conflict.message} Det som är sparat står överst på sidan.")
    return _answer_page(request, latest, again, status=409)


@requires(may_edit_calls)
@require_http_methods(["GET", "HEAD", "POST"])
def officer_inquiry_decline(request: LoggedInRequest, pk: int, inquiry_pk: int) -> HttpResponse:
    inquiry = _inquiry_or_404(pk, inquiry_pk)
    typed = request.POST if request.method == "POST" else take_kept_text(request)
    form = DeclineForm(typed, initial={"version": inquiry.version})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                decline_inquiry(
                    inquiry_id=inquiry.pk,
                    actor=request.user,
                    expected_version=form.cleaned_data["version"],
                    reason=form.cleaned_data["reason"],
                )
            except Refusal as refusal:
                form.add_error(None, refusal.message)
                status = 409
            else:
                messages.success(request, "Frågan är avböjd och publiceras inte.")
                return redirect("calls:officer_inquiries", pk=pk)
    return render(
        request, "calls/officer_inquiry_decline.html", {"inquiry": inquiry, "form": form}, status=status
    )
