"""Which step may follow which in a decision's life. Only the services move a decision along it."""

from collections.abc import Mapping

from decisions.enums import DecisionAction, DecisionStatus
from decisions.models import Decision
from s3portal.common.errors import Refusal

#: What each action leads to; None: the decision is gone. A pair that is not here is refused.
#: Sending out, publishing and reporting are rows of their own, so a signed decision stays signed.
TRANSITIONS: Mapping[DecisionStatus, Mapping[DecisionAction, DecisionStatus | None]] = {
    DecisionStatus.DRAFT: {
        DecisionAction.SAVE: DecisionStatus.DRAFT,
        DecisionAction.DELETE: None,
        DecisionAction.PROPOSE: DecisionStatus.PROPOSED,
    },
    DecisionStatus.PROPOSED: {
        DecisionAction.RETURN: DecisionStatus.DRAFT,
        DecisionAction.SIGN: DecisionStatus.SIGNED,
    },
    DecisionStatus.SIGNED: {
        DecisionAction.EXPEDITE: DecisionStatus.SIGNED,
        DecisionAction.PUBLISH: DecisionStatus.SIGNED,
        DecisionAction.REPORT: DecisionStatus.SIGNED,
    },
}

_WHY_NOT = {
    DecisionStatus.DRAFT: "Beslutet är ett utkast. Det måste först vara undertecknat.",
    DecisionStatus.PROPOSED: "Beslutet väntar på underskrift och går inte att ändra.",
    DecisionStatus.SIGNED: "Beslutet är undertecknat och kan inte ändras.",
}
_NOT_PROPOSED = "Beslutet är ett utkast och har inte skickats för underskrift."


def allows(status: str, action: DecisionAction) -> bool:
    return action in TRANSITIONS[DecisionStatus(status)]


def require(decision: Decision, action: DecisionAction) -> None:
    """Raises Refusal when ``action`` may not be taken on the decision as it stands."""
    status = DecisionStatus(decision.status)
    if allows(status, action):
        return
    if status == DecisionStatus.DRAFT and action in (DecisionAction.RETURN, DecisionAction.SIGN):
        raise Refusal(_NOT_PROPOSED)
    if status == DecisionStatus.PROPOSED and action in TRANSITIONS[DecisionStatus.SIGNED]:
        raise Refusal("Beslutet väntar på underskrift. Det måste först vara undertecknat.")
    if status == DecisionStatus.SIGNED and action == DecisionAction.SIGN:
        raise Refusal("Beslutet är redan undertecknat.")
    raise Refusal(_WHY_NOT[status])
