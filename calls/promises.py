"""What a published call has promised. Somebody may have begun an application on the strength of it.

From publishing on the deadline only moves later. From opening on the terms only become wider, and from the
first received application on they stand still, so that all apply on the same ones. What is not named here may
be changed, and the public is told.
"""

from datetime import datetime
from typing import Any, Final

from calls.consistency import ends_before_closing
from calls.content import CallContent
from calls.models import Call
from s3portal.common.errors import Refusal
from s3portal.common.swedish import format_datetime

#: The terms that an application is worked out from.
TERMS: Final = {
    "legal_basis": "den rättsliga grunden",
    "min_amount": "det lägsta beloppet",
    "max_amount": "det högsta beloppet",
    "max_aid_percent": "stödnivån",
    "overhead_percent": "schablonen för indirekta kostnader",
    "earliest_start": "den tidigaste starten",
    "latest_end": "det senaste slutet",
}


def require_kept(call: Call, before: CallContent, after: CallContent, *, now: datetime) -> None:
    """Raises Refusal, with the reason, when ``after`` takes back what the published call promised."""
    _require_deadline(before, after, now=now)
    _require_contents(after)
    if call.first_received_at is not None:
        _require_same_terms(call.first_received_at, before, after)
    if before.opens_at <= now:
        if after.opens_at != before.opens_at:
            raise Refusal(
                f"Utlysningen öppnade {format_datetime(before.opens_at)}. Öppningsdagen går inte att ändra i "
                "efterhand.",
                field="opens_at",
            )
        _require_not_narrower(before, after)


def _require_deadline(before: CallContent, after: CallContent, *, now: datetime) -> None:
    if after.closes_at < before.closes_at:
        raise Refusal(
            "Sista ansökningsdag kan inte flyttas till en tidigare tid när utlysningen är publicerad: den "
            f"som planerar efter {format_datetime(before.closes_at)} skulle komma för sent.",
            field="closes_at",
        )
    if after.closes_at != before.closes_at and after.closes_at <= now:
        raise Refusal("Den nya sista ansökningsdagen har redan passerat.", field="closes_at")
    if (before.closes_at, before.legal_basis) != (after.closes_at, after.legal_basis):
        _require_basis_until(after)


def _require_basis_until(after: CallContent) -> None:
    """A legal basis is a row with dates: who applies after its last day applies for what nobody may grant."""
    if sentence := ends_before_closing(after.legal_basis, after.closes_at):
        raise Refusal(
            f"{sentence} Den som söker därefter skulle söka stöd som ingen får bevilja.", field="closes_at"
        )


def _require_contents(after: CallContent) -> None:
    """What was asked for at publishing may not be emptied afterwards."""
    for field in ("summary", "text", "who_may_apply"):
        if not getattr(after, field).strip():
            raise Refusal("Utlysningen är publicerad. Texten kan ändras men inte tas bort.", field=field)
    if not after.areas:
        raise Refusal("Utlysningen är publicerad. Välj minst ett styrkeområde.", field="areas")


def _require_same_terms(received_at: datetime, before: CallContent, after: CallContent) -> None:
    for field, words in TERMS.items():
        if getattr(before, field) != getattr(after, field):
            raise Refusal(
                f"Utlysningen fick sin första ansökan {format_datetime(received_at)}. Därefter går {words} "
                "inte att ändra, eftersom alla ska söka på samma villkor.",
                field=field,
            )


def _require_not_narrower(before: CallContent, after: CallContent) -> None:
    checks = (
        (
            "max_amount",
            _tighter_ceiling(before.max_amount, after.max_amount),
            "Det högsta beloppet kan inte sänkas",
        ),
        (
            "min_amount",
            _tighter_floor(before.min_amount, after.min_amount),
            "Det lägsta beloppet kan inte höjas",
        ),
        ("max_aid_percent", after.max_aid_percent < before.max_aid_percent, "Stödnivån kan inte sänkas"),
        (
            "overhead_percent",
            after.overhead_percent != before.overhead_percent,
            "Schablonen för indirekta kostnader kan inte ändras",
        ),
        ("legal_basis", after.legal_basis != before.legal_basis, "Den rättsliga grunden kan inte ändras"),
        ("areas", bool(set(before.areas) - set(after.areas)), "Styrkeområden kan inte tas bort"),
        (
            "earliest_start",
            _tighter_floor(before.earliest_start, after.earliest_start),
            "Den tidigaste starten kan inte flyttas framåt",
        ),
        (
            "latest_end",
            _tighter_ceiling(before.latest_end, after.latest_end),
            "Det senaste slutet kan inte flyttas bakåt",
        ),
        (
            "grant_months",
            before.grant_months is not None and _tighter_ceiling(before.grant_months, after.grant_months),
            "Stödperioden kan inte kortas",
        ),
        (
            "extension_possible",
            before.extension_possible and not after.extension_possible,
            "Möjligheten till förlängning kan inte tas bort",
        ),
        (
            "letters_required",
            after.letters_required and not before.letters_required,
            "Kravet på brev från medfinansiärer kan inte läggas till",
        ),
    )
    for field, broken, sentence in checks:
        if broken:
            raise Refusal(
                f"{sentence} när utlysningen har öppnat: någon kan ha börjat på en ansökan.", field=field
            )


def _tighter_ceiling(before: Any, after: Any) -> bool:
    """Lower, or there was none."""
    return after is not None and (before is None or after < before)


def _tighter_floor(before: Any, after: Any) -> bool:
    """Higher, or there was none."""
    return after is not None and (before is None or after > before)
