"""What the ordinance says that a decision on a grant must hold (förordning 2003:596, 9 §).

Looked for by its words: the officer writes it as she likes, but not without it."""

import re
from collections.abc import Iterator
from typing import Final

from decisions.checks.check import Check, failed_check, passed
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision
from decisions.plan import plan_of

ORDINANCE: Final = "2003:596"
#: In the code of its legal basis, which a region writes as it likes: "forordning-2003-596".
_IN_CODE: Final = "2003-596"
#: The strategy that 9 § is about: "den regionala strategin", "utvecklingsstrategin". Any other is named.
_STRATEGY: Final = re.compile(r"utvecklingsstrategi|regional\w* strategi", re.IGNORECASE)
_CODE: Final = "required_596"
#: What is missed, and the words that tell that it is there.
_REQUIRED: Final = (
    ("Villkor för stödet", re.compile(r"\bvillkor", re.IGNORECASE)),
    (
        "Hur projektet följs upp och utvärderas",
        re.compile(r"\bfölj(?:er|as|s)\b[^.]{0,40}\bupp\b|uppfölj|utvärder", re.IGNORECASE),
    ),
    ("Hur projektet slutredovisas", re.compile(r"slutrapport|slutredovis", re.IGNORECASE)),
)


def required(decision: Decision) -> Iterator[Check]:
    """For money under the ordinance, in a grant or an extension: conditions, follow-up and the final report
    stand in the points (of an extension: or in those of the decision that goes on to hold), the financing
    plan of a grant is there to be printed, and the reasons name the regional strategy, or the strategy or an
    area of it that the application is about."""
    if not _gives_by_the_ordinance(decision):
        return
    points = "\n".join(_points_of(decision))
    missing = [label for label, words in _REQUIRED if not words.search(points)]
    grants = decision.kind == DecisionKind.GRANT
    planless = grants and decision.amount is not None and plan_of(decision) is None
    if planless:
        label, note = "Finansieringsplanen saknas", "Den görs av ansökans budget och beslutets belopp."
        yield failed_check(_CODE, label, note=note, field="id_amount")
    note = f"Krävs av 9 § förordningen ({ORDINANCE}). Skriv det i en beslutspunkt."
    for label in missing:
        yield failed_check(_CODE, f"{label} saknas", note=note, field="beslutspunkter", action="Lägg till")
    if decision.reasons.strip() and not _names_strategy(decision):
        label = "Skälen nämner inte den regionala strategin"
        note = (
            f"9 § förordningen ({ORDINANCE}). Skriv hur projektet hänger ihop med den regionala "
            "utvecklingsstrategin, eller nämn strategin eller styrkeområdet vid namn."
        )
        yield failed_check(_CODE, label, note=note, field="id_reasons")
    elif not missing and not planless:
        yield passed(_CODE, f"Det som 9 § förordningen ({ORDINANCE}) kräver finns med")


def _gives_by_the_ordinance(decision: Decision) -> bool:
    basis = decision.legal_basis
    if basis is None or _IN_CODE not in basis.code:
        return False
    adds = decision.kind == DecisionKind.EXTENSION and decision.amount_kind == AmountKind.CASH
    return decision.kind == DecisionKind.GRANT or (adds and bool(decision.amount))


def _points_of(decision: Decision) -> Iterator[str]:
    """What an extension does not change holds as it was decided."""
    yield from (point.text for point in decision.points.all())
    if decision.kind == DecisionKind.EXTENSION and decision.changes is not None:
        yield from decision.changes.points.values_list("text", flat=True)


def _names_strategy(decision: Decision) -> bool:
    """In whatever case of letters and however the lines are broken."""
    written = " ".join(decision.reasons.casefold().split())
    application = decision.application
    areas = [] if application is None else application.areas.all()
    names = {name for area in areas for name in (area.name, area.strategy.name)}
    return _STRATEGY.search(written) is not None or any(name.casefold() in written for name in names)
