"""Calls as the region's own people look for them, and one call's own page."""

from dataclasses import dataclass

from django.db.models import Q

from calls.enums import CallPhase, CallStatus, InquiryStatus
from calls.models import Call, CallChange, CallQuerySet
from calls.readiness import Check, call_checks, missing
from s3portal.audit.models import Event

MOST_EVENTS = 20


def officer_calls(*, text: str = "", status: str = "") -> CallQuerySet:
    """Every call, drafts too. ``status``: a ``CallPhase``, "draft" or "concluded"; empty for all."""
    calls = Call.objects.select_related("legal_basis").defer("text", "search", "internal_notes")
    if text:
        calls = calls.filter(Q(pk__in=Call.objects.search(text)) | Q(title__icontains=text))
    if status in CallPhase.values:
        calls = calls.in_phase(CallPhase(status))
    elif status in (CallStatus.DRAFT, CallStatus.CONCLUDED):
        calls = calls.filter(status=status)
    return calls.order_by("-closes_at", "-pk")


def officer_pages() -> CallQuerySet:
    """Calls with all that the officer's page and the checks before publishing read."""
    return Call.objects.select_related("legal_basis").prefetch_related(
        "areas", "contacts", "criteria", "questions", "requested_attachments", "milestones", "documents"
    )


@dataclass(frozen=True)
class OfficerPage:
    """``checks`` of a draft only; ``lacking`` those of them that do not hold."""

    checks: list[Check]
    lacking: list[Check]
    changes: list[CallChange]
    events: list[Event]
    waiting: int


def officer_page(call: Call) -> OfficerPage:
    """What stands beside the call on its own page; ``call`` from ``officer_pages``."""
    checks = call_checks(call) if call.status == CallStatus.DRAFT else []
    return OfficerPage(
        checks=checks,
        lacking=missing(checks),
        changes=list(call.changes.all()[:MOST_EVENTS]),
        events=list(Event.objects.about(call._meta.label_lower, call.pk)[:MOST_EVENTS]),
        waiting=call.inquiries.filter(status=InquiryStatus.WAITING).count(),
    )
