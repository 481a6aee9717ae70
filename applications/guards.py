"""What the diary asks of cases that are applications: jäv holds there too."""

from django.urls import reverse

from applications.impartiality import Access, Recused, access_of, is_recused, require_not_recused
from applications.models import Application
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.guards import Guard, register
from s3portal.diary.models import Case


def _application(case: Case) -> Application | None:
    """The latest of the case's: one that is replaced has its answers copied to the next."""
    found = Application.objects.filter(case=case).select_related("case__officer")
    return found.order_by("-pk").first()


def _opening(user: User, case: Case) -> str:
    application = _application(case)
    if application is None:
        return ""
    access = access_of(user, application)
    if access is Access.BARRED:
        raise Recused(application)
    return reverse("applications:impartiality", args=[application.pk]) if access is Access.ASK else ""


def _assigning(actor: User, case: Case, officer: User) -> None:
    application = _application(case)
    if application is None:
        return
    require_not_recused(actor, application)
    if is_recused(officer, application):
        raise Refusal(f"{officer} har anmält jäv i ärendet.", field="officer")


GUARD = Guard(opening=_opening, assigning=_assigning)


def register_guard() -> None:
    register(GUARD)
