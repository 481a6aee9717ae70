"""Other aid and declarations as they are sent: with every rate that was used, and its date."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from applications.aid import CountedAid, Headroom, Rate, asks_operating_aid
from applications.models import Application
from applications.parts import AidPart, DeMinimisRow, headroom_of
from s3portal.common.swedish import format_isodate, in_stockholm


def aid_content(application: Application, *, on: date | None = None) -> dict[str, Any]:
    """Euro and rates are texts with a point ("27272.73"), so that no decimal is lost. ``de_minimis`` is there
    only when the legal basis has a ceiling for it, ``operating_aid_years`` when it may be driftstöd."""
    part = AidPart.read(application)
    room = headroom_of(application, part, on=on)
    content: dict[str, Any] = {
        "has_other_aid": part.has_other_aid,
        "other_aid": [
            {"giver": row.giver, "purpose": row.purpose, "amount": row.amount} for row in part.other_aid
        ],
        "declarations": [
            {
                "kind": one.kind,
                "text": str(one),
                "by": str(one.declared_by),
                "at": in_stockholm(one.declared_at).isoformat(),
            }
            for one in application.applicant_declarations.select_related("declared_by")
        ],
    }
    if asks_operating_aid(application.call.legal_basis):
        content["operating_aid_years"] = part.operating_aid_years
    if room is not None:
        content["de_minimis"] = {"has_earlier": part.has_de_minimis_aid} | room_content(room, part.de_minimis)
    return content


def room_content(room: Headroom, rows: Sequence[DeMinimisRow]) -> dict[str, Any]:
    """What was counted; ``rows`` are those that ``room`` was counted from."""
    return {
        "on": format_isodate(room.on),
        "first_day": format_isodate(room.first_day),
        "ceiling_eur": room.ceiling,
        "earlier": [_earlier(row, counted) for row, counted in zip(rows, room.rows, strict=True)],
        "complete": room.complete,
        "total_eur": str(room.total),
        "left_eur": str(room.left),
        "left_kronor": room.left_kronor,
        "applied_eur": None if room.applied_eur is None else str(room.applied_eur),
        "rate": _rate(room.rate),
        "fits": room.fits,
    }


def _earlier(row: DeMinimisRow, counted: CountedAid) -> dict[str, Any]:
    return {
        "granted_on": format_isodate(row.granted_on) if row.granted_on else None,
        "giver": row.giver,
        "amount": row.amount,
        "eur": None if counted.eur is None else str(counted.eur),
        "rate": _rate(counted.rate),
        "counts": counted.counts,
    }


def _rate(rate: Rate | None) -> dict[str, str] | None:
    if rate is None:
        return None
    return {"sek_per_euro": str(rate.sek_per_euro), "valid_from": format_isodate(rate.valid_from)}
