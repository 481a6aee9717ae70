"""All that an officer writes in a call's form, as one value, so that the stored and the typed compare."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from calls.enums import DecisionTiming
from calls.models import Call, LegalBasis, StrengthArea
from calls.planned import PlannedDecision


@dataclass(frozen=True)
class ContactData:
    """Somebody to ask about a call; at least one of the three."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class CallContent:
    """Amounts in whole kronor, dates and moments inclusive. ``slug`` empty: made from the title."""

    title: str
    legal_basis: LegalBasis
    frame: int
    max_aid_percent: Decimal
    opens_at: datetime
    closes_at: datetime
    slug: str = ""
    headline: str = ""
    summary: str = ""
    text: str = ""
    who_may_apply: str = ""
    areas: Sequence[StrengthArea] = ()
    min_amount: int | None = None
    max_amount: int | None = None
    overhead_percent: int = 0
    planned: PlannedDecision = field(default_factory=PlannedDecision)
    earliest_start: date | None = None
    latest_end: date | None = None
    grant_months: int | None = None
    extension_possible: bool = False
    letters_required: bool = False
    contacts: Sequence[ContactData] = ()
    internal_notes: str = ""
    diary_prefix: str = "RUN"


#: The fields that are columns of the call under the same name; the others are rows or several columns.
COLUMNS: Final = (
    "title",
    "legal_basis",
    "frame",
    "max_aid_percent",
    "opens_at",
    "closes_at",
    "headline",
    "summary",
    "text",
    "who_may_apply",
    "min_amount",
    "max_amount",
    "overhead_percent",
    "earliest_start",
    "latest_end",
    "grant_months",
    "extension_possible",
    "letters_required",
    "internal_notes",
    "diary_prefix",
)


def content_of(call: Call) -> CallContent:
    """What is stored. Areas in the strategy's order, contacts in theirs."""
    return CallContent(
        **{name: getattr(call, name) for name in COLUMNS},
        slug=call.slug,
        areas=tuple(sorted(call.areas.all(), key=lambda area: (area.order, area.name))),
        planned=PlannedDecision(DecisionTiming(call.decision_timing), call.decision_on),
        contacts=tuple(
            ContactData(contact.name, contact.email, contact.phone) for contact in call.contacts.all()
        ),
    )
