"""All that is written in a draft, as one value: what the form fills in, what is stored, and what differs."""

from dataclasses import dataclass
from datetime import date

from applications.parts import Difference
from calls.models import LegalBasis
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision, Delegate, DelegationClause
from s3portal.common.swedish import format_isodate, format_kr


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
    """Amount in whole kronor, dates inclusive. The rows are in the order they are printed."""

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
)


def content_of(decision: Decision) -> DraftContent:
    return DraftContent(
        **{name: getattr(decision, name) for name in COLUMNS},
        points=tuple(point.text for point in decision.points.all()),
        basis_documents=tuple(
            BasisRow(document.title, document.record_id) for document in decision.basis_documents.all()
        ),
        recipients=tuple(
            RecipientRow(recipient.name, recipient.email) for recipient in decision.extract_recipients.all()
        ),
    )


def content_differences(theirs: DraftContent, mine: DraftContent) -> list[Difference]:
    """What two versions do not agree on, in the order of the page."""
    stored, typed = _texts(theirs), _texts(mine)
    return [
        Difference(label=label, theirs=stored.get(label, ""), mine=typed.get(label, ""))
        for label in dict.fromkeys([*typed, *stored])
        if stored.get(label, "") != typed.get(label, "")
    ]


def _texts(content: DraftContent) -> dict[str, str]:
    texts = {
        "Rubrik": content.title,
        "Slag av beslut": str(DecisionKind(content.kind).label),
        "Enhet": content.unit,
        "Handläggare": content.case_officer_name,
        "Telefon": content.case_officer_phone,
        "E-post": content.case_officer_email,
        "Ärendebeskrivning": content.background,
        "Beslutsunderlag": "\n".join(document.title for document in content.basis_documents),
        "Skäl för beslutet": content.reasons,
    }
    texts |= {f"Beslutspunkt {number}": text for number, text in enumerate(content.points, start=1)}
    return texts | {
        "Slag av belopp": str(AmountKind(content.amount_kind).label),
        "Belopp": "" if content.amount is None else format_kr(content.amount),
        "Beloppet är ett högsta belopp": "Ja" if content.amount_is_ceiling else "Nej",
        "Från och med": "" if content.starts_on is None else format_isodate(content.starts_on),
        "Till och med": "" if content.ends_on is None else format_isodate(content.ends_on),
        "Rättslig grund": "" if content.legal_basis is None else str(content.legal_basis),
        "Delegationspunkt": "" if content.clause is None else str(content.clause),
        "Undertecknare": "" if content.delegate is None else str(content.delegate),
        "Utdrag till": "\n".join(f"{row.name} {row.email}".strip() for row in content.recipients),
    }
