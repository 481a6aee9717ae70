"""A locked ranking for tests, gone through and ready to be decided; and its batch, taken step by step."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from applications import services
from applications.models import Application
from decisions.models import BatchStep, Decision, DecisionBatch
from decisions.services.batch_steps import carry_out
from decisions.services.batching import propose_drafts, sign_chosen, start_batch
from tests import factories
from tests.applications.judging import assign, declare, go_through, hand_in, scored_call
from tests.applications.ranking import change, line, lock
from tests.applications.sending import send


@pytest.fixture
def call(db):
    return scored_call(weights=(40, 60), frame=700_000)


@pytest.fixture
def sent(call, owner, officer, assessor) -> list[Application]:
    """Three of 300 000 kr each, in the order of their points: 100, 60 and 20."""
    made = []
    for number, points in enumerate(((5, 5), (3, 3), (1, 1)), start=1):
        draft = factories.make_application(user=owner, call=call, title=f"Kluster {number}")
        application = send(draft, owner)
        assign(application, officer, assessor)
        hand_in(application, assessor, *points)
        made.append(go_through(application, officer))
    return made


@pytest.fixture
def ranking(sent, call, officer):
    """Two grants, 300 000 kr and 250 000 kr with a condition, and one rejection; locked."""
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    line(ranking, officer, 2)
    change(ranking, sent[1], officer, amount=250_000, conditions="Slutrapporten lämnas före sommaren.")
    change(ranking, sent[2], officer, proposal="reject")
    return lock(ranking, officer)


@pytest.fixture
def batch(ranking, call, officer, delegate) -> DecisionBatch:
    """With a draft in each, made out to the one who holds clause 8.1."""
    made = start_batch(call_id=call.pk, actor=officer)
    take_all()
    factories.consider(*decisions_of(made))
    return made


@pytest.fixture
def proposed_batch(batch, officer, delegate_user) -> DecisionBatch:
    """Sent to the delegate, who has said that there is no jäv."""
    declare_in_all(batch, delegate_user)
    propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    return batch


def make_batch(*, owner: Any, officer: Any, delegate: Any, titles: Sequence[str]) -> DecisionBatch:
    """Of a call of its own: a grant of 100 000 kr for each title, sent to the delegate, who has not answered
    whether there is jäv."""
    call = factories.make_call(frame=10_000_000)
    made = [
        go_through(send(factories.make_application(user=owner, call=call, title=title), owner), officer)
        for title in titles
    ]
    ranking = services.start_ranking(call_id=call.pk, actor=officer)
    for application in made:
        change(ranking, application, officer, amount=100_000)
    lock(ranking, officer)
    batch = start_batch(call_id=call.pk, actor=officer, grants_by=delegate)
    take_all()
    # As 9 § of förordningen (2003:596) asks, where the first legal basis there is happens to be that.
    reasons = "Projektet bidrar till den regionala utvecklingsstrategin."
    Decision.objects.filter(batch_item__batch=batch).update(reasons=reasons)
    factories.consider(*decisions_of(batch))
    propose_drafts(batch_id=batch.pk, actor=officer)
    take_all()
    return batch


def take_all() -> None:
    """What a worker does with all that waits, the oldest first."""
    for pk in BatchStep.objects.waiting().order_by("pk").values_list("pk", flat=True):
        carry_out(step_id=pk)


def declare_in_all(batch: DecisionBatch, *people: Any) -> None:
    for item in batch.items.select_related("application"):
        declare(item.application, *people)


def decisions_of(batch: DecisionBatch) -> list[Decision]:
    """In the order of the ranking."""
    found = Decision.objects.with_parts().filter(batch_item__batch=batch)
    return list(found.order_by("batch_item__place"))


def steps_of(batch: DecisionBatch, action: str) -> list[tuple[str, str]]:
    """State and reason of each decision's latest such step, in the order of the ranking."""
    found = BatchStep.objects.filter(item__batch=batch, action=action)
    latest = found.order_by("item__place", "-pk").distinct("item__place")
    return [(step.state, step.reason) for step in latest]


def sign_all(batch: DecisionBatch, actor: Any, decisions: Iterable[Decision] | None = None) -> None:
    chosen = decisions if decisions is not None else decisions_of(batch)
    sign_chosen(batch_id=batch.pk, actor=actor, chosen={one.pk: one.version for one in chosen})
