"""Entering what calls, areas and meetings are. Each function brings a row to what it is told and says whether
that changed anything, so entering the same twice is harmless."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import models, transaction

from calls.consistency import (
    WEIGHTS,
    require_basis,
    require_in_order,
    require_one_strategy,
    weights_agree,
)
from calls.content import ContactData
from calls.enums import AppealRule, Attendance, CallStatus, MeetingKind, RegistrationRule
from calls.models import (
    Call,
    Criterion,
    EuroRate,
    LegalBasis,
    Meeting,
    MeetingSeries,
    Strategy,
    StrengthArea,
)
from calls.planned import PlannedDecision
from calls.services.parts import set_areas, set_contacts
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_day, in_stockholm
from s3portal.common.upsert import Outcome, upsert

END_BEFORE_START = "Slutet ligger före början."


def _note(actor: User | None, obj: models.Model, outcome: Outcome, what: str) -> None:
    if outcome is not Outcome.UNCHANGED:
        done = "inlagd" if outcome is Outcome.CREATED else "ändrad"
        record_event(
            actor=actor,
            action=f"{obj._meta.model_name}_{outcome.value}",
            obj=obj,
            text=f"{what} {done}: {obj}",
        )


@transaction.atomic
def save_strategy(
    *, actor: User | None, name: str, first_year: int, last_year: int
) -> tuple[Strategy, Outcome]:
    """A strategy by its name. Years are inclusive."""
    if last_year < first_year:
        raise Refusal(END_BEFORE_START, field="last_year")
    strategy, outcome = upsert(
        Strategy, key={"name": name}, values={"first_year": first_year, "last_year": last_year}
    )
    _note(actor, strategy, outcome, "Strategi")
    return strategy, outcome


@transaction.atomic
def save_area(
    *,
    actor: User | None,
    strategy: Strategy,
    slug: str,
    name: str,
    summary: str,
    text: str,
    color: str,
    icon: str,
    order: int,
) -> tuple[StrengthArea, Outcome]:
    """A strength area by its address."""
    values = {
        "strategy": strategy,
        "name": name,
        "summary": summary,
        "text": text,
        "color": color,
        "icon": icon,
        "order": order,
    }
    area, outcome = upsert(StrengthArea, key={"slug": slug}, values=values)
    _note(actor, area, outcome, "Styrkeområde")
    return area, outcome


@transaction.atomic
def save_legal_basis(
    *,
    actor: User | None,
    code: str,
    name: str,
    valid_from: date,
    valid_to: date | None,
    appeal_rule: AppealRule,
    max_aid_percent: Decimal | None,
    state_aid_allowed: bool,
    publication_consent_required: bool,
    source: str,
    apply_before_start: bool = False,
    de_minimis_ceiling_eur: int | None = None,
    plain_words: str = "",
) -> tuple[LegalBasis, Outcome]:
    """A legal basis by its code and first day. Raises Refusal when two of one code hold on one day."""
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("Slutdatumet ligger före startdatumet.", field="valid_to")
    # The rows of a code are locked, so that two who enter neighbours at once see each other.
    others = (
        LegalBasis.objects.select_for_update(of=("self",)).filter(code=code).exclude(valid_from=valid_from)
    )
    for other in others:
        if other.valid_from <= (valid_to or date.max) and valid_from <= (other.valid_to or date.max):
            raise Refusal(
                f"En annan rad för {code} gäller från {format_day(other.valid_from)}, under samma tid.",
                field="valid_from",
            )
    basis, outcome = upsert(
        LegalBasis,
        key={"code": code, "valid_from": valid_from},
        values={
            "name": name,
            "valid_to": valid_to,
            "appeal_rule": appeal_rule,
            "max_aid_percent": max_aid_percent,
            "state_aid_allowed": state_aid_allowed,
            "publication_consent_required": publication_consent_required,
            "apply_before_start": apply_before_start,
            "de_minimis_ceiling_eur": de_minimis_ceiling_eur,
            "plain_words": plain_words,
            "source": source,
        },
    )
    _note(actor, basis, outcome, "Rättslig grund")
    return basis, outcome


@transaction.atomic
def save_euro_rate(
    *, actor: User | None, valid_from: date, sek_per_euro: Decimal, source: str
) -> tuple[EuroRate, Outcome]:
    """What a euro costs in kronor from a day on."""
    rate, outcome = upsert(
        EuroRate, key={"valid_from": valid_from}, values={"sek_per_euro": sek_per_euro, "source": source}
    )
    _note(actor, rate, outcome, "Eurokurs")
    return rate, outcome


@dataclass(frozen=True)
class CriterionData:
    """A criterion of a call, in the order given; ``weight`` in percent."""

    title: str
    text: str
    weight: int | None = None
    max_score: int = 5


@dataclass(frozen=True)
class CallEntry:
    """A call as a file tells of it. Amounts in kronor, moments and days inclusive. ``areas`` are addresses;
    ``legal_basis`` is a code: the row that holds on the day the call opens is taken."""

    slug: str
    title: str
    headline: str
    summary: str
    text: str
    who_may_apply: str
    areas: Sequence[str]
    legal_basis: str
    frame: int
    min_amount: int | None
    max_amount: int | None
    max_aid_percent: Decimal
    overhead_percent: int
    opens_at: datetime
    closes_at: datetime
    decision_planned: PlannedDecision
    earliest_start: date | None
    latest_end: date | None
    grant_months: int | None
    extension_possible: bool
    letters_required: bool
    status: CallStatus
    published_at: datetime | None
    contacts: Sequence[ContactData]
    diary_prefix: str
    criteria: Sequence[CriterionData]


#: What a file says in the call's own columns, under the same names.
_SAME: Final = (
    "title", "headline", "summary", "text", "who_may_apply", "frame", "min_amount", "max_amount",
    "max_aid_percent", "overhead_percent", "opens_at", "closes_at", "earliest_start", "latest_end",
    "grant_months", "extension_possible", "letters_required", "status", "diary_prefix",
)  # fmt: skip


@transaction.atomic
def save_call(*, actor: User | None, entry: CallEntry) -> tuple[Call, Outcome]:
    """A call by its address, with its areas, contacts and criteria. Raises Refusal for what is not there, for
    what is out of order, and for a share above what the legal basis allows."""
    basis = _basis_on(entry.legal_basis, in_stockholm(entry.opens_at).date())
    areas = [_area(slug) for slug in entry.areas]
    _require_agreement(entry, basis, areas)
    draft = entry.status == CallStatus.DRAFT
    call, outcome = upsert(
        Call,
        key={"slug": entry.slug},
        values={
            **{name: getattr(entry, name) for name in _SAME},
            "legal_basis": basis,
            "decision_timing": entry.decision_planned.timing,
            "decision_on": entry.decision_planned.on,
            "published_at": None if draft else entry.published_at or entry.opens_at,
        },
    )
    outcome |= set_areas(call, areas)
    outcome |= set_contacts(call, entry.contacts)
    outcome |= _set_criteria(call, entry.criteria)
    _note(actor, call, outcome, "Utlysning")
    return call, outcome


def _require_agreement(entry: CallEntry, basis: LegalBasis, areas: Sequence[StrengthArea]) -> None:
    require_in_order(
        opens_at=entry.opens_at,
        closes_at=entry.closes_at,
        min_amount=entry.min_amount,
        max_amount=entry.max_amount,
        earliest_start=entry.earliest_start,
        latest_end=entry.latest_end,
    )
    if not weights_agree([criterion.weight for criterion in entry.criteria]):
        raise Refusal(WEIGHTS, field="criteria")
    require_basis(basis, opens_at=entry.opens_at, max_aid_percent=entry.max_aid_percent)
    require_one_strategy(areas)


def _basis_on(code: str, day: date) -> LegalBasis:
    basis = LegalBasis.objects.filter(code=code).valid_on(day).first()
    if basis is None:
        raise Refusal(f"Ingen rättslig grund ”{code}” gäller {format_day(day)}.", field="legal_basis")
    return basis


def _area(slug: str, field: str = "areas") -> StrengthArea:
    area = StrengthArea.objects.filter(slug=slug).first()
    if area is None:
        raise Refusal(f"Styrkeområdet ”{slug}” finns inte.", field=field)
    return area


def _set_criteria(call: Call, criteria: Sequence[CriterionData]) -> Outcome:
    outcome = Outcome.UNCHANGED
    for order, criterion in enumerate(criteria, start=1):
        values: dict[str, Any] = {
            "title": criterion.title,
            "text": criterion.text,
            "weight": criterion.weight,
            "max_score": criterion.max_score,
        }
        _row, one = upsert(Criterion, key={"call": call, "order": order}, values=values)
        outcome |= one
    if call.criteria.filter(order__gt=len(criteria)).delete()[0]:
        outcome |= Outcome.UPDATED
    return outcome


@transaction.atomic
def save_series(*, actor: User | None, slug: str, title: str, text: str) -> tuple[MeetingSeries, Outcome]:
    """A series of meetings by its address."""
    series, outcome = upsert(MeetingSeries, key={"slug": slug}, values={"title": title, "text": text})
    _note(actor, series, outcome, "Mötesserie")
    return series, outcome


@transaction.atomic
def save_meeting(
    *,
    actor: User | None,
    import_key: str,
    kind: MeetingKind,
    title: str,
    text: str,
    series: str,
    call: str,
    area: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    link: str,
    dial_in_number: str,
    conference_id: str,
    video_address: str,
    video_id: str,
    programme: str,
    registration: RegistrationRule,
    registration_email: str,
    room_full: bool,
    attendance: Attendance,
    capacity: int | None,
    meals: str,
) -> tuple[Meeting, Outcome]:
    """A meeting by its key. ``series``, ``call`` and ``area`` are addresses, or empty."""
    if ends_at <= starts_at:
        raise Refusal("Mötet slutar innan det börjar.", field="ends_at")
    found_series = MeetingSeries.objects.filter(slug=series).first()
    if series and found_series is None:
        raise Refusal(f"Mötesserien ”{series}” finns inte.", field="series")
    found_call = Call.objects.filter(slug=call).first()
    if call and found_call is None:
        raise Refusal(f"Utlysningen ”{call}” finns inte.", field="call")
    meeting, outcome = upsert(
        Meeting,
        key={"import_key": import_key},
        values={
            "kind": kind,
            "title": title,
            "text": text,
            "series": found_series,
            "call": found_call,
            "area": _area(area, field="area") if area else None,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "place": place,
            "link": link,
            "dial_in_number": dial_in_number,
            "conference_id": conference_id,
            "video_address": video_address,
            "video_id": video_id,
            "programme": programme,
            "registration": registration,
            "registration_email": registration_email,
            "room_full": room_full,
            "attendance": attendance,
            "capacity": capacity,
            "meals": meals,
        },
    )
    _note(actor, meeting, outcome, "Möte")
    return meeting, outcome
