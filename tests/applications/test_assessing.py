"""Scoring: who may, in which status, and what stands."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from applications import services
from applications.enums import AssessmentAction as Action
from applications.enums import AssessmentStatus as Status
from applications.models import Assessment, Assignment, Score
from applications.scoring import total_of
from applications.services import AssessmentContent
from applications.services.assessing import CHANGED, NOT_ASSIGNED, NOT_WHOLE
from applications.transitions import ASSESSMENT_ALLOWED, assessment_after, assessment_allows
from s3portal.audit.models import Event
from s3portal.common.errors import Conflict, Refusal
from tests import factories
from tests.applications.judging import assign, content, declare, hand_in, scored_call
from tests.applications.sending import send

pytestmark = pytest.mark.django_db

EXPECTED = {
    (Status.DRAFT, Action.SAVE): Status.DRAFT,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.DRAFT, Action.ABSTAIN): Status.ABSTAINED,
    (Status.DRAFT, Action.RECUSE): Status.RECUSED,
    (Status.SUBMITTED, Action.REOPEN): Status.DRAFT,
    (Status.SUBMITTED, Action.RECUSE): Status.RECUSED,
    (Status.ABSTAINED, Action.REOPEN): Status.DRAFT,
    (Status.ABSTAINED, Action.RECUSE): Status.RECUSED,
    (Status.RECUSED, Action.REOPEN): Status.DRAFT,
}


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner, call=scored_call()), owner)


@pytest.fixture
def assigned(sent, officer, assessor):
    """Given to ``assessor``, who has declared that there is no jäv."""
    assign(sent, officer, assessor)
    declare(sent, assessor)
    declare(sent, officer)
    return sent


def save(application, actor, *points, version=0, comment="Bra."):
    return services.save_assessment(
        application_id=application.pk,
        actor=actor,
        expected_version=version,
        content=content(application, *points, comment=comment),
    )


# --- The table --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "action"), list(product(Status, Action)))
def test_every_pair(status, action):
    assert assessment_allows(status.value, action) == ((status, action) in EXPECTED)
    if (status, action) in EXPECTED:
        assert assessment_after(status.value, action) == EXPECTED[status, action]
    else:
        with pytest.raises(Refusal):
            assessment_after(status.value, action)
    assert ASSESSMENT_ALLOWED == EXPECTED


def in_status(application, assessor, officer, status):
    """An assessment by ``assessor`` that has come to ``status``; None for one that is not begun."""
    if status is None:
        return None
    assessment = save(application, assessor, 4, 5)
    if status is Status.SUBMITTED:
        hand_in(application, assessor, 4, 5)
    elif status is Status.ABSTAINED:
        services.abstain(application_id=application.pk, actor=assessor, reason="Kan inte ämnet.")
    elif status is Status.RECUSED:
        declare(application, assessor, ground="relative")
    assessment.refresh_from_db()
    return assessment


OWN = {
    Action.SAVE: lambda a, who, one: save(a, who, 3, 3, version=one.version if one else 0),
    Action.SUBMIT: lambda a, who, one: services.submit_assessment(
        application_id=a.pk,
        actor=who,
        expected_version=one.version if one else 0,
        content=content(a, 3, 3),
    ),
    Action.ABSTAIN: lambda a, who, one: services.abstain(application_id=a.pk, actor=who, reason="Tid."),
    Action.RECUSE: lambda a, who, one: declare(a, who, ground="party"),
}
#: (who, status, action) that are done; everything else is refused. Recusal is open to whoever is asked.
DONE = {
    *(("assessor", status, action) for status in (None, Status.DRAFT) for action in OWN),
    *(("assessor", status, Action.RECUSE) for status in Status),
    *(
        (who, status, Action.RECUSE)
        for who in ("officer", "delegate_user", "admin_user")
        for status in (None, *Status)
    ),
}
PEOPLE = ["assessor", "officer", "delegate_user", "registrar", "admin_user", "member", "owner"]


@pytest.mark.parametrize("status", [None, *Status])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_role_status_and_action(request, assigned, assessor, officer, who, status):
    """The assessment is ``assessor``'s; the others act as if it were theirs. Each from the same start."""
    one = in_status(assigned, assessor, officer, status)
    actor = request.getfixturevalue(who)
    mine = one if who == "assessor" else None
    for action, act in OWN.items():
        start = transaction.savepoint()
        done = (who, status, action) in DONE
        try:
            act(assigned, actor, mine)
        except Refusal:
            assert not done, action
        else:
            assert done, action
        stored = Assessment.objects.filter(application=assigned, assessor=assessor).first()
        if who != "assessor" or not done:
            assert (stored.status if stored else None) == (status.value if status else None)
        assert not Assessment.objects.exclude(assessor=assessor).exists()
        transaction.savepoint_rollback(start)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("who", ["second_officer", "assessor", "delegate_user", "registrar", "admin_user"])
