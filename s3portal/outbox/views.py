"""/handlaggning/utskick/: what is waiting, what has left and what did not."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from s3portal.accounts.http import LoggedInRequest, requires
from s3portal.common.errors import Refusal
from s3portal.outbox import queries, services
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message
from s3portal.outbox.rules import may_see_outbox
from s3portal.outbox.transitions import MessageAction, allowed

PER_PAGE = 50
TABS = ("", MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED)

outbox_staff = requires(may_see_outbox)


@outbox_staff
def message_list(request: LoggedInRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    page = Paginator(queries.messages_in(status), PER_PAGE).get_page(request.GET.get("page"))
    counts: dict[str, int] = {
        MessageStatus.FAILED: queries.count_failed(),
        MessageStatus.QUEUED: queries.count_queued(),
    }
    tabs = [
        {
            "label": MessageStatus(tab).label if tab else "Alla",
            "url": f"{reverse('outbox:message_list')}?status={tab}"
            if tab
            else reverse("outbox:message_list"),
            "current": tab == status,
            "count": counts.get(tab),
        }
        for tab in TABS
    ]
    return render(request, "outbox/message_list.html", {"page": page, "tabs": tabs})


@outbox_staff
def message_detail(request: LoggedInRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.prefetch_related("attachments"), pk=pk)
    return render(
        request,
        "outbox/message_detail.html",
        {
            "message": message,
            "may_resend": allowed(MessageAction.RESEND, message.status),
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
    try:
        service(message_id=pk, actor=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("outbox:message_detail", pk=pk)
