"""What the decision rests on: the legal basis, the application and the aid level."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

from django.urls import reverse

from applications.enums import ApplicationAction, ApplicationStatus
from applications.frames import frame_use
from applications.models import Application
from applications.rules import may_be_decided
from applications.transitions import allowed
from calls.enums import AppealRule
from decisions.amounts import shares_of_costs
from decisions.appeal import appeal_text
from decisions.checks.check import Check, failed_check, lower_first, passed
from decisions.checks.eligibility import eligibility
from decisions.enums import AmountKind, DecisionKind, Relation
from decisions.kinds import (
    DECIDING,
    amount_of,
    amounts_around,
    last_day_of,
    recovered_of,
    why_fallen,
)
from decisions.models import Decision
from decisions.plan import aid_cap
from s3portal.common.swedish import (
    format_day,
    format_kr,
    format_percent,
    in_stockholm,
    round_half_up,
)
from s3portal.diary.enums import CaseStatus

#: What may say a new amount of a grant, or a new share of its costs.
_NEW_TERMS: Final = (Relation.AMENDS, Relation.CORRECTS, Relation.EXTENDS)
#: Both ordinances ask for a written application.
_MORE_IS_APPLIED_FOR: Final = "Räknat med allt som är beviljat."


def legal_basis(decision: Decision, on: date) -> Iterator[Check]:
    """In force on the day, the call's own for grants and rejections, and with a text on how to appeal."""
    basis = decision.legal_basis
    if basis is None:
        yield failed_check("legal_basis", "Rättslig grund saknas", field="id_legal_basis", action="Välj")
        return
    # What was decided on a basis is changed on the same one, also when its time is out.
    inherited = decision.changes is not None and decision.changes.legal_basis_id == basis.pk
    if not inherited and (basis.valid_from > on or (basis.valid_to is not None and basis.valid_to < on)):
        label = f"Den rättsliga grunden gäller inte den {format_day(on)}"
        yield failed_check("legal_basis_valid", label, note=basis.name, field="id_legal_basis")
        return
    if decision.application is not None and decision.kind in DECIDING:
        announced = decision.application.call.legal_basis
        if basis.code != announced.code:
            # The call said what its grants rest on, and with that how the decisions may be appealed.
            label = "Den rättsliga grunden är inte utlysningens"
            yield failed_check("legal_basis_call", label, note=announced.name, field="id_legal_basis")
            return
    yield passed("legal_basis_valid", "Den rättsliga grunden gäller", note=basis.name)
    if not appeal_text(decision):
        rule = AppealRule(basis.appeal_rule).label
        label = "Text om överklagande saknas för det här slaget av beslut"
        note = f"Grundens regel: {lower_first(str(rule))}. Välj ett annat slag eller en annan grund."
        yield failed_check("appeal", label, note=note, field="id_kind")


def application_checks(decision: Decision) -> Iterator[Check]:
    """The case and the application as they stand, and for a grant its amount (kronor), period and share."""
    if decision.case.status == CaseStatus.CANCELLED:
        yield failed_check("case", "Ärendet är makulerat", note="Det går inte att fatta beslut i det.")
    application = decision.application
    if decision.changes is not None:
        yield from _change(decision, decision.changes)
        return
    if application is None:
        if decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION):
            label = f"{DecisionKind(decision.kind).label} kräver en ansökan i ärendet"
            yield failed_check("application", label, note="Välj ett annat slag.", field="id_kind")
        return
    if decision.kind == DecisionKind.DISMISSAL and allowed(application.status, ApplicationAction.DISMISS):
        # It is not tried, and so need not have been assessed.
        return
    if application.status == ApplicationStatus.WITHDRAWN:
        yield failed_check("application", "Ansökan är återkallad", note="Det finns inget att besluta om.")
    elif application.status not in ApplicationStatus.open():
        status = ApplicationStatus(application.status).label
        yield failed_check("application", "Ansökan är redan avgjord", note=str(status))
    elif decision.kind in (DecisionKind.GRANT, DecisionKind.REJECTION) and not may_be_decided(application):
        yield Check(
            code="application",
            ok=False,
            label="Ansökan är inte granskad",
            note="Markera den som granskad först.",
            page=reverse("applications:eligibility", args=[application.pk]),
            action="Granska",
        )
    if decision.kind == DecisionKind.GRANT:
        yield from _grant(decision)


