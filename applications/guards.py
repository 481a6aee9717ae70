"""What the diary and the outbox ask of what is about applications: jäv holds there too, and a draft is the
applicant's own."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Q
from django.urls import reverse

from applications.enums import ApplicationStatus
from applications.impartiality import (
    Access,
    Recused,
    access_of,
    cases_barred,
    is_recused,
    require_not_recused,
)
from applications.models import Application, Assignment, RankingRow, SupplementRequest
from applications.queries.assessing import my_recusals
from applications.queries.ranking import require_sees_all_points
from applications.services.handling import note_opening
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary import endings
from s3portal.diary import guards as of_cases
from s3portal.diary.models import Case
from s3portal.outbox import guards as of_messages
from s3portal.outbox.models import Message

#: Mails that tell of a draft, which nobody at the region reads (TF 2:13).
OF_DRAFTS: Final = frozenset({"draft_attachment_infected", "draft_closing", "draft_unused"})
#: From an application to what a mail may be about.
_WAYS: Final = {
    Application._meta.label_lower: "pk",
    SupplementRequest._meta.label_lower: "supplements",
    Assignment._meta.label_lower: "assignments",
}
OWN: Final = "Texten handlar om ett utkast. Det läser bara den som söker."


def question_of(user: User, application: Application) -> str:
    """Where the question of jäv is answered first, or nothing. Raises Recused for who has declared it."""
    access = access_of(user, application)
    if access is Access.BARRED:
        raise Recused(application)
    return reverse("applications:impartiality", args=[application.pk]) if access is Access.ASK else ""


# --- The diary --------------------------------------------------------------------------------------------
def _of_case(case: Case) -> Application | None:
    """The latest of the case's: one that is replaced has its answers copied to the next."""
    found = Application.objects.filter(case=case).select_related("case__officer")
    return found.order_by("-pk").first()


def _opening_case(user: User, case: Case) -> str:
    application = _of_case(case)
    if application is None:
        require_sees_all_points(user, _ranked(case))
        return ""
    return question_of(user, application)


def _barring(user: User) -> Q:
    """Those of applications, and those of rankings that hold one of them."""
    barred = cases_barred(user)
    ranked = RankingRow.objects.filter(application__case__in=barred, ranking__case__isnull=False)
    return Q(pk__in=barred) | Q(pk__in=ranked.values("ranking__case"))


def _ranked(case: Case) -> list[int]:
    """The applications of a ranking's own case; none for any other."""
    return list(RankingRow.objects.filter(ranking__case=case).values_list("application_id", flat=True))


def _assigning(actor: User, case: Case, officer: User) -> None:
    application = _of_case(case)
    if application is None:
        if my_recusals(officer, _ranked(case)):
            raise Refusal(f"{officer} har anmält jäv i en av ansökningarna.", field="officer")
        return
    require_not_recused(actor, application)
    if is_recused(officer, application):
        raise Refusal(f"{officer} har anmält jäv i ärendet.", field="officer")


def _left_in(case: Case) -> Iterator[endings.Matter]:
    """A case is not ended over somebody's application."""
    if Application.objects.filter(case=case, status__in=ApplicationStatus.open()).exists():
        yield endings.Matter("Ansökan i ärendet är inte avgjord.")


# --- The outbox -------------------------------------------------------------------------------------------
def _of_message(message: Message) -> Application | None:
    """The application that the message is about, drafts too."""
    way = _WAYS.get(message.object_type)
    if way is None or message.object_id is None:
        return None
    return Application.objects.filter(**{way: message.object_id}).select_related("case__officer").first()


def _received(message: Message) -> Application | None:
    application = _of_message(message)
    return application if application is not None and application.case_id is not None else None


def _opening_message(user: User, message: Message) -> str:
    application = _received(message)
    return "" if application is None else question_of(user, application)


def _hiding(message: Message) -> str:
    application = _of_message(message)
    unsent = application is not None and application.case_id is None
    return OWN if unsent or message.kind in OF_DRAFTS else ""


def _noting(user: User, message: Message) -> None:
    application = _received(message)
    if application is not None:
        note_opening(application=application, actor=user)


GUARD = of_cases.Guard(opening=_opening_case, assigning=_assigning, barring=_barring)
# Records of its own are registered by the portal, and those are never cancelled.
HOLDER = endings.Holder(matters=_left_in)
MESSAGE_GUARD = of_messages.Guard(opening=_opening_message, hiding=_hiding, noting=_noting)


def register_guards() -> None:
    of_cases.register(GUARD)
    endings.register(HOLDER)
    of_messages.register(MESSAGE_GUARD)
