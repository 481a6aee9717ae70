"""What the kinds of mail are called on the outbox pages."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from s3portal.outbox.reminders import KINDS

#: Mail that is no reminder, by the name of its template.
LABELS: Final[dict[str, str | Promise]] = {
    "application_received": _("Kvittens på ansökan"),
    "application_withdrawn": _("Kvittens på återtagen ansökan"),
    "assessor_assigned": _("Ansökningar att bedöma"),
    "decision_extract": _("Beslut till part"),
    "decision_proposed": _("Beslut att skriva under"),
    "decision_returned": _("Beslut tillbaka"),
    "decision_signed": _("Beslut underskrivet"),
    "door_opened": _("Extra tid att ansöka"),
    "draft_unused": _("Oanvänt utkast som tas bort"),
    "inquiry_answered": _("Svar på fråga om utlysning"),
    "inquiry_declined": _("Fråga som inte besvaras öppet"),
    "inquiry_received": _("Kvittens på fråga om utlysning"),
    "inquiry_waiting": _("Fråga som väntar på svar"),
    "mail_choices_link": _("Ny länk för att välja mejl"),
    "letter": _("Meddelande i ett ärende"),
    "meeting_cancelled": _("Inställt möte"),
    "meeting_changed": _("Ändrad anmälan till möte"),
    "meeting_message": _("Meddelande till anmälda"),
    "meeting_moved": _("Ändrat möte"),
    "meeting_registered": _("Anmälan till möte"),
    "meeting_registered_before": _("Redan anmäld till möte"),
    "meeting_seat_lapsed": _("Plats som gått till nästa"),
    "meeting_seat_offer": _("Ledig plats i lokalen"),
    "meeting_unregistered": _("Avanmälan från möte"),
    "recusal_declared": _("Anmält jäv"),
    "member_confirmed": _("Bekräftad person"),
    "member_declined": _("Inbjudan som fick nej"),
    "member_invited": _("Inbjudan till organisation"),
    "member_joined": _("Inbjudan som fick ja"),
    "member_rejected": _("Person som inte kunde bekräftas"),
    "member_removed": _("Borttagen ur organisation"),
    "ownership_received": _("Överlåten organisation"),
    "subscription_confirm": _("Prenumeration att bekräfta"),
    "subscription_confirmed": _("Bekräftad prenumeration"),
    "subscription_exists": _("Prenumeration som redan finns"),
    "supplement_answered": _("Komplettering inkommen"),
    "supplement_ended": _("Komplettering avslutad"),
    "supplement_postponed": _("Mer tid för komplettering"),
    "supplement_received": _("Kvittens på komplettering"),
    "supplement_requested": _("Begäran om komplettering"),
}


def all_kinds() -> list[tuple[str, str]]:
    """Every kind that the portal sends, with its name, in the order of the names."""
    return sorted(((code, label_of(code)) for code in {*LABELS, *KINDS}), key=lambda one: (one[1], one[0]))


def label_of(code: str) -> str:
    """A kind that has been taken away since goes by its code."""
    return str(KINDS[code].label if code in KINDS else LABELS.get(code, code))
