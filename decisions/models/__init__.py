from decisions.models.committee import (
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    DecisionReading,
    DecisionReport,
)
from decisions.models.decision import (
    BasisDocument,
    Decision,
    DecisionDocument,
    DecisionPoint,
    Expedition,
    ExtractRecipient,
    Publication,
)
from decisions.models.delegation import Delegate, DelegationClause, DelegationOrder

__all__ = [
    "BasisDocument",
    "Committee",
    "CommitteeMeeting",
    "CommitteeMember",
    "Decision",
    "DecisionDocument",
    "DecisionPoint",
    "DecisionReading",
    "DecisionReport",
    "Delegate",
    "DelegationClause",
    "DelegationOrder",
    "Expedition",
    "ExtractRecipient",
    "Publication",
]
