"""What belongs to a call, as the officers' pages show it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from calls.enums import CallAction, QuestionKind
from calls.models import Call, CallDocument, CallDocumentVersion, CallQuestion
from calls.services.editing import require_unreceived
from calls.transitions import require
from s3portal.common.errors import Refusal


def why_fixed(call: Call) -> str:
    """Why what applicants are asked and judged by cannot be changed any more; empty when it can."""
    try:
        require(call.status, CallAction.SAVE)
        require_unreceived(call)
    except Refusal as refusal:
        return refusal.message
    return ""


@dataclass(frozen=True)
class QuestionShown:
    """A question with the words that tell when it is put; empty when it always is."""

    question: CallQuestion
    condition: str


def questions_with_conditions(questions: list[CallQuestion]) -> list[QuestionShown]:
    by_pk = {question.pk: question for question in questions}
    return [
        QuestionShown(
            question,
            _condition(question, by_pk[question.shown_if_id]) if question.shown_if_id else "",
        )
        for question in questions
    ]


def _condition(question: CallQuestion, parent: CallQuestion) -> str:
    answer = question.shown_if_answer
    words = answer.capitalize() if parent.kind == QuestionKind.YES_NO else answer
    return f"Ställs vid svaret ”{words}” på ”{parent.label}”."


def documents_with_versions(call: Call) -> "QuerySet[CallDocument]":
    """All of a call's documents, withdrawn ones too, with all their versions, newest first."""
    return call.documents.prefetch_related("versions__uploaded_by")


def call_file(*, slug: str, pk: int, drafts: bool) -> CallDocumentVersion | None:
    """A version of a document by its id. ``drafts``: also of calls and documents that the public does not
    see."""
    versions = CallDocumentVersion.objects.filter(document__call__slug=slug, pk=pk)
    if not drafts:
        public = Call.objects.public()
        versions = versions.filter(document__call__in=public, document__withdrawn_at__isnull=True)
    return versions.first()
