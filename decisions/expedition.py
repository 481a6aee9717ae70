"""In which version a decision may go to whom, and how. Asked before it is sent, and by the pages.

A party reads all of its decision, whatever is secret in it (OSL 10:3 st. 2, FL 33 §). But where anything is
marked as secret nothing secret goes by mail: the party gets a link to a page that asks for a login. Everybody
else gets the masked version, which holds what the public may read, or a link if they have an account that may
read the whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from decisions.enums import AddresseeKind, DispatchStepKind, DispatchWay
from decisions.models import Addressee, Decision, Dispatch
from decisions.rules import READS_SIGNED
from decisions.secrecy import Secrecy
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.diary.secrecy import PROTECTED
from s3portal.outbox.enums import MessageStatus
from s3portal.outbox.reminders import addressed

EXTRACT_KIND: Final = "decision_extract"
LINK_KIND: Final = "decision_link"


# --- Who can log in and read it ---------------------------------------------------------------------------
def reading_places(decision: Decision, emails: Iterable[str]) -> dict[str, str]:
    """Address in small letters → the path where who has an account with it reads the whole decision. Two
    queries, however many addresses. ``decision`` comes from ``with_parts``."""
    wanted = {email.lower() for email in emails if email}
    people = addressed(User.objects.filter(is_active=True), "email", wanted)
    staff = people.filter(staff_roles__role__in=READS_SIGNED).values_list("only_address", flat=True)
    found = dict.fromkeys(staff, reverse("decisions:officer_detail", args=[decision.pk]))
    if decision.application is not None:
        members = people.filter(memberships__organisation=decision.application.organisation_id)
        found |= dict.fromkeys(members.values_list("only_address", flat=True), party_page(decision))
    return found


def party_page(decision: Decision) -> str:
    """Where the applicant's people read the decision; "" when there is no applicant with an account."""
    if decision.application_id is None:
        return ""
    return reverse("decisions:party_decision", args=[decision.application_id, decision.pk])


# --- How and in which version -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Parcel:
    """What one recipient gets. ``masked``: the version for the public. ``path``: where a link leads."""

    way: DispatchWay
    masked: bool = False
    path: str = ""


def parcel_for(
    addressee: Addressee,
    secrecy: Secrecy,
    places: Mapping[str, str],
    *,
    way: str = "",
    email: str = "",
) -> Parcel:
    """How the decision goes to the addressee, the way and the address that are chosen, or ``way`` and
    ``email`` instead. A party whose decision has something secret in it gets a link in place of the document.
    ``places`` is ``reading_places``. Raises Refusal when it cannot go so, and says what must be done."""
    wanted = DispatchWay(way or addressee.way)
    path = _path(addressee, places, email or addressee.email)
    if wanted == DispatchWay.MAIL and addressee.is_party and secrecy.any:
        if not path:
            raise Refusal(
                f"Uppgifter i beslutet är hemliga och skickas inte med mejl, och {addressee.name} har ingen "
                "sida i portalen. Skicka beslutet med brev eller lämna över det.",
                field="way",
            )
        return Parcel(DispatchWay.LINK, path=path)
    if wanted == DispatchWay.LINK:
        if not path:
            raise Refusal(
                f"{addressee.name} har inget konto som får läsa beslutet i portalen. Välj ett annat sätt.",
                field="way",
            )
        return Parcel(wanted, path=path)
    if not secrecy.any or addressee.is_party:
        return Parcel(wanted)
    if secrecy.whole is not None:
        raise Refusal(
            f"Märkt som hemligt: {secrecy.whole.what}. Därför finns ingen version som {addressee.name} kan "
            "få härifrån. Pröva om beslutet kan lämnas ut, eller häv markeringen.",
            field="way",
        )
    return Parcel(wanted, masked=True)


def _path(addressee: Addressee, places: Mapping[str, str], email: str) -> str:
    own = party_page(addressee.decision) if addressee.is_party else ""
    return own or places.get(email.lower(), "")


