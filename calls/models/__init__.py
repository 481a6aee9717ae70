"""Calls, what they rest on, the meetings about them, and those who follow them."""

from calls.models.basis import LegalBasis, LegalBasisQuerySet, Strategy, StrengthArea
from calls.models.call import Call, CallChange, CallContact, CallQuerySet, Criterion
from calls.models.content import (
    CallDocument,
    CallDocumentVersion,
    CallQuestion,
    Inquiry,
    Milestone,
    RequestedAttachment,
)
from calls.models.euro import EuroRate
from calls.models.meeting import Meeting, MeetingQuerySet, MeetingSeries
from calls.models.registration import Participation, ParticipationQuerySet, Registration
from calls.models.subscription import Subscription

__all__ = [
    "Call",
    "CallChange",
    "CallContact",
    "CallDocument",
    "CallDocumentVersion",
    "CallQuerySet",
    "CallQuestion",
    "Criterion",
    "EuroRate",
    "Inquiry",
    "LegalBasis",
    "LegalBasisQuerySet",
    "Meeting",
    "MeetingQuerySet",
    "MeetingSeries",
    "Milestone",
    "Participation",
    "ParticipationQuerySet",
    "Registration",
    "RequestedAttachment",
    "Strategy",
    "StrengthArea",
    "Subscription",
]
