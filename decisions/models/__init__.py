from decisions.models.annex import MeetingAnnex
from decisions.models.appeal import Appeal, PartyReceipt
from decisions.models.batch import BatchItem, BatchStep, DecisionBatch
from decisions.models.comment import CommentThread, DraftComment
from decisions.models.committee import (
    Committee,
    CommitteeMeeting,
    CommitteeMember,
    DecisionReading,
    DecisionReport,
)
from decisions.models.considered import SecrecyReview
from decisions.models.decision import Decision
from decisions.models.delegation import Delegate, DelegationClause, DelegationOrder
from decisions.models.dispatch import Addressee, DecisionOpening, Dispatch, DispatchStep
from decisions.models.held import HeldBack
from decisions.models.impartiality import DecisionDeclaration
from decisions.models.issued import DecisionDocument, Expedition, Publication
from decisions.models.masked import MaskedDocument
from decisions.models.notice import BoardNotice, NoticeProof
from decisions.models.parts import BasisDocument, DecisionPoint, ExtractRecipient
from decisions.models.phrase import StandardPhrase, StandardPhraseVersion
from decisions.models.question import MemberAnswer, MemberQuestion
from decisions.models.version import DecisionVersion, DraftReading
from decisions.models.words import DecisionWords

__all__ = [
    "Addressee",
    "Appeal",
    "BasisDocument",
    "BatchItem",
    "BatchStep",
    "BoardNotice",
    "CommentThread",
    "Committee",
    "CommitteeMeeting",
    "CommitteeMember",
    "Decision",
    "DecisionBatch",
    "DecisionDeclaration",
    "DecisionDocument",
    "DecisionOpening",
    "DecisionPoint",
    "DecisionReading",
    "DecisionReport",
    "DecisionVersion",
    "DecisionWords",
    "Delegate",
    "DelegationClause",
    "DelegationOrder",
    "Dispatch",
    "DispatchStep",
    "DraftComment",
    "DraftReading",
    "Expedition",
    "ExtractRecipient",
    "HeldBack",
    "MaskedDocument",
    "MeetingAnnex",
    "MemberAnswer",
    "MemberQuestion",
    "NoticeProof",
    "PartyReceipt",
    "Publication",
    "SecrecyReview",
    "StandardPhrase",
    "StandardPhraseVersion",
]
