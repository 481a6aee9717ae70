"""One application that has been sent, and what belongs to it."""

from collections.abc import Collection

from django.db.models import QuerySet

from applications.enums import ApplicationStatus
from applications.models import Application, InternalNote, Letter, SupplementRequest


def received_application(pk: int) -> QuerySet[Application]:
    return (
        Application.objects.received()
        .filter(pk=pk)
        .select_related("call", "organisation", "case__officer", "submitted_by", "record", "content_record")
    )


def supplements_of(application: Application) -> list[SupplementRequest]:
    """What has been asked for and answered, the latest first."""
    found = application.supplements.select_related(
        "requested_by", "answered_by", "closed_by", "record", "answer_record"
    ).prefetch_related("parts", "record__files", "answer_record__files")
    return list(found.order_by("-requested_at", "-pk"))


def received_in(numbers: Collection[int]) -> QuerySet[Application]:
    """Those of the keys that have been sent, in the order of their diary numbers."""
    return (
        Application.objects.received()
        .filter(pk__in=numbers)
        .select_related("case", "organisation")
        .order_by("case__year", "case__serial", "pk")
    )


def letters_of(application: Application) -> QuerySet[Letter]:
    """The thread of the case, in order; also what was written before a new application took its place."""
    return (
        Letter.objects.filter(application__case=application.case_id)
        .select_related("author", "record")
        .prefetch_related("record__files")
        .order_by("sent_at", "pk")
    )


def notes_of(application: Application) -> QuerySet[InternalNote]:
    """The officers' notes in the case, the latest first."""
    return (
        InternalNote.objects.filter(application__case=application.case_id)
        .select_related("author")
        .order_by("-written_at", "-pk")
    )


def status_color(status: str) -> tuple[str, str]:
    """Colour and icon of a status tag."""
    return {
        ApplicationStatus.DRAFT.value: ("neutral", "penna"),
        ApplicationStatus.CHANGING.value: ("warning", "penna"),
        ApplicationStatus.SUBMITTED.value: ("neutral", "kuvert"),
        ApplicationStatus.SUPPLEMENT.value: ("warning", "klocka"),
        ApplicationStatus.ASSESSED.value: ("info", "oga"),
        ApplicationStatus.GRANTED.value: ("success", "bock-ring"),
        ApplicationStatus.REJECTED.value: ("danger", "fel"),
        ApplicationStatus.DISMISSED.value: ("danger", "fel"),
        ApplicationStatus.WITHDRAWN.value: ("neutral", "pil-bak"),
        ApplicationStatus.REPLACED.value: ("neutral", "pil-bak"),
        ApplicationStatus.DISCARDED.value: ("neutral", "ta-bort"),
    }[status]
