"""Questions from the nämnd that nobody has answered, and who is reminded of them. Nothing is written."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from calls.queries.due import whole_address
from decisions.asked import officers_for
from decisions.models import MemberQuestion
from decisions.models.decision import LONG_TEXTS
from decisions.models.question import MemberQuestionQuerySet
from s3portal.common.swedish import format_day
from s3portal.outbox.reminders import Occasion, Reminder


def unanswered_questions(first: datetime, last: datetime) -> list[Occasion]:
    """Asked between the two (both inclusive), and not answered."""
    return [question_of(one) for one in _waiting().filter(asked_at__range=(first, last))]


def first_waiting() -> MemberQuestion | None:
    return _waiting().first()


def _waiting() -> MemberQuestionQuerySet:
    found = MemberQuestion.objects.waiting().select_related("decision__case").order_by("asked_at", "pk")
    return found.defer(*(f"decision__{field}" for field in LONG_TEXTS))


def question_of(question: MemberQuestion) -> Occasion:
    return Occasion(obj=question, at=question.asked_at, topic=f"member_question:{question.pk}")


def question_reminders(
    occasions: Sequence[Occasion], *, only: Collection[str] | None = None
) -> Iterator[Reminder]:
    """To who is to answer today, so that a new officer of the case hears of what the former one was asked."""
    questions = [one.obj for one in occasions if isinstance(one.obj, MemberQuestion)]
    officers = officers_for([question.decision for question in questions]) if questions else {}
    for occasion, question in zip(occasions, questions, strict=True):
        for officer in officers[question.decision_id]:
            if only is None or officer.email.lower() in only:
                yield Reminder(occasion, officer.email, _values(question))


def _values(question: MemberQuestion) -> dict[str, str]:
    """Not what was asked: the mail goes outside the portal."""
    return {
        "diarienummer": str(question.decision.case),
        "ställd": format_day(timezone.localdate(question.asked_at)),
        "länk": whole_address("decisions:member_answer", question.decision_id, question.pk),
    }