def test_who_opens_again(request, assigned, assessor, officer, who, status):
    one = in_status(assigned, assessor, officer, status)
    actor = request.getfixturevalue(who)
    if who in ("second_officer", "delegate_user", "admin_user"):
        declare(assigned, actor)

    def reopen():
        services.reopen_assessment(assessment_id=one.pk, actor=actor, reason="Fel kriterium.")

    if who == "second_officer" and status in (Status.SUBMITTED, Status.ABSTAINED):
        reopen()
        one.refresh_from_db()
        assert (one.status, one.submitted_at, one.abstain_reason) == (Status.DRAFT, None, "")
        assert "Fel kriterium." in Event.objects.get(action="assessment_reopened").text
    else:
        with pytest.raises(Refusal):
            reopen()
        one.refresh_from_db()
        assert one.status == status


# --- Saving and handing in --------------------------------------------------------------------------------
def test_a_draft_and_its_versions(assigned, assessor):
    assert save(assigned, assessor, 4, None).version == 1
    assert save(assigned, assessor, 4, None, version=99).version == 1, "the same text again disturbs nobody"
    assert save(assigned, assessor, 4, 2, version=1).version == 2
    with pytest.raises(Conflict) as conflict:
        save(assigned, assessor, 1, 1, version=1)
    assert conflict.value.message == CHANGED
    stored = Assessment.objects.get()
    assert [score.points for score in stored.scores.order_by("criterion__order")] == [4, 2]


def test_handing_in(assigned, assessor):
    assessment = hand_in(assigned, assessor, 5, 1)
    assert assessment.status == Status.SUBMITTED
    assert assessment.submitted_at is not None
    assert total_of(assessment, list(assigned.call.criteria.all())) == 52
    event = Event.objects.get(action="assessment_submitted")
    assert event.text == "Lämnade sin bedömning"
    assert list(Assessment.objects.counted()) == [assessment]


@pytest.mark.parametrize("missing", ["points", "rationale", "everything"])
def test_not_whole(assigned, assessor, missing):
    whole = content(assigned, 3, 3)
    scores = dict(whole.scores)
    last = max(scores)
    scores[last] = (None, "Därför.") if missing == "points" else (3, "")
    written = AssessmentContent() if missing == "everything" else AssessmentContent("", scores)
    with pytest.raises(Refusal) as refused:
        services.submit_assessment(
            application_id=assigned.pk, actor=assessor, expected_version=0, content=written
        )
    assert refused.value.message == NOT_WHOLE
    assert not Assessment.objects.exists(), "nothing is half saved"


@pytest.mark.parametrize("points", [0, 6])
def test_off_the_scale(assigned, assessor, points):
    with pytest.raises(Refusal, match="från 1 till 5"):
        save(assigned, assessor, 3, points)


def test_before_the_question_of_jav_is_answered(sent, officer, assessor):
    assign(sent, officer, assessor)
    with pytest.raises(Refusal, match="Svara först på frågan om jäv"):
        save(sent, assessor, 3, 3)


def test_after_the_decision(assigned, assessor, owner):
    save(assigned, assessor, 3, 3)
    services.withdraw_application(application_id=assigned.pk, actor=owner, reason="Nej")
    with pytest.raises(Refusal, match="avgjord eller återkallad"):
        save(assigned, assessor, 4, 4, version=1)


def test_what_is_no_longer_mine(assigned, officer, assessor):
    services.end_assignment(assignment_id=Assignment.objects.get().pk, actor=officer)
    with pytest.raises(Refusal, match=NOT_ASSIGNED):
        save(assigned, assessor, 3, 3)


