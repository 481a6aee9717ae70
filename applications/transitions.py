"""Which step may follow which status (architecture: Life cycles). The one place that says so."""

from typing import Final

from applications.enums import ApplicationAction as Action
from applications.enums import ApplicationStatus as Status
from applications.enums import AssessmentAction, AssessmentStatus
from s3portal.common.errors import Refusal

#: (status, action) → the status after it; None when the row is gone. What is not here is refused.
ALLOWED: Final[dict[tuple[Status, Action], Status | None]] = {
    (Status.DRAFT, Action.SAVE): Status.DRAFT,
    (Status.DRAFT, Action.DISCARD): Status.DISCARDED,
    (Status.DISCARDED, Action.RESTORE): Status.DRAFT,
    (Status.DRAFT, Action.DELETE): None,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Action.REPLACE): Status.REPLACED,
    (Status.WITHDRAWN, Action.REPLACE): Status.REPLACED,
    (Status.SUBMITTED, Action.ASK): Status.SUPPLEMENT,
    (Status.SUBMITTED, Action.ASSESS): Status.ASSESSED,
    # A judgement was wrong, or something new has come: no decision is signed before it is gone through anew.
    (Status.ASSESSED, Action.REVIEW_AGAIN): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.POSTPONE): Status.SUPPLEMENT,
    (Status.SUPPLEMENT, Action.ANSWER): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.STOP_ASKING): Status.SUBMITTED,
    (Status.SUPPLEMENT, Action.WITHDRAW): Status.WITHDRAWN,
    # The copy that the applicant writes a supplement in.
    (Status.CHANGING, Action.SAVE): Status.CHANGING,
    (Status.CHANGING, Action.LAY_ASIDE): Status.DISCARDED,
    (Status.ASSESSED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ASSESSED, Action.GRANT): Status.GRANTED,
    (Status.ASSESSED, Action.REJECT): Status.REJECTED,
    # What is dismissed is not tried, and so need not be assessed.
    (Status.SUBMITTED, Action.DISMISS): Status.DISMISSED,
    (Status.ASSESSED, Action.DISMISS): Status.DISMISSED,
    # The decision was revoked, or annulled by a court.
    (Status.GRANTED, Action.REOPEN): Status.ASSESSED,
    (Status.REJECTED, Action.REOPEN): Status.ASSESSED,
    (Status.DISMISSED, Action.REOPEN): Status.SUBMITTED,
}

_REFUSALS: Final[dict[Action, str]] = {
    Action.SAVE: "Ansökan är inskickad och kan inte ändras.",
    Action.DISCARD: "Ansökan är inskickad och kan inte tas bort. Ni kan återkalla den.",
    Action.RESTORE: "Bara ett borttaget utkast kan återställas.",
    Action.DELETE: "Bara ett utkast kan tas bort.",
    Action.REPLACE: "Ansökan granskas eller är avgjord och kan inte bytas mot en ny. Tala med handläggaren.",
    Action.SUBMIT: "Ansökan är redan inskickad.",
    Action.WITHDRAW: "Bara en inskickad ansökan som väntar på beslut kan återkallas.",
    Action.ASK: "Bara en inkommen ansökan som varken är granskad eller redan kompletteras kan kompletteras.",
    Action.POSTPONE: "Ingen komplettering väntar på svar.",
    Action.ANSWER: "Ingen komplettering väntar på svar.",
    Action.STOP_ASKING: "Ingen komplettering väntar på svar.",
    Action.LAY_ASIDE: "Kompletteringen skrivs inte längre.",
    Action.ASSESS: "Bara en inkommen ansökan som inte kompletteras kan markeras som granskad.",
    Action.REVIEW_AGAIN: "Bara en granskad ansökan som väntar på beslut kan granskas igen.",
    Action.GRANT: "Bara en granskad ansökan kan beviljas.",
    Action.REJECT: "Bara en granskad ansökan kan avslås.",
    Action.DISMISS: "Bara en inkommen ansökan som varken kompletteras eller är avgjord kan avvisas.",
    Action.REOPEN: "Bara en avgjord ansökan kan prövas igen.",
}


def allowed(status: str, action: Action) -> bool:
    return (Status(status), action) in ALLOWED


def status_after(status: str, action: Action) -> Status:
    """The status that ``action`` leads to. Raises Refusal when it may not be taken now."""
    after = require(status, action)
    if after is None:
        raise ValueError(f"{action} leaves nothing behind")
    return after


def require(status: str, action: Action) -> Status | None:
    """As ``status_after``, also for the step that removes the row."""
    if not allowed(status, action):
        raise Refusal(_REFUSALS[action])
    return ALLOWED[Status(status), action]


# --- Assessments ------------------------------------------------------------------------------------------
#: (status, action) → the status after it. What is not here is refused.
ASSESSMENT_ALLOWED: Final[dict[tuple[AssessmentStatus, AssessmentAction], AssessmentStatus]] = {
    (AssessmentStatus.DRAFT, AssessmentAction.SAVE): AssessmentStatus.DRAFT,
    (AssessmentStatus.DRAFT, AssessmentAction.SUBMIT): AssessmentStatus.SUBMITTED,
    (AssessmentStatus.DRAFT, AssessmentAction.ABSTAIN): AssessmentStatus.ABSTAINED,
    (AssessmentStatus.DRAFT, AssessmentAction.RECUSE): AssessmentStatus.RECUSED,
    (AssessmentStatus.SUBMITTED, AssessmentAction.REOPEN): AssessmentStatus.DRAFT,
    (AssessmentStatus.SUBMITTED, AssessmentAction.RECUSE): AssessmentStatus.RECUSED,
    (AssessmentStatus.ABSTAINED, AssessmentAction.REOPEN): AssessmentStatus.DRAFT,
    (AssessmentStatus.ABSTAINED, AssessmentAction.RECUSE): AssessmentStatus.RECUSED,
    (AssessmentStatus.RECUSED, AssessmentAction.REOPEN): AssessmentStatus.DRAFT,
}

_ASSESSMENT_REFUSALS: Final[dict[AssessmentAction, str]] = {
    AssessmentAction.SAVE: "Bedömningen är lämnad och kan inte ändras. En handläggare kan öppna den igen.",
    AssessmentAction.SUBMIT: "Bedömningen är redan lämnad.",
    AssessmentAction.ABSTAIN: "Bedömningen är redan lämnad. En handläggare kan öppna den igen.",
    AssessmentAction.REOPEN: "Bedömningen är inte lämnad.",
    AssessmentAction.RECUSE: "Jäv är redan anmält.",
}


def assessment_allows(status: str, action: AssessmentAction) -> bool:
    return (AssessmentStatus(status), action) in ASSESSMENT_ALLOWED


def assessment_after(status: str, action: AssessmentAction) -> AssessmentStatus:
    """The status that ``action`` leads to. Raises Refusal when it may not be taken now."""
    if not assessment_allows(status, action):
        raise Refusal(_ASSESSMENT_REFUSALS[action])
    return ASSESSMENT_ALLOWED[AssessmentStatus(status), action]
