"""All that is written in a draft, as one value: what the form fills in and what is stored."""

from dataclasses import dataclass, field
from datetime import date

from calls.models import LegalBasis
from decisions.models import Decision, Delegate, DelegationClause


@dataclass(frozen=True)
class BasisRow:
    """A line under Beslutsunderlag; ``record_id`` when it is a handling in the case."""

    title: str
    record_id: int | None = None


@dataclass(frozen=True)
class RecipientRow:
    name: str
    email: str = ""


@dataclass(frozen=True)
class DraftContent:
    """Amount in whole kronor, dates inclusive. The rows are in the order they are printed.

    ``point_keys`` are those of ``points``, one each, or none: then the draft settles which point is which.
    They are no part of the text, so two contents that differ in nothing else are the same."""

    kind: str
    title: str
    unit: str
    case_officer_name: str
    case_officer_phone: str
    case_officer_email: str
    background: str
    reasons: str
    amount_kind: str
    amount: int | None
    amount_is_ceiling: bool
    starts_on: date | None
    ends_on: date | None
    legal_basis: LegalBasis | None
    clause: DelegationClause | None
    delegate: Delegate | None
    points: tuple[str, ...]
    basis_documents: tuple[BasisRow, ...]
    recipients: tuple[RecipientRow, ...]
    presenter_name: str = ""
    presenter_title: str = ""
    also_present: str = ""
    point_keys: tuple[str, ...] = field(default=(), compare=False)


#: The fields that are columns of the decision itself.
COLUMNS = (
    "kind",
    "title",
    "unit",
    "case_officer_name",
    "case_officer_phone",
    "case_officer_email",
    "background",
    "reasons",
    "amount_kind",
    "amount",
    "amount_is_ceiling",
    "starts_on",
    "ends_on",
    "legal_basis",
    "clause",
    "delegate",
    "presenter_name",
    "presenter_title",
    "also_present",
)


def content_of(decision: Decision) -> DraftContent:
    return DraftContent(
        **{name: getattr(decision, name) for name in COLUMNS},
        points=tuple(point.text for point in decision.points.all()),
        point_keys=tuple(str(point.key) for point in decision.points.all()),
        basis_documents=tuple(
            BasisRow(document.title, document.record_id) for document in decision.basis_documents.all()
        ),
        recipients=tuple(
            RecipientRow(recipient.name, recipient.email) for recipient in decision.extract_recipients.all()
        ),
    )
