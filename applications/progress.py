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
    """Needs ``call`` loaded. Says the days too of a row of ``queries.my_applications``."""
    status, row = application.status, vars(application)
    if status == ApplicationStatus.DRAFT:
        return _draft(application, now)
    if status in (ApplicationStatus.SUPPLEMENT, ApplicationStatus.CHANGING):
        due = row.get("supplement_due")
        last = f" senast {format_day(due)}" if due else ""
        return PlainStatus(
            "Kompletteras", "warning", "klocka", f"Vi saknar något i ansökan och väntar på ert svar{last}."
        )
    if status == ApplicationStatus.GRANTED:
        amount = format_kr(application.granted_amount or 0)
        return PlainStatus("Beviljad", "success", "bock-ring", f"Ni har beviljats {amount}.")
    return _PLAIN[ApplicationStatus(status)]


_PLAIN = {
    ApplicationStatus.SUBMITTED: PlainStatus(
        "Inskickad", "info", "kuvert", "Vi har tagit emot ansökan och ska granska den."
    ),
    ApplicationStatus.ASSESSED: PlainStatus(
        "Under beredning", "info", "oga", "Ansökan är granskad. Beslut väntar."
    ),
    ApplicationStatus.REJECTED: PlainStatus(
        "Avslagen", "danger", "fel", "Ansökan har avslagits. Skälen står i beslutet."
    ),
    ApplicationStatus.DISMISSED: PlainStatus(
        "Avvisad", "danger", "fel", "Ansökan har avvisats och prövas inte. Skälen står i beslutet."
    ),
    ApplicationStatus.REPLACED: PlainStatus(
        "Ersatt", "neutral", "pil-bak", "Ni har skickat in en ny ansökan i stället."
    ),
    ApplicationStatus.WITHDRAWN: PlainStatus(
        "Återkallad", "neutral", "pil-bak", "Ni har återkallat ansökan."
    ),
    ApplicationStatus.DISCARDED: PlainStatus("Borttaget utkast", "neutral", "ta-bort", ""),
}


def _draft(application: Application, now: datetime) -> PlainStatus:
    door: datetime | None = vars(application).get("door_until")
    let_in = door is not None and now <= door
    closes_at = in_stockholm(
        max(filter(None, (door, application.call.closes_at))) if let_in else application.call.closes_at
    )
    if application.call.phase(now=now) == CallPhase.CLOSED and not let_in:
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
    decided = status in ApplicationStatus.decided()
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
