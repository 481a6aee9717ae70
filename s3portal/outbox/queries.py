"""What the outbox pages and start pages show."""

from django.db.models import QuerySet

from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.models import Message


def messages_in(status: str) -> QuerySet[Message]:
    """Messages for the list, newest first; every status when ``status`` is empty or unknown."""
    messages = Message.objects.order_by("-created_at", "-pk").defer("text_body", "html_body")
    return messages.filter(status=status) if status in MessageStatus.values else messages


def count_failed() -> int:
    return Message.objects.filter(status=MessageStatus.FAILED).count()


def count_queued() -> int:
    return Message.objects.filter(status=MessageStatus.QUEUED).count()
