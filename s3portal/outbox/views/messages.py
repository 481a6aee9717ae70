"""/handlaggning/utskick/: what is waiting, what has left and what did not."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.paging import BoundedPaginator, bounded_count
from s3portal.common.steps import took
from s3portal.outbox import guards, queries, services
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.forms import MessageFilterForm
from s3portal.outbox.kinds import label_of
from s3portal.outbox.models import Message
from s3portal.outbox.rules import may_see_outbox, may_set_reminders
from s3portal.outbox.services.handling import MOST_AT_ONCE, resend_refusal
from s3portal.outbox.transitions import MessageAction, allowed

PER_PAGE = 50
#: Older ones are found by searching: no page counts a table of years.
MOST_LISTED = 10_000
TABS = ("", MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED)

outbox_staff = requires(may_see_outbox)


@outbox_staff
@require_safe
def message_list(request: LoggedInRequest) -> HttpResponse:
    form = MessageFilterForm(request.GET)
    wanted = _wanted(form)
    status = request.GET.get("status", "")
    found = queries.messages_in(status, **wanted) if form.is_valid() else Message.objects.none()
    context = {
        "form": form,
        "page": BoundedPaginator(found, PER_PAGE, most=MOST_LISTED).get_page(request.GET.get("page")),
        "tabs": _tabs(status, wanted),
        "most": MOST_LISTED,
        "resend": _resend_address(wanted) if status == MessageStatus.FAILED else "",
        "may_set_reminders": may_set_reminders(request.user),
    }
    return render(request, "outbox/message_list.html", context)


def _wanted(form: MessageFilterForm) -> dict[str, str]:
    if not form.is_valid():
        return {"text": "", "kind": ""}
    return {"text": form.cleaned_data["q"].strip(), "kind": form.cleaned_data["kind"]}


def _query(wanted: dict[str, str], **more: str) -> str:
    said = {"q": wanted["text"], "kind": wanted["kind"]} | more
    return urlencode({name: value for name, value in said.items() if value})


def _resend_address(wanted: dict[str, str]) -> str:
    return f"{reverse('outbox:resend_failed')}?{_query(wanted)}"


def _tabs(status: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
    """What is sent is not counted: only what needs somebody's eyes."""
    counted = (MessageStatus.QUEUED, MessageStatus.FAILED)
    return [
        {
            "label": MessageStatus(tab).label if tab else "Alla",
            "url": f"{reverse('outbox:message_list')}?{_query(wanted, status=tab)}",
            "current": tab == status,
            "count": bounded_count(queries.messages_in(tab, **wanted)) if tab in counted else None,
        }
        for tab in TABS
    ]


@outbox_staff
@require_http_methods(["GET", "HEAD", "POST"])
def resend_failed(request: LoggedInRequest) -> HttpResponse:
    """All that failed in a selection, after a question with how many they are."""
    form = MessageFilterForm(request.GET)
    wanted, back = _wanted(form), reverse("outbox:message_list") + "?status=failed"
    if not form.is_valid():
        return redirect(back)
    if request.method == "POST":
        count = services.resend_failed(**wanted, actor=request.user)
        messages.success(request, f"{count} utskick ligger i kön igen.")
        return redirect(back)
    failed = bounded_count(queries.failed_to_resend(**wanted), MOST_AT_ONCE)
    context = {
        "count": min(failed.number, MOST_AT_ONCE),
        "more": failed.more,
        "text": wanted["text"],
        "kind": label_of(wanted["kind"]),
        "back": f"{reverse('outbox:message_list')}?{_query(wanted, status='failed')}",
        "action": _resend_address(wanted),
    }
    return render(request, "outbox/resend_failed.html", context)


@outbox_staff
@require_safe
def message_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.prefetch_related("attachments"), pk=pk)
    place = guards.first_stop(request.user, message)
    if place:
        return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")
    hidden = guards.why_hidden(message)
    if not hidden and message.cleared_at is None:
        guards.note_read(request.user, message)
    return render(
        request,
        "outbox/message_detail.html",
        {
            "message": message,
            "hidden": hidden,
            "may_resend": allowed(MessageAction.RESEND, message.status) and not resend_refusal(message),
            "may_cancel": allowed(MessageAction.CANCEL, message.status),
        },
    )


@outbox_staff
@require_POST
def message_resend(request: LoggedInRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.resend_message, "Utskicket ligger i kön igen.")


@outbox_staff
@require_POST
def message_cancel(request: LoggedInRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.cancel_message, "Utskicket är avbrutet.")


def _act(request: LoggedInRequest, pk: int, service: Callable[..., Message], done: str) -> HttpResponse:
    get_object_or_404(Message, pk=pk)
    took(request, lambda: service(message_id=pk, actor=request.user), done)
    return redirect("outbox:message_detail", pk=pk)
