"""Jäv in a decision: answered for oneself, and passed on when there is some (KL 6:28–32, 7:4, 6:30)."""

from django.db import transaction
from django.urls import reverse

from applications.enums import RecusalGround
from applications.models import Application
from applications.recusals import Follower
from applications.services.declaring import ONLY_SOMEBODY_ELSE
from decisions.enums import DecisionStatus, VersionKind
from decisions.impartiality import ASKED, declaration_of, latest_answers, require_declared, who_to_talk_to
from decisions.models import Decision, DecisionDeclaration
from decisions.rules import may_draft
from decisions.services.drafting import MAY_NOT_DRAFT, lock_decision
from decisions.services.versioning import note_step
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.diary.services import unassign_case
from s3portal.outbox.services import enqueue_mail


@transaction.atomic
def declare_in_decision(
    *, decision_id: int, actor: User, ground: RecusalGround, text: str = ""
) -> DecisionDeclaration:
    """Answer for oneself in a decision without an application. A ground bars at once and passes it on.

    Raises Refusal for one who is not asked, for a signed decision, for "something else" without saying what,
    and for who has declared jäv and now says there is none."""
    decision = lock_decision(decision_id)
    if not actor.has_role(*ASKED) or decision.application is not None or decision.is_signed:
        raise Refusal("Frågan om jäv ställs inte här.")
    before = declaration_of(actor, decision)
    was_barred = before is not None and before.is_recusal
    if was_barred and ground == RecusalGround.NONE:
        raise Refusal(ONLY_SOMEBODY_ELSE)
    if ground == RecusalGround.OTHER and not text.strip():
        raise Refusal("Beskriv vad som kan rubba förtroendet.", field="text")
    declaration = DecisionDeclaration.objects.create(
        decision=decision, person=actor, ground=ground, text=text, declared_by=actor
    )
    none = ground == RecusalGround.NONE
    what = declaration.get_ground_display().lower()
    record_event(
        actor=actor,
        action="impartiality_declared",
        obj=decision,
        text="Svarade att det inte finns något jäv" if none else f"Anmälde jäv: {what}",
        data={"declaration": declaration.pk, "ground": ground},
    )
    if not none and not was_barred:
        if decision.case.officer == actor:
            unassign_case(actor=actor, case=decision.case)
            decision.case.refresh_from_db(fields=["officer"])
        _pass_on(decision, actor, always_tell=True)
    return declaration


@transaction.atomic
def lift_in_decision(*, decision_id: int, actor: User, person: User, text: str) -> DecisionDeclaration:
    """Another officer has tried the question and finds no jäv; the person is asked anew.

    Raises Refusal for one's own, without a reason, or when there is no jäv to lift."""
    decision = lock_decision(decision_id)
    if not may_draft(actor):
        raise Refusal(MAY_NOT_DRAFT)
    if actor == person:
        raise Refusal(ONLY_SOMEBODY_ELSE)
    require_declared(actor, decision)
    barring = [one for one in latest_answers(decision) if one.is_recusal and one.person == person]
    if not barring:
        raise Refusal(f"{person} har inte anmält jäv i ärendet.")
    if not text.strip():
        raise Refusal("Skriv varför det inte finns något jäv.", field="text")
    # In a matter of several cases it may have been declared in each. Each is lifted where it was declared.
    declaration = [
        DecisionDeclaration.objects.create(
            case_id=one.case_id,
            decision=one.decision,
            person=person,
            ground=RecusalGround.NONE,
            text=text,
            declared_by=actor,
        )
        for one in barring
    ][-1]
    record_event(
        actor=actor,
        action="recusal_lifted",
        obj=decision,
        text=f"Prövade anmälan om jäv av {person}: inget jäv. {text}"[:500],
        data={"declaration": declaration.pk, "person": person.pk},
    )
    return declaration


# --- Passed on --------------------------------------------------------------------------------------------
def _pass_on(decision: Decision, person: User, *, always_tell: bool) -> None:
    """What the person was to sign or had sent for signature goes back to be handled by somebody else."""
    signs = decision.delegate is not None and decision.delegate.user == person
    waits = decision.status == DecisionStatus.PROPOSED
    back = waits and (signs or decision.proposed_by == person)
    to = _takers(decision, person)
    changed = []
    if signs:
        decision.delegate = None
        changed += ["delegate"]
    if back:
        decision.status, decision.proposed_by, decision.proposed_at = DecisionStatus.DRAFT, None, None
        decision.returned_reason = _reason(person, signs=signs)
        changed += ["status", "proposed_by", "proposed_at", "returned_reason"]
    if changed:
        decision.version += 1
        decision.save(update_fields=[*changed, "version"])
        note_step(decision, kind=VersionKind.RETURNED if back else VersionKind.SAVED, actor=person)
    if back:
        record_event(
            actor=person,
            action="decision_passed_on",
            obj=decision,
            text=decision.returned_reason,
            data={"version": decision.version, "person": person.pk},
        )
    if back or always_tell:
        _tell(decision, person, to, signs=signs)


def _reason(person: User, *, signs: bool) -> str:
    if signs:
        return f"{person} har anmält jäv. Välj en annan undertecknare och skicka beslutet igen."
    return f"{person} har anmält jäv. En annan handläggare behöver gå igenom utkastet och skicka det igen."


def _takers(decision: Decision, person: User) -> list[User]:
    """Who handled it, if that is somebody else who still may; else those who can take it over."""
    for one in (decision.proposed_by, decision.created_by):
        if one is not None and one != person and one.is_active and may_draft(one):
            return [one]
    return who_to_talk_to(decision)


def _tell(decision: Decision, person: User, to: list[User], *, signs: bool) -> None:
    for officer in to:
        enqueue_mail(
            kind="decision_recused",
            key=f"decision_recused:{decision.pk}:{person.pk}:{decision.version}:{officer.pk}",
            to_email=officer.email,
            context={
                "decision": decision,
                "person": person,
                "signs": signs,
                "path": reverse("decisions:officer_detail", args=[decision.pk]),
            },
            obj=decision,
        )


def _unsigned(application_id: int) -> list[int]:
    found = Decision.objects.filter(application=application_id).exclude(status=DecisionStatus.SIGNED)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _lock_decisions(application_id: int) -> None:
    """Before the application, as everybody does who signs."""
    pks = _unsigned(application_id)
    list(Decision.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk").values("pk"))


def _recused_in_application(application: Application, person: User) -> None:
    for decision in Decision.objects.with_parts().filter(pk__in=_unsigned(application.pk)):
        _pass_on(decision, person, always_tell=False)


FOLLOWER = Follower(lock=_lock_decisions, recused=_recused_in_application)
