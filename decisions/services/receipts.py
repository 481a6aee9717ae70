"""Who got a decision when, where that starts the clock (44 § förvaltningslagen)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from decisions.clock import AppealTime
from decisions.enums import AppealRoute
from decisions.finality import route_of
from decisions.models import Decision, PartyReceipt
from decisions.rules import may_keep_board
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Conflict, Refusal
from s3portal.common.swedish import format_day, format_isodate


@transaction.atomic
def register_receipt(
    *, decision_id: int, party: str, received_on: date, proved_by: str, actor: User
) -> PartyReceipt:
    """Note the day a party got the decision, and how that is proved ("Delgivningskvitto").

    Raises Refusal where the clock does not run from that, and for a day before the decision or to come;
    Conflict when the party is there already."""
    _require_keeper(actor)
    decision = _locked(decision_id)
    if decision.decided_on is None or route_of(decision) != AppealRoute.SERVICE:
        raise Refusal("Tiden att överklaga det här beslutet räknas inte från delgivningen.")
    if received_on > timezone.localdate():
        raise Refusal("Ange en dag som har varit.", field="received_on")
    if received_on < decision.decided_on:
        raise Refusal(
            f"Beslutet fattades {format_day(decision.decided_on)}. Ange den dagen eller en senare.",
            field="received_on",
        )
    if PartyReceipt.objects.filter(decision=decision, party=party).exists():
        raise Conflict(f"{party} finns redan bland dem som har fått del av beslutet.", field="party")
    receipt = PartyReceipt.objects.create(
        decision=decision,
        party=party,
        received_on=received_on,
        proved_by=proved_by,
        appeal_until=AppealTime(received_on).last_day,
        registered_by=actor,
    )
    record_event(
        actor=actor,
        action="receipt_registered",
        obj=decision,
        text=f"{party} fick del av beslutet {format_isodate(received_on)} ({proved_by})",
        data={"receipt": receipt.pk, "appeal_until": format_isodate(receipt.appeal_until)},
    )
    return receipt


@transaction.atomic
def remove_receipt(*, receipt_id: int, actor: User) -> None:
    """Take away one that was entered by mistake. The trail keeps what it said."""
    _require_keeper(actor)
    receipt = PartyReceipt.objects.select_for_update(of=("self",)).filter(pk=receipt_id).first()
    if receipt is None:
        raise Conflict("Uppgiften är redan borttagen.")
    decision = _locked(receipt.decision_id)
    record_event(
        actor=actor,
        action="receipt_removed",
        obj=decision,
        text=f"Uppgiften att {receipt.party} fick del av beslutet {format_isodate(receipt.received_on)} "
        "är borttagen",
    )
    receipt.delete()


def _locked(decision_id: int) -> Decision:
    return Decision.objects.select_for_update(of=("self",)).select_related("legal_basis").get(pk=decision_id)


def _require_keeper(actor: User) -> None:
    if not may_keep_board(actor):
        raise Refusal("Bara en registrator registrerar delgivningar.")
