"""One application that has been sent, and what belongs to it."""

from django.db.models import QuerySet

from applications.enums import ApplicationStatus
from applications.models import Application, SupplementRequest


def received_application(pk: int) -> QuerySet[Application]:
    return (
        Application.objects.received()
        .filter(pk=pk)
        .select_related("call", "organisation", "case__officer", "submitted_by", "record")
    )


def supplements_of(application: Application) -> list[SupplementRequest]:
    """What has been asked for and answered, the latest first."""
    found = application.supplements.select_related("requested_by", "answered_by", "record", "answer_record")
    return list(found.order_by("-requested_at", "-pk"))


def status_color(status: str) -> tuple[str, str]:
    """Colour and icon of a status tag."""
    return {
        ApplicationStatus.DRAFT.value: ("neutral", "penna"),
        ApplicationStatus.SUBMITTED.value: ("neutral", "kuvert"),
        ApplicationStatus.SUPPLEMENT.value: ("warning", "klocka"),
        ApplicationStatus.ASSESSED.value: ("info", "oga"),
        ApplicationStatus.GRANTED.value: ("success", "bock-ring"),
        ApplicationStatus.REJECTED.value: ("danger", "fel"),
        ApplicationStatus.WITHDRAWN.value: ("neutral", "pil-bak"),
        ApplicationStatus.REPLACED.value: ("neutral", "pil-bak"),
        ApplicationStatus.DISCARDED.value: ("neutral", "ta-bort"),
    }[status]
