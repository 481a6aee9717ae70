"""Questions from the nämnd: whose they are to answer, which wait, and what each page shows of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from decisions.impartiality import barred_by_case
from decisions.models import Decision, MemberAnswer, MemberQuestion
from decisions.models.decision import LONG_TEXTS
from decisions.models.decision_queryset import DecisionQuerySet
from decisions.models.question import MemberQuestionQuerySet
from s3portal.accounts.models import User
from s3portal.diary.queries import officers


# --- Whose question it is ---------------------------------------------------------------------------------
def officers_for(decisions: Iterable[Decision]) -> dict[int, list[User]]:
    """Decision id → who is to answer: the case's officer of today. Of a case without one, or whose officer
    has left or has jäv, who wrote the decision; else every officer. A constant number of queries.

    ``decisions`` come with their case."""
    wanted = list(decisions)
    able = {one.pk: one for one in officers()}
    barred = barred_by_case({decision.case_id for decision in wanted})
    found = {}
    for decision in wanted:
        may = {pk: one for pk, one in able.items() if pk not in barred[decision.case_id]}
        first = next((pk for pk in (decision.case.officer_id, decision.created_by_id) if pk in may), None)
        found[decision.pk] = list(may.values()) if first is None else [may[first]]
    return found


# --- Lists ------------------------------------------------------------------------------------------------
def _listed() -> MemberQuestionQuerySet:
    """With all that a list shows."""
    return (
        MemberQuestion.objects.with_answers()
        .select_related("decision__case__officer", "committee")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
    )


def waiting_for(user: User) -> MemberQuestionQuerySet:
    """What this officer is to answer, the oldest first: the same rule as the mails go by."""
    waiting = list(
        MemberQuestion.objects.waiting()
        .select_related("decision__case")
        .defer(*(f"decision__{field}" for field in LONG_TEXTS))
    )
    whose = officers_for(question.decision for question in waiting)
    mine = [question.pk for question in waiting if user in whose[question.decision_id]]
    return _listed().filter(pk__in=mine).order_by("asked_at", "pk")


def all_waiting() -> MemberQuestionQuerySet:
    return _listed().waiting().order_by("asked_at", "pk")


def all_answered() -> MemberQuestionQuerySet:
    """The latest asked first."""
    return _listed().answered().order_by("-asked_at", "-pk")


def about(decision: Decision, *, committee_id: int | None = None) -> list[MemberQuestion]:
    """All that has been asked about it (in the one nämnd), the oldest first."""
    found = MemberQuestion.objects.with_answers().select_related("committee").filter(decision=decision)
    if committee_id is not None:
        found = found.filter(committee=committee_id)
    return list(found.order_by("asked_at", "pk"))


def asked_by(user: User, most: int) -> list[MemberQuestion]:
    """The member's own questions that she still may read, the latest first."""
    own = _listed().of_member(user).filter(asked_by=user).select_related("decision__report")
    return list(own.order_by("-asked_at", "-pk")[:most])


# --- Counted ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """How many questions, and how many of them nobody has answered."""

    number: int = 0
    waiting: int = 0


def counts_of(decision_ids: Collection[int], *, committee_id: int | None = None) -> dict[int, Asked]:
    """By the decision, of those that somebody has asked about (in the one nämnd). One query, for lists."""
    answers = MemberAnswer.objects.filter(question=OuterRef("pk"))
    found = MemberQuestion.objects.filter(decision__in=decision_ids)
    if committee_id is not None:
        found = found.filter(committee=committee_id)
    rows = (
        found.annotate(unanswered=~Exists(answers))
        .order_by()
        .values("decision_id")
        .annotate(number=Count("pk"), waiting=Count("pk", filter=Q(unanswered=True)))
    )
    return {row["decision_id"]: Asked(row["number"], row["waiting"]) for row in rows}


def with_counts(decisions: DecisionQuerySet) -> DecisionQuerySet:
    """With ``questions``, how many, and ``questions_waiting``, how many of them nobody has answered."""
    asked = MemberQuestion.objects.filter(decision=OuterRef("pk"))
    return decisions.annotate(questions=_number(asked), questions_waiting=_number(asked.waiting()))


def _number(rows: MemberQuestionQuerySet) -> Coalesce:
    counted = rows.order_by().values("decision").values(number=Count("pk"))
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def asked_on_lists() -> MemberQuestionQuerySet:
    """Of a decision (``OuterRef("decision")``): what has been asked in the nämnd whose list it is on."""
    return MemberQuestion.objects.filter(
        decision=OuterRef("decision"), committee=OuterRef("meeting__committee")
    )
