"""What the kinds of mail are called on the outbox pages."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from s3portal.outbox.reminders import KINDS

#: Mail that is no reminder, by the name of its template.
LABELS: Final[dict[str, str | Promise]] = {
    "application_received": _("Kvittens på ansökan"),
    "application_withdrawn": _("Kvittens på återtagen ansökan"),
    "assessed_changed": _("Ansökan som bedöms är ändrad"),
    "attachment_infected": _("Skadlig kod i en bilaga"),
    "attachment_infected_officer": _("Skadlig kod i en bilaga, till handläggaren"),
    "assessor_assigned": _("Ansökningar att bedöma"),
    "copy_decision_wanted": _("Skriftligt beslut begärt"),
    "copy_request_answered": _("Svar på begäran om handling"),
    "copy_request_received": _("Kvittens på begäran om handling"),
    "copy_request_waiting": _("Begäran om handling som väntar"),
    "decision_batch_proposed": _("Beslut i en omgång att skriva under"),
    "decision_batch_signed": _("Beslut i en omgång underskrivna"),
    "decision_extract": _("Beslut med pdf"),
    "decision_link": _("Beslut med länk"),
    "decision_proposed": _("Beslut att skriva under"),
    "decision_recused": _("Jäv anmält i ett beslut"),
    "decision_returned": _("Beslut tillbaka"),
    "decision_signed": _("Beslut underskrivet"),
    "delegate_ended": _("Delegat som slutar"),
    "door_opened": _("Extra tid att ansöka"),
    "draft_attachment_infected": _("Skadlig kod i en bilaga till ett utkast"),
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
    "member_question": _("Fråga från nämnden"),
    "member_question_answered": _("Svar på fråga från nämnden"),
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
    "urgent_unreported": _("Brådskande beslut som listan till nämnden inte har"),
}


def all_kinds() -> list[tuple[str, str]]:
    """Every kind that the portal sends, with its name, in the order of the names."""
    return sorted(((code, label_of(code)) for code in {*LABELS, *KINDS}), key=lambda one: (one[1], one[0]))


def label_of(code: str) -> str:
    """A kind that has been taken away since goes by its code."""
    return str(KINDS[code].label if code in KINDS else LABELS.get(code, code))
