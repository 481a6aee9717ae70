"""Every status of a call with everything one can do to it."""

from itertools import product

import pytest

from calls.enums import CallAction, CallStatus
from calls.transitions import ALLOWED, allowed, require
from s3portal.common.errors import Refusal

AFTER = {
    ("draft", "save"): "draft",
    ("draft", "delete"): None,
    ("draft", "publish"): "published",
    ("published", "save"): "published",
    ("published", "conclude"): "concluded",
}


@pytest.mark.parametrize(("status", "action"), list(product(CallStatus, CallAction)))
def test_each_step_in_each_status(status, action):
    pair = (status.value, action.value)
    assert allowed(status, action) == (pair in AFTER)
    if pair in AFTER:
        assert require(status.value, action) == AFTER[pair]
    else:
        with pytest.raises(Refusal) as refused:
            require(status.value, action)
        assert refused.value.message.startswith("Utlysningen är ")


def test_nothing_leads_back_to_a_draft():
    assert {status for (status, _action), after in ALLOWED.items() if after == CallStatus.DRAFT} == {
        CallStatus.DRAFT
    }
