"""How far an application has come, in plain words for the one who applied."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.enums import ApplicationStatus
from applications.models import Application
from calls.enums import CallPhase
from s3portal.common.swedish import format_day, format_kr, in_stockholm


@dataclass(frozen=True)
class PlainStatus:
    """A tag, and one sentence on what happens next."""

    label: str
    color: str
    icon: str
    text: str


def plain_status(application: Application, *, now: datetime) -> PlainStatus:
    """Needs ``call`` loaded."""
    status = application.status
    if status == ApplicationStatus.DRAFT:
        return _draft(application, now)
    if status == ApplicationStatus.SUBMITTED:
        return PlainStatus("Inskickad", "info", "kuvert", "Vi har tagit emot ansökan och ska granska den.")
    if status == ApplicationStatus.SUPPLEMENT:
        return PlainStatus(
            "Kompletteras", "warning", "klocka", "Vi saknar något i ansökan och väntar på ert svar."
        )
    if status == ApplicationStatus.ASSESSED:
        return PlainStatus("Under beredning", "info", "oga", "Ansökan är granskad. Beslut väntar.")
    if status == ApplicationStatus.GRANTED:
        amount = format_kr(application.granted_amount or 0)
        return PlainStatus("Beviljad", "success", "bock-ring", f"Ni har beviljats {amount}.")
    if status == ApplicationStatus.REJECTED:
        return PlainStatus("Avslagen", "danger", "fel", "Ansökan har avslagits. Skälen står i beslutet.")
    if status == ApplicationStatus.REPLACED:
        return PlainStatus("Ersatt", "neutral", "pil-bak", "Ni har skickat in en ny ansökan i stället.")
    return PlainStatus("Återkallad", "neutral", "pil-bak", "Ni har återkallat ansökan.")


def _draft(application: Application, now: datetime) -> PlainStatus:
    closes_at = in_stockholm(application.call.closes_at)
    if application.call.phase(now=now) == CallPhase.CLOSED:
        return PlainStatus(
            "Utkast",
            "warning",
            "las",
            f"Utlysningen stängde {format_day(closes_at.date())}. Utkastet går att läsa.",
        )
    last = f"{format_day(closes_at.date())} kl. {closes_at:%H.%M}"
    return PlainStatus("Utkast", "neutral", "penna", f"Skicka in senast {last}.")


def timeline(application: Application) -> list[dict[str, Any]]:
    """Received, assessed, decided: for ``components/timeline.html``."""
    status = application.status
    day = format_day(in_stockholm(application.submitted_at).date()) if application.submitted_at else ""
    steps = [{"label": "Inskickad", "text": day, "state": "klar"}]
    if status == ApplicationStatus.REPLACED:
        return [*steps, {"label": "Ersatt", "text": "Den nya ansökan gäller.", "state": "nu"}]
    if status == ApplicationStatus.WITHDRAWN:
        return [*steps, {"label": "Återkallad", "text": "Ärendet avslutas utan beslut.", "state": "nu"}]
    decided = status in (ApplicationStatus.GRANTED, ApplicationStatus.REJECTED)
    assessed = decided or status == ApplicationStatus.ASSESSED
    planned = application.call.decision_planned
    return [
        *steps,
        {
            "label": "Granskning",
            "text": "Vi väntar på er komplettering."
            if status == ApplicationStatus.SUPPLEMENT
            else "En handläggare läser ansökan.",
            "state": "klar" if assessed else "nu",
        },
        {
            "label": "Beslut",
            "text": plain_status(application, now=application.updated_at).text if decided else planned,
            "state": "klar" if decided else "nu" if assessed else "",
        },
    ]
