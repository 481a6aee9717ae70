import pytest

from decisions.enums import DecisionAction, DecisionStatus
from decisions.models import Decision
from decisions.transitions import TRANSITIONS, allows, require
from s3portal.common.errors import Refusal

D, P, S = DecisionStatus.DRAFT, DecisionStatus.PROPOSED, DecisionStatus.SIGNED
NOT_SIGNED = "Beslutet är ett utkast. Det måste först vara undertecknat."
NOT_PROPOSED = "Beslutet är ett utkast och har inte skickats för underskrift."
WAITS = "Beslutet väntar på underskrift och går inte att ändra."
WAITS_FOR_SIGNATURE = "Beslutet väntar på underskrift. Det måste först vara undertecknat."
SIGNED = "Beslutet är undertecknat och kan inte ändras."

#: Every pair of status and action: what it leads to, or the sentence that refuses it.
EVERY_PAIR = {
    (D, DecisionAction.SAVE): D,
    (D, DecisionAction.DELETE): None,
    (D, DecisionAction.PROPOSE): P,
    (D, DecisionAction.RETURN): NOT_PROPOSED,
    (D, DecisionAction.SIGN): NOT_PROPOSED,
    (D, DecisionAction.EXPEDITE): NOT_SIGNED,
    (D, DecisionAction.PUBLISH): NOT_SIGNED,
    (D, DecisionAction.REPORT): NOT_SIGNED,
    (P, DecisionAction.SAVE): WAITS,
    (P, DecisionAction.DELETE): WAITS,
    (P, DecisionAction.PROPOSE): WAITS,
    (P, DecisionAction.RETURN): D,
    (P, DecisionAction.SIGN): S,
    (P, DecisionAction.EXPEDITE): WAITS_FOR_SIGNATURE,
    (P, DecisionAction.PUBLISH): WAITS_FOR_SIGNATURE,
    (P, DecisionAction.REPORT): WAITS_FOR_SIGNATURE,
    (S, DecisionAction.SAVE): SIGNED,
    (S, DecisionAction.DELETE): SIGNED,
    (S, DecisionAction.PROPOSE): SIGNED,
    (S, DecisionAction.RETURN): SIGNED,
    (S, DecisionAction.SIGN): "Beslutet är redan undertecknat.",
    (S, DecisionAction.EXPEDITE): S,
    (S, DecisionAction.PUBLISH): S,
    (S, DecisionAction.REPORT): S,
}


def test_every_pair_is_here():
    assert set(EVERY_PAIR) == {(status, action) for status in DecisionStatus for action in DecisionAction}


@pytest.mark.parametrize(("status", "action"), EVERY_PAIR)
def test_pair(status, action):
    expected = EVERY_PAIR[status, action]
    decision = Decision(status=status)
    if isinstance(expected, DecisionStatus) or expected is None:
        assert allows(status, action) is True
        require(decision, action)
        assert TRANSITIONS[status][action] == expected
    else:
        assert allows(status, action) is False
        with pytest.raises(Refusal, match=f"^{expected}$"):
            require(decision, action)
