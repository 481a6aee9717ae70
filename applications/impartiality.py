"""Jäv: who may open an application, and who takes no part in it (KL 6:28–32, for employees 7:4).

Before they open an application, officers, delegates, assessors and administrators answer whether there is
jäv. Registrars are not asked: to register is no handling of the matter."""

from collections import defaultdict
from collections.abc import Collection
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet

from applications.enums import RecusalGround
from applications.models import Application, ImpartialityDeclaration
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.queries import officers

ASKED = (Role.OFFICER, Role.DELEGATE, Role.ASSESSOR, Role.ADMIN)
RECUSED = "Du har anmält jäv i ärendet och får inte ta del i handläggningen."
NOT_ASKED_YET = "Svara först på frågan om jäv i ärendet."


class Recused(PermissionDenied):
    """Somebody who has declared jäv in the case of ``application``: the 403 page says whom to talk to."""

    def __init__(self, application: Application) -> None:
        super().__init__(RECUSED)
        self.application = application


class Access(Enum):
    """What meets a person of the region at the door of an application's content."""

    OPEN = "open"
    ASK = "ask"
    BARRED = "barred"


def declaration_of(user: User, application: Application) -> ImpartialityDeclaration | None:
    """What holds of this person in the case: the latest answer."""
    return _of_the_case(application).filter(person=user).first()


def _of_the_case(application: Application) -> QuerySet[ImpartialityDeclaration]:
    """Jäv is about the matter: what was answered of an application that was replaced holds for the next."""
    if application.case_id is None:
        return ImpartialityDeclaration.objects.filter(application=application)
    return ImpartialityDeclaration.objects.filter(application__case=application.case_id)


def access_of(user: User, application: Application) -> Access:
    """Whether the person has answered. That their role may read at all is for ``rules``."""
    return _access(user, declaration_of(user, application))


def access_to_cases(user: User, case_ids: Collection[int]) -> dict[int, Access]:
    """By the case: as ``access_of``, for applications that have been sent. One query."""
    own = latest_answers(case_ids, person=user)
    return {pk: _access(user, own.get(pk, {}).get(user.pk)) for pk in case_ids}


def barred_in_cases(case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """By the case, the ids of those who take no part. One query."""
    return {
        pk: frozenset(person for person, answer in answers.items() if answer.is_recusal)
        for pk, answers in latest_answers(case_ids).items()
    }


def latest_answers(
    case_ids: Collection[int], *, person: User | None = None
) -> dict[int, dict[int, ImpartialityDeclaration]]:
    """By the case and the person: what holds in each. One query."""
    found = ImpartialityDeclaration.objects.filter(application__case__in=case_ids)
    if person is not None:
        found = found.filter(person=person)
    latest = found.annotate(of_case=F("application__case")).order_by("of_case", "person_id", "-pk")
    answers: dict[int, dict[int, ImpartialityDeclaration]] = defaultdict(dict)
    for one in latest.distinct("of_case", "person_id"):
        answers[one.of_case][one.person_id] = one
    return dict(answers)


def _access(user: User, declaration: ImpartialityDeclaration | None) -> Access:
    if declaration is not None and declaration.is_recusal:
        return Access.BARRED
    if not user.has_role(*ASKED) or (declaration is not None and declaration.lets_in):
        return Access.OPEN
    return Access.ASK


def is_recused(user: User, application: Application) -> bool:
    return access_of(user, application) is Access.BARRED


def require_not_recused(user: User, application: Application) -> None:
    """Raises Refusal for somebody who has declared a ground."""
    if is_recused(user, application):
        raise Refusal(RECUSED)


def require_declared(user: User, application: Application) -> None:
    """Raises Refusal for somebody who has not said that there is no jäv."""
    access = access_of(user, application)
    if access is Access.BARRED:
        raise Refusal(RECUSED)
    if access is Access.ASK:
        raise Refusal(NOT_ASKED_YET)


def recused_people(application: Application) -> list[ImpartialityDeclaration]:
    """The declarations of those who take no part now, by name."""
    latest = (
        _of_the_case(application).select_related("person").order_by("person_id", "-pk").distinct("person_id")
    )
    return sorted((one for one in latest if one.is_recusal), key=lambda one: (str(one.person), one.pk))


def who_to_talk_to(application: Application) -> list[User]:
    """The case's officer; when there is none, the officers who can take it over."""
    officer = application.case.officer if application.case is not None else None
    if officer is not None:
        return [officer]
    barred = [one.person_id for one in recused_people(application)]
    return list(officers().exclude(pk__in=barred))


def cases_barred(user: User) -> QuerySet[Any]:
    """The keys of the cases where the person has declared jäv, in one query to filter by."""
    return _latest_of(user).exclude(ground=RecusalGround.NONE).values("application__case")


def cases_let_in(user: User) -> QuerySet[Any]:
    """The keys of the cases where the person has said that there is no jäv."""
    return (
        _latest_of(user)
        .filter(ground=RecusalGround.NONE, declared_by=F("person"))
        .values("application__case")
    )


def _latest_of(user: User) -> QuerySet[ImpartialityDeclaration]:
    """The person's latest answer in each case, of what has been sent."""
    own = ImpartialityDeclaration.objects.filter(person=user)
    later = own.filter(application__case=OuterRef("application__case"), pk__gt=OuterRef("pk"))
    return own.filter(~Exists(later), application__case__isnull=False).order_by()
