"""Short ways for tests to a ranking, through the services; and one of three to begin with."""

from typing import Any

import pytest

from applications import services
from applications.models import Ranking, RankingLock, RankingRow
from tests import factories
from tests.applications.judging import assign, hand_in, scored_call
from tests.applications.sending import send


@pytest.fixture
def call(db):
    return scored_call(weights=(40, 60), frame=500_000)


@pytest.fixture
def applications(call, owner, officer, assessor):
    """Three of 300 000 kr each, in the order they came: 40, 100 and no points."""
    sent = [send(factories.make_application(user=owner, call=call), owner) for _ in range(3)]
    for application, points in zip(sent, ((2, 2), (5, 5)), strict=False):
        assign(application, officer, assessor)
        hand_in(application, assessor, *points)
    return sent


@pytest.fixture
def ranking(applications, call, officer):
    return services.start_ranking(call_id=call.pk, actor=officer)


def row_of(ranking: Ranking, application: Any) -> RankingRow:
    return RankingRow.objects.get(ranking=ranking, application=application)


def version(ranking: Ranking) -> int:
    return Ranking.objects.get(pk=ranking.pk).version


def change(ranking: Ranking, application: Any, actor: Any, **fields: Any) -> RankingRow:
    return services.change_row(
        ranking_id=ranking.pk,
        row_id=row_of(ranking, application).pk,
        actor=actor,
        **({"expected_version": version(ranking)} | fields),
    )


def line(ranking: Ranking, actor: Any, count: int | None = None) -> int:
    return services.move_line(
        ranking_id=ranking.pk, actor=actor, expected_version=version(ranking), count=count
    )


def lock(ranking: Ranking, actor: Any) -> Ranking:
    return services.lock_ranking(ranking_id=ranking.pk, actor=actor, expected_version=version(ranking))


def locked(ranking: Ranking, actor: Any) -> RankingLock:
    return lock(ranking, actor).locks.holding().get()


def unlock(ranking: Ranking, actor: Any, reason: str = "Fel belopp.") -> Ranking:
    return services.unlock_ranking(
        ranking_id=ranking.pk, actor=actor, expected_version=version(ranking), reason=reason
    )
