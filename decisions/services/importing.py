"""Taking over decisions that were signed elsewhere, long ago.

An imported decision is a transcript. It keeps its own diary number, date and signer, is never sealed as if it
were signed here, and can like every signed decision never be changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from decisions.document import full_text
from decisions.enums import AmountKind, DecisionKind, DecisionStatus
from decisions.models import (
    BasisDocument,
    Decision,
    DecisionPoint,
    DelegationClause,
    DelegationOrder,
    ExtractRecipient,
    Publication,
)
from decisions.secrecy import concerning
from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common.errors import Refusal
from s3portal.common.swedish import STOCKHOLM, Period, format_day, format_kronor
from s3portal.common.upsert import Outcome, validate
from s3portal.diary.models import Case
from s3portal.diary.services import import_case


# --- Decisions --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recipient:
    """A line under Utdrag till."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class SignedElsewhere:
    """A decision as it was signed. ``number_in_case``: 1 for the first decision in its case."""

    prefix: str
    serial: int
    year: int
    number_in_case: int
    case_opened_on: date
    counterpart: str
    kind: DecisionKind
    title: str
    unit: str
    case_officer_name: str
    case_officer_phone: str
    case_officer_email: str
    background: str
    reasons: str
    amount_kind: AmountKind
    amount: int | None
    amount_is_ceiling: bool
    period: Period | None
    decided_on: date
    signatory_name: str
    signatory_title: str
    order_title: str
    clause_number: str
    committee_name: str
    reportable: bool
    points: Sequence[str]
    basis_documents: Sequence[str]
    recipients: Sequence[Recipient]
    presenter_name: str = ""
    presenter_title: str = ""
    #: Each as "Ulla Ek, jurist".
    also_present: Sequence[str] = ()

    @property
    def slug(self) -> str:
        """As a decision signed here gets it: the case's number, and its own from the second on."""
        number = f"{self.prefix}-{self.serial}-{self.year}"
        return number if self.number_in_case == 1 else f"{number}-{self.number_in_case}"

    def content(self) -> dict[str, Any]:
        """The decision's own columns, without what follows from where it was signed."""
        return {
            "kind": self.kind.value,
            "title": self.title,
            "unit": self.unit,
            "case_officer_name": self.case_officer_name,
            "case_officer_phone": self.case_officer_phone,
            "case_officer_email": self.case_officer_email,
            "background": self.background,
            "reasons": self.reasons,
            "amount_kind": self.amount_kind.value,
            "amount": self.amount,
            "amount_is_ceiling": self.amount_is_ceiling,
            "starts_on": self.period.start if self.period else None,
            "ends_on": self.period.end if self.period else None,
            "presenter_name": self.presenter_name,
            "presenter_title": self.presenter_title,
            "also_present": "\n".join(self.also_present),
        }

    def signature(self) -> dict[str, Any]:
        """The columns of the signature that the document itself gives."""
        return {
            "decided_on": self.decided_on,
            "signatory_name": self.signatory_name,
            "signatory_title": self.signatory_title,
            "order_title": self.order_title,
            "clause_number": self.clause_number,
            "committee_name": self.committee_name,
            "reportable": self.reportable,
        }


@transaction.atomic
def import_decision(
    *, actor: User | None, data: SignedElsewhere, published: bool
) -> tuple[Decision, Outcome]:
    """Enter a decision that was signed outside the portal, with its case and number.

    ``published`` counts only the first time: later the officer's choice stands. Raises Refusal when the
    decision is here already and says something else, when its number is taken, and when a delegation order
    that the portal knows did not give the right to decide.
    """
    there = Decision.objects.select_for_update(of=("self",)).filter(slug=data.slug).first()
    if there is not None:
        _require_same(there, data)
        return there, Outcome.UNCHANGED
    if data.amount_kind == AmountKind.NONE and data.amount is not None:
        raise Refusal("Ange om beloppet är pengar eller arbetstid.", field="amount_kind")
    if data.amount_kind != AmountKind.NONE and not data.amount:
        raise Refusal("Ange ett belopp som är större än 0 kronor.", field="amount")
    if data.presenter_title and not data.presenter_name:
        raise Refusal("Ange föredragandens namn.", field="presenter_name")
    clause = _clause(data)
    decision = Decision(case=_case(data, actor), signed_elsewhere=True, clause=clause, **data.content())
    validate(decision, exclude=["case"])
    decision.save(force_insert=True)
    _add_parts(decision, data)
    _sign(decision, data, clause)
    # What is marked as secret in the case already is for a person to mask first.
    if published and not concerning(decision).exists():
        Publication.objects.create(decision=decision, published_by=actor)
    record_event(
        actor=actor,
        action="decision_imported",
        obj=decision,
        text=f"Beslut undertecknat utanför portalen infört: {decision}",
        data={"decided_on": data.decided_on.isoformat(), "published": published},
    )
    transaction.on_commit(_render_documents, robust=True)
    return decision, Outcome.CREATED


