"""What the page of a ranking may show to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied

from applications.enums import AssessmentStatus
from applications.impartiality import Recused
from applications.models import Application, Assignment, ImpartialityDeclaration, RankingLock, RankingRow
from applications.queries.assessing import my_recusals, own_statuses
from s3portal.accounts.models import User

OWN_FIRST: Final = "Lämna din egen bedömning först. I rangordningen står de andras poäng."


def hidden_points(user: User, application_ids: Collection[int]) -> set[int]:
    """Those whose points this person does not see: jäv, or an assessment of their own that is not in."""
    statuses = own_statuses(user, application_ids)
    assigned = Assignment.objects.of(user).filter(application__in=application_ids)
    waiting = {
        pk
        for pk in assigned.values_list("application_id", flat=True)
        if statuses.get(pk) not in AssessmentStatus.own_is_in()
    }
    return waiting | my_recusals(user, application_ids)


def recusals_in(application_ids: Collection[int]) -> list[ImpartialityDeclaration]:
    """Who takes no part in which of these applications: the declarations that hold now, by name."""
    latest = (
        ImpartialityDeclaration.objects.filter(application__in=application_ids)
        .select_related("person", "application__case")
        .defer("application__case__search")
        .order_by("application_id", "person_id", "-pk")
        .distinct("application_id", "person_id")
    )
    return sorted((one for one in latest if one.is_recusal), key=lambda one: (str(one.person), one.pk))


def require_sees_all_points(user: User, application_ids: Collection[int]) -> None:
    """For files that hold every point. Raises Recused, or PermissionDenied before one's own word is in."""
    barred = my_recusals(user, application_ids)
    if barred:
        raise Recused(Application.objects.select_related("case__officer").get(pk=min(barred)))
    if hidden_points(user, application_ids):
        raise PermissionDenied(OWN_FIRST)


@dataclass(frozen=True)
class Placed:
    """Where an application stands in its call's ranking. ``lock``: the locking that holds, if any."""

    row: RankingRow
    lock: RankingLock | None

    @property
    def is_locked(self) -> bool:
        return not self.row.ranking.is_open

    @property
    def basis(self) -> str:
        """What a decision calls it among what it rests on; empty while nothing is locked."""
        if self.lock is None:
            return ""
        return f"Rangordning och fördelning, {self.lock.record.case} handling {self.lock.record.number}"


def place_shown(user: User, application: Application | None) -> Placed | None:
    """As ``place_of``, for the pages of a decision: not for who may not see the application's points."""
    if application is None or hidden_points(user, [application.pk]):
        return None
    return place_of(application)


def place_of(application: Application) -> Placed | None:
    """None when the application is not ranked."""
    found = RankingRow.objects.filter(application=application).select_related("ranking", "application")
    row = found.order_by("-pk").first()
    if row is None:
        return None
    locks = row.ranking.locks.holding().select_related("record__case")
    return Placed(row, locks.first())
