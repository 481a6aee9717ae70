"""A whole draft as it can be kept: what stood in it, and back to what can be stored anew."""

from collections.abc import Mapping
from datetime import date
from itertools import chain, repeat
from typing import Any

from calls.models import LegalBasis
from decisions.content import COLUMNS, BasisRow, DraftContent, RecipientRow
from decisions.models import Decision, Delegate, DelegationClause
from s3portal.common.swedish import format_isodate

Frozen = Mapping[str, Any]
#: What is another row: kept with its key and with what it was called then.
_POINTERS: Mapping[str, Any] = {"legal_basis": LegalBasis, "clause": DelegationClause, "delegate": Delegate}
_DAYS = ("starts_on", "ends_on")


def frozen(content: DraftContent) -> dict[str, Any]:
    """Amount in whole kronor, dates ISO 8601 and inclusive."""
    kept = {name: _kept(getattr(content, name)) for name in COLUMNS}
    return kept | {
        "points": [
            {"key": key, "text": text}
            for key, text in zip(chain(content.point_keys, repeat("")), content.points, strict=False)
        ],
        "basis_documents": [
            {"title": row.title, "record_id": row.record_id} for row in content.basis_documents
        ],
        "recipients": [{"name": row.name, "email": row.email} for row in content.recipients],
    }


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return format_isodate(value)
    if isinstance(value, LegalBasis | DelegationClause | Delegate):
        return {"id": value.pk, "text": str(value)}
    return value


def thawed(kept: Frozen, decision: Decision) -> DraftContent:
    """What it was, as content for ``decision`` today. A clause, a delegate or a legal basis that is gone
    leaves a gap for the checks to tell of; a handling that has left the case stays as a line of text."""
    columns = {name: kept[name] for name in COLUMNS if name not in _POINTERS}
    for name in _DAYS:
        columns[name] = date.fromisoformat(kept[name]) if kept[name] else None
    for name, model in _POINTERS.items():
        columns[name] = model.objects.filter(pk=kept[name]["id"]).first() if kept[name] else None
    standing = set(decision.case.records.standing().values_list("pk", flat=True))
    return DraftContent(
        **columns,
        points=tuple(point["text"] for point in kept["points"]),
        point_keys=tuple(point["key"] for point in kept["points"]),
        basis_documents=tuple(
            BasisRow(row["title"], row["record_id"] if row["record_id"] in standing else None)
            for row in kept["basis_documents"]
        ),
        recipients=tuple(RecipientRow(row["name"], row["email"]) for row in kept["recipients"]),
    )
