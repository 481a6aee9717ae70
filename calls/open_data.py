"""Open calls as JSON, in the format that docs/oppna-data.md tells of field by field.

Fields may be added within a version; one that goes away or changes its meaning makes the next."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from calls.addresses import absolute, area_address, call_address
from calls.enums import DecisionTiming
from calls.models import Call
from s3portal.common.swedish import in_stockholm

VERSION = 1
_TIMINGS = {
    DecisionTiming.UNSET: None,
    DecisionTiming.DAY: "dag",
    DecisionTiming.MONTH: "manad",
    DecisionTiming.RUNNING: "lopande",
}


def open_data(calls: list[Call]) -> dict[str, Any]:
    """``calls`` of ``open_calls``, in their order."""
    return {
        "version": VERSION,
        "utgivare": settings.REGION["name"],
        "adress": absolute(reverse("calls:open_json")),
        "utlysningar": [_call(call) for call in calls],
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "id": call.slug,
        "adress": call_address(call),
        "ansok": absolute(reverse("applications:start", args=[call.slug])),
        "kalender": absolute(reverse("calls:call_calendar", args=[call.slug])),
        "rubrik": call.title,
        "ingress": call.summary,
        "vem_kan_soka": call.who_may_apply,
        "styrkeomraden": [
            {
                "id": area.slug,
                "namn": area.name,
                "adress": area_address(area),
                "strategi": area.strategy.name,
            }
            for area in call.areas.all()
        ],
        "ram_kronor": call.frame,
        "lagsta_belopp_kronor": call.min_amount,
        "hogsta_belopp_kronor": call.max_amount,
        "hogsta_stodniva_procent": float(call.max_aid_percent),
        "indirekta_kostnader_procent": call.overhead_percent,
        "rattslig_grund": call.legal_basis.name,
        "oppnar": _moment(call.opens_at),
        "stanger": _moment(call.closes_at),
        "tidigaste_start": _day(call.earliest_start),
        "senaste_slut": _day(call.latest_end),
        "stodperiod_manader": call.grant_months,
        "kan_forlangas": call.extension_possible,
        "brev_om_medfinansiering": call.letters_required,
        "planerat_beslut": {"slag": _TIMINGS[DecisionTiming(call.decision_timing)], "nar": _planned(call)},
        "kontakter": [
            {"namn": contact.name, "epost": contact.email, "telefon": contact.phone}
            for contact in call.contacts.all()
        ],
        "publicerad": _moment(call.published_at),
        "andrad": _moment(call.changed_at),  # type: ignore[attr-defined] # annotated by open_calls
    }


def _planned(call: Call) -> str | None:
    day = _day(call.decision_on)
    return day[:7] if day and call.decision_timing == DecisionTiming.MONTH else day


def _moment(moment: datetime | None) -> str | None:
    """On Swedish clocks with the offset of that day, as 2021-11-29T23:59:59+01:00."""
    return in_stockholm(moment).isoformat(timespec="seconds") if moment else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
