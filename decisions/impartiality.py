"""Jäv in a decision: asked in its application when it has one, else in itself (KL 6:28–32, 7:4). What is
declared in either bars from every decision in the matter (FL 16–18 §§).

A decision without an application holds nothing that an applicant has sent, so it is read before the question
is answered; but nobody proposes or signs it before."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet

from applications import impartiality as of_applications
from applications.enums import RecusalGround
from applications.impartiality import NOT_ASKED_YET, RECUSED, Access
from decisions.models import Decision, DecisionDeclaration
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.merging import merged_with
from s3portal.diary.models import Case
from s3portal.diary.queries import officers

ASKED = (Role.OFFICER, Role.DELEGATE)


class DecisionRecused(PermissionDenied):
    """Jäv declared in a decision, or anywhere else in the matter: the 403 page says whom to talk to."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(RECUSED)
        self.decision = decision


def latest_answers(decision: Decision) -> list[DecisionDeclaration]:
    """What holds of each person in the decision's case, and in those merged with it: jäv is about the
    matter."""
    answers = DecisionDeclaration.objects.filter(case__in=_matter(decision))
    latest = answers.order_by("person_id", "case_id", "-pk").distinct("person_id", "case_id")
    return list(latest.select_related("person", "decision"))


def _matter(decision: Decision) -> set[int]:
    return merged_with([decision.case_id])[decision.case_id]


def declaration_of(user: User, decision: Decision) -> DecisionDeclaration | None:
    return DecisionDeclaration.objects.filter(case=decision.case_id, person=user).first()


def has_declared(user: User, case: Case) -> bool:
    """Whether what holds of this person in the case is jäv, declared in a decision of it."""
    latest = DecisionDeclaration.objects.filter(case=case, person=user).first()
    return latest is not None and latest.is_recusal


def access_of(user: User, decision: Decision) -> Access:
    """Barred by what is declared anywhere in the matter; asked where the question of this decision is, in its
    application or in itself."""
    if user.pk in barred_ids(decision):
        return Access.BARRED
    if decision.application is not None:
        return of_applications.access_of(user, decision.application)
    declaration = declaration_of(user, decision)
    if not user.has_role(*ASKED) or (declaration is not None and declaration.lets_in):
        return Access.OPEN
    return Access.ASK


def is_recused(user: User, decision: Decision) -> bool:
    return user.pk in barred_ids(decision)


def barred_ids(decision: Decision) -> frozenset[int]:
    """Those who have declared jäv in the matter and take no part. Three queries."""
    return barred_by_case([decision.case_id])[decision.case_id]


def declared_in_cases(case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """By the case, those who have declared jäv in a decision of it. One query."""
    answers = DecisionDeclaration.objects.filter(case__in=case_ids).order_by("case_id", "person_id", "-pk")
    found: dict[int, set[int]] = defaultdict(set)
    for one in answers.distinct("case_id", "person_id"):
        if one.is_recusal:
            found[one.case_id].add(one.person_id)
    return {case: frozenset(people) for case, people in found.items()}


def barred_by_case(case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """By the case, those who have declared jäv in an application or a decision of it, or of a case that is
    merged with it. Three queries."""
    matters = merged_with(case_ids)
    cases = set().union(*matters.values())
    found = (of_applications.barred_in_cases(cases), declared_in_cases(cases))
    return {
        pk: frozenset().union(*(one.get(case, frozenset()) for one in found for case in matters[pk]))
        for pk in case_ids
    }


def require_declared(user: User, decision: Decision) -> None:
    """Raises Refusal for somebody who has not said that there is no jäv."""
    access = access_of(user, decision)
    if access is Access.BARRED:
        raise Refusal(RECUSED)
    if access is Access.ASK:
        raise Refusal(NOT_ASKED_YET)


def who_to_talk_to(decision: Decision) -> list[User]:
    """The case's officer; when there is none, the officers who can take it over."""
    barred = barred_ids(decision)
    officer = decision.case.officer
    if officer is not None and officer.pk not in barred:
        return [officer]
    return list(officers().exclude(pk__in=barred))


def cases_barred(user: User) -> QuerySet[Any]:
    """The keys of the cases where the person has declared jäv in a decision, in one query to filter by."""
    own = DecisionDeclaration.objects.filter(person=user)
    # The declaration's own case: a draft that is deleted leaves no decision to go by.
    later = own.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    return own.filter(~Exists(later)).exclude(ground=RecusalGround.NONE).order_by().values("case")
