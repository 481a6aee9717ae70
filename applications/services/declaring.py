"""The question of jäv: answered by each for themselves, tried again only by somebody else (KL 6:28–32)."""

from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.enums import (
    AssessmentAction,
    AssessmentStatus,
    AssignmentEnd,
    RecusalGround,
)
from applications.impartiality import declaration_of, require_declared, who_to_talk_to
from applications.models import Application, CoHandler, ImpartialityDeclaration
from applications.recusals import lock_followers, tell_followers
from applications.rules import may_declare, may_handle
from applications.services.handling import MAY_NOT_HANDLE, lock_received
from applications.transitions import assessment_after
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.services import unassign_case
from s3portal.outbox.services import enqueue_mail

ONLY_SOMEBODY_ELSE: Final = "Du har anmält jäv i ärendet. Bara en annan handläggare kan pröva frågan igen."


@transaction.atomic
def declare_impartiality(
    *, application_id: int, actor: User, ground: RecusalGround, text: str = ""
) -> ImpartialityDeclaration:
    """Answer for oneself. A ground takes away access, assignment and case at once, and the officers are told.

    Raises Refusal for somebody who does not read applications, for "something else" without a description,
    and for who has declared jäv and now says there is none."""
    if ground != RecusalGround.NONE:
        lock_followers(application_id)
    application = lock_received(application_id)
    if not may_declare(actor, application):
        raise Refusal("Du har inget med ärendet att göra.")
    before = declaration_of(actor, application)
    if before is not None and before.is_recusal and ground == RecusalGround.NONE:
        raise Refusal(ONLY_SOMEBODY_ELSE)
    if ground == RecusalGround.OTHER and not text.strip():
        raise Refusal("Beskriv vad som kan rubba förtroendet.", field="text")
    declaration = ImpartialityDeclaration.objects.create(
        application=application, person=actor, ground=ground, text=text, declared_by=actor
    )
    event = record_event(
        actor=actor,
        action="impartiality_declared",
        obj=application,
        text="Svarade att det inte finns något jäv"
        if ground == RecusalGround.NONE
        else f"Anmälde jäv: {declaration.get_ground_display().lower()}",
        data={"declaration": declaration.pk, "ground": ground},
    )
    if declaration.is_recusal:
        _take_away(application, actor)
        tell_followers(application, actor)
        if before is None or not before.is_recusal:
            _tell_officers(application, actor, event.pk)
    return declaration


@transaction.atomic
def lift_recusal(*, application_id: int, actor: User, person: User, text: str) -> ImpartialityDeclaration:
    """Another officer has tried the question and finds no jäv. The person is asked anew before they come in;
    what was taken away is not given back.

    Raises Refusal for one's own, without a reason, or when there is no jäv to lift."""
    application = lock_received(application_id)
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    if actor == person:
        raise Refusal(ONLY_SOMEBODY_ELSE)
    require_declared(actor, application)
    before = declaration_of(person, application)
    if before is None or not before.is_recusal:
        raise Refusal(f"{person} har inte anmält jäv i ärendet.")
    if not text.strip():
        raise Refusal("Skriv varför det inte finns något jäv.", field="text")
    declaration = ImpartialityDeclaration.objects.create(
        application=application, person=person, ground=RecusalGround.NONE, text=text, declared_by=actor
    )
    record_event(
        actor=actor,
        action="recusal_lifted",
        obj=application,
        text=f"Prövade anmälan om jäv av {person}: inget jäv. {text}",
        data={"declaration": declaration.pk, "person": person.pk},
    )
    return declaration


# --- Parts ------------------------------------------------------------------------------------------------
def _take_away(application: Application, person: User) -> None:
    now = timezone.now()
    CoHandler.objects.filter(application=application, officer=person).delete()
    application.assignments.active().filter(assessor=person).update(ended_at=now, end=AssignmentEnd.RECUSED)
    assessment = (
        application.assessments.filter(assessor=person).exclude(status=AssessmentStatus.RECUSED).first()
    )
    if assessment is not None:
        assessment.status = assessment_after(assessment.status, AssessmentAction.RECUSE)
        assessment.updated_at = now
        assessment.save(update_fields=["status", "updated_at"])
    assert application.case is not None  # noqa: S101 - the database says so for what has been sent
    if application.case.officer == person:
        unassign_case(actor=person, case=application.case)


def _tell_officers(application: Application, person: User, mark: int) -> None:
    """The case's officer, or when there is none all officers who can take it over."""
    case = application.case
    assert case is not None  # noqa: S101 - the database says so for what has been sent
    case.refresh_from_db(fields=["officer"])
    for officer in who_to_talk_to(application):
        enqueue_mail(
            kind="recusal_declared",
            key=f"recusal_declared:{mark}:{officer.pk}",
            to_email=officer.email,
            obj=application,
            context={
                "application": application,
                "person": person,
                "without_officer": case.officer is None,
                "path": reverse("applications:officer_detail", args=[application.pk]),
            },
        )
