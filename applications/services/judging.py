"""Going through the conditions: the officer's judgement of each, on the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from applications.checks.eligibility import Condition, conditions
from applications.documents import read_sent, sent_file
from applications.enums import ApplicationAction, ApplicationStatus, EligibilityJudgement
from applications.impartiality import require_declared
from applications.models import Application, EligibilityCheck
from applications.rules import may_handle
from applications.services.handling import MAY_NOT_HANDLE, lock_received, move
from applications.transitions import status_after
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal

GONE_THROUGH: Final = "Ansökan är redan granskad. Öppna granskningen igen för att ändra bedömningen."
ENDED: Final = "Ansökan väntar inte på beslut. Bedömningen av villkoren står fast."
NOT_ALL: Final = "Ansökan kan inte markeras som granskad än. Bedöm villkoren under Behörighet först."


@dataclass(frozen=True)
class Judged:
    """What the officer has chosen and written on one condition; no judgement leaves the portal's own yes."""

    judgement: str
    reason: str


@dataclass(frozen=True)
class ConditionState:
    """A condition as the portal sees it now, with what has been judged of it, if anything."""

    condition: Condition
    check: EligibilityCheck | None

    @property
    def is_settled(self) -> bool:
        """A no to what has changed since is not: the applicant may have put it right."""
        check = self.check
        if check is not None and check.judgement == EligibilityJudgement.NOT_OK:
            return check.result == self.condition.result
        return not self.condition.needs_judgement or (check is not None and check.judgement != "")


def condition_states(application: Application) -> list[ConditionState]:
    """Every condition of the call, in order. Needs ``call.legal_basis`` loaded."""
    judged = {check.item: check for check in application.eligibility.select_related("judged_by")}
    content = read_sent(sent_file(application))
    return [ConditionState(one, judged.get(one.code)) for one in conditions(application, content)]


@transaction.atomic
def judge_conditions(*, application_id: int, actor: User, judged: Mapping[str, Judged]) -> Application:
    """Store the judgements given by the condition's code. Others stay as they are.

    Raises Refusal without a reason, for somebody who may not, and when the application is gone through."""
    application = lock_received(application_id)
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    require_declared(actor, application)
    if application.status not in (ApplicationStatus.SUBMITTED, ApplicationStatus.SUPPLEMENT):
        raise Refusal(GONE_THROUGH if application.status == ApplicationStatus.ASSESSED else ENDED)
    changed = [
        state.condition.label
        for state in condition_states(application)
        if state.condition.code in judged and _store(application, state, judged[state.condition.code], actor)
    ]
    if changed:
        record_event(
            actor=actor,
            action="eligibility_judged",
            obj=application,
            text=f"Bedömde villkor: {', '.join(changed)}",
            data={"items": sorted(judged)},
        )
    return application


@transaction.atomic
def mark_assessed(*, application_id: int, actor: User) -> Application:
    """The officer has gone through the application; a decision may be written.

    Raises Refusal while a condition waits for a judgement. The portal's own yes is put on record."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    application = lock_received(application_id)
    require_declared(actor, application)
    status_after(application.status, ApplicationAction.ASSESS)
    states = condition_states(application)
    if not all(state.is_settled for state in states):
        raise Refusal(NOT_ALL)
    for state in states:
        if state.check is None:
            _store(application, state, Judged("", ""), actor)
    # The call may have dropped a condition since it was judged; what is left of it would stop a grant.
    application.eligibility.exclude(item__in=[state.condition.code for state in states]).delete()
    move(application, ApplicationAction.ASSESS, actor)
    record_event(
        actor=actor,
        action="application_assessed",
        obj=application,
        text=f"Ansökan {application.case} granskad",
    )
    return application


@transaction.atomic
def review_again(*, application_id: int, actor: User, reason: str) -> Application:
    """Open the review of an application that has been gone through: its conditions can be judged anew, and no
    decision on it is signed before it is marked as gone through again.

    Raises Refusal without a reason, for somebody who may not, and once a decision has ended it."""
    if not may_handle(actor):
        raise Refusal(MAY_NOT_HANDLE)
    application = lock_received(application_id)
    require_declared(actor, application)
    status_after(application.status, ApplicationAction.REVIEW_AGAIN)
    if not reason.strip():
        raise Refusal("Skriv varför ansökan granskas igen.", field="reason")
    move(application, ApplicationAction.REVIEW_AGAIN, actor)
    record_event(
        actor=actor,
        action="application_reviewed_again",
        obj=application,
        text=f"Granskningen öppnad igen: {reason.strip()}",
    )
    return application


def _store(application: Application, state: ConditionState, judged: Judged, actor: User) -> bool:
    """Whether something was changed."""
    code, reason = state.condition.code, judged.reason.strip()
    if judged.judgement and judged.judgement not in EligibilityJudgement.values:
        raise Refusal("Välj en av bedömningarna.", field=f"{code}-judgement")
    if judged.judgement and not reason:
        raise Refusal(f"{state.condition.label}: skriv skälen.", field=f"{code}-reason")
    if not judged.judgement and (reason or state.condition.needs_judgement):
        if not reason and state.check is None:
            return False
        raise Refusal(f"{state.condition.label}: välj en bedömning.", field=f"{code}-judgement")
    before = state.check
    same = (judged.judgement, reason, state.condition.result)
    if before is not None and (before.judgement, before.reason, before.result) == same:
        return False
    EligibilityCheck.objects.update_or_create(
        application=application,
        item=code,
        defaults={
            "result": state.condition.result,
            "found": state.condition.found[:500],
            "judgement": judged.judgement,
            "reason": reason,
            "judged_by": actor,
            "judged_at": timezone.now(),
        },
    )
    return True
