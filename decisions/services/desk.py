"""A signed decision held while it is being sent out: nobody else sends it, and nothing in it is marked or
lifted, until the transaction ends."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch

from decisions.enums import DecisionAction
from decisions.expedition import Parcel, parcel_for, reading_places
from decisions.models import Addressee, Decision, DecisionDocument, Dispatch, MaskedDocument
from decisions.rules import sends_out
from decisions.secrecy import Secrecy, secrecy_of
from decisions.services.drafting import lock_decision
from decisions.services.masking import make_masked
from decisions.transitions import require
from s3portal.accounts.models import User
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.leftovers import find_leftovers
from s3portal.diary.services import lock_matter


@dataclass
class Desk:
    """What is known of the decision while it is held. ``decision`` comes from ``with_parts``."""

    decision: Decision
    actor: User

    @cached_property
    def secrecy(self) -> Secrecy:
        return secrecy_of(self.decision)

    @cached_property
    def addressees(self) -> list[Addressee]:
        """With what has been sent to each, as it was when the decision was held."""
        sent = Dispatch.objects.select_related("message", "record").prefetch_related("steps").order_by("pk")
        dispatches = Prefetch("dispatches", sent.defer("message__text_body", "message__html_body"))
        found = list(
            Addressee.objects.filter(decision=self.decision)
            .select_related("extract")
            .prefetch_related(dispatches)
        )
        for addressee in found:
            # One decision for them all, with its parts.
            addressee.decision = self.decision
        return found

    def addressee(self, pk: int) -> Addressee:
        return next(one for one in self.addressees if one.pk == pk)

    @cached_property
    def document(self) -> DecisionDocument:
        """Raises Refusal while there is none."""
        found = DecisionDocument.objects.select_related("file").filter(decision=self.decision).first()
        if found is None:
            raise Refusal("Beslutets pdf finns inte än. Försök igen om en stund.")
        return found

    @cached_property
    def masked(self) -> MaskedDocument:
        """By the marks that stand, made now if there is none. Raises Refusal."""
        return make_masked(decision_id=self.decision.pk, actor=self.actor)

    def parcel(self, addressee: Addressee, *, way: str = "", email: str = "") -> Parcel:
        """Raises Refusal, as ``parcel_for``."""
        places = self._places if not email else reading_places(self.decision, [email])
        return parcel_for(addressee, self.secrecy, places, way=way, email=email)

    @cached_property
    def _places(self) -> dict[str, str]:
        return reading_places(self.decision, [one.email for one in self.addressees])


def hold_decision(decision_id: int, actor: User) -> Desk:
    """Raises Refusal when the decision is not signed here, and for who may not send it out."""
    decision = lock_decision(decision_id)
    require(decision, DecisionAction.EXPEDITE)
    if not sends_out(actor):
        raise Refusal("Bara en handläggare kan expediera beslut.")
    if decision.signed_elsewhere:
        raise Refusal("Beslutet undertecknades utanför portalen och skickas inte ut härifrån.")
    lock_matter(decision.case_id)
    return Desk(decision, actor)


def hold_addressee(addressee_id: int, actor: User) -> tuple[Desk, Addressee]:
    """One recipient, with the decision held. Raises as ``hold_decision``."""
    decision_id = Addressee.objects.values_list("decision_id", flat=True).get(pk=addressee_id)
    desk = hold_decision(decision_id, actor)
    return desk, desk.addressee(addressee_id)


def latest_of(addressee: Addressee) -> Dispatch | None:
    """What was sent last to one of ``Desk.addressees``, with its message, record and steps."""
    sent = list(addressee.dispatches.all())
    return sent[-1] if sent else None


def require_latest(addressee: Addressee, after: int | None) -> Dispatch | None:
    """What was sent last. ``after``: what the actor has seen was the last. Raises Conflict when it is not."""
    latest = latest_of(addressee)
    if (None if latest is None else latest.pk) != after:
        raise Conflict(f"Någon annan har redan skickat beslutet till {addressee.name}. Läs vad som står nu.")
    return latest


def require_open_text(secrecy: Secrecy, text: str) -> None:
    """Raises Refusal when what an officer has written holds a secret, or a blank that was to be filled in."""
    secret = secrecy.found_in(text)
    if secret:
        raise Refusal(f"”{secret}” är märkt som hemligt. Ta bort det ur texten.", field="text")
    for leftover in find_leftovers(text):
        raise Refusal(f"”{leftover.text}” står kvar i texten. {leftover.reason}", field="text")
