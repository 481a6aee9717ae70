"""Short ways for tests to the assessing side, through the services."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from applications import services
from applications.enums import RecusalGround
from applications.models import Application, Assessment, Assignment
from applications.services import AssessmentContent
from s3portal.accounts.models import User
from tests import factories


def scored_call(*, weights: Sequence[int | None] = (40, 60), **fields: Any) -> Any:
    """A call with as many criteria as weights, 1 to 5 points."""
    call = factories.make_call(**fields)
    for number, weight in enumerate(weights, start=1):
        factories.make_criterion(call=call, title=f"Kriterium {number}", weight=weight)
    return call


def declare(application: Application, *people: User, ground: str = "none", text: str = "") -> None:
    for person in people:
        services.declare_impartiality(
            application_id=application.pk, actor=person, ground=RecusalGround(ground), text=text
        )


def assign(application: Application, officer: User, *people: User, **fields: Any) -> list[Assignment]:
    """Given to assess within a week."""
    arguments: dict[str, Any] = {"due_on": timezone.localdate() + timedelta(days=7)} | fields
    made = services.assign_assessors(
        application_ids=[application.pk], actor=officer, assessors=people, **arguments
    )
    return list(made.made)


def content(application: Application, *points: int | None, comment: str = "Bra.") -> AssessmentContent:
    """Points on the call's criteria in order, each with a rationale when there are points."""
    criteria = application.call.criteria.order_by("order")
    return AssessmentContent(
        comment=comment,
        scores={
            criterion.pk: (one, "Därför." if one else "")
            for criterion, one in zip(criteria, points, strict=True)
        },
    )


def hand_in(application: Application, person: User, *points: int | None) -> Assessment:
    """Declared free of jäv, scored and handed in."""
    declare(application, person)
    version = Assessment.objects.filter(application=application, assessor=person).first()
    return services.submit_assessment(
        application_id=application.pk,
        actor=person,
        expected_version=version.version if version else 0,
        content=content(application, *points),
    )


def judge_all(application: Application, officer: User) -> None:
    """Every condition that waits for a judgement is found in order."""
    from applications.services.judging import condition_states

    declare(application, officer)
    received = Application.objects.select_related("call__legal_basis").get(pk=application.pk)
    waiting = [state.condition for state in condition_states(received) if not state.is_settled]
    judged = {one.code: services.Judged("ok", "Prövat och i sin ordning.") for one in waiting}
    services.judge_conditions(application_id=application.pk, actor=officer, judged=judged)


def go_through(application: Application, officer: User) -> Application:
    """Every condition judged, and the application marked as gone through."""
    judge_all(application, officer)
    return services.mark_assessed(application_id=application.pk, actor=officer)
