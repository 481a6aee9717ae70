"""What the texts say: leftovers of templates, amounts and periods that disagree."""

from collections.abc import Iterator

from decisions.checks.check import Check, failed_check, passed
from decisions.checks.whole import REQUIRED
from decisions.enums import AmountKind, DecisionKind
from decisions.models import Decision
from decisions.plan import plan_of
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import (
    Period,
    find_amounts,
    find_periods,
    format_kr,
    format_kronor,
)


def texts(decision: Decision) -> Iterator[Check]:
    """Nothing left of a template, and amounts and periods in the points that agree with the fields."""
    leftovers = list(_leftovers(decision))
    yield from leftovers
    if not leftovers:
        yield passed("leftovers", "Inga rester av mallar i texten")
    yield from _amounts(decision)
    yield from _periods(decision)


def _fields(decision: Decision) -> Iterator[tuple[str, str]]:
    """Each text that is printed, with its control."""
    for name, _label in REQUIRED:
        yield f"id_{name}", getattr(decision, name)
    for name in ("presenter_name", "presenter_title", "also_present"):
        yield f"id_{name}", getattr(decision, name)
    for number, point in enumerate(decision.points.all()):
        yield f"id_punkt-{number}-text", point.text
    for document in decision.basis_documents.all():
        yield "beslutsunderlag", document.title
    for number, recipient in enumerate(decision.extract_recipients.all()):
        yield f"id_mottagare-{number}-name", recipient.name


def _leftovers(decision: Decision) -> Iterator[Check]:
    for field, text in _fields(decision):
        for leftover in find_leftovers(text):
            yield failed_check(
                "leftover", f"Ta bort eller ersätt ”{leftover.text}”", note=leftover.reason, field=field
            )


def _amounts(decision: Decision) -> Iterator[Check]:
    """The decided amount stands in the points, and no amount there is from nowhere.

    Another amount in a point is accepted when it is also in the background, the reasons or the application
    (what was applied for, the total cost, the financing plan): then somebody has written it on purpose in
    two places.
    """
    points = [(number, find_amounts(point.text)) for number, point in enumerate(decision.points.all())]
    known = {*find_amounts(decision.background), *find_amounts(decision.reasons)}
    if decision.application is not None:
        known |= {decision.application.applied_amount or 0, decision.application.total_cost or 0}
    if (plan := plan_of(decision)) is not None:
        known |= plan.amounts
    decided = decision.amount if decision.amount_kind != AmountKind.NONE else None
    failed = False
    if decided and not any(decided in amounts for _number, amounts in points):
        failed = True
        label = f"Beloppet {format_kronor(decided)} står inte i någon beslutspunkt"
        yield failed_check("amount_in_points", label, field="beslutspunkter")
    for number, amounts in points:
        for amount in dict.fromkeys(amounts):
            if amount == decided or amount in known:
                continue
            failed = True
            label = f"Beslutspunkt {number + 1} nämner {format_kronor(amount)}, som inte är beslutets belopp"
            note = (
                f"Beloppet i formuläret är {format_kr(decided)}." if decided else "Inget belopp är angivet."
            )
            yield failed_check("amounts_agree", label, note=note, field=f"id_punkt-{number}-text")
    if decided and not failed:
        yield passed("amounts_agree", "Beloppen i texten stämmer", value=format_kr(decided))


def _periods(decision: Decision) -> Iterator[Check]:
    """Periods in the points agree with the fields; as with amounts, one that is also in the background may
    stand. A grant must say its period."""
    start, end = decision.starts_on, decision.ends_on
    decided = Period(start, end) if start and end and start <= end else None
    points = [(number, find_periods(point.text)) for number, point in enumerate(decision.points.all())]
    if start and end and decided is None:
        yield failed_check("period", "Slutdatumet ligger före startdatumet", field="id_ends_on")
        return
    if (start is None) != (end is None):
        field = "id_ends_on" if end is None else "id_starts_on"
        yield failed_check("period", "Perioden saknar start eller slut", field=field, action="Fyll i")
        return
    written = [period for _number, periods in points for period in periods]
    if decided is not None and decided not in written and (written or decision.kind == DecisionKind.GRANT):
        label = f"Perioden {decided} står inte i någon beslutspunkt"
        yield failed_check("period_in_points", label, field="beslutspunkter")
    known = set(find_periods(decision.background))
    for number, periods in points:
        for period in dict.fromkeys(periods):
            if period == decided or period in known:
                continue
            label = f"Beslutspunkt {number + 1} nämner en annan period, {period}"
            note = f"Perioden i formuläret är {decided}." if decided else "Ingen period är angiven."
            yield failed_check("periods_agree", label, note=note, field=f"id_punkt-{number}-text")
    if decided is not None and decided in written:
        yield passed("periods_agree", "Perioden i texten stämmer", note=str(decided))
