"""What the outbox pages and start pages show."""

from django.contrib.postgres.search import SearchVector
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from s3portal.common.search import swedish_query
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message


def messages_in(status: str, *, text: str = "", kind: str = "") -> QuerySet[Message]:
    """The latest first. ``text`` is the beginning of an address or words of the subject; "" takes all."""
    messages = Message.objects.order_by("-created_at", "-pk").defer("text_body", "html_body")
    if status in MessageStatus.values:
        messages = messages.filter(status=status)
    if kind:
        messages = messages.filter(kind=kind)
    if text:
        messages = messages.annotate(
            address=Lower("to_email"), words=SearchVector("subject", config="swedish")
        ).filter(Q(address__startswith=text.lower()) | Q(words=swedish_query(text)))
    return messages


def failed_to_resend(*, text: str, kind: str) -> QuerySet[Message]:
    """The failed of a selection whose time is not over and that are not cleared."""
    return (
        messages_in(MessageStatus.FAILED, text=text, kind=kind)
        .filter(cleared_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gte=timezone.now()))
    )


def count_failed() -> int:
    return Message.objects.filter(status=MessageStatus.FAILED).count()
