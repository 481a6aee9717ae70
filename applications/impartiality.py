"""Jäv: who may open an application, and who takes no part in it (KL 6:28–32, for employees 7:4).

Before they open an application, officers, delegates, assessors and administrators answer whether there is
jäv. Registrars are not asked: to register is no handling of the matter."""

from enum import Enum

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from applications.models import Application, ImpartialityDeclaration
from s3portal.accounts.enums import Role
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal

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
    declaration = declaration_of(user, application)
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
    officers = User.objects.filter(staff_roles__role=Role.OFFICER, is_active=True)
    return list(officers.exclude(pk__in=barred).order_by("full_name", "pk"))