@pytest.mark.parametrize("work", ["abstain", "reopen"])
def test_a_reason_is_asked_for(assigned, officer, assessor, work):
    if work == "abstain":
        with pytest.raises(Refusal, match="varför du avstår"):
            services.abstain(application_id=assigned.pk, actor=assessor, reason=" ")
        return
    one = hand_in(assigned, assessor, 3, 3)
    with pytest.raises(Refusal, match="varför bedömningen öppnas"):
        services.reopen_assessment(assessment_id=one.pk, actor=officer, reason=" ")


def test_nobody_opens_their_own(assigned, officer):
    assign(assigned, officer, officer)
    one = hand_in(assigned, officer, 3, 3)
    with pytest.raises(Refusal, match="En annan handläggare"):
        services.reopen_assessment(assessment_id=one.pk, actor=officer, reason="Ångrade mig.")


def test_opened_only_for_who_still_has_it(assigned, officer, assessor):
    services.abstain(application_id=assigned.pk, actor=assessor, reason="Hinner inte.")
    services.end_assignment(assignment_id=Assignment.objects.get().pk, actor=officer)
    with pytest.raises(Refusal, match="Tilldela den först"):
        services.reopen_assessment(
            assessment_id=Assessment.objects.get().pk, actor=officer, reason="Nu hinner du."
        )


# --- What the database refuses ----------------------------------------------------------------------------
def refused(work, *words):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        work()
    assert any(word in str(error.value) for word in words), error.value


def test_what_is_handed_in_stands(assigned, assessor):
    one = hand_in(assigned, assessor, 3, 3)
    refused(lambda: Score.objects.filter(assessment=one).update(points=5), "frozen")
    refused(Score.objects.filter(assessment=one).delete, "frozen")
    refused(lambda: Assessment.objects.filter(pk=one.pk).update(comment="Bättre"), "is fixed")
    refused(Assessment.objects.filter(pk=one.pk).delete, "frozen", "Cannot delete")


def test_handed_in_without_points(assigned, assessor):
    save(assigned, assessor, 3, None)
    now = timezone.now()
    refused(lambda: Assessment.objects.update(status="submitted", submitted_at=now), "missing")
    refused(
        lambda: Assessment.objects.create(
            application=assigned, assessor=factories.make_user(), status="submitted", submitted_at=now
        ),
        "missing",
    )


def test_points_off_the_scale_or_of_another_call(assigned, assessor):
    one = save(assigned, assessor, 3, 3)
    refused(lambda: Score.objects.filter(assessment=one).update(points=6), "not on the scale")
    refused(lambda: Score.objects.filter(assessment=one).update(points=0), "score_from_one")
    foreign = factories.make_criterion(call=factories.make_call())
    refused(lambda: Score.objects.create(assessment=one, criterion=foreign, points=3), "not on the scale")
    own = assigned.call.criteria.first()
    refused(lambda: Score.objects.create(assessment=one, criterion=own, points=3), "score_once")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "klar"}, "assessment_status_known"),
        ({"submitted_at": timezone.now()}, "assessment_submitted_has_time"),
        ({"status": "submitted"}, "assessment_"),
        ({"status": "abstained", "abstain_reason": "Tid"}, "assessment_submitted_has_time"),
        ({"status": "abstained", "submitted_at": timezone.now()}, "assessment_abstained_says_why"),
    ],
)
def test_constraints_of_assessments(assigned, assessor, fields, constraint):
    refused(
        lambda: Assessment.objects.create(application=assigned, assessor=assessor, **fields),
        constraint,
        "missing",
    )


def test_one_assessment_for_each(assigned, assessor):
    Assessment.objects.create(application=assigned, assessor=assessor)
    with pytest.raises(IntegrityError, match="assessment_once"):
        Assessment.objects.create(application=assigned, assessor=assessor)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ended_at": timezone.now()}, "assignment_end_whole"),
        ({"end": "removed"}, "assignment_end_whole"),
        ({}, "assignment_once"),
    ],
)
def test_constraints_of_assignments(assigned, assessor, officer, fields, constraint):
    due_on = timezone.localdate() + timedelta(days=1)
    with pytest.raises(IntegrityError, match=constraint):
        Assignment.objects.create(
            application=assigned, assessor=assessor, assigned_by=officer, due_on=due_on, **fields
        )
