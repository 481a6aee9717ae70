"""Jäv: asked of each, declared at once, lifted only by somebody else."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from applications import services
from applications.enums import RecusalGround
from applications.impartiality import Access, access_of, recused_people, require_declared
from applications.models import Assessment, Assignment, CoHandler, ImpartialityDeclaration
from s3portal.audit.models import Event
from s3portal.common.errors import Refusal
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import assign, declare, hand_in, scored_call
from tests.applications.sending import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(owner):
    return send(factories.make_application(user=owner, call=scored_call()), owner)


# --- Who is asked -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "access"),
    [
        ("officer", Access.ASK),
        ("delegate_user", Access.ASK),
        ("admin_user", Access.ASK),
        ("assessor", Access.ASK),
        ("registrar", Access.OPEN),
    ],
)
def test_who_is_asked(request, sent, who, access):
    user = request.getfixturevalue(who)
    assert access_of(user, sent) is access
    if access is Access.ASK:
        with pytest.raises(Refusal, match="Svara först"):
            require_declared(user, sent)


@pytest.mark.parametrize("who", ["registrar", "member", "owner", "assessor"])
def test_who_has_nothing_to_do_with_it(request, sent, who):
    with pytest.raises(Refusal, match="inget med ärendet att göra"):
        declare(sent, request.getfixturevalue(who))


def test_none_lets_in(sent, officer):
    declare(sent, officer)
    assert access_of(officer, sent) is Access.OPEN
    require_declared(officer, sent)
    event = Event.objects.get(action="impartiality_declared")
    assert (event.text, event.data["ground"]) == ("Svarade att det inte finns något jäv", "none")


@pytest.mark.parametrize("ground", [one for one in RecusalGround if one != "none"])
def test_a_ground_shuts_out(sent, officer, ground):
    declare(sent, officer)
    declare(sent, officer, ground=ground, text="Min syster leder föreningen.")
    assert access_of(officer, sent) is Access.BARRED
    with pytest.raises(Refusal, match="Du har anmält jäv"):
        require_declared(officer, sent)
    assert [one.person for one in recused_people(sent)] == [officer]
    assert ImpartialityDeclaration.objects.count() == 2, "nothing is edited"


def test_something_else_is_described(sent, officer):
    with pytest.raises(Refusal, match="Beskriv") as refused:
        declare(sent, officer, ground="other", text=" ")
    assert refused.value.field == "text"


# --- What a ground takes away -----------------------------------------------------------------------------
def test_the_case_goes_to_nobody_and_the_others_are_told(sent, officer, second_officer):
    services.assign_officer(application_id=sent.pk, actor=officer, officer=officer)
    barred = factories.make_staff("officer", "jav@example.org", full_name="Jan Jäv")
    declare(sent, barred, ground="relative")
    assert Message.objects.get(kind="recusal_declared").to_email == officer.email
    Message.objects.all().delete()
    declare(sent, officer, ground="party")
    sent.case.refresh_from_db()
    assert sent.case.officer is None
    assert [one.to_email for one in Message.objects.filter(kind="recusal_declared")] == [second_officer.email]
    assert "Ärendet har ingen handläggare" in Message.objects.get(kind="recusal_declared").text_body
    Message.objects.all().delete()
    declare(sent, officer, ground="relative")
    assert not Message.objects.filter(kind="recusal_declared").exists(), "told once"


def test_who_shares_the_case_does_not_any_longer(sent, officer, second_officer):
    services.add_co_handler(application_id=sent.pk, actor=officer, officer=second_officer)
    declare(sent, second_officer, ground="relative")
    assert not CoHandler.objects.exists()


def test_the_assignment_ends_and_the_assessment_does_not_count(sent, officer, assessor):
    assign(sent, officer, assessor)
    hand_in(sent, assessor, 5, 5)
    declare(sent, assessor, ground="relative")
    assignment = Assignment.objects.get()
    assert (assignment.is_active, assignment.end) == (False, "recused")
    assert Assessment.objects.get().status == "recused"
    assert not Assessment.objects.counted().exists()


def test_a_recused_officer_handles_nothing(sent, officer, second_officer):
    declare(sent, officer, ground="party")
    with pytest.raises(Refusal, match="anmält jäv"):
        services.assign_officer(application_id=sent.pk, actor=officer, officer=second_officer)
    with pytest.raises(Refusal, match="anmält jäv"):
        services.assign_officer(application_id=sent.pk, actor=second_officer, officer=officer)
    with pytest.raises(Refusal, match="anmält jäv"):
        services.mark_assessed(application_id=sent.pk, actor=officer)
    with pytest.raises(Refusal, match="anmält jäv"):
        assign(sent, officer, second_officer)
    services.assign_officer(application_id=sent.pk, actor=second_officer, officer=second_officer)


# --- Tried again ------------------------------------------------------------------------------------------
def test_not_by_oneself(sent, officer):
    declare(sent, officer, ground="party")
    with pytest.raises(Refusal, match="Bara en annan handläggare"):
        declare(sent, officer)
    with pytest.raises(Refusal, match="Bara en annan handläggare"):
        services.lift_recusal(application_id=sent.pk, actor=officer, person=officer, text="Fel.")


@pytest.mark.parametrize("who", ["delegate_user", "registrar", "admin_user", "assessor"])
def test_only_officers_lift(request, sent, officer, who):
    declare(sent, officer, ground="party")
    with pytest.raises(Refusal, match="Bara en handläggare"):
        services.lift_recusal(
            application_id=sent.pk, actor=request.getfixturevalue(who), person=officer, text="Fel."
        )


def test_lifted_and_asked_anew(sent, officer, second_officer, assessor):
    assign(sent, officer, assessor)
    declare(sent, assessor)
    services.save_assessment(
        application_id=sent.pk, actor=assessor, expected_version=0, content=services.AssessmentContent("Ja")
    )
    declare(sent, assessor, ground="other", text="Vi är grannar.")
    arguments = {"application_id": sent.pk, "actor": second_officer, "person": assessor}
    with pytest.raises(Refusal, match="Svara först"):
        services.lift_recusal(**arguments, text="Grannskap räcker inte.")
    declare(sent, second_officer)
    with pytest.raises(Refusal, match="Skriv varför"):
        services.lift_recusal(**arguments, text=" ")
    services.lift_recusal(**arguments, text="Grannskap räcker inte.")
    assert access_of(assessor, sent) is Access.ASK
    with pytest.raises(Refusal, match="har inte anmält jäv"):
        services.lift_recusal(**arguments, text="En gång till.")
    assert not Assignment.objects.active().exists(), "what was taken away is not given back by itself"
    assign(sent, officer, assessor)
    assert (Assessment.objects.get().status, Assessment.objects.get().comment) == ("draft", "Ja")
    assert "Grannskap räcker inte." in Event.objects.get(action="recusal_lifted").text


# --- What the database refuses ----------------------------------------------------------------------------
def test_declarations_stand(sent, officer):
    declare(sent, officer)
    for work in (
        lambda: ImpartialityDeclaration.objects.update(ground="party"),
        lambda: ImpartialityDeclaration.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            work()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ground": "vet inte"}, "recusal_ground_known"),
        ({"ground": "other"}, "recusal_other_says_what"),
        ({"ground": "none", "by": "second_officer"}, "recusal_lifted_with_reason"),
        ({"ground": "party", "text": "Jo", "by": "second_officer"}, "recusal_lifted_with_reason"),
    ],
)
def test_constraints(request, sent, officer, fields, constraint):
    by = request.getfixturevalue(fields.pop("by", "officer"))
    with pytest.raises(IntegrityError, match=constraint):
        ImpartialityDeclaration.objects.create(application=sent, person=officer, declared_by=by, **fields)
