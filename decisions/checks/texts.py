"""What the texts say: leftovers of templates, amounts and periods that disagree."""

from collections.abc import Iterator
from typing import Final

from decisions.checks.bound import amounts_of_application, bound_in_points
from decisions.checks.check import Check, failed_check, passed
from decisions.checks.whole import REQUIRED
from decisions.enums import AmountKind, DecisionKind, Relation
from decisions.models import Decision
from s3portal.common.leftovers import find_leftovers
from s3portal.common.swedish import (
    Period,
    find_amounts,
    find_periods,
    format_kr,
    format_kronor,
)

#: What may say a new amount of an earlier decision.
_SAYS_AMOUNT: Final = (Relation.AMENDS, Relation.CORRECTS, Relation.EXTENDS)
_AMOUNT_FIRST: Final = "Ange det som pengar eller arbetstid, så att det prövas mot delegationen."
_AMOUNT_OR_WHOLE: Final = (
    "Är det beloppet som rättas anger du det som pengar eller arbetstid. Är det ett annat belopp anger du "
    "beslutets belopp som det är, och skriver det andra som i ”150 000 kronor av 920 000 kronor”."
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
    two places. Where the decision should say its amount in the form, and does not, that is not enough.
    """
    if without := list(_only_in_points(decision)):
        yield from without
        return
    points = [(number, find_amounts(point.text)) for number, point in enumerate(decision.points.all())]
    known = {*find_amounts(decision.background), *find_amounts(decision.reasons)}
    known |= amounts_of_application(decision)
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


def _only_in_points(decision: Decision) -> Iterator[Check]:
    """An amount that binds the region is said in the form too: there it is added to what is decided before
    and after, in the frame and in the nämnd's sums. Amounts of the decision that is changed are known."""
    binds = decision.kind == DecisionKind.PARTICIPATION or decision.relation in _SAYS_AMOUNT
    if not binds or decision.amount_kind != AmountKind.NONE:
        return
    known = {amount for earlier in decision.chain()[1:] for amount in _said_by(earlier)}
    for number, amount in dict.fromkeys(bound_in_points(decision)):
        if amount not in known:
            yield failed_check(
                "amounts_agree",
                f"Beslutspunkt {number + 1} nämner {format_kronor(amount)}, men beslutet har inget belopp",
                note=_AMOUNT_FIRST if decision.relation != Relation.CORRECTS else _AMOUNT_OR_WHOLE,
                field="id_amount",
                action="Fyll i",
            )


def _said_by(decision: Decision) -> Iterator[int]:
    yield decision.amount or 0
    for text in decision.points.values_list("text", flat=True):
        yield from find_amounts(text)


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
