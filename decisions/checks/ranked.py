"""In a batch, what is decided is what the locked ranking leads to."""

from collections.abc import Iterator

from decisions.checks.check import Check, failed_check, passed
from decisions.enums import DecisionKind
from decisions.models import BatchItem, Decision
from s3portal.common.swedish import format_kr

_NOTE = "Ändra utkastet. Ska beslutet avvika från rangordningen skickas det för sig, från utkastets sida."


def ranked(item: BatchItem, decision: Decision) -> Iterator[Check]:
    """Kind and amount (kronor) against the ranking as it was locked."""
    if decision.kind != item.kind:
        label = f"Rangordningen leder till {_named(item.kind)}, men utkastet är {_named(decision.kind)}"
        yield failed_check("ranked_kind", label, note=_NOTE, field="id_kind")
    elif item.kind == DecisionKind.GRANT and decision.amount != item.amount:
        label = (
            f"Rangordningens belopp är {format_kr(item.amount)}, men utkastets är "
            f"{format_kr(decision.amount or 0)}"
        )
        yield failed_check("ranked_amount", label, note=_NOTE, field="id_amount")
    else:
        yield passed("ranked", "Utkastet följer rangordningen")


def _named(kind: str) -> str:
    label = str(DecisionKind(kind).label)
    return f"{label[:1].lower()}{label[1:]}"
