"""What is shown of calls, areas and meetings. Everything here is public unless its name says otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.text import capfirst

from calls.addresses import call_address
from calls.enums import CallPhase, CallStatus, InquiryStatus, MeetingStatus
from calls.models import Call, CallDocument, CallQuerySet, Meeting, StrengthArea
from calls.queries.filters import LONG
from calls.queries.meetings import public_meetings
from calls.queries.timeline import call_timeline
from s3portal.common.swedish import format_datetime, format_day, format_kr, format_percent
from s3portal.common.uploads import FileType

INQUIRIES_PER_PAGE = 20
START_AT_OWN_RISK = "Den dag ansökan kommer in, på egen risk före beslutet"


# --- Calls ------------------------------------------------------------------------------------------------
def call_pages() -> CallQuerySet:
    """Every call, drafts too, with all that a call's page shows. The meetings are those anyone may see."""
    meetings = Meeting.objects.exclude(status=MeetingStatus.DRAFT).order_by("starts_at", "pk")
    documents = CallDocument.objects.filter(withdrawn_at__isnull=True).prefetch_related("versions")
    return (
        Call.objects.select_related("legal_basis")
        .defer("search", "internal_notes")
        .prefetch_related(
            "areas",
            "contacts",
            "criteria",
            "questions__shown_if",
            "requested_attachments",
            "milestones",
            "changes",
            Prefetch("documents", queryset=documents),
            Prefetch("meetings", queryset=meetings),
        )
    )


def public_call_pages() -> CallQuerySet:
    """Published calls with all that a call's page shows."""
    return call_pages().public()


def call_page_context(call: Call, *, page: Any = 1, now: datetime | None = None) -> dict[str, Any]:
    """All that ``calls/call_detail.html`` shows of a call of ``call_pages``, as it stands at ``now``.

    For a draft too, so that officers see what will be published. ``page`` is that of the questions and
    answers. One moment for the whole page: it must not say open in one place and closed in another."""
    moment = now or timezone.now()
    phase = call.phase(now=moment)
    meetings = list(call.meetings.all())
    held = [meeting for meeting in meetings if meeting.status == MeetingStatus.PUBLISHED]
    answered = call.inquiries.filter(status=InquiryStatus.ANSWERED).order_by("-asked_at", "-pk")
    return {
        "call": call,
        "now": moment,
        "phase": phase,
        "is_open": phase == CallPhase.OPEN,
        "is_coming": phase == CallPhase.COMING,
        "may_apply": call.takes_applications(now=moment),
        "may_ask": call.status == CallStatus.PUBLISHED and phase != CallPhase.CLOSED,
        "facts": call_facts(call, now=moment),
        "steps": call_timeline(call, meetings=held, now=moment),
        "meetings": meetings,
        "documents": [shown for shown in map(_shown_document, call.documents.all()) if shown],
        "changes": list(call.changes.all()),
        "inquiries": Paginator(answered, INQUIRIES_PER_PAGE).get_page(page),
        "address": call_address(call),
        #: The view of what is public fills this in; a draft is nothing for search engines.
        "structured": "",
    }


@dataclass(frozen=True)
class ShownVersion:
    """One version of a document; ``kind`` as in "Pdf" or "Word (docx)", ``size`` in bytes."""

    pk: int
    number: int
    kind: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True)
class ShownDocument:
    """A document with its newest version and those before it, newest first."""

    title: str
    newest: ShownVersion
    older: list[ShownVersion]


_KINDS = {kind.content_type: capfirst(kind.label) for kind in FileType}


def _shown_document(document: CallDocument) -> ShownDocument | None:
    versions = [
        ShownVersion(
            version.pk,
            version.number,
            _KINDS.get(version.content_type, "Fil"),
            version.size,
            version.uploaded_at,
        )
        for version in document.versions.all()
    ]
    return ShownDocument(document.title, versions[0], versions[1:]) if versions else None


def all_calls() -> CallQuerySet:
    """Every call, drafts too: for the region's own people."""
    return Call.objects.select_related("legal_basis").order_by("-closes_at", "-pk")


@dataclass(frozen=True)
class Fact:
    """One line of a panel of facts, as ``components/facts.html`` wants it."""

    label: str
    value: str
    note: str = ""
    figure: bool = False


def call_facts(call: Call, *, now: datetime | None = None) -> list[Fact]:
    """What an applicant asks first. What the call does not say is left out."""
    coming = call.phase(now=now) == CallPhase.COMING
    overhead = format_percent(call.overhead_percent) if call.overhead_percent else ""
    extension = "Möjlig efter utvärdering" if call.extension_possible and not call.grant_months else ""
    letters = "Bekräftad medfinansiering styrks med brev" if call.letters_required else ""
    lines = [
        ("Öppnar", format_datetime(call.opens_at) if coming else ""),
        ("Sista ansökningsdag", format_datetime(call.closes_at)),
        ("Belopp per ansökan", _amounts(call)),
        ("Stödnivå", f"Högst {format_percent(call.max_aid_percent)} av kostnaderna"),
        ("Indirekta kostnader", f"Schablon {overhead} av personalkostnaden" if overhead else ""),
        ("Medfinansiering", letters),
        ("Tidigaste start", format_day(call.earliest_start) if call.earliest_start else START_AT_OWN_RISK),
        ("Senaste slut", format_day(call.latest_end) if call.latest_end else ""),
        ("Stödperiod", call.grant_period),
        ("Förlängning", extension),
        ("Vem kan söka", call.who_may_apply),
        ("Planerat beslut", capfirst(call.decision_planned)),
        ("Rättslig grund", call.legal_basis.name),
    ]
    frame = Fact("Ram", format_kr(call.frame), figure=True)
    return [frame, *(Fact(label, text) for label, text in lines if text)]


def _amounts(call: Call) -> str:
    """As in "Lägst 100 000 kr, högst 500 000 kr"; empty when the call has no limits."""
    lowest = f"lägst {format_kr(call.min_amount)}" if call.min_amount is not None else ""
    highest = f"högst {format_kr(call.max_amount)}" if call.max_amount is not None else ""
    return capfirst(", ".join(filter(None, (lowest, highest))))


# --- Areas ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class AreaPage:
    calls: list[Call]
    coming: list[Meeting]
    past: list[Meeting]


def area_page(area: StrengthArea, *, most: int = 10) -> AreaPage:
    """The newest published calls for the area, and the meetings about it."""
    meetings = public_meetings().filter(area=area)
    return AreaPage(
        calls=list(
            area.calls.public().defer(*LONG).prefetch_related("areas").order_by("-closes_at", "-pk")[:most]
        ),
        coming=list(meetings.coming()[:most]),
        past=list(meetings.past()[:most]),
    )


# --- Meetings ---------------------------------------------------------------------------------------------
def meeting_facts(meeting: Meeting) -> list[Fact]:
    facts = [Fact("Tid", meeting.when_html)]
    if meeting.place:
        facts.append(Fact("Plats", meeting.place))
    if meeting.area:
        facts.append(Fact("Styrkeområde", meeting.area.name))
    if meeting.ends_at >= timezone.now():
        facts.append(Fact("Anmälan", meeting.registration_words))
    return facts
