"""What must be filled in (FL 31–32 §§)."""

from collections.abc import Iterator

from decisions.checks.check import Check, failed_check, passed
from decisions.document import has_financing_point, needs_financing
from decisions.enums import AmountKind
from decisions.models import Decision

REQUIRED = (
    ("title", "Rubrik saknas"),
    ("unit", "Enhet saknas"),
    ("case_officer_name", "Handläggare saknas"),
    ("case_officer_email", "Handläggarens e-post saknas"),
    ("background", "Ärendebeskrivning saknas"),
    ("reasons", "Skäl för beslutet saknas"),
)


def whole(decision: Decision) -> Iterator[Check]:
    """Each part that is missing; one passed check when none is."""
    missing = [
        failed_check(name, label, field=f"id_{name}", action="Fyll i")
        for name, label in REQUIRED
        if not getattr(decision, name).strip()
    ]
    if decision.presenter_title and not decision.presenter_name:
        label = "Föredragandens namn saknas"
        missing.append(failed_check("presenter", label, field="id_presenter_name", action="Fyll i"))
    points = [point.text for point in decision.points.all()]
    if not decision.basis_documents.all():
        missing.append(
            failed_check("basis", "Beslutsunderlag saknas", field="beslutsunderlag", action="Välj handlingar")
        )
    missing.extend(_points(decision, points))
    if not decision.extract_recipients.all():
        missing.append(
            failed_check(
                "recipients", "Mottagare av utdrag saknas", field="id_mottagare-0-name", action="Fyll i"
            )
        )
    if decision.amount_kind != AmountKind.NONE and not decision.amount:
        missing.append(failed_check("amount", "Belopp saknas", field="id_amount", action="Fyll i"))
    if not missing:
        yield passed("whole", "Alla delar är ifyllda")
    yield from missing


def _points(decision: Decision, points: list[str]) -> Iterator[Check]:
    if not points:
        yield failed_check("points", "Beslutspunkter saknas", field="beslutspunkter", action="Lägg till")
        return
    empty = [number for number, text in enumerate(points) if not text.strip()]
    if needs_financing(decision) and not has_financing_point(tuple(points)):
        label = "Beslutspunkt om finansiering saknas"
        note = "Skriv varifrån medlen tas, till exempel ”Finansiering sker inom ram för …”."
        target = f"id_punkt-{empty.pop(0)}-text" if empty else "beslutspunkter"
        yield failed_check("financing", label, note=note, field=target, action="Fyll i")
    for number in empty:
        label = f"Beslutspunkt {number + 1} är tom"
        yield failed_check("empty_point", label, field=f"id_punkt-{number}-text", action="Fyll i")