def _case(data: SignedElsewhere, actor: User | None) -> Case:
    if data.case_opened_on.year != data.year:
        raise Refusal(
            f"Ärendet har nummer i serien för {data.year}. Ange en dag det året.", field="case_opened_on"
        )
    if data.case_opened_on > data.decided_on:
        raise Refusal("Ärendet öppnades inte efter beslutet.", field="case_opened_on")
    if data.number_in_case == 1:
        return import_case(
            actor=actor,
            prefix=data.prefix,
            serial=data.serial,
            year=data.year,
            title=data.title,
            counterpart=data.counterpart,
            opened_on=data.case_opened_on,
        )
    case = (
        Case.objects.select_for_update(of=("self",))
        .filter(prefix=data.prefix, serial=data.serial, year=data.year)
        .first()
    )
    if case is None or case.decisions.filter(status=DecisionStatus.SIGNED).count() != data.number_in_case - 1:
        raise Refusal("Lägg in ärendets tidigare beslut först, i ordning.", field="number_in_case")
    return case


def _clause(data: SignedElsewhere) -> DelegationClause | None:
    """The clause the decision rested on, if the portal knows the order it names."""
    order = DelegationOrder.objects.adopted().filter(title=data.order_title).first()
    if order is None:
        return None
    if not order.is_valid_on(data.decided_on):
        raise Refusal(f"Delegationsordningen gällde inte {format_day(data.decided_on)}.", field="order_title")
    clause = order.clauses.filter(number=data.clause_number).first()
    if clause is None:
        raise Refusal(f"Delegationsordningen har ingen punkt {data.clause_number}.", field="clause_number")
    if data.kind not in clause.kinds:
        raise Refusal(f"Punkt {clause.number} gäller inte den här sortens beslut.", field="clause_number")
    if data.amount is not None and clause.ceiling is not None and not clause.covers_amount(data.amount):
        word = "högst" if clause.ceiling_included else "under"
        raise Refusal(f"Punkt {clause.number} gäller {word} {format_kronor(clause.ceiling)}.", field="amount")
    return clause


def _add_parts(decision: Decision, data: SignedElsewhere) -> None:
    DecisionPoint.objects.bulk_create(
        DecisionPoint(decision=decision, order=order, text=text)
        for order, text in enumerate(data.points, start=1)
    )
    BasisDocument.objects.bulk_create(
        BasisDocument(decision=decision, order=order, title=title)
        for order, title in enumerate(data.basis_documents, start=1)
    )
    ExtractRecipient.objects.bulk_create(
        ExtractRecipient(decision=decision, order=order, name=recipient.name, email=recipient.email)
        for order, recipient in enumerate(data.recipients, start=1)
    )


def _sign(decision: Decision, data: SignedElsewhere, clause: DelegationClause | None) -> None:
    """The snapshot of a signature made elsewhere. From here on the database refuses every change."""
    snapshot = data.signature() | {"status": DecisionStatus.SIGNED, "slug": data.slug}
    if clause is not None:
        snapshot |= {
            "clause_text": clause.text,
            "clause_ceiling": clause.ceiling,
            "clause_ceiling_included": clause.ceiling_included,
        }
    # The hour is not known. The day is what the lists sort by.
    moment = datetime.combine(data.decided_on, time(12), tzinfo=STOCKHOLM)
    snapshot |= {"created_at": moment, "updated_at": moment}
    for name, value in snapshot.items():
        setattr(decision, name, value)
    decision.full_text = full_text(decision)
    decision.save(update_fields=[*snapshot, "full_text"])


def _render_documents() -> None:
    from decisions.tasks import render_missing_documents

    render_missing_documents.delay()


# --- A decision that is here already ----------------------------------------------------------------------
_NAMES = {
    "kind": "slag",
    "title": "rubrik",
    "unit": "enhet",
    "case_officer_name": "handläggare",
    "case_officer_phone": "handläggarens telefon",
    "case_officer_email": "handläggarens e-post",
    "background": "ärendebeskrivning",
    "reasons": "skäl",
    "amount_kind": "beloppets slag",
    "amount": "belopp",
    "amount_is_ceiling": "högsta belopp",
    "starts_on": "periodens början",
    "ends_on": "periodens slut",
    "presenter_name": "föredragande",
    "presenter_title": "föredragandens titel",
    "also_present": "de som också deltog",
    "decided_on": "beslutsdatum",
    "signatory_name": "beslutsfattare",
    "signatory_title": "beslutsfattarens titel",
    "order_title": "delegationsordning",
    "clause_number": "punkt",
    "committee_name": "nämnd",
    "reportable": "anmälan",
}


def _require_same(decision: Decision, data: SignedElsewhere) -> None:
    if not decision.signed_elsewhere:
        raise Refusal("Beslutet är undertecknat i portalen och kan inte läsas in.", field="number")
    wanted = data.content() | data.signature()
    differs = [_NAMES[name] for name, value in wanted.items() if getattr(decision, name) != value]
    parts: tuple[tuple[str, list[Any], list[Any]], ...] = (
        ("beslutspunkter", list(decision.points.values_list("text", flat=True)), list(data.points)),
        (
            "beslutsunderlag",
            list(decision.basis_documents.values_list("title", flat=True)),
            list(data.basis_documents),
        ),
        (
            "utdrag till",
            [Recipient(*row) for row in decision.extract_recipients.values_list("name", "email")],
            list(data.recipients),
        ),
    )
    differs += [name for name, stored, given in parts if stored != given]
    if differs:
        raise Refusal(
            f"Beslutet {decision.case} är redan inläst, och ett undertecknat beslut ändras aldrig. "
            f"Det här skiljer sig: {', '.join(differs)}.",
            field="number",
        )