def _change(decision: Decision, earlier: Decision) -> Iterator[Check]:
    """The earlier decision still stands, and on the same basis: that says how both may be appealed."""
    basis, former = decision.legal_basis, earlier.legal_basis
    if basis is not None and former is not None and basis.code != former.code:
        label = "Den rättsliga grunden är inte det tidigare beslutets"
        yield failed_check("basis_same", label, note=former.name, field="id_legal_basis")
    if why_not := why_fallen(Relation(decision.relation), earlier):
        yield failed_check("changes", "Det tidigare beslutet gäller inte", note=f"{why_not} {earlier.title}")
    else:
        label = "Det tidigare beslutet gäller"
        yield passed("changes", label, note=earlier.title)
    if decision.relation == Relation.EXTENDS:
        yield from _extension(decision, earlier)
    if decision.relation == Relation.RECOVERS:
        yield from _recovery(decision, earlier)
    elif decision.relation in _NEW_TERMS and decision.chain()[-1].kind == DecisionKind.GRANT:
        yield from _new_terms(decision)


def _new_terms(decision: Decision) -> Iterator[Check]:
    """What it adds to a grant (kronor) is held to what the grant itself was held to: the amount applied for,
    the call's frame and the highest share of the costs, of all that the grant comes to with it.

    An extension pays for a period with costs of its own, which the portal does not hold, so there the amount
    and the share are told and stop nothing."""
    application = decision.application
    if application is None:
        return
    yield from _written_shares(decision)
    before, after = amounts_around(decision)
    if after <= before:
        return
    yield from _frame(decision, after - before)
    of_application = [*_applied_check(application, after, note=_MORE_IS_APPLIED_FOR)]
    if application.total_cost:
        of_application.append(_intensity_check(decision, after, application.total_cost))
    longer = decision.relation == Relation.EXTENDS
    yield from (_told(check) if longer and not check.ok else check for check in of_application)


def _told(check: Check) -> Check:
    note = f"{check.note} Räknat på den första ansökan: se till att den nya periodens kostnader räcker."
    return replace(check, ok=True, notice=True, note=note.strip())


def _extension(decision: Decision, earlier: Decision) -> Iterator[Check]:
    """It ends later than what it prolongs."""
    end = last_day_of(earlier)
    if decision.ends_on is None:
        yield failed_check("extension", "Nytt slutdatum saknas", field="id_ends_on", action="Fyll i")
    elif end is not None and decision.ends_on <= end:
        label = "Förlängningen slutar inte efter det tidigare beslutet"
        yield failed_check("extension", label, note=f"Det slutar {format_day(end)}.", field="id_ends_on")


def _recovery(decision: Decision, earlier: Decision) -> Iterator[Check]:
    """At most what was granted, less what is claimed back already; whole kronor."""
    if decision.amount is None or decision.amount_kind != AmountKind.CASH:
        label = "Beloppet som krävs tillbaka saknas"
        yield failed_check("recovery", label, field="id_amount", action="Fyll i")
        return
    left = amount_of(earlier) - recovered_of(earlier)
    if decision.amount > left:
        label = f"Beloppet är högre än det som kan krävas tillbaka, {format_kr(left)}"
        yield failed_check("recovery", label, note=earlier.title, field="id_amount")
    else:
        yield passed("recovery", "Beloppet ryms i det beviljade", value=format_kr(decision.amount))


def _frame(decision: Decision, amount: int) -> Iterator[Check]:
    """What is left of the call's frame covers the amount (kronor). The signature adds it up again, locked."""
    application = decision.application
    if application is None:
        return
    left = frame_use(application.call).left
    if amount > left:
        label = f"Utlysningens ram räcker inte: {format_kr(max(left, 0))} är kvar"
        yield failed_check("frame", label, note=application.call.title, field="id_amount")
    else:
        yield passed("frame", "Beloppet ryms i utlysningens ram", note=f"{format_kr(left)} är kvar")


