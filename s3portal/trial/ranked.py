"""A call whose applications are assessed, gone through, ranked and locked: the demo shows a ranking with its
appendix, and its decisions made and signed in one sitting. Every grant is below the director's ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils import timezone

from applications.checks import submission_problems
from applications.enums import Municipality, Proposal, RecusalGround
from applications.models import Application, Ranking
from applications.queries import received_application
from applications.services import (
    AssessmentContent,
    Judged,
    assign_assessors,
    change_row,
    declare_impartiality,
    judge_conditions,
    lock_ranking,
    mark_assessed,
    move_line,
    start_ranking,
    submit_application,
    submit_assessment,
)
from applications.services.judging import condition_states
from calls.models import Call
from s3portal.accounts.models import User
from s3portal.exchange.services import import_file
from s3portal.trial.demo import fill_in, made_up_organisation
from s3portal.trial.judged import example_parts, write_draft

CALL_RANKED: Final = "klusterutveckling-i-hela-lanet"
DATA: Final = Path(__file__).parent / "data" / "relativt" / "rangordnas.yaml"
APPLICANT: Final = "annan.sokande@example.se"
#: Those who assess, in the order of the points below.
ASSESSORS: Final = ("handlaggare@example.se", "handlaggare2@example.se", "bedomare@example.se")


@dataclass(frozen=True)
class Ranked:
    """``points``: by assessor and criterion, None where there is jäv. Half of the hours is applied for."""

    organisation: str
    org_number: str
    address: str
    title: str
    hours: int
    area: int
    municipalities: tuple[Municipality, ...]
    points: tuple[tuple[int, int, int] | None, ...]


APPLICATIONS: Final = (
    Ranked(
        "Storsjöns livsmedelskluster ekonomisk förening",
        "799903-0013",
        "Kajvägen 3, 831 45 Östersund",
        "Mat från fjäll och sjö",
        2400,
        0,
        (Municipality.OSTERSUND, Municipality.KROKOM),
        ((5, 4, 4), (4, 4, 5), (5, 5, 4)),
    ),
    Ranked(
        "Åredalens testcenter ekonomisk förening",
        "799904-0012",
        "Årevägen 20, 837 52 Åre",
        "Uteprodukter i verkligt klimat",
        2200,
        1,
        (Municipality.ARE,),
        ((4, 4, 3), (4, 3, 4), None),
    ),
    Ranked(
        "Indalsälvens energikluster ekonomisk förening",
        "799905-0011",
        "Centralgatan 8, 844 31 Hammarstrand",
        "Lager för älvens el",
        1500,
        2,
        (Municipality.RAGUNDA, Municipality.BRACKE),
        ((3, 4, 4), (4, 4, 3), (3, 3, 4)),
    ),
    Ranked(
        "Vattudalens träkluster ekonomisk förening",
        "799906-0010",
        "Storgatan 14, 833 35 Strömsund",
        "Digitala ritningar för trähus",
        2000,
        3,
        (Municipality.STROMSUND, Municipality.ELSEWHERE),
        ((2, 3, 3), (3, 2, 2), (5, 4, 5)),
    ),
)


@transaction.atomic
def load_ranked() -> None:
    """The first time only. The people and the strength areas must be there (``load_demo``)."""
    if Call.objects.filter(slug=CALL_RANKED).exists():
        return
    text = DATA.read_text(encoding="utf-8")
    import_file(fill_in(text, today=timezone.localdate(), number=1).encode(), actor=None)
    call = Call.objects.get(slug=CALL_RANKED)
    people = {user.email: user for user in User.objects.filter(email__in=(APPLICANT, *ASSESSORS))}
    assessors = [people[email] for email in ASSESSORS]
    sent = [_send(call, people[APPLICANT], one) for one in APPLICATIONS]
    whole = [one for one in sent if one is not None]
    if len(whole) < len(APPLICATIONS):
        # The form asks for more than is written here: they stay drafts.
        return
    for application, one in zip(whole, APPLICATIONS, strict=True):
        _assess(application, one, assessors)
        _go_through(application, assessors[0])
    _rank(call, whole, assessors[0])


def _send(call: Call, applicant: User, one: Ranked) -> Application | None:
    organisation = made_up_organisation(one.organisation, one.org_number, applicant, one.address)
    arrived_at = call.closes_at - timedelta(days=2)
    codes = tuple(place.value for place in one.municipalities)
    parts = example_parts(
        call, applicant, hours=one.hours, title=one.title, municipalities=codes, area=one.area
    )
    draft = write_draft(call, organisation, applicant, arrived_at, parts)
    if submission_problems(draft):
        return None
    return submit_application(
        application_id=draft.pk, actor=applicant, arrived_at=arrived_at, publication_consent=True
    )


def _assess(application: Application, one: Ranked, assessors: Sequence[User]) -> None:
    officer = assessors[0]
    assign_assessors(
        application_ids=[application.pk], actor=officer, assessors=assessors, due_on=_in_ten_days()
    )
    criteria = list(application.call.criteria.order_by("order"))
    for person, points in zip(assessors, one.points, strict=True):
        ground = RecusalGround.REPRESENTATIVE if points is None else RecusalGround.NONE
        declare_impartiality(application_id=application.pk, actor=person, ground=ground, text="")
        if points is None:
            continue
        scores = {
            criterion.pk: (number, "Väl beskrivet." if number > 3 else "Kan beskrivas bättre.")
            for criterion, number in zip(criteria, points, strict=True)
        }
        submit_assessment(
            application_id=application.pk,
            actor=person,
            expected_version=0,
            content=AssessmentContent(comment="Bedömd efter utlysningens kriterier.", scores=scores),
        )


def _go_through(application: Application, officer: User) -> None:
    """Every condition that waits for a person is judged, so that a decision can be made."""
    received = received_application(application.pk).select_related("call__legal_basis").get()
    waiting = [state.condition.code for state in condition_states(received) if not state.is_settled]
    judged = {code: Judged("ok", "Prövat och i sin ordning.") for code in waiting}
    judge_conditions(application_id=application.pk, actor=officer, judged=judged)
    mark_assessed(application_id=application.pk, actor=officer)


def _in_ten_days() -> date:
    return timezone.localdate() + timedelta(days=10)


def _rank(call: Call, sent: Sequence[Application], officer: User) -> None:
    """The last before the one above it, with a reason; as many as the frame is enough for; locked."""
    ranking = start_ranking(call_id=call.pk, actor=officer)
    third, last = ranking.rows.order_by("position")[2:4]
    change_row(
        ranking_id=ranking.pk,
        row_id=last.pk,
        actor=officer,
        expected_version=_version(ranking),
        position=third.position,
        reason="Ger länets norra del ett kluster. Det har den inte i dag.",
    )
    first = ranking.rows.get(position=1)
    change_row(
        ranking_id=ranking.pk,
        row_id=first.pk,
        actor=officer,
        expected_version=_version(ranking),
        proposal=Proposal.GRANT,
        amount=450_000,
        conditions="En plan för hur nya företag tas in i klustret lämnas före första utbetalningen.",
    )
    move_line(ranking_id=ranking.pk, actor=officer, expected_version=_version(ranking))
    lock_ranking(ranking_id=ranking.pk, actor=officer, expected_version=_version(ranking))


def _version(ranking: Ranking) -> int:
    return Ranking.objects.get(pk=ranking.pk).version