def may_just_send(latest: Dispatch | None) -> bool:
    """Nothing has gone to the recipient yet: not sent, or stopped or undone before it left. ``latest`` comes
    with its message and steps."""
    if latest is None:
        return True
    if latest.message is not None and latest.message.status == MessageStatus.CANCELLED:
        return True
    return any(step.kind == DispatchStepKind.UNDONE for step in latest.steps.all())


# --- Who somebody is --------------------------------------------------------------------------------------
def kind_of(decision: Decision, name: str, email: str) -> AddresseeKind:
    """The applicant, or the counterpart of a case without an application, is a party; then whoever has the
    region's own address is within it. A person may say otherwise."""
    application = decision.application
    if application is None:
        is_party = bool(name) and name.casefold() == decision.case.counterpart.casefold()
    else:
        addresses = {application.organisation.email.lower(), application.contact_email.lower()} - {""}
        is_party = name.casefold() == application.organisation.name.casefold() or email.lower() in addresses
    if is_party:
        return AddresseeKind.PARTY
    domain = settings.REGION["contact_email"].rpartition("@")[2].lower()
    inside = bool(email) and email.rpartition("@")[2].lower() == domain
    return AddresseeKind.INTERNAL if inside else AddresseeKind.OTHER


def open_name(addressee: Addressee, secrecy: Secrecy) -> str:
    """The name for the diary and the log, which never tell who is marked as secret (OSL 5:2 st. 2)."""
    if secrecy.recipe is None:
        return addressee.name
    if addressee.extract is not None:
        rows = list(addressee.decision.extract_recipients.all())
        number = next((place for place, row in enumerate(rows, 1) if row.pk == addressee.extract_id), 0)
        if secrecy.recipe.hides(f"recipient-{number}"):
            return PROTECTED
    return PROTECTED if secrecy.found_in(addressee.name) else addressee.name


# --- What is written --------------------------------------------------------------------------------------
#: Sentences that the officer can add to the text of a mail.
PHRASES: Final[Mapping[str, str]] = {
    "kvitto": "Mejla handläggaren när ni har fått beslutet, så att vi vet att det kom fram.",
    "ersatter": "Det här mejlet ersätter det som vi skickade tidigare.",
    "fragor": "Hör av er till handläggaren om något i beslutet är oklart.",
}


def default_text(decision: Decision, kind: str) -> str:
    """What the mail says when nobody has written anything else. It names neither the party nor the matter:
    either may be secret."""
    region = settings.REGION["name"]
    if kind == AddresseeKind.PARTY:
        about = "om er ansökan" if decision.application_id else "i ert ärende"
        return (
            f"{region} har beslutat {about}. I beslutet står vad vi har kommit fram till, varför och vad som "
            "gäller för er. Läs hela beslutet."
        )
    if kind == AddresseeKind.INTERNAL:
        return "Du får det här beslutet för kännedom. Hör av dig till handläggaren om du ska göra något."
    return f"{region} har fattat ett beslut som ni får för kännedom."


def text_for(addressee: Addressee) -> str:
    return addressee.text or default_text(addressee.decision, addressee.kind)


def mail_kind(parcel: Parcel) -> str:
    """Also the name of its template."""
    return LINK_KIND if parcel.way == DispatchWay.LINK else EXTRACT_KIND


def mail_context(decision: Decision, secrecy: Secrecy, parcel: Parcel, text: str) -> dict[str, Any]:
    """What the mail is written from. Only one that carries the whole decision names its title: the title may
    be what is secret, and a link is for those who log in."""
    whole = parcel.way == DispatchWay.MAIL and not parcel.masked
    return {
        "decision": decision,
        "number": str(decision.case),
        "title": decision.title if whole else "",
        "text": text,
        "masked": parcel.masked,
        "secret": secrecy.any,
        "path": parcel.path,
    }