def _grant(decision: Decision) -> Iterator[Check]:
    application, basis = decision.application, decision.legal_basis
    if application is None:
        return
    if basis is not None and basis.publication_consent_required and not application.publication_consent:
        # Förordning (2022:1468) 25 §.
        label = "Sökanden har inte samtyckt till publicering"
        yield failed_check("consent", label, note="Den rättsliga grunden kräver det för bidrag.")
    yield from eligibility(decision)
    if decision.amount is None or decision.amount_kind != AmountKind.CASH:
        yield failed_check(
            "grant_amount", "Bidragets belopp i pengar saknas", field="id_amount", action="Fyll i"
        )
        return
    if decision.starts_on is None or decision.ends_on is None:
        yield failed_check("grant_period", "Projektets period saknas", field="id_starts_on", action="Fyll i")
    yield from _applied_check(application, decision.amount)
    yield from _frame(decision, decision.amount)
    if basis is not None and basis.apply_before_start:
        yield from _start(decision)
    if application.total_cost:
        yield _intensity_check(decision, decision.amount, application.total_cost)
        yield from _shares_agree(decision, decision.amount, application.total_cost)
    yield from _written_shares(decision)


def _applied_check(application: Application, amount: int, *, note: str = "") -> Iterator[Check]:
    """Nobody gets more (kronor) than they have applied for."""
    if application.applied_amount is not None and amount > application.applied_amount:
        label = f"Beloppet är högre än det sökta, {format_kr(application.applied_amount)}"
        yield failed_check("applied", label, note=note, field="id_amount")


def _start(decision: Decision) -> Iterator[Check]:
    """The basis asks that the application came before the work began (GBER art. 6)."""
    application = decision.application
    if application is None or application.submitted_at is None or decision.starts_on is None:
        return
    received = in_stockholm(application.submitted_at).date()
    if decision.starts_on < received:
        label = f"Projektet börjar innan ansökan kom in den {format_day(received)}"
        note = "Den rättsliga grunden kräver att ansökan kommer före start."
        yield failed_check("start", label, note=note, field="id_starts_on")


def _written_shares(decision: Decision) -> Iterator[Check]:
    """A point may promise a lower share than the cap, never a higher: what is paid follows the words."""
    cap = aid_cap(decision)
    for number, point in enumerate(decision.points.all()):
        for written in dict.fromkeys(shares_of_costs([point.text])):
            share = Fraction(written.replace(",", "."))
            if share > cap:
                label = f"Beslutspunkt {number + 1} nämner {format_percent(share, 2)} av kostnaderna"
                note = f"Taket är {format_percent(cap, 2)}."
                yield failed_check("share_in_points", label, note=note, field=f"id_punkt-{number}-text")


def _shares_agree(decision: Decision, amount: int, total_cost: int) -> Iterator[Check]:
    """A point's share of the costs is what the amount (kronor) comes to of the total cost, to the decimals
    that are written. As with amounts, another may stand when it is in the background or the reasons too; one
    above the cap is told of by itself."""
    level, cap = Fraction(amount * 100, total_cost), aid_cap(decision)
    known = set(shares_of_costs([decision.background, decision.reasons]))
    for number, point in enumerate(decision.points.all()):
        for written in dict.fromkeys(shares_of_costs([point.text])):
            share = Fraction(written.replace(",", "."))
            decimals = len(written.replace(",", ".").partition(".")[2])
            agrees = share in (_rounded(level, decimals), _cut(level, decimals))
            if agrees or share > cap or written in known:
                continue
            label = (
                f"Beslutspunkt {number + 1} nämner {written}\u00a0% av kostnaderna, men beloppet är "
                f"{format_percent(level, 2)} av dem"
            )
            costs = f"{format_kr(amount)} av {format_kr(total_cost)}."
            note = f"{costs} Är andelen rätt ändå skriver du den också i skälen."
            yield failed_check("shares_agree", label, note=note, field=f"id_punkt-{number}-text")


def _rounded(share: Fraction, decimals: int) -> Fraction:
    """As it is printed (``format_percent``)."""
    return Fraction(round_half_up(share * 10**decimals), 10**decimals)


def _cut(share: Fraction, decimals: int) -> Fraction:
    """Rounded down: what is beyond the cap must not be promised by a rounding."""
    return Fraction(int(share * 10**decimals), 10**decimals)


def _intensity_check(decision: Decision, amount: int, total_cost: int) -> Check:
    """The share of the total cost, exact, against the cap."""
    cap, share = aid_cap(decision), Fraction(amount * 100, total_cost)
    note = f"{format_kr(amount)} av {format_kr(total_cost)}. Taket är {format_percent(cap, 2)}."
    if share <= cap:
        return passed("intensity", "Stödnivån ryms", note=note, value=format_percent(share))
    label = f"Stödnivån är {format_percent(share, 2)}, mer än {format_percent(cap, 2)}"
    return failed_check("intensity", label, note=note, field="id_amount")
