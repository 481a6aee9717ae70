"""Every status with every action."""

from itertools import product

import pytest

from applications.enums import ApplicationAction as Action
from applications.enums import ApplicationStatus as Status
from applications.transitions import ALLOWED, allowed, require, status_after
from s3portal.common.errors import Refusal

EXPECTED = {
    (Status.DRAFT, Action.SAVE): Status.DRAFT,
    (Status.DRAFT, Action.DISCARD): Status.DISCARDED,
    (Status.DISCARDED, Action.RESTORE): Status.DRAFT,
    (Status.DRAFT, Action.DELETE): None,
    (Status.SUBMITTED, Action.REPLACE): Status.REPLACED,
    (Status.WITHDRAWN, Action.REPLACE): Status.REPLACED,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Action.ASK): Status.SUPPLEMENT,
    (Status.SUBMITTED, Action.ASSESS): Status.ASSESSED,
    (Status.ASSESSED, Action.REVIEW_AGAIN): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.POSTPONE): Status.SUPPLEMENT,
    (Status.SUPPLEMENT, Action.ANSWER): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.STOP_ASKING): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.CHANGING, Action.SAVE): Status.CHANGING,
    (Status.CHANGING, Action.LAY_ASIDE): Status.DISCARDED,
    (Status.ASSESSED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ASSESSED, Action.GRANT): Status.GRANTED,
    (Status.ASSESSED, Action.REJECT): Status.REJECTED,
    (Status.SUBMITTED, Action.DISMISS): Status.DISMISSED,
    (Status.ASSESSED, Action.DISMISS): Status.DISMISSED,
    (Status.GRANTED, Action.REOPEN): Status.ASSESSED,
    (Status.REJECTED, Action.REOPEN): Status.ASSESSED,
    (Status.DISMISSED, Action.REOPEN): Status.SUBMITTED,
}
SENTENCES = {
    Action.SAVE: "Ansökan är inskickad och kan inte ändras.",
    Action.DISCARD: "Ansökan är inskickad och kan inte tas bort. Ni kan återkalla den.",
    Action.RESTORE: "Bara ett borttaget utkast kan återställas.",
    Action.DELETE: "Bara ett utkast kan tas bort.",
    Action.REPLACE: "Ansökan granskas eller är avgjord och kan inte bytas mot en ny. Tala med handläggaren.",
    Action.SUBMIT: "Ansökan är redan inskickad.",
    Action.WITHDRAW: "Bara en inskickad ansökan som väntar på beslut kan återkallas.",
    Action.ASK: "Bara en inkommen ansökan som varken är granskad eller redan kompletteras kan kompletteras.",
    Action.POSTPONE: "Ingen komplettering väntar på svar.",
    Action.LAY_ASIDE: "Kompletteringen skrivs inte längre.",
    Action.ANSWER: "Ingen komplettering väntar på svar.",
    Action.STOP_ASKING: "Ingen komplettering väntar på svar.",
    Action.ASSESS: "Bara en inkommen ansökan som inte kompletteras kan markeras som granskad.",
    Action.REVIEW_AGAIN: "Bara en granskad ansökan som väntar på beslut kan granskas igen.",
    Action.GRANT: "Bara en granskad ansökan kan beviljas.",
    Action.REJECT: "Bara en granskad ansökan kan avslås.",
    Action.DISMISS: "Bara en inkommen ansökan som varken kompletteras eller är avgjord kan avvisas.",
    Action.REOPEN: "Bara en avgjord ansökan kan prövas igen.",
}


@pytest.mark.parametrize(("status", "action"), list(product(Status, Action)))
def test_every_pair(status, action):
    if (status, action) in EXPECTED:
        assert allowed(status, action)
        assert require(status.value, action) == EXPECTED[status, action]
    else:
        assert not allowed(status, action)
        with pytest.raises(Refusal) as refused:
            require(status.value, action)
        assert refused.value.message == SENTENCES[action]


def test_the_table_holds_nothing_else():
    assert ALLOWED == EXPECTED


def test_removing_leaves_no_status():
    with pytest.raises(ValueError, match="nothing behind"):
        status_after(Status.DRAFT, Action.DELETE)
